"""What changed in a text: shown in the event, without secrets, and never of what is private unless that is asked for."""
import os
import pty
import sqlite3
import subprocess

import pytest
from conftest import PROGRAM, wait_until
from test_reports import metrics, with_metrics


@pytest.fixture
def texts(touchstone):
    """A tree that everybody may read: differences are of nothing else."""
    touchstone.home.chmod(0o755)
    touchstone.tree.chmod(0o755)
    touchstone.configure("diff = true")
    return touchstone


def write(path, text, mode=0o644):
    path.write_text(text)
    path.chmod(mode)
    return path


def on(touchstone, copies):
    """The watch on, and so many copies kept."""
    touchstone.watch()
    wait_until(lambda: touchstone.status()["diff"]["copies"] == copies, lambda: f"{copies} copies; have {touchstone.status()['diff']}")


def changed(touchstone, path):
    """The last finding about the content; a file that is written in place may be looked at in between."""
    wait_until(lambda: any("diff" in f["touchstone"] for f in touchstone.findings(path)), lambda: f"a diff of {path}; have {touchstone.summary()}")
    touchstone.settle()
    return [f for f in touchstone.findings(path) if "diff" in f["touchstone"]][-1]["touchstone"]["diff"]


def replace(path, text):
    """In one go, as editors save: there is no state in between."""
    new = path.with_name(".new")
    write(new, text, path.stat().st_mode & 0o7777)
    os.rename(new, path)


def lines(diff):
    return diff["text"].splitlines()[2:]


def kept(touchstone):
    """All bytes of the copies on the disk."""
    return b"".join(path.read_bytes() for path in touchstone.state.glob("copies.db*"))


def test_a_changed_line_is_shown_and_a_secret_masked(texts):
    file = write(texts.tree / "app.conf", "port = 80\nuser = joe\npassword = hunter2\n")
    on(texts, 1)
    replace(file, "port = 81\nuser = joe\npassword = correct horse\n")
    diff = changed(texts, file)
    assert diff["text"].startswith(f"--- {file}\n+++ {file}\n@@ -1,3 +1,3 @@\n")
    assert sorted(line for line in lines(diff) if line[0] in "+-") == ["+password = ********", "+port = 81", "-password = ********", "-port = 80"]
    assert (diff["added"], diff["removed"]) == (2, 2)
    assert not any(secret in texts.log_file.read_text() for secret in ("hunter2", "correct horse"))


def test_the_form_is_that_of_diff_and_patch_takes_it(texts):
    old = "".join(f"line {n}\n" for n in range(60))
    new = old.replace("line 7\n", "").replace("line 30\n", "line 30\nmore\n").replace("line 58\n", "other\n").rstrip("\n")
    file = write(texts.tree / "file", old)
    on(texts, 1)
    replace(file, new)
    text = changed(texts, file)["text"]
    before, after = write(texts.home / "before", old), write(texts.home / "after", new)
    theirs = subprocess.run(["diff", "-u", before, after], capture_output=True, text=True).stdout
    assert text.splitlines()[2:] == theirs.splitlines()[2:]


def test_copies_are_private_to_root(texts):
    write(texts.tree / "file", "one\n")
    on(texts, 1)
    assert [(texts.state / "copies.db").stat().st_mode & 0o777, texts.state.stat().st_mode & 0o777] == [0o600, 0o700]


@pytest.mark.parametrize("name, mode", [("secrets.conf.x", 0o640), ("shadow", 0o644), ("server.key", 0o644)])
def test_what_is_private_is_neither_shown_nor_kept(texts, name, mode):
    file = write(texts.tree / name, "root:one\n", mode)
    public = write(texts.tree / "public", "public one\n")
    on(texts, 1)
    replace(file, "root:two\n")
    diff = changed(texts, file)
    assert "text" not in diff and diff["why_not"].endswith('the watch does not say diff = "private"')
    replace(public, "public two\n")
    assert "+public two" in lines(changed(texts, public))
    assert b"public one" in kept(texts) and b"root:one" not in kept(texts) and b"root:two" not in kept(texts)
    assert "root:two" not in texts.log_file.read_text()


def test_what_is_private_is_shown_where_that_is_asked_for_and_forgotten_when_no_more(texts):
    texts.configure('diff = "private"')
    file = write(texts.tree / "shadow", "joe:$6$salt$0123456789abcdef:19000:0:99999:7:::\n", 0o600)
    on(texts, 1)
    replace(file, "joe:$6$salt$fedcba9876543210:19001:0:99999:7:::\n")
    assert lines(changed(texts, file))[1:] == ["-joe:********:19000:0:99999:7:::", "+joe:********:19001:0:99999:7:::"]
    assert b"$6$salt$" in kept(texts)
    texts.configure("diff = true")
    texts.reload()
    wait_until(lambda: texts.status()["diff"]["copies"] == 0, "no copies")
    assert b"$6$salt$" not in kept(texts)
    texts.configure()
    texts.reload()
    wait_until(lambda: not texts.status()["diff"]["on"], "no differences")
    assert not list(texts.state.glob("copies.db*"))


def test_a_file_that_holds_a_private_key_is_private(texts):
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\n-----END PRIVATE KEY-----\n"
    file = write(texts.tree / "server.pem", key + "one\n")
    texts.watch()
    replace(file, key + "two\n")
    assert "it holds a private key" in changed(texts, file)["why_not"]
    assert b"MIIEvQIBADAN" not in kept(texts)


def test_closed_to_others_a_file_is_shown_no_more(texts):
    file = write(texts.tree / "file", "one\n")
    on(texts, 1)
    file.chmod(0o600)
    texts.wait_for(file, "changed")
    wait_until(lambda: texts.status()["diff"]["copies"] == 0, "no copies")
    replace(file, "two\n")
    assert "not everybody may read it" in changed(texts, file)["why_not"]


def test_large_and_binary_files_have_none_and_say_why(texts):
    texts.configure("diff = true", "[diff]\nfile_bytes = 1000")
    large, binary = write(texts.tree / "large", "x" * 1000), write(texts.tree / "binary", "a\n")
    on(texts, 2)
    replace(large, "x" * 1001)
    assert "larger than [diff] file_bytes, which is 1000" in changed(texts, large)["why_not"]
    binary.write_bytes(b"a\0b")
    assert changed(texts, binary)["why_not"] == "it is not text"


def test_no_more_is_shown_than_the_limit_allows(texts):
    texts.configure("diff = true", "[diff]\ntext_bytes = 256")
    file = write(texts.tree / "file", "")
    on(texts, 1)
    replace(file, "".join(f"line {n}\n" for n in range(1000)))
    diff = changed(texts, file)
    assert len(diff["text"]) <= 256 and diff["added"] == 1000 and len(lines(diff)) - 1 + diff["lines_omitted"] == 1000


def test_copies_are_bounded_counted_and_the_event_says_what_is_missing(texts):
    texts.configure("diff = true", "[diff]\ncopies = 1")
    files = [write(texts.tree / name, "one\n") for name in "ab"]
    on(texts, 1)
    wait_until(lambda: texts.status()["diff"]["refused"] > 0, "a refused copy")
    for file in files:
        replace(file, "two\n")
    missing = [diff["why_not"] for diff in (changed(texts, file) for file in files) if "why_not" in diff]
    assert missing and all("[diff] copies, which is 1, was reached" in why for why in missing)


def test_what_changes_while_nobody_watches_is_shown_by_the_next_start(texts):
    file = write(texts.tree / "file", "one\n")
    on(texts, 1)
    texts.stop()
    file.write_text("two\n")
    texts.start()
    assert lines(changed(texts, file))[1:] == ["-one", "+two"]


def test_after_a_restart_copies_are_still_there(texts):
    file = write(texts.tree / "file", "one\n")
    on(texts, 1)
    texts.kill()
    texts.start()
    replace(file, "two\n")
    assert lines(changed(texts, file))[1:] == ["-one", "+two"]


def test_a_copy_that_somebody_altered_is_not_shown(texts):
    file = write(texts.tree / "file", "allow nobody\n")
    on(texts, 1)
    texts.stop()
    with sqlite3.connect(texts.state / "copies.db") as database:
        database.execute("UPDATE copy SET content = CAST('allow all of us' AS BLOB)")
    database.close()
    texts.start()
    replace(file, "allow everybody\n")
    diff = changed(texts, file)
    assert "the one that was kept is damaged" in diff["why_not"]
    assert texts.status()["diff"]["damaged"] == 1


def test_copies_that_cannot_be_read_are_made_anew(texts):
    file = write(texts.tree / "file", "one\n")
    on(texts, 1)
    texts.kill()
    for path in texts.state.glob("copies.db*"):
        path.write_bytes(b"x" * 8192)
    texts.start()
    wait_until(lambda: texts.status()["diff"]["copies"] == 1, "a new copy")
    replace(file, "two\n")
    assert lines(changed(texts, file))[1:] == ["-one", "+two"]


def test_copies_that_cannot_be_opened_are_told_once_and_had_as_soon_as_they_can_be(texts):
    metrics_file = with_metrics(texts, watch="diff = true")
    file = write(texts.tree / "file", "one\n")
    texts.build()
    in_the_way = texts.state / "copies.db/in the way"
    in_the_way.mkdir(parents=True)
    texts.start()
    notice = wait_until(lambda: texts.notices("output-failed"), "that there are no copies")[0]
    assert notice["touchstone"]["details"]["output"] == "copies of texts" and "copies.db" in notice["message"]
    replace(file, "two\n")
    assert "copies.db" in changed(texts, file)["why_not"]
    wait_until(lambda: texts.status()["diff"]["failed"] >= 2, "another attempt")
    assert "copies.db" in texts.status()["diff"]["unopened"]
    wait_until(lambda: metrics_file.exists() and metrics(metrics_file).get(("touchstone_diff_unavailable",)) == 1, "the same in the metrics")
    assert len(texts.notices("output-failed")) == 1 and texts.notices("output-recovered") == []

    in_the_way.rmdir()
    in_the_way.parent.rmdir()
    wait_until(lambda: texts.notices("output-recovered"), "that there are copies again")
    wait_until(lambda: texts.status()["diff"]["copies"] == 1, "a copy of what nobody has touched since")
    assert texts.status()["diff"]["unopened"] == ""
    wait_until(lambda: metrics(metrics_file)["touchstone_diff_unavailable",] == 0, "the same in the metrics")
    replace(file, "three\n")
    wait_until(lambda: "three" in str(changed(texts, file)), "the difference")
    assert lines(changed(texts, file))[1:] == ["-two", "+three"]
    assert len(texts.notices("output-failed")) == len(texts.notices("output-recovered")) == 1


def test_a_renamed_file_keeps_its_copy(texts):
    file = write(texts.tree / "file", "one\n")
    on(texts, 1)
    moved = texts.tree / "moved"
    os.rename(file, moved)
    texts.wait_for(moved, "renamed")
    texts.settle()
    replace(moved, "two\n")
    assert lines(changed(texts, moved))[1:] == ["-one", "+two"]


def test_what_went_along_with_its_directory_gets_a_copy_there_and_leaves_none(texts):
    (texts.tree / "d").mkdir(mode=0o755)
    write(texts.tree / "d/file", "one\n")
    on(texts, 1)
    os.rename(texts.tree / "d", texts.tree / "e")
    texts.wait_for(texts.tree / "e", "renamed")
    wait_until(lambda: texts.status()["diff"]["copies"] == 2, "a copy below the new name")
    texts.stop()
    texts.start()
    wait_until(lambda: texts.status()["diff"]["copies"] == 1, "one copy")
    replace(texts.tree / "e/file", "two\n")
    assert lines(changed(texts, texts.tree / "e/file"))[1:] == ["-one", "+two"]


def test_what_is_put_back_is_shown_too(texts):
    file = write(texts.tree / "file", "one\n")
    on(texts, 1)
    replace(file, "two\n")
    changed(texts, file)
    replace(file, "one\n")
    assert lines(texts.wait_for(file, "reverted")["touchstone"]["diff"])[1:] == ["-two", "+one"]


def test_a_watch_without_it_keeps_nothing(texts):
    other = texts.home / "other"
    other.mkdir(mode=0o755)
    file = write(other / "file", "one\n")
    texts.configure("diff = true", f'[[watch]]\npath = "{other}"')
    write(texts.tree / "file", "x\n")
    on(texts, 1)
    replace(file, "two\n")
    assert "diff" not in texts.wait_for(file, "changed")["touchstone"]
    assert b"two" not in kept(texts)


def test_events_shows_it_in_colours_on_a_terminal(texts):
    file = write(texts.tree / "file", "one\n")
    on(texts, 1)
    replace(file, "two\n")
    changed(texts, file)
    plain = texts.run("events").stdout.decode()
    assert "\n    -one\n    +two\n" in plain
    primary, secondary = pty.openpty()
    subprocess.run([PROGRAM, "events", "--config", texts.config_file], stdout=secondary, env={**os.environ, "TERM": "xterm", "NO_COLOR": ""}, timeout=60, check=True)
    os.close(secondary)
    assert b"\x1b[32m+two\x1b[0m" in os.read(primary, 65536)
    os.close(primary)


def test_explain_says_whether_a_change_would_be_shown(texts):
    shown, hidden = write(texts.tree / "file", "one\n"), write(texts.tree / "x.key", "one\n")
    texts.build()
    assert b"a change of its content is shown" in texts.run("explain", shown).stdout
    assert b"is not shown: its name is that of a file with secrets" in texts.run("explain", hidden).stdout
