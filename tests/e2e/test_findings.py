"""One logical change, one finding, with before, after and who."""
import ctypes
import hashlib
import json
import os
import shutil
import subprocess
import sys

from conftest import changes, wait_until


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def test_a_rewritten_file_is_one_changed(touchstone):
    file = touchstone.tree / "passwd"
    file.write_bytes(b"before")
    touchstone.watch()
    file.write_bytes(b"afterwards")
    finding = touchstone.wait_for(file, "changed")
    assert changes(finding)["sha256"] == (sha256(b"before"), sha256(b"afterwards"))
    assert changes(finding)["size"] == ("6", "10")
    assert finding["file"]["hash"]["sha256"] == sha256(b"afterwards")
    assert finding["touchstone"]["verdict"] == "unexpected"
    assert finding["touchstone"]["differs_from_baseline"] is True
    assert finding["process"]["pid"] == os.getpid()
    assert finding["process"]["executable"] == os.readlink("/proc/self/exe")
    assert len(touchstone.settle()) == 1


def test_put_back_is_reverted(touchstone):
    file = touchstone.tree / "file"
    file.write_text("one")
    touchstone.watch()
    file.write_text("two")
    touchstone.wait_for(file, "changed")
    file.write_text("one")
    finding = touchstone.wait_for(file, "reverted")
    assert finding["touchstone"]["differs_from_baseline"] is False
    assert [f["event"]["action"] for f in touchstone.settle()] == ["changed", "reverted"]


def test_mode_and_owner(touchstone):
    file = touchstone.tree / "file"
    file.write_text("x")
    file.chmod(0o644)
    touchstone.watch()
    file.chmod(0o4755)
    assert changes(touchstone.wait_for(file, "changed"))["mode"] == ("0644", "4755")
    touchstone.settle()
    os.chown(file, 1, 2)
    found = touchstone.settle()[1:]
    assert any(changes(f).get("uid") == ("0", "1") for f in found)


def test_appears_and_vanishes(touchstone):
    touchstone.watch()
    file = touchstone.tree / "new"
    file.write_text("x")
    assert touchstone.wait_for(file, "appeared")["touchstone"]["differs_from_baseline"] is True
    file.unlink()
    assert touchstone.wait_for(file, "vanished")["touchstone"]["differs_from_baseline"] is False


def test_nothing_changed_is_nothing(touchstone):
    file = touchstone.tree / "file"
    file.write_text("x")
    touchstone.watch()
    with open(file, "r+b") as opened:
        os.fsync(opened.fileno())
    file.read_text()
    assert touchstone.settle() == []


def test_sed_in_place_is_one_changed(touchstone):
    file = touchstone.tree / "hosts"
    file.write_text("127.0.0.1 localhost\n")
    touchstone.watch()
    subprocess.run(["sed", "-i", "s/localhost/here/", file], check=True)
    finding = touchstone.wait_for(file, "changed")
    if "process" in finding:
        assert finding["process"]["name"] == "sed"
    else:  # fanotify names a process that may have ended by then
        assert "had ended before its first event was read" in finding["touchstone"]["actor_unknown"]
    assert [f["event"]["action"] for f in touchstone.settle()] == ["changed"]


def test_a_thousand_small_writes_are_one_finding(touchstone):
    file = touchstone.tree / "file"
    file.write_text("")
    touchstone.watch()
    with open(file, "ab", buffering=0) as opened:
        for _ in range(1000):
            opened.write(b"line\n")
    assert changes(touchstone.wait_for(file, "changed"))["size"] == ("0", "5000")
    assert len(touchstone.settle()) == 1


def test_a_tree_unpacked_is_one_finding_for_each_object(touchstone):
    source = touchstone.home / "source/a/b"
    source.mkdir(parents=True)
    for name in range(20):
        (source / f"file{name}").write_text(str(name))
    archive = touchstone.home / "a.tar"
    subprocess.run(["tar", "-C", touchstone.home / "source", "-cf", archive, "a"], check=True)
    touchstone.watch()
    subprocess.run(["tar", "-C", touchstone.tree, "-xf", archive], check=True)
    touchstone.wait_for(touchstone.tree / "a/b/file19", "appeared")
    found = touchstone.settle()
    directories = [str(touchstone.tree / "a"), str(touchstone.tree / "a/b")]
    late = [f for f in found if f["event"]["action"] != "appeared"]  # a slow tar gives directories their mode and times after that
    assert {f["file"]["path"] for f in late} <= set(directories)
    found = [f for f in found if f not in late]
    assert sorted(f["file"]["path"] for f in found) == sorted(
        directories + [str(touchstone.tree / f"a/b/file{n}") for n in range(20)]
    )
    assert {f["process"]["name"] for f in found if "process" in f} <= {"tar"}


def test_rename_of_a_file(touchstone):
    file = touchstone.tree / "old"
    file.write_text("x")
    touchstone.watch()
    file.rename(touchstone.tree / "new")
    finding = touchstone.wait_for(touchstone.tree / "new", "renamed")
    assert finding["touchstone"]["previous_path"] == str(file)
    assert len(touchstone.settle()) == 1


def test_rename_of_a_directory_is_one_finding(touchstone):
    directory = touchstone.tree / "old"
    (directory / "deep").mkdir(parents=True)
    for name in range(5):
        (directory / f"deep/file{name}").write_text("x")
    touchstone.watch()
    directory.rename(touchstone.tree / "new")
    finding = touchstone.wait_for(touchstone.tree / "new", "renamed")
    assert finding["touchstone"]["descendants"] == 6
    assert len(touchstone.settle()) == 1
    (touchstone.tree / "new/deep/file3").write_text("changed")
    assert touchstone.wait_for(touchstone.tree / "new/deep/file3", "changed")


def exchange(one, other):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(-100, os.fsencode(one), -100, os.fsencode(other), 2) != 0:  # AT_FDCWD, RENAME_EXCHANGE
        raise OSError(ctypes.get_errno(), "renameat2")


def compared(touchstone):
    done = touchstone.run("check", "--json", check=False)
    return {(one["path"], one["action"]) for one in json.loads(done.stdout)["differences"]}


def fill(directory, *names):
    directory.mkdir()
    (directory / "deep").mkdir()
    for name in names:
        (directory / name).write_text(f"{directory.name}: {name}")


def actions(found):
    return sorted((f["event"]["action"], os.path.basename(f["touchstone"].get("previous_path", "")), f["file"]["path"]) for f in found)


def test_exchanged_directories_are_two_renamed(touchstone):
    one, two = touchstone.tree / "one", touchstone.tree / "two"
    fill(one, "both", "deep/both", "only-one")
    fill(two, "both", "deep/both", "deep/only-two")
    touchstone.watch()
    exchange(one, two)
    touchstone.wait_for(one, "renamed")
    found = touchstone.settle()
    assert actions(found) == [("renamed", "one", str(two)), ("renamed", "two", str(one))]
    assert {f["touchstone"]["descendants"] for f in found} == {4}
    (one / "both").write_text("changed later")
    changed = touchstone.wait_for(one / "both", "changed")
    assert changes(changed)["sha256"][0] == sha256(b"two: both")
    truth = {(str(path / name), "changed") for path in (one, two) for name in ("both", "deep/both")}
    truth |= {(str(one / "only-one"), "vanished"), (str(two / "only-one"), "appeared")}
    truth |= {(str(two / "deep/only-two"), "vanished"), (str(one / "deep/only-two"), "appeared")}
    assert compared(touchstone) == truth
    exchange(one, two)
    (two / "both").write_text("two: both")
    touchstone.settle()
    touchstone.stop()
    known = len(touchstone.findings())
    touchstone.start()
    wait_until(lambda: len(touchstone.notices("sweep-finished")) > 1, "the catch-up")
    touchstone.settle()
    assert [f for f in touchstone.findings()[known:] if "/settle-" not in f["file"]["path"]] == []
    assert compared(touchstone) == set()


def test_directories_that_move_up_and_round(touchstone):
    tree = touchstone.tree
    for name in ("a", "b", "c", "x", "y", "z"):
        fill(tree / name, "both", name)
    touchstone.watch()
    (tree / "a").rename(tree / "d")  # up in a row
    (tree / "b").rename(tree / "a")
    (tree / "c").rename(tree / "b")
    exchange(tree / "x", tree / "y")  # and round: what was y is z, what was z is x, what was x is y
    exchange(tree / "x", tree / "z")
    touchstone.wait_for(tree / "z", "renamed")
    found = touchstone.settle()
    assert actions(found) == sorted(("renamed", f, str(tree / t)) for f, t in zip("bcazxy", "abdxyz"))
    assert {f["touchstone"]["descendants"] for f in found} == {3}
    assert sorted(os.path.basename(f) for f, action in compared(touchstone) if action == "appeared") == sorted(
        ["d", "both", "deep", "a", "b", "c", "x", "y", "z"]
    )


def test_a_directory_takes_the_place_of_what_held_it(touchstone):
    tree = touchstone.tree
    fill(tree / "outer")
    (tree / "outer/deep/file").write_text("x")
    touchstone.watch()
    wait_until(lambda: touchstone.notices("sweep-finished"), "the catch-up")  # it tells who `outer` was, which has gone when the kernel's word is read
    (tree / "outer/deep").rename(tree / "aside")
    (tree / "outer").rmdir()
    (tree / "aside").rename(tree / "outer")
    touchstone.wait_for(tree / "outer", "renamed")
    found = [f for f in touchstone.settle() if f["event"]["action"] != "vanished" or "transient" not in f["touchstone"]]
    assert actions(found) == [("renamed", "deep", str(tree / "outer"))]
    assert compared(touchstone) == {(str(tree / "outer/deep"), "vanished"), (str(tree / "outer/deep/file"), "vanished"), (str(tree / "outer/file"), "appeared")}


def test_changed_and_renamed_at_once(touchstone):
    """The look at the change comes too late to find the name, and too early to know of the rename."""
    tree, count = touchstone.tree, 200
    for name in range(count):
        (tree / f"file{name}").write_text(str(name))
        (tree / f"directory{name}").mkdir()
        (tree / f"directory{name}/inside").write_text(str(name))
    touchstone.watch()
    for name in range(count):
        (tree / f"file{name}").chmod(0o600)
        (tree / f"file{name}").rename(tree / f"new-file{name}")
        (tree / f"directory{name}").chmod(0o700)
        (tree / f"directory{name}/inside").chmod(0o600)
        (tree / f"directory{name}").rename(tree / f"new-directory{name}")
    found = touchstone.settle()
    assert [f for f in actions(found) if f[0] not in ("changed", "renamed")] == []
    assert sorted(f["file"]["path"] for f in found if f["event"]["action"] == "renamed") == sorted(
        str(tree / f"new-{kind}{name}") for kind in ("file", "directory") for name in range(count)
    )


def test_moved_in_and_out(touchstone):
    outside = touchstone.home / "outside"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep/file").write_text("x")
    touchstone.watch()
    outside.rename(touchstone.tree / "inside")
    touchstone.wait_for(touchstone.tree / "inside", "appeared")
    touchstone.wait_for(touchstone.tree / "inside/deep/file", "appeared")
    (touchstone.tree / "inside").rename(outside)
    touchstone.wait_for(touchstone.tree / "inside/deep/file", "vanished")
    touchstone.wait_for(touchstone.tree / "inside", "vanished")


def test_what_only_leads_to_a_watch_is_removed(touchstone):
    """Nothing is known of a home directory itself when only what is in it is watched."""
    def home(name):
        (touchstone.tree / name / "keys/deep").mkdir(parents=True)
        (touchstone.tree / name / "keys/id").write_text(name)
        (touchstone.tree / name / "keys/deep/id").write_text(name)
        return touchstone.tree / name

    def gone(directory):
        return {(str(directory / name), "vanished") for name in ("keys", "keys/id", "keys/deep", "keys/deep/id")}

    one, two = home("one"), home("two")
    home("stays")
    touchstone.configure(path=touchstone.tree / "*/keys")
    touchstone.watch()
    touchstone.stop()
    shutil.rmtree(one)
    assert compared(touchstone) == gone(one)
    touchstone.start()
    touchstone.wait_for(one / "keys/deep/id", "vanished")
    wait_until(lambda: touchstone.notices("sweep-finished"), "the catch-up")
    two.rename(touchstone.home / "elsewhere")  # and while it is on
    touchstone.wait_for(two / "keys/deep/id", "vanished")
    wait_until(lambda: len(touchstone.findings()) >= 8, "all of both")
    assert {(f["file"]["path"], f["event"]["action"]) for f in touchstone.findings()} == gone(one) | gone(two) == compared(touchstone)
    assert len(touchstone.findings()) == 8
    touchstone.stop()
    touchstone.start()
    wait_until(lambda: len(touchstone.notices("sweep-finished")) > 1, "another catch-up")
    assert len(touchstone.findings()) == 8


def test_hard_link_outside_the_tree(touchstone):
    file = touchstone.tree / "file"
    file.write_text("x")
    outside = touchstone.home / "link"
    touchstone.watch()
    os.link(file, outside)
    assert changes(touchstone.wait_for(file, "changed"))["link_count"] == ("1", "2")
    outside.write_text("through the link")
    found = touchstone.settle()
    assert any("sha256" in changes(f) for f in found if f["file"]["path"] == str(file))


def test_a_short_lived_writer_is_named(touchstone):
    file = touchstone.tree / "file"
    file.write_text("x")
    touchstone.watch()
    subprocess.run([sys.executable, "-c", f"import time; open({str(file)!r}, 'w').write('y'); time.sleep(0.2)"], check=True)
    finding = touchstone.wait_for(file, "changed")
    assert finding["process"]["args"][1] == "-c"
    assert finding["process"]["parent"]["pid"] == os.getpid()


def test_names_of_any_bytes(touchstone):
    touchstone.watch()
    name = os.fsencode(touchstone.tree) + b"/\xff\nname\x01"
    with open(name, "w") as opened:
        opened.write("x")
    found = touchstone.settle()
    assert len(found) == 1
    assert bytes.fromhex(found[0]["touchstone"]["path_hex"]) == name
    shown = touchstone.run("baseline", "accept", os.fsdecode(name))
    assert shown.returncode == 0
    assert touchstone.run("check").returncode == 0


def test_special_files_are_not_opened(touchstone):
    os.mkfifo(touchstone.tree / "fifo")
    touchstone.watch()
    os.mkfifo(touchstone.tree / "fifo2")
    assert touchstone.wait_for(touchstone.tree / "fifo2", "appeared")["file"]["type"] == "fifo"


def test_atime_is_kept(touchstone):
    file = touchstone.tree / "file"
    file.write_text("x")
    os.utime(file, ns=(1, 1))
    touchstone.watch()
    file.chmod(0o600)
    touchstone.wait_for(file, "changed")
    touchstone.run("check", check=False)
    assert os.stat(file).st_atime_ns == 1
