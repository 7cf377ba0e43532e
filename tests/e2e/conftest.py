"""A touchstone of one's own: a directory that is watched, a daemon over it, and its log."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pytest

SUPPORT = pathlib.Path(__file__).parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
from command import run  # noqa: E402

BUILD = pathlib.Path(os.environ.get("TOUCHSTONE_BUILD", pathlib.Path(__file__).parents[2] / "build/test"))
PROGRAM = str(BUILD / "touchstone")
PATIENCE = 30  # seconds until a wait is a failure; never a measure of speed

# Ctrl-C is ignored by what runs in the background of a shell, and by what that starts; the programs here are to end by it.
signal.signal(signal.SIGINT, signal.default_int_handler)


def wait_until(condition, what, patience=PATIENCE):
    """The first true value of condition(); fails with `what`, asked for then if it can be called, when none comes."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited {patience} s for {what() if callable(what) else what}")


def is_mounted(where):
    with open("/proc/self/mountinfo") as mounts:
        return any(line.split()[4] == str(where) for line in mounts)


@contextlib.contextmanager
def mounted(where, *arguments):
    """Mounted at `where` until the end of the block, if it still is then."""
    where.mkdir(parents=True, exist_ok=True)
    run("mount", *arguments, where)
    try:
        yield where
    finally:
        while is_mounted(where) and subprocess.run(["umount", "-l", where]).returncode == 0:
            pass


class Touchstone:
    def __init__(self, home):
        self.home = pathlib.Path(home)
        self.tree = self.home / "tree"  # what is watched
        self.tree.mkdir()
        self.config_file = self.home / "etc/touchstone.toml"
        self.config_file.parent.mkdir()
        self.log_file = self.home / "log/events.jsonl"
        self.baseline_file = self.home / "baseline/baseline.db"
        self.state = self.home / "state"
        self.daemon = None
        self.stderr = self.home / "stderr"
        self.configure()

    def configure(self, watch='profile = "content"\nexclude = ["*.swp"]', more="", path=None):
        """Writes the configuration: one watch over the tree, `watch` its keys, `more` whatever else."""
        self.config_file.write_text(
            f"""
[baseline]
path = "{self.baseline_file}"
[state]
path = "{self.state}"
[output.json]
path = "{self.log_file}"
[output.journald]
enabled = false
[[watch]]
path = "{path or self.tree}"
{watch}
{more}
"""
        )

    # ---- verbs ----

    def run(self, *arguments, check=True, **options):
        done = subprocess.run(
            [PROGRAM, *map(os.fsencode, map(os.fspath, arguments)), "--config", self.config_file], capture_output=True, timeout=120, **options
        )
        if check and done.returncode != 0:
            raise AssertionError(f"touchstone {arguments}: exit {done.returncode}\n{done.stdout!r}\n{done.stderr!r}")
        return done

    def build(self):
        return self.run("baseline", "build")

    def status(self):
        return json.loads(self.run("status", "--json").stdout)

    # ---- the daemon ----

    def start(self, wait=True, prefix=(), stdout=subprocess.DEVNULL):
        started = len(self.notices("watch-started"))
        self.daemon = subprocess.Popen([*prefix, PROGRAM, "watch", "--config", self.config_file], stderr=open(self.stderr, "ab"), stdout=stdout)
        if wait:
            wait_until(lambda: self.ended() or len(self.notices("watch-started")) > started, "watch-started")
            assert not self.ended(), self.stderr.read_text(errors="replace")
        return self

    def ended(self):
        return self.daemon is None or self.daemon.poll() is not None

    def stop(self):
        if not self.ended():
            self.daemon.terminate()
        return self.daemon.wait(timeout=60)

    def kill(self):
        self.daemon.kill()
        self.daemon.wait()

    def reload(self):
        self.daemon.send_signal(signal.SIGHUP)

    # ---- the log ----

    def events(self):
        """Every event of the log, in order; a torn last line is not there yet."""
        try:
            text = self.log_file.read_bytes()
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in text.split(b"\n")[:-1]]

    def findings(self, path=None, action=None):
        found = [event for event in self.events() if event["event"]["dataset"] == "touchstone.finding"]
        if path is not None:
            found = [event for event in found if event["file"]["path"] == str(path)]
        if action is not None:
            found = [event for event in found if event["event"]["action"] == action]
        return found

    def notices(self, action):
        return [event for event in self.events() if event["event"]["dataset"] == "touchstone.notice" and event["event"]["action"] == action]

    def gaps(self):
        return [event for event in self.events() if event["event"]["dataset"] == "touchstone.gap"]

    def wait_for(self, path, action):
        return wait_until(lambda: self.findings(path, action), lambda: f"{action} of {path}; have {self.summary()}")[0]

    def summary(self):
        return [(event["event"]["action"], event["file"]["path"]) for event in self.findings()]

    def settle(self):
        """Waits until everything that was touched before is judged and logged: makes a mark of its own and sees it come out."""
        mark = self.tree / f"settle-{time.monotonic_ns()}"
        mark.write_text("mark")
        self.wait_for(mark, "appeared")
        mark.unlink()
        self.wait_for(mark, "vanished")
        wait_until(self.is_idle, "an empty touch set")
        time.sleep(0.2)  # within which what is judged is in the log
        return [event for event in self.findings() if "/settle-" not in event["file"]["path"]]

    def is_idle(self):
        """Nothing waits, and nothing is out for a look; another path may be slower than the mark."""
        touch_set = self.status()["queues"]["touch_set"]
        return touch_set["waiting"] + touch_set["out_for_a_look"] == 0

    def watch(self):
        """Baseline of what is there, and the watch on."""
        self.build()
        return self.start()

    def compared(self):
        """Waits until what is there is compared with the baseline: of what changes before that, a part may be by somebody whom nobody saw."""
        boot = lambda: [notice for notice in self.notices("sweep-finished") if notice["touchstone"]["details"]["reason"] == "boot"]
        wait_until(lambda: len(boot()) >= len(self.notices("watch-started")), "the end of the boot's sweep")
        wait_until(self.is_idle, "an empty touch set")
        return self


def changes(finding):
    return {change["attribute"]: (change["before"], change["after"]) for change in finding["touchstone"]["changes"]}


@pytest.fixture
def touchstone():
    home = tempfile.mkdtemp(prefix="touchstone-e2e.")
    one = Touchstone(home)
    yield one
    if not one.ended():
        one.kill()
    shutil.rmtree(home, ignore_errors=True)
