"""What each profile judges, what is excluded, which watch wins, and paths that come and go."""
import os
import shutil
import signal

from conftest import changes, wait_until


def paths(findings):
    return {f["file"]["path"] for f in findings}


def rewrite_in_secret(file, text):
    """New content of the same size, and mtime put back."""
    before = os.stat(file)
    file.write_text(text)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_metadata_does_not_know_content(touchstone):
    touchstone.configure('profile = "metadata"')
    file = touchstone.tree / "file"
    file.write_text("one")
    touchstone.watch()
    touchstone.daemon.send_signal(signal.SIGSTOP)  # a look between the writing and the putting back would see mtime moved
    rewrite_in_secret(file, "two")
    touchstone.daemon.send_signal(signal.SIGCONT)
    found = touchstone.settle()
    assert {f["event"]["action"] for f in found} <= {"touched"}
    assert all("hash" not in f["file"] for f in found)
    assert touchstone.run("check", check=False).returncode == 0


def test_metadata_does_not_read(touchstone):
    touchstone.configure('profile = "metadata"')
    file = touchstone.tree / "file"
    file.write_text("one")
    os.utime(file, ns=(1, 1))  # with relatime, the next read would move atime
    before = os.stat(file).st_atime_ns
    touchstone.watch()
    file.chmod(0o600)
    touchstone.wait_for(file, "changed")
    assert os.stat(file).st_atime_ns == before


def test_metadata_judges_mode_and_size(touchstone):
    touchstone.configure('profile = "metadata"')
    file = touchstone.tree / "file"
    file.write_text("one")
    file.chmod(0o644)
    touchstone.watch()
    file.chmod(0o600)
    assert changes(touchstone.wait_for(file, "changed"))["mode"] == ("0644", "0600")
    file.write_text("longer")  # truncated and written: one finding, or two
    sizes = [changes(f)["size"] for f in touchstone.settle() if "size" in changes(f)]
    assert sizes in ([("3", "6")], [("3", "0"), ("0", "6")])


def test_reading_content_keeps_atime(touchstone):
    file = touchstone.tree / "file"
    file.write_text("one")
    os.utime(file, ns=(1, 1))
    touchstone.watch()
    assert touchstone.run("check").returncode == 0
    assert os.stat(file).st_atime_ns == 1


def test_presence(touchstone):
    touchstone.configure('profile = "presence"')
    file = touchstone.tree / "file"
    file.write_text("one")
    touchstone.watch()
    file.write_text("something else")
    file.chmod(0o600)
    assert {f["event"]["action"] for f in touchstone.settle()} <= {"touched"}
    assert touchstone.run("check", check=False).returncode == 0
    file.unlink()
    touchstone.wait_for(file, "vanished")
    (touchstone.tree / "new").write_text("x")
    touchstone.wait_for(touchstone.tree / "new", "appeared")


def test_excludes(touchstone):
    (touchstone.tree / "cache/deep").mkdir(parents=True)
    touchstone.configure(f'profile = "content"\nexclude = ["{touchstone.tree}/cache", "*.swp"]')
    touchstone.watch()
    (touchstone.tree / "cache/file").write_text("x")
    (touchstone.tree / "cache/deep/file").write_text("x")
    (touchstone.tree / ".file.swp").write_text("x")
    (touchstone.tree / "file.swpx").write_text("x")
    touchstone.wait_for(touchstone.tree / "file.swpx", "appeared")
    assert paths(touchstone.settle()) == {str(touchstone.tree / "file.swpx")}


def test_the_most_specific_watch_wins(touchstone):
    inner = touchstone.tree / "inner"
    inner.mkdir()
    touchstone.configure(more=f'[[watch]]\npath = "{inner}"\nprofile = "presence"\nseverity = "critical"')
    for directory in (touchstone.tree, inner):
        (directory / "file").write_text("one")
    touchstone.watch()
    for directory in (touchstone.tree, inner):
        (directory / "file").write_text("two, and longer")
    touchstone.wait_for(touchstone.tree / "file", "changed")
    assert all(f["event"]["action"] == "touched" for f in touchstone.settle() if f["file"]["path"] == str(inner / "file"))
    (inner / "new").write_text("x")
    finding = touchstone.wait_for(inner / "new", "appeared")
    assert finding["event"]["severity"] == 99
    assert finding["rule"]["name"] == str(inner)


def test_a_longer_name_is_another_path(touchstone):
    etc, etcetera = touchstone.tree / "etc", touchstone.tree / "etcetera"
    etc.mkdir()
    etcetera.mkdir()
    touchstone.configure(path=etc)
    touchstone.watch()
    (etcetera / "file").write_text("x")
    (etc / "file").write_text("x")
    touchstone.wait_for(etc / "file", "appeared")
    touchstone.stop()
    assert paths(touchstone.findings()) == {str(etc / "file")}


def test_a_watched_path_that_does_not_exist_yet(touchstone):
    late = touchstone.tree / "one/two/late"
    touchstone.configure(path=late)
    touchstone.watch()
    late.mkdir(parents=True)
    touchstone.wait_for(late, "appeared")
    (late / "file").write_text("x")
    touchstone.wait_for(late / "file", "appeared")


def test_a_watched_path_deleted_and_back(touchstone):
    root = touchstone.tree / "root"
    root.mkdir()
    (root / "file").write_text("one")
    touchstone.configure(path=root)
    touchstone.watch()
    for turn in range(3):
        shutil.rmtree(root)
        (touchstone.tree / "elsewhere").write_text("x")
        wait_until(lambda: len(touchstone.findings(root / "file", "vanished")) == turn + 1, "vanished")
        root.mkdir()
        (root / "file").write_text(f"turn {turn}")
        wait_until(lambda: touchstone.findings(root / "file") and touchstone.findings(root / "file")[-1]["event"]["action"] != "vanished", "its return")


def test_a_glob_watch(touchstone):
    for user in ("ann", "bob"):
        (touchstone.tree / user / ".ssh").mkdir(parents=True)
        (touchstone.tree / user / "diary").write_text("x")
    touchstone.configure(path=touchstone.tree / "*/.ssh")
    touchstone.watch()
    (touchstone.tree / "ann/.ssh/authorized_keys").write_text("key")
    touchstone.wait_for(touchstone.tree / "ann/.ssh/authorized_keys", "appeared")
    (touchstone.tree / "bob/diary").write_text("y")
    (touchstone.tree / "eve/.ssh").mkdir(parents=True)
    (touchstone.tree / "eve/.ssh/id").write_text("key")
    touchstone.wait_for(touchstone.tree / "eve/.ssh/id", "appeared")
    touchstone.stop()
    assert all("/.ssh" in path for path in paths(touchstone.findings()))
