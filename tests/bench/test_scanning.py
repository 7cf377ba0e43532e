"""How bench/against-scanning decides what was noticed, and what it makes of it."""
import json
import os
import xml.etree.ElementTree

import pytest
from rig.usage import Usage
from scanning import changes, chart, noticed, projection
from scanning.changes import Change
from scanning.noticed import Sighting, outcomes

REPORT = {"added": {"/r/etc/new": "f+++++++++++++++++"}, "removed": {"/r/etc/old": "f-----------------"},
          "changed": {"/r/etc/content": "f > ... mc..H.X . ", "/r/etc/mode": "f = p.. .c...A. . ", "/r/etc/put-back": "f = ... .c..... . ", "/r/etc/same-size": "f = ... mc..H.. . ",
                      "/r/etc": "d = ... mc.. .. . ", "/relsewhere": "f > ... mc..H.. . "}}


def finding(path, action, **own):
    return json.dumps({"event": {"dataset": "touchstone.finding", "action": action}, "file": {"path": path}, "touchstone": own}).encode()


def test_a_report_tells_what_differs_or_only_that_times_moved():
    seen = {each.path: each.substance for each in noticed.in_aide_report(json.dumps(REPORT), 5, "/r")}
    assert seen == {"etc/new": True, "etc/old": True, "etc/content": True, "etc/mode": True, "etc/same-size": True, "etc/put-back": False, "etc": False}


def test_the_log_tells_of_all_names_and_of_findings_only():
    lines = [(1, finding("/r/etc/a", "changed", other_paths=["/r/etc/b"])), (2, finding("/r/c", "renamed", previous_path="/r/d")), (3, finding("/r/e", "touched")),
             (4, json.dumps({"event": {"dataset": "touchstone.notice", "action": "heartbeat"}}).encode()), (5, finding("/elsewhere", "changed"))]
    assert [(each.at, each.path, each.substance) for each in noticed.in_log(lines, "/r")] == [
        (1, "etc/a", True), (1, "etc/b", True), (2, "c", True), (2, "d", True), (3, "e", False)]


def test_a_change_is_noticed_by_the_first_sighting_that_is_not_before_it():
    [outcome] = outcomes([Change("append", ("a",), 10.0)], [Sighting(30, "a", True), Sighting(9, "a", True), Sighting(12, "a", False), Sighting(11, "b", True)])
    assert (outcome.named_after, outcome.told_after) == (2, 20)


def test_one_of_its_names_is_enough():
    [outcome] = outcomes([Change("rename", ("a", "b"), 10.0)], [Sighting(11, "b", True)])
    assert outcome.told_after == 1


def test_missed_and_only_times_are_told_apart():
    found = outcomes([Change("x", ("a",), 1.0), Change("x", ("b",), 1.0), Change("x", ("c",), 1.0)], [Sighting(2, "b", False), Sighting(4, "c", True)])
    assert projection.missed(found) == (1, 1)


def test_delays_are_of_single_changes_of_an_upgrade_and_of_all():
    found = outcomes([Change("x", (name,), 1.0) for name in "abc"] + [Change(changes.UPGRADE, (name,), 1.0) for name in "def"],
                     [Sighting(at, name, True) for at, name in ((2, "a"), (3, "b"), (9, "c"), (11, "d"), (12, "e"))])
    assert projection.delays(found) == {"median": 2, "upgrade": 10.5, "worst": 11}


def test_the_time_of_a_change_is_the_kernels(tmp_path):
    changes.append(tmp_path / "file")
    at = changes.changed_at(tmp_path, ["none", "file"])
    assert at == (tmp_path / "file").stat().st_ctime_ns / 1e9
    (tmp_path / "file").unlink()
    assert changes.changed_at(tmp_path, ["file"]) == tmp_path.stat().st_ctime_ns / 1e9 >= at


@pytest.fixture
def root(tmp_path):
    for top in ("etc", "usr/share", "root"):
        (tmp_path / top).mkdir(parents=True)
        for n in range(40):
            (tmp_path / top / f"file{n}").write_text(f"line {n}\n" * 20)
    return tmp_path


def test_one_seed_makes_one_workload_and_no_path_comes_twice(root):
    first, second = (changes.workload(root, [], 7, 60, 2) for _ in range(2))
    assert [(at, act.change) for at, act in first] == [(at, act.change) for at, act in second]
    assert [act.change for _, act in changes.workload(root, [], 8, 60, 2)] != [act.change for _, act in first]
    paths = [path for _, act in first for path in act.change.paths]
    assert len(paths) == len(set(paths))
    assert all(0 <= at <= 60 for at, _ in first)


def test_what_is_done_is_done_and_attacks_leave_only_a_change_time(root):
    before = {path: (path.read_bytes(), path.stat()) for path in root.rglob("file*")}
    for _, act in changes.workload(root, [], 1, 60, 1):
        for _, call in act.steps:
            call()
        paths = [root / path for path in act.change.paths]
        if act.change.kind == "change and put back":
            content, status = before[paths[0]]
            now = paths[0].stat()
            assert paths[0].read_bytes() == content and now.st_mtime_ns == status.st_mtime_ns and now.st_ctime_ns > status.st_ctime_ns
        elif act.change.kind in ("delete", "create, run and delete"):
            assert not paths[0].exists()
        elif act.change.kind == "rename":
            assert not paths[0].exists() and paths[1].exists()
        elif paths[0] in before:
            content, status = before[paths[0]]
            now = paths[0].stat()
            assert (paths[0].read_bytes(), now.st_mode, now.st_uid, os.listxattr(paths[0])) != (content, status.st_mode, status.st_uid, [])


def a_result():
    fared = {who: [{"rate": rate, "p99_us": 1, "read_again": again}] for who, rate, again in
             (("alone", 100, 1 << 12), ("scan", 60, 1 << 28), ("watch", 100, 0), ("budget", 98, 0), ("round", 99, 1 << 20))}
    scans = [Usage(10, 20, 1 << 30, 0, 100)]
    found = outcomes([Change("apt-get upgrade", ("a",), 1.0), Change("change and put back", ("b",), 1.0)], [Sighting(1.002, "a", True), Sighting(1.004, "b", True)])
    projected = {name: projection.of_scans(scans, fared, period) for name, period in projection.PERIODS.items()}
    projected["touchstone"] = projection.of_watch(found, Usage(10, 0.001, 0, 0, 30), Usage(60, 0.506, 1 << 20, 0, 35), Usage(30, 4, 1 << 30, 0, 40), fared)
    told = {"never": 1, "times_only": 1, "median": 35, "upgrade": 35, "worst": 70, "scan": 10}
    about = {"files": 10, "bytes": 1 << 30, "changes": 2, "kinds": {"apt-get upgrade": 1, "change and put back": 1, "create, run and delete": 0}, "period": 60, "dwell": 3,
             "aide": told, "touchstone": told | {"never": 0, "times_only": 0}}
    return {"about": about, "projection": projected, "machine": {"cpus": 2, "cpu": "x", "kernel": "6", "sha256_gb_per_second": 1.0}, "load": {"others_percent": 1, "quiet": True},
            "commit": "c", "at": "2026-01-01T00:00:00Z"}


def test_a_day_of_scans_is_so_many_times_a_scan_and_one_of_watching_is_rest_changes_and_a_round():
    projected = a_result()["projection"]
    assert projected["1 h"]["cpu"] == 24 * 20 and projected["1 h"]["read"] == 24 << 30
    assert projected["15 min"]["median"] == 460 and projected["15 min"]["worst"] == 910
    assert projected["24 h"]["slowdown"] == pytest.approx(0.4) and projected["24 h"]["displaced"] == (1 << 28) - (1 << 12)
    watch = projected["touchstone"]
    assert watch["cpu"] == pytest.approx(8.64 + 0.5 + 4)
    assert watch["read"] == (1 << 30) + (1 << 20)
    assert (watch["upgrade"], watch["median"], watch["displaced"]) == (pytest.approx(0.002), pytest.approx(0.004), (1 << 20) - (1 << 12))


def test_table_and_chart_show_the_figures():
    result = a_result()
    table = projection.table(result)
    assert "| time to detect, median | 7.67 min | 30.2 min | 12 h | 4 ms |" in table
    assert "| of 2 changes never noticed | 1 | 1 | 1 | 0 |" in table
    chart_text = chart.draw(result)
    xml.etree.ElementTree.fromstring(chart_text)
    assert "4 ms, worst 4 ms" in chart_text and "AIDE: as touched" in chart_text
