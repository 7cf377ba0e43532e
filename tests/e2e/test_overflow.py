"""Every queue too small: what is missed becomes a gap, the gap a sweep, and no change stays unfound."""
import collections
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import pytest

from conftest import wait_until

TINY = "[limits]\ntouch_set = 8\npending = 1\ngaps = 2\ngroup = 2\nactors = 1\nprocesses = 4"
KERNEL_LIMIT = pathlib.Path("/proc/sys/fs/fanotify/max_queued_events")


def reported(touchstone):
    diff = json.loads(touchstone.run("baseline", "diff", "--json").stdout)["differences"]
    return {(one["path"], one["action"]) for one in diff}


def assert_found(touchstone, truth):
    """What the watch says differs is, in the end, exactly `truth`, and a full comparison agrees."""
    deadline = time.monotonic() + 60
    while (found := reported(touchstone)) != truth and time.monotonic() < deadline:
        time.sleep(0.2)
    assert (sorted(truth - found), sorted(found - truth)) == ([], [])
    compared = json.loads(touchstone.run("check", "--json", check=False).stdout)["differences"]
    assert {(one["path"], one["action"]) for one in compared} == truth


def burst(tree):
    """Many acts at once; returns what differs afterwards."""
    truth = set()
    for name in range(300):
        file = tree / f"old{name}"
        if name % 3 == 0:
            file.write_text("changed, and longer")
            truth.add((str(file), "changed"))
        elif name % 3 == 1:
            file.unlink()
            truth.add((str(file), "vanished"))
    for name in range(100):
        directory = tree / f"new{name}"
        (directory / "deep").mkdir(parents=True)
        (directory / "deep/file").write_text("x")
        truth |= {(str(directory), "appeared"), (str(directory / "deep"), "appeared"), (str(directory / "deep/file"), "appeared")}
    shutil.rmtree(tree / "new0")
    truth -= {(path, action) for path, action in truth if (path + "/").startswith(str(tree / "new0") + "/")}
    (tree / "directory").rename(tree / "renamed")
    truth |= {(str(tree / "directory"), "vanished"), (str(tree / "renamed"), "appeared")}
    for name in range(20):
        truth |= {(str(tree / f"directory/{name}"), "vanished"), (str(tree / f"renamed/{name}"), "appeared")}
    return truth


@pytest.fixture
def tree(touchstone):
    for name in range(300):
        (touchstone.tree / f"old{name}").write_text("x")
    (touchstone.tree / "directory").mkdir()
    for name in range(20):
        (touchstone.tree / f"directory/{name}").write_text("x")
    return touchstone.tree


@pytest.fixture
def short_kernel_queue():
    before = KERNEL_LIMIT.read_text()
    KERNEL_LIMIT.write_text("64")
    yield "\nkernel_queue = 1"
    KERNEL_LIMIT.write_text(before)


def test_tiny_queues(touchstone, tree):
    touchstone.configure(more=TINY)
    touchstone.watch()
    assert_found(touchstone, burst(tree))
    assert touchstone.gaps() != []


def test_a_tiny_kernel_queue(touchstone, tree, short_kernel_queue):
    touchstone.configure(more="[limits]" + short_kernel_queue)
    touchstone.watch()
    os.kill(touchstone.daemon.pid, signal.SIGSTOP)  # so that the queue is sure to overflow
    truth = burst(tree)
    os.kill(touchstone.daemon.pid, signal.SIGCONT)
    assert_found(touchstone, truth)
    assert touchstone.gaps() != []


def test_everything_tiny(touchstone, tree, short_kernel_queue):
    touchstone.configure(more=TINY + short_kernel_queue)
    touchstone.watch()
    assert_found(touchstone, burst(tree))
    assert touchstone.gaps() != []


def test_killed_in_a_burst_with_tiny_queues(touchstone, tree):
    touchstone.configure(more=TINY)
    touchstone.watch()
    truth = burst(tree)
    touchstone.kill()
    touchstone.start()
    assert_found(touchstone, truth)


def test_fifty_thousand_deletes_on_one_cpu(touchstone):
    count = 50_000
    directory = touchstone.tree / "all"
    directory.mkdir()
    for name in range(count):
        (directory / f"file{name}").touch()
    touchstone.build()
    touchstone.start(prefix=("taskset", "-c", "0"))
    wait_until(lambda: touchstone.notices("sweep-finished"), "the catch-up")
    subprocess.run(["taskset", "-c", "0", "rm", "-r", directory], check=True)
    wait_until(lambda: touchstone.log_file.read_bytes().count(b'"action":"vanished"') >= count + 1, "all findings", 120)
    found = collections.Counter(f["file"]["path"] for f in touchstone.settle() if f["event"]["action"] == "vanished")
    assert len(found) == count + 1  # and the directory
    assert set(found.values()) == {1}
    assert [f for f in touchstone.findings(action="vanished") if "/settle-" not in f["file"]["path"] and f.get("process", {}).get("name") != "rm"] == []
    assert touchstone.gaps() == []
