"""Killed at any moment: every change is in the log exactly once, and no line is broken."""
import collections
import json
import random
import time

from conftest import changes, wait_until


def test_what_changed_while_nobody_watched(touchstone):
    file = touchstone.tree / "file"
    file.write_text("one")
    gone = touchstone.tree / "gone"
    gone.write_text("x")
    touchstone.watch()
    touchstone.stop()
    file.write_text("two!")
    gone.unlink()
    (touchstone.tree / "new").write_text("x")
    touchstone.start()
    finding = touchstone.wait_for(file, "changed")
    assert "while not watching" in finding["message"]
    assert finding["touchstone"]["window"]["from"] < finding["touchstone"]["window"]["to"]
    assert "process" not in finding and finding["touchstone"]["actor_unknown"]
    touchstone.wait_for(gone, "vanished")
    touchstone.wait_for(touchstone.tree / "new", "appeared")
    before = len(touchstone.findings())
    touchstone.stop()
    swept = len(touchstone.notices("sweep-finished"))
    touchstone.start()
    wait_until(lambda: len(touchstone.notices("sweep-finished")) > swept, "another catch-up")
    assert len(touchstone.findings()) == before


def test_stop_is_announced_and_exit_is_zero(touchstone):
    touchstone.watch()
    assert touchstone.stop() == 0
    assert len(touchstone.notices("watch-stopped")) == 1


def test_kill_at_any_moment(touchstone):
    rng = random.Random(7)
    for name in range(40):
        (touchstone.tree / f"file{name}").write_text("0")
    touchstone.watch()
    for turn in range(1, 13):
        for name in range(40):
            (touchstone.tree / f"file{name}").write_text(f"{turn}" * (name + turn))
        time.sleep(rng.random() * 0.15)
        touchstone.kill()
        touchstone.start()
        wait_until(lambda: len(touchstone.notices("watch-started")) == turn + 1, "the watch")

    def all_final():
        last = {}
        for finding in touchstone.findings(action="changed"):
            last[finding["file"]["path"]] = finding["file"]["size"]
        return all(last.get(str(touchstone.tree / f"file{name}")) == len("12") * (name + 12) for name in range(40))

    wait_until(all_final, "the last change of every file")
    touchstone.stop()
    text = touchstone.log_file.read_bytes()
    assert text.endswith(b"\n")
    events = [json.loads(line) for line in text.splitlines()]
    ids = collections.Counter(event["event"]["id"] for event in events)
    assert [id for id, count in ids.items() if count > 1] == []
    sequences = [event["event"]["sequence"] for event in events]
    assert sequences == sorted(set(sequences))
    # Each finding starts where the last one of that path ended: nothing is told twice, nothing is skipped.
    last = {}
    for finding in touchstone.findings():
        digest = changes(finding).get("sha256")
        if digest is None:
            continue
        path = finding["file"]["path"]
        assert last.get(path, digest[0]) == digest[0]
        last[path] = digest[1]
    assert touchstone.run("check", check=False).returncode == 4
