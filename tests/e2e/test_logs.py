"""Profile log: it may grow, and be rotated by logrotate; anything else is a finding."""
import json
import os
import shutil
import subprocess

import pytest

from conftest import changes, wait_until

BLOCK = 1 << 20
LOGROTATE = shutil.which("logrotate") or "/usr/sbin/logrotate"


@pytest.fixture
def log(touchstone):
    """A watched log of two blocks and a half."""
    touchstone.configure('profile = "log"')
    file = touchstone.tree / "app.log"
    file.write_bytes(b"".join(b"line %07d\n" % number for number in range(5 * BLOCK // 2 // 13)))
    return file


def append(file, text="one more line\n"):
    with open(file, "a") as opened:
        opened.write(text)


def unexpected(findings):
    return [(f["event"]["action"], f["file"]["path"], changes(f)) for f in findings if f["touchstone"]["verdict"] == "unexpected"]


def assert_clean(touchstone):
    done = touchstone.run("check", "--json", check=False)
    assert (done.returncode, json.loads(done.stdout)["differences"]) == (0, [])


def test_appends_are_no_finding(touchstone, log):
    touchstone.watch()
    for _ in range(3):
        append(log, "x" * BLOCK)
        assert unexpected(touchstone.settle()) == []
    assert_clean(touchstone)


def test_appends_while_nobody_watched_are_no_finding(touchstone, log):
    touchstone.watch()
    touchstone.stop()
    append(log)
    touchstone.start()
    assert unexpected(touchstone.settle()) == []
    assert_clean(touchstone)


def test_a_byte_of_the_old_part(touchstone, log):
    touchstone.watch()
    with open(log, "r+b") as opened:
        opened.seek(BLOCK + 5)
        opened.write(b"!")
        opened.seek(0, os.SEEK_END)
        opened.write(b"and grown\n")
    touchstone.stop()  # the old part is verified again at the next start
    touchstone.start()
    assert "block.1" in changes(touchstone.wait_for(log, "changed"))
    assert touchstone.run("check", check=False).returncode == 4


def test_a_byte_of_the_old_part_is_seen_by_check(touchstone, log):
    touchstone.build()
    with open(log, "r+b") as opened:
        opened.write(b"!")
    done = touchstone.run("check", "--json", check=False)
    assert done.returncode == 4
    assert "block.0" in [change["attribute"] for change in json.loads(done.stdout)["differences"][0]["changes"]]


def test_a_byte_of_the_old_part_with_the_size_kept(touchstone, log):
    touchstone.configure('profile = "log"', more='[verify]\nlog_period = "1s"')  # in the background
    touchstone.watch()
    with open(log, "r+b") as opened:
        opened.seek(BLOCK)
        opened.write(b"!")
    assert "block.1" in changes(touchstone.wait_for(log, "changed"))


def test_truncation(touchstone, log):
    touchstone.watch()
    os.truncate(log, BLOCK + 10)
    finding = touchstone.wait_for(log, "changed")
    assert changes(finding)["block.1"][0] != changes(finding)["block.1"][1]
    assert "shrunk" in finding["message"] or "shrunk" in finding["touchstone"].get("reason", "")
    assert finding["touchstone"]["verdict"] == "unexpected"


def test_replaced_by_a_shorter_file(touchstone, log):
    touchstone.watch()
    other = touchstone.home / "other"
    other.write_text("short\n")
    other.rename(log)
    assert touchstone.wait_for(log, "changed")["touchstone"]["verdict"] == "unexpected"
    assert touchstone.run("check", check=False).returncode & 4


def rotate(touchstone, options):
    config = touchstone.home / "logrotate.conf"
    config.write_text(f"{touchstone.tree}/app.log {{\n rotate 9\n missingok\n {options}\n}}\n")
    config.chmod(0o644)
    done = subprocess.run([LOGROTATE, "-f", "-s", touchstone.home / "logrotate.state", config], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


WAYS = {
    "create": "create",
    "compress": "create\n compress",
    "delaycompress": "create\n compress\n delaycompress",
    "copytruncate": "copytruncate",
    "copytruncate-compress": "copytruncate\n compress",
    "dateext": "create\n dateext\n dateformat -%Y%m%d-TURN",
    "xz": "create\n compress\n compresscmd /usr/bin/xz\n compressext .xz\n compressoptions -0",
}


@pytest.mark.parametrize("options", WAYS.values(), ids=WAYS.keys())
def test_logrotate(touchstone, log, options):
    touchstone.watch()
    for turn in range(3):
        append(log, f"turn {turn}\n")
        touchstone.settle()
        rotate(touchstone, options.replace("TURN", str(turn)))
        append(log, f"after {turn}\n")
        assert unexpected(touchstone.settle()) == []
    assert_clean(touchstone)


@pytest.mark.parametrize("options", [WAYS["create"], WAYS["compress"], WAYS["copytruncate"]], ids=["create", "compress", "copytruncate"])
def test_logrotate_while_nobody_watched(touchstone, log, options):
    touchstone.watch()
    touchstone.stop()
    append(log)
    rotate(touchstone, options)
    append(log, "after\n")
    touchstone.start()
    assert unexpected(touchstone.settle()) == []
    assert_clean(touchstone)


def test_logrotate_with_check_alone(touchstone, log):
    touchstone.build()
    append(log)
    rotate(touchstone, WAYS["compress"])
    assert_clean(touchstone)


@pytest.mark.parametrize("options", [WAYS["create"], WAYS["compress"], WAYS["copytruncate"]], ids=["create", "compress", "copytruncate"])
def test_edited_and_then_rotated(touchstone, log, options):
    touchstone.watch()
    text = log.read_bytes()
    log.write_bytes(text.replace(b"0000007", b"0000008", 1))
    rotate(touchstone, options)
    assert unexpected(touchstone.settle()) != []


@pytest.mark.parametrize("options", [WAYS["create"], WAYS["compress"], WAYS["copytruncate"]], ids=["create", "compress", "copytruncate"])
def test_logrotate_of_an_empty_log(touchstone, log, options):
    os.truncate(log, 0)
    touchstone.watch()
    rotate(touchstone, options)
    append(log)
    assert unexpected(touchstone.settle()) == []
    assert_clean(touchstone)


def slow_compressor(touchstone, seconds):
    compressor = touchstone.home / "slow"
    compressor.write_text(f"#!/bin/sh\ngzip -c > $0.out\nhead -c 1000 $0.out\nsleep {seconds}\ntail -c +1001 $0.out\n")
    compressor.chmod(0o755)
    return f"create\n compress\n compresscmd {compressor}\n compressext .gz"


def test_logrotate_with_a_slow_compressor(touchstone, log):
    options = slow_compressor(touchstone, 3)
    touchstone.watch()
    rotate(touchstone, options)
    assert unexpected(touchstone.settle()) == []
    assert_clean(touchstone)


def test_a_file_that_only_has_the_name_of_a_rotation(touchstone, log):
    touchstone.configure('profile = "log"', more='[settle]\nquiet = "100ms"\npatience = "300ms"')
    touchstone.watch()
    for name in ("app.log.1.gz", "app.log.2"):  # judged when its writer is done, and at the latest after 1.2 s and a second for each of 2 MiB
        file = touchstone.tree / name
        with open(file, "w") as opened:
            opened.write("not what was in the log")
            opened.flush()
            if name == "app.log.2":
                assert touchstone.wait_for(file, "appeared")["touchstone"]["verdict"] == "unexpected"
        assert touchstone.wait_for(file, "appeared")["touchstone"]["verdict"] == "unexpected"


def test_stopped_while_a_rotation_is_being_written(touchstone, log):
    touchstone.watch()
    rotated = touchstone.tree / "app.log.1"
    with open(rotated, "wb") as opened:
        opened.write(log.read_bytes()[:1000])
        opened.flush()
        wait_until(lambda: touchstone.status()["counters"]["looks_again"] > 0, "a look")
        assert touchstone.stop() == 0
        assert touchstone.findings(rotated) == []
        opened.write(log.read_bytes()[1000:])
    touchstone.start()
    assert unexpected(touchstone.settle()) == []


# ---- what is no rotation, though it looks like one ----


def test_a_rotation_written_over_by_the_log(touchstone, log):
    older = touchstone.tree / "app.log.1"
    older.write_text("what nobody shall read\n")
    oldest = touchstone.tree / "app.log.2"
    oldest.write_text("the oldest\n")
    touchstone.watch()
    log.rename(older)
    log.write_text("")
    assert "not in any sibling" in touchstone.wait_for(older, "changed")["message"]
    assert touchstone.run("check", check=False).returncode & 4


def test_an_older_log_put_in_place_of_the_present_one(touchstone, log):
    older = touchstone.tree / "app.log.1"
    older.write_text("of yesterday\n")
    touchstone.watch()
    older.rename(log)
    assert unexpected(touchstone.settle()) != []
    assert touchstone.run("check", check=False).returncode != 0


def test_an_empty_log_deleted_beside_an_empty_rotation(touchstone, log):
    os.truncate(log, 0)
    (touchstone.tree / "app.log.1").write_text("")
    touchstone.watch()
    log.unlink()
    touchstone.wait_for(log, "vanished")
    assert touchstone.run("check", check=False).returncode == 2


def test_the_oldest_of_a_row_goes_when_all_move_up(touchstone, log):
    touchstone.watch()
    for turn in range(4):
        append(log, f"turn {turn}\n" * 2000)
        touchstone.settle()
        rotate(touchstone, "create\n rotate 2")
        assert unexpected(touchstone.settle()) == []
    assert not (touchstone.tree / "app.log.3").exists()
    assert_clean(touchstone)


def test_the_oldest_with_a_date_has_vanished(touchstone, log):
    oldest = touchstone.tree / "app.log-20200101"
    oldest.write_text("the oldest\n")
    (touchstone.tree / "app.log-20200102").write_text("older\n")
    touchstone.watch()
    rotate(touchstone, "create\n rotate 2\n dateext")
    assert not oldest.exists()
    assert [(action, path) for action, path, _ in unexpected(touchstone.settle())] == [("vanished", str(oldest))]
