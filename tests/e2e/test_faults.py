"""Full disks, lost directories, damaged databases, bad configurations and missing privileges: each announced, nothing harmed."""
import collections
import contextlib
import json
import os
import re
import resource
import shutil
import subprocess

import pytest

from conftest import PROGRAM, wait_until


@contextlib.contextmanager
def small_disk(where, size="4m"):
    where.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", where], check=True)
    try:
        yield where
    finally:
        subprocess.run(["umount", "-l", where], check=True)


def fill(where):
    with contextlib.suppress(OSError), open(where / "filler", "wb", buffering=0) as opened:
        while True:
            opened.write(b"x" * 4096)
    with contextlib.suppress(OSError), open(where / "filler", "ab", buffering=0) as opened:
        while True:
            opened.write(b"x")


def output(touchstone):
    return next(each for each in touchstone.status()["outputs"] if "json" in each["name"])


def assert_whole(touchstone):
    """Every line is JSON, no event is there twice, none is missing."""
    assert touchstone.log_file.read_bytes().endswith(b"\n")
    events = touchstone.events()
    ids = collections.Counter(event["event"]["id"] for event in events)
    assert [id for id, count in ids.items() if count > 1] == []
    sequences = [event["event"]["sequence"] for event in events]
    assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))


def act_on_a_full_log_disk(touchstone, disk):
    """200 files appear after the disk of the log has filled up, and the daemon has noticed."""
    touchstone.watch()
    fill(disk)
    for name in range(200):
        (touchstone.tree / f"file{name}").write_text("x")
    wait_until(lambda: output(touchstone)["failure"], "a failure")


def test_a_full_log_disk(touchstone):
    with small_disk(touchstone.log_file.parent) as disk:
        act_on_a_full_log_disk(touchstone, disk)
        assert touchstone.log_file.read_bytes() != b""
        (disk / "filler").unlink()
        touchstone.wait_for(touchstone.tree / "file199", "appeared")
        found = [f["file"]["path"] for f in touchstone.settle()]
        assert sorted(found) == sorted(str(touchstone.tree / f"file{name}") for name in range(200))
        wait_until(lambda: touchstone.notices("output-recovered"), "a word that the log is back")
        assert touchstone.notices("output-failed")
        assert not output(touchstone)["failure"]
        touchstone.stop()
        assert_whole(touchstone)


def test_killed_with_a_full_log_disk(touchstone):
    with small_disk(touchstone.log_file.parent) as disk:
        act_on_a_full_log_disk(touchstone, disk)
        touchstone.kill()
        touchstone.start(wait=False)
        (disk / "filler").unlink()
        wait_until(lambda: len(touchstone.findings(action="appeared")) >= 200, "every finding")
        touchstone.settle()
        touchstone.stop()
        assert len([f for f in touchstone.findings() if "/settle-" not in f["file"]["path"]]) == 200
        assert_whole(touchstone)


def test_a_full_state_disk(touchstone):
    with small_disk(touchstone.state) as disk:
        touchstone.watch()
        fill(disk)
        for name in range(100):
            (touchstone.tree / f"file{name}").write_text("x")
        touchstone.wait_for(touchstone.tree / "file99", "appeared")
        assert not touchstone.ended()
        (disk / "filler").unlink()
        found = [f["file"]["path"] for f in touchstone.settle()]
        assert sorted(found) == sorted(str(touchstone.tree / f"file{name}") for name in range(100))
        touchstone.stop()
        assert_whole(touchstone)
        touchstone.start()
        assert len(touchstone.settle()) == 100


def test_a_limit_on_the_size_of_files(touchstone):
    touchstone.build()
    touchstone.start(prefix=("prlimit", "--fsize=100000:unlimited"))
    for name in range(300):
        (touchstone.tree / f"file{name}").write_text("x")
    wait_until(lambda: output(touchstone)["failure"], "a failure")
    assert not touchstone.ended()
    subprocess.run(["prlimit", "--pid", str(touchstone.daemon.pid), "--fsize=unlimited"], check=True)
    found = [f["file"]["path"] for f in touchstone.settle()]
    assert sorted(found) == sorted(str(touchstone.tree / f"file{name}") for name in range(300))
    touchstone.stop()
    assert_whole(touchstone)
    assert touchstone.notices("output-failed") and touchstone.notices("output-recovered")


def test_a_verb_under_a_limit_on_the_size_of_files(touchstone):
    done = touchstone.run("baseline", "build", check=False, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)))
    assert done.returncode == 70
    assert not touchstone.baseline_file.exists()
    assert list(touchstone.baseline_file.parent.iterdir()) == []


def test_a_pipe_that_nobody_reads(touchstone):
    """Holds up nothing but itself, and loses nothing."""
    text = touchstone.config_file.read_text()
    touchstone.config_file.write_text(text.replace(f'path = "{touchstone.log_file}"', 'path = "-"'))
    touchstone.build()
    reader, writer = os.pipe()
    touchstone.start(wait=False, stdout=writer)
    os.close(writer)
    wait_until(lambda: touchstone.run("status", check=False).returncode == 0 and touchstone.status()["watching"], "the watch")
    for name in range(300):
        (touchstone.tree / f"file{name}").write_text("x")
    wait_until(lambda: touchstone.status()["counters"]["findings"] == 300, "every finding to be judged")
    wait_until(lambda: "nobody reads it" in output(touchstone)["failure"], "a failure that is said")
    lines = []
    with open(reader, "rb") as opened:
        while not any(b'"output-recovered"' in line for line in lines):
            lines.append(opened.readline())
        assert touchstone.stop() == 0
        lines += opened.readlines()
    sequences = [json.loads(line)["event"]["sequence"] for line in lines]
    assert sequences == list(range(1, len(sequences) + 1))
    assert sum(b'"action":"appeared"' in line for line in lines) == 300


def test_the_log_directory_is_removed(touchstone):
    touchstone.watch()
    shutil.rmtree(touchstone.log_file.parent)
    file = touchstone.tree / "file"
    file.write_text("x")
    touchstone.wait_for(file, "appeared")
    wait_until(lambda: touchstone.notices("output-recovered"), "a word that the log is back")
    assert "was removed" in touchstone.notices("output-failed")[0]["message"]


def test_the_log_is_removed(touchstone):
    touchstone.watch()
    touchstone.log_file.unlink()
    (touchstone.tree / "file").write_text("x")
    touchstone.wait_for(touchstone.tree / "file", "appeared")
    wait_until(lambda: touchstone.notices("output-recovered"), "a word that the log is back")
    assert "was removed" in touchstone.notices("output-failed")[0]["message"]


def test_the_log_is_renamed_and_sighup(touchstone):
    file = touchstone.tree / "file"
    file.write_text("0")
    touchstone.watch()
    (touchstone.tree / "first").write_text("x")
    touchstone.wait_for(touchstone.tree / "first", "appeared")
    old = touchstone.log_file.with_suffix(".jsonl.1")
    touchstone.log_file.rename(old)
    (touchstone.tree / "between").write_text("x")
    touchstone.reload()
    wait_until(touchstone.log_file.exists, "a new log")
    (touchstone.tree / "second").write_text("x")
    touchstone.wait_for(touchstone.tree / "second", "appeared")
    touchstone.stop()
    joined = old.read_bytes() + touchstone.log_file.read_bytes()
    for name in ("first", "between", "second"):
        assert joined.count(f'{touchstone.tree}/{name}"'.encode()) >= 1
    touchstone.log_file.write_bytes(joined)
    assert_whole(touchstone)


def test_a_log_made_immutable(touchstone):
    touchstone.watch()
    subprocess.run(["chattr", "+i", touchstone.log_file], check=True)
    try:
        (touchstone.tree / "file").write_text("x")
        touchstone.stop()
        touchstone.start(wait=False)
        wait_until(lambda: touchstone.run("status", check=False).returncode == 0, "the daemon")
        wait_until(lambda: output(touchstone)["failure"], "a failure")
    finally:
        subprocess.run(["chattr", "-i", touchstone.log_file], check=True)
    touchstone.wait_for(touchstone.tree / "file", "appeared")
    touchstone.stop()
    assert_whole(touchstone)


def test_a_damaged_state(touchstone):
    (touchstone.tree / "file").write_text("x")
    touchstone.watch()
    touchstone.stop()
    database = next(each for each in touchstone.state.iterdir() if each.name.endswith(".db"))
    database.write_bytes(b"\xa5" * 8192)
    for rest in touchstone.state.glob("*.db-*"):
        rest.unlink()
    (touchstone.tree / "file").write_text("changed")
    touchstone.start()
    wait_until(lambda: touchstone.notices("state-recovered"), "state-recovered")
    touchstone.wait_for(touchstone.tree / "file", "changed")


def test_a_damaged_baseline(touchstone):
    file = touchstone.tree / "file"
    file.write_text("x")
    touchstone.watch()
    touchstone.stop()
    touchstone.baseline_file.write_bytes(b"\xa5" * 8192)
    touchstone.start()
    wait_until(lambda: touchstone.notices("baseline-missing"), "baseline-missing")
    file.write_text("changed")
    assert wait_until(lambda: [f for f in touchstone.findings(file) if f["file"].get("size") == 7], "the change")
    assert touchstone.run("check", check=False).returncode not in (0, 1, 2, 4)


def overwrite(file, offset):
    with open(file, "r+b") as opened:
        opened.seek(offset)
        opened.write(b"\xa5" * 4096)


@pytest.mark.parametrize("offset", [0, 3 * 16384], ids=["head", "objects"])
def test_a_baseline_damaged_while_watching(touchstone, offset):
    for name in range(50):
        (touchstone.tree / f"file{name}").write_text("x")
    touchstone.watch()
    overwrite(touchstone.baseline_file, offset)
    notice = wait_until(lambda: touchstone.notices("baseline-missing"), "baseline-missing")[0]  # without a signal
    assert notice["event"]["severity"] == 99 and notice["file"]["path"] == str(touchstone.baseline_file)
    (touchstone.tree / "file0").write_text("changed")
    wait_until(lambda: [f for f in touchstone.findings(touchstone.tree / "file0") if f["file"].get("size") == 7], "the change")
    done = touchstone.run("baseline", "verify", check=False)
    assert done.returncode == 70 and b"touchstone baseline build" in done.stderr
    touchstone.build()
    wait_until(lambda: touchstone.notices("baseline-loaded"), "baseline-loaded")
    assert len(touchstone.notices("baseline-missing")) == 1
    assert touchstone.run("check").returncode == 0


def test_a_baseline_removed_while_watching(touchstone):
    (touchstone.tree / "file").write_text("x")
    touchstone.watch()
    saved = touchstone.baseline_file.read_bytes()
    touchstone.baseline_file.unlink()
    touchstone.reload()
    notice = wait_until(lambda: touchstone.notices("baseline-missing"), "baseline-missing")[0]
    assert "stays in force" in notice["message"]
    (touchstone.tree / "file").write_text("changed")
    changes = touchstone.wait_for(touchstone.tree / "file", "changed")["touchstone"]["changes"]
    assert {change["attribute"] for change in changes} == {"size", "sha256"}  # it still knows what was there
    touchstone.baseline_file.write_bytes(saved)
    touchstone.reload()
    wait_until(lambda: touchstone.notices("baseline-loaded"), "baseline-loaded")


def test_a_baseline_whose_mode_was_set_is_no_other(touchstone):
    touchstone.watch()
    touchstone.baseline_file.chmod(0o400)
    touchstone.reload()
    wait_until(lambda: touchstone.notices("config-reloaded"), "config-reloaded")
    touchstone.settle()
    assert not touchstone.notices("baseline-loaded") and not touchstone.notices("baseline-missing")


def test_no_baseline(touchstone):
    touchstone.start()
    assert touchstone.notices("baseline-missing")
    (touchstone.tree / "file").write_text("x")
    touchstone.wait_for(touchstone.tree / "file", "appeared")
    (touchstone.tree / "file").write_text("changed")
    touchstone.wait_for(touchstone.tree / "file", "changed")
    touchstone.build()
    wait_until(lambda: touchstone.notices("baseline-loaded"), "baseline-loaded")
    assert touchstone.run("check").returncode == 0


def test_a_second_daemon_is_refused(touchstone):
    touchstone.watch()
    done = touchstone.run("watch", check=False)
    assert done.returncode == 70
    assert f"in use by pid {touchstone.daemon.pid}" in done.stderr.decode()
    assert not touchstone.ended()


def test_a_bad_configuration_at_start(touchstone):
    text = touchstone.config_file.read_text()
    touchstone.config_file.write_text(text.replace('profile = "content"', 'profile = "contents"'))
    line = 1 + text[: text.index("profile =")].count("\n")
    for verb in (["watch"], ["check"], ["config", "check"]):
        done = touchstone.run(*verb, check=False)
        assert done.returncode == 78
        assert f"{touchstone.config_file}:{line}" in done.stderr.decode() + done.stdout.decode()
        assert "`content`" in done.stderr.decode() + done.stdout.decode()


def test_a_bad_configuration_at_reload(touchstone):
    touchstone.watch()
    good = touchstone.config_file.read_text()
    touchstone.config_file.write_text(good + "\nnonsense = 1\n")
    touchstone.reload()
    notice = wait_until(lambda: touchstone.notices("config-rejected"), "config-rejected")[0]
    assert notice["message"].endswith(f"{touchstone.config_file}:{good.count(chr(10)) + 2}: unknown key `nonsense` in [[watch]]")
    assert "^" in notice["touchstone"]["details"]["error"]
    (touchstone.tree / "file").write_text("x")
    touchstone.wait_for(touchstone.tree / "file", "appeared")


def test_a_reload_says_what_only_a_restart_takes(touchstone):
    touchstone.watch()

    def reloaded(more):
        before = len(touchstone.notices("config-reloaded"))
        touchstone.configure(more=more)
        touchstone.reload()
        return wait_until(lambda: touchstone.notices("config-reloaded")[before:], "config-reloaded")[0]["touchstone"]["details"]

    assert reloaded('[limits]\ntouch_set = 7\n[settle]\nquiet = "1s"') == {"after_a_restart": "settle.quiet, limits.touch_set"}
    assert touchstone.status()["queues"]["touch_set"]["limit"] != 7
    assert reloaded("") == {}


def test_a_reload_adds_a_watch(touchstone):
    more = touchstone.home / "more"
    more.mkdir()
    touchstone.watch()
    touchstone.configure(more=f'[[watch]]\npath = "{more}"\nprofile = "content"')
    touchstone.reload()
    wait_until(lambda: touchstone.notices("config-reloaded"), "config-reloaded")
    (more / "file").write_text("x")
    assert touchstone.wait_for(more / "file", "appeared")["rule"]["name"] == str(more)
    (touchstone.tree / "file").write_text("x")
    touchstone.wait_for(touchstone.tree / "file", "appeared")


def test_a_reload_removes_a_watch(touchstone):
    more = touchstone.home / "more"
    more.mkdir()
    touchstone.configure(more=f'[[watch]]\npath = "{more}"\nprofile = "content"')
    touchstone.watch()
    touchstone.configure()
    touchstone.reload()
    wait_until(lambda: touchstone.notices("config-reloaded"), "config-reloaded")
    (more / "file").write_text("x")
    touchstone.settle()
    assert touchstone.findings(more / "file") == []


# ---- without privileges ----


@pytest.fixture
def nobody(touchstone):
    """Runs verbs as nobody, who owns the tree."""
    for directory, _, _ in os.walk(touchstone.home):
        os.chown(directory, 65534, 65534)
    touchstone.home.chmod(0o755)

    def run(*arguments):
        command = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all",
                   PROGRAM, *arguments, "--config", touchstone.config_file]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"})

    return run


def test_watch_without_privileges(touchstone, nobody):
    done = nobody("watch")
    assert done.returncode == 77
    assert re.search(r"CAP_SYS_ADMIN", done.stderr, re.I)


def test_build_and_check_without_privileges(touchstone, nobody):
    file = touchstone.tree / "file"
    file.write_text("x")
    file.chmod(0o644)
    secret = touchstone.tree / "secret"
    secret.write_text("x")
    secret.chmod(0o600)
    done = nobody("baseline", "build")
    assert done.returncode == 0, done.stderr
    assert str(secret) in done.stderr
    assert nobody("check").returncode == 8  # what cannot be read is never called clean
    assert nobody("check", file).returncode == 0
    file.write_text("changed")
    assert nobody("check").returncode == 8 + 4
