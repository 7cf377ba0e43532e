"""The verbs: what they print, and how they exit."""
import json
import os
import re
import signal
import subprocess

import pytest

from conftest import PROGRAM, wait_until

ACTS = {
    "appeared": (1, lambda tree: (tree / "new").write_text("x")),
    "vanished": (2, lambda tree: (tree / "gone").unlink()),
    "changed": (4, lambda tree: (tree / "file").write_text("changed")),
}


@pytest.fixture
def tree(touchstone):
    for name in ("file", "gone", "same"):
        (touchstone.tree / name).write_text("x")
    return touchstone.tree


@pytest.mark.parametrize("acts", [(), *[(one,) for one in ACTS], ("appeared", "vanished"), ("vanished", "changed"), tuple(ACTS)], ids="+".join)
def test_exit_status_of_check(touchstone, tree, acts):
    touchstone.build()
    for act in acts:
        ACTS[act][1](tree)
    expected = sum(ACTS[act][0] for act in acts)
    assert touchstone.run("check", check=False).returncode == expected
    done = touchstone.run("check", "--json", check=False)
    report = json.loads(done.stdout)
    assert done.returncode == report["exit"] == expected
    assert {one["action"] for one in report["differences"]} == set(acts)


def test_check_of_one_path(touchstone, tree):
    touchstone.build()
    ACTS["changed"][1](tree)
    assert touchstone.run("check", tree / "same").returncode == 0
    assert touchstone.run("check", tree / "file", check=False).returncode == 4


def test_check_without_a_baseline(touchstone, tree):
    done = touchstone.run("check", check=False)
    assert done.returncode not in range(0, 16)
    assert b"baseline build" in done.stderr


def test_accept_a_path(touchstone, tree):
    touchstone.watch()
    for act in ACTS.values():
        act[1](tree)
    touchstone.settle()
    done = touchstone.run("baseline", "accept", tree / "file", "--note", "a planned change")
    assert str(tree / "file").encode() in done.stdout
    assert touchstone.run("check", check=False).returncode == 1 + 2
    shown = json.loads(touchstone.run("baseline", "show", tree / "file", "--json").stdout)
    assert [(one["note"], bool(one["by"])) for one in shown["acceptances"]] == [("a planned change", True)]


def test_accept_all(touchstone, tree):
    touchstone.watch()
    for act in ACTS.values():
        act[1](tree)
    touchstone.settle()
    touchstone.run("baseline", "accept", "--all")
    assert touchstone.run("check", check=False).returncode == 0
    assert json.loads(touchstone.run("baseline", "diff", "--json").stdout)["differences"] == []
    wait_until(lambda: touchstone.notices("baseline-loaded"), "baseline-loaded")
    (tree / "file").write_text("x")
    assert touchstone.wait_for(tree / "file", "changed")["touchstone"]["differs_from_baseline"] is True


def test_accept_refuses_what_changed_since(touchstone, tree):
    touchstone.watch()
    ACTS["changed"][1](tree)
    touchstone.wait_for(tree / "file", "changed")
    touchstone.settle()
    touchstone.stop()
    (tree / "file").write_text("changed again, behind the watch")
    done = touchstone.run("baseline", "accept", tree / "file", check=False)
    assert done.returncode != 0
    assert str(tree / "file").encode() in done.stderr
    assert touchstone.run("check", check=False).returncode == 4


def test_accept_without_arguments_is_a_usage_error(touchstone):
    assert touchstone.run("baseline", "accept", check=False).returncode == 64


def test_diff_is_what_the_watch_found(touchstone, tree):
    touchstone.watch()
    for act in ACTS.values():
        act[1](tree)
    touchstone.settle()
    report = json.loads(touchstone.run("baseline", "diff", "--json").stdout)
    assert {(one["action"], one["path"]) for one in report["differences"]} == {
        ("appeared", str(tree / "new")), ("vanished", str(tree / "gone")), ("changed", str(tree / "file"))}
    assert b"/gone" in touchstone.run("baseline", "diff").stdout


def test_show(touchstone, tree):
    touchstone.build()
    shown = json.loads(touchstone.run("baseline", "show", tree / "file", "--json").stdout)
    assert shown["path"] == str(tree / "file")
    assert shown["attributes"]["size"] == "1"
    assert re.fullmatch("[0-9a-f]{64}", shown["attributes"]["sha256"])
    assert touchstone.run("baseline", "show", tree / "never", check=False).returncode != 0


def test_verify(touchstone, tree):
    touchstone.build()
    assert touchstone.run("baseline", "verify").returncode == 0
    size = touchstone.baseline_file.stat().st_size
    with open(touchstone.baseline_file, "r+b") as opened:
        opened.seek(size - 100)
        opened.write(b"\xa5" * 100)
    assert touchstone.run("baseline", "verify", check=False).returncode != 0


def test_names_of_any_bytes(touchstone, tree):
    name = os.fsencode(tree) + b"/\xff\n\x1b[31m"
    open(name, "w").close()
    touchstone.watch()
    with open(name, "w") as opened:
        opened.write("x")
    finding = wait_until(lambda: [f for f in touchstone.findings(action="changed") if "path_hex" in f["touchstone"]], "the finding")[0]
    assert bytes.fromhex(finding["touchstone"]["path_hex"]) == name
    done = touchstone.run("check", check=False)
    assert done.returncode == 4 and b"\x1b" not in done.stdout
    touchstone.run("baseline", "accept", os.fsdecode(name))
    assert touchstone.run("check").returncode == 0


def test_status_without_a_daemon(touchstone, tree):
    done = touchstone.run("status", "--json", check=False)
    assert done.returncode != 0
    assert json.loads(done.stdout)["watching"] is False
    touchstone.watch()
    assert touchstone.status()["watching"] is True
    touchstone.stop()
    report = json.loads(touchstone.run("status", "--json", check=False).stdout)
    assert report["watching"] is False and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{9}Z", report["last_watching"])


def test_status_while_watching(touchstone, tree):
    touchstone.watch()
    report = touchstone.status()
    assert report["queues"]["touch_set"]["waiting"] >= 0
    assert report["outputs"]
    assert touchstone.run("status").stdout


def test_doctor(touchstone, tree):
    touchstone.build()
    report = json.loads(touchstone.run("doctor", "--json", check=False).stdout)
    assert {one["level"] for one in report["diagnoses"]} <= {"ok", "warn", "fail"}
    assert touchstone.run("doctor", check=False).stdout


def test_config_show_and_check(touchstone, tree):
    shown = json.loads(touchstone.run("config", "show", "--json").stdout)
    assert shown["baseline.path"]["value"] == str(touchstone.baseline_file)
    assert shown["baseline.path"]["origin"].startswith(f"{touchstone.config_file}:")
    assert shown["settle.patience"]["origin"] == "default"
    assert touchstone.run("config", "check").returncode == 0


def test_version():
    done = subprocess.run([PROGRAM, "version"], capture_output=True, text=True)
    assert done.returncode == 0 and re.search(r"\d+\.\d+", done.stdout)


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["check", "--nonsense"], ["baseline"]], ids=" ".join)
def test_usage_errors(arguments):
    assert subprocess.run([PROGRAM, *arguments], capture_output=True).returncode == 64


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_an_interrupted_build_leaves_the_old_baseline(touchstone, tree, number):
    for name in range(3):
        with open(tree / f"big{name}", "wb") as opened:
            os.truncate(opened.fileno(), 2 << 30)  # sparse: slow to hash
    touchstone.configure('profile = "content"\nexclude = ["big*"]')
    touchstone.build()
    before = touchstone.baseline_file.read_bytes()
    touchstone.configure()
    build = subprocess.Popen([PROGRAM, "baseline", "build", "--config", touchstone.config_file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: len(list(touchstone.baseline_file.parent.iterdir())) > 1, "the new file")
    build.send_signal(number)
    assert build.wait(timeout=60) != 0
    assert touchstone.baseline_file.read_bytes() == before
    touchstone.configure('profile = "content"\nexclude = ["big*"]')
    assert touchstone.run("check").returncode == 0
    touchstone.build()
    assert [each.name for each in touchstone.baseline_file.parent.iterdir()] == [touchstone.baseline_file.name]


def test_a_progress_bar_is_for_terminals_only(touchstone, tree):
    done = touchstone.build()
    assert b"\r" not in done.stdout + done.stderr
