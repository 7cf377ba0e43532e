"""One boot of a container with systemd as PID 1, for all tests here."""
import os
import pathlib
import shutil
import sys
import tempfile

import pytest

SOURCE = pathlib.Path(__file__).parents[2]
BUILD = pathlib.Path(os.environ.get("TOUCHSTONE_BUILD", SOURCE / "build/test"))
sys.path.insert(0, str(SOURCE / "tests/support"))

import container  # noqa: E402


@pytest.fixture(scope="session")
def results():
    """Name of each check to "" (passed) or why it failed, from one boot."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="touchstone-systemd.", dir="/var/tmp"))
    try:
        job, console = container.run(BUILD, home, pathlib.Path(__file__).with_name("checks"), timeout=240)
        found = {}
        for line in (job / "results").read_text(errors="replace").splitlines() if (job / "results").exists() else []:
            verdict, _, rest = line.partition(" ")
            name, _, why = rest.partition(": ")
            found[name] = "" if verdict == "PASS" else (why or "failed") + "\n" + (job / "errors").read_text(errors="replace")[-3000:]
        if not found:
            found[""] = console[-3000:]
        yield found
    finally:
        shutil.rmtree(home, ignore_errors=True)
