"""What is mounted over, under, beside and away: nothing is missed, and the watch never holds a filesystem back."""
import contextlib
import json
import os
import subprocess

import pytest

from conftest import changes, is_mounted, mounted, run, wait_until


@pytest.fixture
def volume(touchstone):
    """An ext4 image, mounted in the middle of the tree."""
    image = touchstone.home / "image"
    image.touch()
    os.truncate(image, 32 << 20)
    run("mkfs.ext4", "-q", image)
    with mounted(touchstone.tree / "volume", "-o", "loop", image) as where:
        yield where


def tmpfs(where):
    return mounted(where, "-t", "tmpfs", "tmpfs")


def told(touchstone, path):
    return wait_until(lambda: [n for n in touchstone.notices("mount-changed") if n.get("file", {}).get("path") == str(path)],
                      f"mount-changed of {path}; have {touchstone.notices('mount-changed')}")


def is_back(touchstone, path):
    assert touchstone.wait_for(path, "appeared")["touchstone"]["differs_from_baseline"] is False


def test_mounted_over_the_watched_root(touchstone):
    file = touchstone.tree / "file"
    file.write_text("x")
    touchstone.watch()
    with tmpfs(touchstone.tree):
        told(touchstone, touchstone.tree)
        touchstone.wait_for(file, "vanished")
        (touchstone.tree / "above").write_text("x")
        touchstone.wait_for(touchstone.tree / "above", "appeared")
        run("umount", touchstone.tree)
    is_back(touchstone, file)
    touchstone.wait_for(touchstone.tree / "above", "vanished")


def test_mounted_below_the_watched_root(touchstone):
    below = touchstone.tree / "below"
    below.mkdir()
    (below / "file").write_text("x")
    touchstone.watch()
    with tmpfs(below):
        touchstone.wait_for(below / "file", "vanished")
        (below / "deep").mkdir()
        (below / "deep/new").write_text("x")
        touchstone.wait_for(below / "deep/new", "appeared")
        run("umount", below)
    touchstone.wait_for(below / "deep/new", "vanished")
    is_back(touchstone, below / "file")
    (below / "file").write_text("still watched")
    assert changes(touchstone.wait_for(below / "file", "changed"))


def test_a_tmpfs_that_was_there_at_the_start(touchstone):
    with tmpfs(touchstone.tree / "run") as where:
        (where / "file").write_text("x")
        touchstone.watch()
        (where / "file").write_text("changed")
        touchstone.wait_for(where / "file", "changed")
        run("umount", where)
        touchstone.wait_for(where / "file", "vanished")


def test_bind_mount_inside_the_tree(touchstone):
    outside = touchstone.home / "outside"
    outside.mkdir()
    (outside / "file").write_text("x")
    touchstone.watch()
    with mounted(touchstone.tree / "bound", "--bind", outside):
        touchstone.wait_for(touchstone.tree / "bound/file", "appeared")
        (outside / "file").write_text("written where nobody watches")
        touchstone.wait_for(touchstone.tree / "bound/file", "changed")
        run("umount", touchstone.tree / "bound")
        touchstone.wait_for(touchstone.tree / "bound/file", "vanished")


def test_written_through_a_bind_mount_elsewhere(touchstone):
    file = touchstone.tree / "file"
    file.write_text("x")
    with mounted(touchstone.home / "elsewhere", "--bind", touchstone.tree) as elsewhere:
        touchstone.watch()
        (elsewhere / "file").write_text("through the other door")
        touchstone.wait_for(file, "changed")
        (elsewhere / "new").write_text("x")
        touchstone.wait_for(touchstone.tree / "new", "appeared")
        assert all(f["file"]["path"].startswith(str(touchstone.tree)) for f in touchstone.settle())


def test_umount_is_not_held_back(touchstone, volume):
    (volume / "deep").mkdir()
    (volume / "deep/file").write_text("x")
    touchstone.watch()
    (volume / "deep/file").write_text("changed")
    touchstone.wait_for(volume / "deep/file", "changed")
    run("umount", volume)
    told(touchstone, volume)
    touchstone.wait_for(volume / "deep/file", "vanished")
    assert not touchstone.ended()


def test_umount_right_after_writes(touchstone, volume):
    touchstone.watch()
    for name in range(200):
        (volume / f"file{name}").write_text("x" * 1000)
    # A look at one of the files may be under way, and holds it for that long, as any reader would.
    wait_until(lambda: subprocess.run(["umount", volume], stderr=subprocess.DEVNULL).returncode == 0, "umount")
    told(touchstone, volume)


def test_mounted_again(touchstone, volume):
    file = volume / "file"
    file.write_text("x")
    image = touchstone.home / "image"
    touchstone.watch()
    run("umount", volume)
    touchstone.wait_for(file, "vanished")
    run("mount", "-o", "loop", image, volume)
    is_back(touchstone, file)
    file.write_text("changed")
    touchstone.wait_for(file, "changed")


def test_a_parent_of_the_watched_root_is_renamed(touchstone):
    root = touchstone.tree / "parent/root"
    root.mkdir(parents=True)
    (root / "file").write_text("x")
    touchstone.configure(path=root)
    touchstone.watch()
    (touchstone.tree / "parent").rename(touchstone.tree / "other")
    touchstone.wait_for(root / "file", "vanished")
    (touchstone.tree / "other/root/file").write_text("changed while away")
    (touchstone.tree / "other").rename(touchstone.tree / "parent")
    wait_until(lambda: touchstone.findings(root / "file")[-1]["event"]["action"] != "vanished", "its return")
    assert touchstone.findings(root / "file")[-1]["file"]["size"] == len("changed while away")
    (root / "file").write_text("x")
    touchstone.wait_for(root / "file", "reverted")


@pytest.mark.parametrize("marks", ["automatic", "directory"])
def test_overlayfs(touchstone, marks):
    for name in ("lower", "scratch"):
        (touchstone.home / name).mkdir()
    (touchstone.home / "lower/file").write_text("x")
    with tmpfs(touchstone.home / "scratch") as scratch:
        (scratch / "upper").mkdir()
        (scratch / "work").mkdir()
        options = f"lowerdir={touchstone.home}/lower,upperdir={scratch}/upper,workdir={scratch}/work"
        with mounted(touchstone.tree / "merged", "-t", "overlay", "-o", options, "overlay") as merged:
            touchstone.configure(more=f'[sources]\nfanotify = "{marks}"')
            touchstone.watch()
            (merged / "file").write_text("copied up")
            touchstone.wait_for(merged / "file", "changed")
            (merged / "new").write_text("x")
            touchstone.wait_for(merged / "new", "appeared")
            (merged / "new").unlink()
            touchstone.wait_for(merged / "new", "vanished")
            touchstone.stop()


@pytest.fixture
def unwatchable(touchstone):
    """Pseudo and FUSE file systems in the tree, mounted there and bound to there. What `check` and others must say of them."""
    behind = touchstone.home / "behind"
    behind.mkdir()
    (behind / "file").write_text("x")
    (touchstone.tree / "file").write_text("x")
    with contextlib.ExitStack() as mounts:
        mounts.enter_context(mounted(touchstone.tree / "proc", "-t", "proc", "proc"))
        mounts.enter_context(mounted(touchstone.tree / "bound", "--bind", "/sys/kernel"))
        fuse = touchstone.tree / "deep/fuse"
        fuse.mkdir(parents=True)
        run("bindfs", behind, fuse)
        mounts.callback(subprocess.run, ["umount", "-l", fuse])
        memory = mounts.enter_context(tmpfs(touchstone.tree / "memory"))
        (memory / "file").write_text("x")
        yield [f"{touchstone.tree}/bound (sysfs)", f"{touchstone.tree}/deep/fuse (fuse)", f"{touchstone.tree}/proc (proc)"]


def test_pseudo_and_fuse_file_systems_are_not_entered_and_that_is_said(touchstone, unwatchable):
    said = touchstone.build().stderr.decode()
    assert [line.removeprefix("touchstone: not entered: ") for line in said.splitlines()] == unwatchable
    checked = touchstone.run("check")
    assert [line.removeprefix("not entered: ") for line in checked.stdout.decode().splitlines()[:-1]] == unwatchable
    report = json.loads(touchstone.run("check", "--json").stdout)
    assert report["summary"]["skipped_mounts"] == unwatchable
    assert report["summary"]["objects"] == 8  # the tree, file, proc, bound, deep, deep/fuse, memory, and what is in memory: tmpfs is no pseudo file system
    touchstone.start()
    started = wait_until(lambda: [n for n in touchstone.notices("sweep-finished") if n["touchstone"]["details"].get("skipped")], "the first sweep")
    assert started[0]["touchstone"]["details"]["skipped"] == ", ".join(unwatchable)
    assert touchstone.status()["sweep"]["skipped"] == ", ".join(unwatchable)
    assert touchstone.settle() == []


def test_those_that_are_named_are_entered(touchstone, unwatchable):
    touchstone.configure(more='[sources]\nfilesystems = ["fuse"]')
    left = [each for each in unwatchable if "(fuse)" not in each]
    assert [line.removeprefix("touchstone: not entered: ") for line in touchstone.build().stderr.decode().splitlines()] == left
    assert touchstone.run("baseline", "show", touchstone.tree / "deep/fuse/file").returncode == 0
    (touchstone.home / "behind/file").write_text("changed")
    assert touchstone.run("check", check=False).returncode == 4
    touchstone.configure(path=touchstone.tree / "proc/sys/kernel/random")  # a watch that begins on one
    assert touchstone.build().stderr == b""
    assert touchstone.run("baseline", "show", touchstone.tree / "proc/sys/kernel/random/poolsize").returncode == 0
