"""Files that take hours to hash hold up nothing."""
import os
import time

from conftest import wait_until

HUGE = 1 << 40  # sparse: no disk is needed, yet every byte is hashed


def huge(path):
    with open(path, "wb") as file:
        file.truncate(HUGE)
    return path


def long_looks(touchstone):
    return {look["path"]: look for look in touchstone.status()["long_looks"]}


def watch_huge_files(touchstone, count=2):
    touchstone.watch()
    files = [huge(touchstone.tree / f"huge{number}") for number in range(count)]
    wait_until(lambda: len(long_looks(touchstone)) == count, lambda: f"{count} long looks; have {long_looks(touchstone)}")
    return files


def test_small_files_are_reported_while_huge_ones_are_hashed(touchstone):
    for name in range(100):
        (touchstone.tree / f"small{name}").write_text("x")
    files = watch_huge_files(touchstone)
    assert {look["bytes"] for look in long_looks(touchstone).values()} == {HUGE}
    for name in range(100):
        (touchstone.tree / f"small{name}").write_text("changed")
    for name in range(100):
        touchstone.wait_for(touchstone.tree / f"small{name}", "changed")
    wait_until(lambda: all(look["read"] > 0 for look in long_looks(touchstone).values()), "turns of both")
    assert b"huge0" in touchstone.run("status").stdout
    # One that is a little large has its turn as well.
    with open(touchstone.tree / "large", "wb") as file:
        file.truncate(200 << 20)
    touchstone.wait_for(touchstone.tree / "large", "appeared")
    assert sorted(long_looks(touchstone)) == [str(file) for file in files]


def test_what_becomes_of_a_huge_file_meanwhile_is_seen(touchstone):
    one, two = watch_huge_files(touchstone)
    one.unlink()
    os.truncate(two, 10)
    assert touchstone.wait_for(two, "appeared")["file"]["size"] == 10
    wait_until(lambda: long_looks(touchstone) == {}, "no long looks")
    assert touchstone.findings(one, "appeared") == []
    assert touchstone.gaps() == []


def test_a_stop_does_not_wait_for_huge_files(touchstone):
    files = watch_huge_files(touchstone)
    begun = time.monotonic()
    assert touchstone.stop() == 0
    assert time.monotonic() - begun < 40  # what the unit allows; hashing takes ten minutes at the very least
    assert len(touchstone.notices("watch-stopped")) == 1
    for file in files:
        os.truncate(file, 3)
    touchstone.start()
    for file in files:
        finding = touchstone.wait_for(file, "appeared")
        assert finding["file"]["size"] == 3 and "window" in finding["touchstone"]


def test_more_huge_files_than_are_read_at_once(touchstone):
    touchstone.watch()
    for number in range(20):
        huge(touchstone.tree / f"huge{number}")
    wait_until(lambda: len(long_looks(touchstone)) == 16, "a full slow lane")
    (touchstone.tree / "small").write_text("x")
    touchstone.wait_for(touchstone.tree / "small", "appeared")
    for number in range(20):
        os.truncate(touchstone.tree / f"huge{number}", 3)
    for number in range(20):
        touchstone.wait_for(touchstone.tree / f"huge{number}", "appeared")
    assert touchstone.findings(action="unreadable") == []
