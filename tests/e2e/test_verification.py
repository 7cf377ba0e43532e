"""Everything is read again in the background, within a period and a budget, whatever the kernel told or did not tell."""
import contextlib
import json
import os
import pathlib
import time

import pytest
from conftest import changes, run, wait_until

QUICK = '[verify]\nperiod = "1s"\ncpu = "100%"\nback_off = false'


def patrol_ticks(touchstone):
    """CPU time of the thread, in clock ticks; None when there is none."""
    for task in pathlib.Path(f"/proc/{touchstone.daemon.pid}/task").iterdir():
        if (task / "comm").read_text() == "patrol\n":
            fields = (task / "stat").read_text().rsplit(")", 1)[1].split()
            return int(fields[11]) + int(fields[12])
    return None


def rounds(touchstone):
    return [notice["touchstone"]["details"] for notice in touchstone.notices("sweep-finished") if notice["touchstone"]["details"]["reason"] == "verification"]


@contextlib.contextmanager
def disk(home, *options):
    """An ext4 file system, and the device that it is on; `options` are mkfs.ext4's."""
    image, where = home / "image", home / "mount"
    where.mkdir()
    with open(image, "wb") as file:
        file.truncate(64 << 20)
    run("mkfs.ext4", "-q", "-F", *options, image)
    device = run("losetup", "--find", "--show", image).stdout.strip()
    try:
        run("mount", device, where)
        try:
            yield where, device
        finally:
            run("umount", "--lazy", where)
    finally:
        run("losetup", "--detach", device)


def write_below(device, mount, name, content):
    """Into the file's first block, past its file system."""
    path = mount / name
    block = int(run("debugfs", "-R", f"bmap /{name} 0", device).stdout.split()[-1])
    size = os.statvfs(path).f_bsize
    with open(device, "r+b", buffering=0) as raw:
        os.pwrite(raw.fileno(), content, block * size)
        os.fsync(raw.fileno())
    with open(path, "rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    assert path.read_bytes().startswith(content)


def test_what_was_written_past_the_file_system_is_found(touchstone):
    with disk(touchstone.home) as (mount, device):
        (mount / "file").write_text("as it was\n")
        os.sync()
        touchstone.configure(path=mount, more=QUICK)
        touchstone.watch()
        wait_until(lambda: rounds(touchstone), "a round")
        write_below(device, mount, "file", b"as it is\n\n")
        finding = touchstone.wait_for(mount / "file", "changed")
        assert list(changes(finding)) == ["sha256"]
        assert "found by verification in the background" in json.dumps(finding)
        touchstone.stop()
        assert len(touchstone.findings(mount / "file")) == 1


def test_a_round_leaves_a_notice_and_finds_nothing_where_nothing_changed(touchstone):
    for number in range(20):
        (touchstone.tree / f"directory{number}").mkdir()
        (touchstone.tree / f"directory{number}/file").write_text("content")
    touchstone.configure(more=QUICK)
    touchstone.watch()
    wait_until(lambda: len(rounds(touchstone)) > 1, "two rounds")
    for over in rounds(touchstone):
        assert (over["objects"], over["bytes"], over["looks"], over["depth"]) == ("41", "140", "0", "full")
        assert over["baseline_id"] == touchstone.status()["baseline"]["id"]
    assert touchstone.findings() == []
    told = touchstone.status()["verification"]
    assert told["on"] and told["objects"] == 41 and told["oldest"]
    assert b"verified within period percent" in touchstone.run("status").stdout


def test_it_goes_on_after_a_restart_where_it_was(touchstone):
    for number in range(40):
        (touchstone.tree / f"directory{number:02}").mkdir()
        (touchstone.tree / f"directory{number:02}/file").write_text("content")
    touchstone.configure(more='[verify]\nperiod = "20s"\nback_off = false')
    touchstone.watch()
    before = wait_until(lambda: (told := touchstone.status()["verification"])["round_objects"] > 44 and told, "the first directories")
    touchstone.stop()
    touchstone.start()
    after = touchstone.status()["verification"]
    assert after["round_begun"] == before["round_begun"]
    assert after["round_objects"] >= before["round_objects"]
    # The names below the tree itself are one directory, and were not looked at again: a restart repeats no more than the directory it was in.
    wait_until(lambda: rounds(touchstone), "the end of the round")
    assert 81 <= int(rounds(touchstone)[0]["objects"]) <= 84


def test_the_budget_is_kept(touchstone):
    (touchstone.tree / "large").write_bytes(os.urandom(1 << 20) * 128)
    touchstone.configure(more='[verify]\nperiod = "1s"\ncpu = "10%"\nback_off = false')
    touchstone.watch()
    wait_until(lambda: patrol_ticks(touchstone), "work of the thread")
    before, begun = patrol_ticks(touchstone), time.monotonic()
    time.sleep(6)
    share = (patrol_ticks(touchstone) - before) / os.sysconf("SC_CLK_TCK") / (time.monotonic() - begun)
    assert 0 < share < 0.15


@pytest.mark.parametrize("period, on", [("0s", False), ("24h", True)])
def test_off_is_off(touchstone, period, on):
    touchstone.configure(more=f'[verify]\nperiod = "{period}"')
    touchstone.watch()
    assert touchstone.status()["verification"]["on"] is on
    assert (patrol_ticks(touchstone) is not None) is on
    touchstone.stop()
