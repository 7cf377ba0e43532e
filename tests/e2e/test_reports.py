"""What the daemon says of itself: heartbeats, metrics, and reports of full comparisons that an auditor can file."""
import json
import os
import pathlib
import re
import subprocess
import time

import jsonschema
import pytest
from conftest import PROGRAM, wait_until
from prometheus_client.parser import text_string_to_metric_families

SCHEMA = json.loads((pathlib.Path(__file__).parents[2] / "docs/event.schema.json").read_text())
TAGS = ["pci-dss-11.5.2", "nist-si-7", "nist-si-7(1)"]
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{9}Z")
QUICK = '[verify]\nperiod = "1s"\ncpu = "100%"\nback_off = false\n'
# What every report must say, whoever compared.
AUDITED = """reason depth started_by scopes rules profiles begun ended objects bytes baseline_id baseline_path baseline_built_at baseline_built_by
    baseline_objects digest differences appeared vanished changed unreadable expected authorized not_verified skipped_mounts exit""".split()


def valid(events):
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for event in events:
        validator.validate(event)
    return events


def reports(touchstone, reason):
    return [n for n in touchstone.notices("sweep-finished") if n["touchstone"]["details"]["reason"] == reason]


def metrics(file):
    """{(name, label values...): value}, by the parser of Prometheus' own client; refuses a text that is not in the format."""
    families = list(text_string_to_metric_families(file.read_text()))
    assert families and all(family.documentation and family.type in ("gauge", "counter") for family in families)
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


def with_metrics(touchstone, more="", **configuration):
    file = touchstone.home / "metrics/touchstone.prom"
    file.parent.mkdir()
    touchstone.configure(more=f'[output.metrics]\nenabled = true\npath = "{file}"\nperiod = "1s"\n{more}', **configuration)
    return file


def cpu_seconds(touchstone):
    fields = pathlib.Path(f"/proc/{touchstone.daemon.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_heartbeats_come_and_count_what_came_between(touchstone):
    touchstone.configure(more=QUICK + '[heartbeat]\nperiod = "2s"\n')
    touchstone.watch()
    first = wait_until(lambda: touchstone.notices("heartbeat"), "a heartbeat")[0]["touchstone"]["details"]
    assert first["watching"] == "true" and first["findings"] == "0" and first["since"] == first["watching_since"] == touchstone.status()["since"]
    assert first["output json"] == "in step" and first["baseline_id"] == touchstone.status()["baseline"]["id"]
    (touchstone.tree / "new").write_text("new")
    touchstone.wait_for(touchstone.tree / "new", "appeared")
    told = len(touchstone.notices("heartbeat"))
    beats = wait_until(lambda: len(beats := touchstone.notices("heartbeat")) > told + 1 and beats, "two more")
    details = [beat["touchstone"]["details"] for beat in beats]
    assert sum(int(each["findings"]) for each in details) == sum(int(each["findings_unexpected"]) for each in details) == 1
    assert all(int(each["touch_set_peak"]) >= int(each["touch_set_waiting"]) for each in details)
    assert TIME.fullmatch(details[-1]["verification_oldest"]) and float(details[-1]["verified_within_period_percent"]) <= 100
    times = [beat["@timestamp"] for beat in beats]
    assert all(before < each["since"] <= at for before, each, at in zip(["", *(each["since"] for each in details)], details, times))
    assert len({each["since"] for each in details}) == len(beats)
    valid(touchstone.events())


def test_no_heartbeat_where_none_is_wanted_and_a_reload_brings_them(touchstone):
    touchstone.configure(more='[heartbeat]\nperiod = "0s"\n')
    touchstone.watch()
    time.sleep(2.5)
    assert touchstone.notices("heartbeat") == []
    touchstone.configure(more='[heartbeat]\nperiod = "1s"\n')
    touchstone.reload()
    wait_until(lambda: touchstone.notices("heartbeat"), "a heartbeat")


def test_metrics_say_what_status_says(touchstone):
    file = with_metrics(touchstone, QUICK)
    (touchstone.tree / "file").write_text("content")
    touchstone.watch()
    (touchstone.tree / "file").write_text("changed")
    touchstone.wait_for(touchstone.tree / "file", "changed")
    wait_until(lambda: reports(touchstone, "verification"), "a round")
    wait_until(lambda: file.exists() and metrics(file).get(("touchstone_findings_total", "unexpected")) == 1, "the finding in the metrics")
    assert file.stat().st_mode & 0o777 == 0o644
    told = wait_until(lambda: (m := metrics(file)).get(("touchstone_verification_oldest_timestamp_seconds",)) and m, "coverage")
    status = touchstone.status()
    assert told["touchstone_watching",] == 1
    assert told["touchstone_build_info", status["version"]] == 1
    assert told["touchstone_baseline_info", status["baseline"]["id"]] == 1
    assert told["touchstone_queue_limit", "touch_set"] == status["queues"]["touch_set"]["limit"]
    assert told["touchstone_verification_period_seconds",] == 1
    assert 0 <= told["touchstone_verification_within_period_ratio",] <= 1
    assert abs(told["touchstone_verification_oldest_timestamp_seconds",] - time.time()) < 60
    assert told["touchstone_output_failing", "json"] == 0 and ("touchstone_output_waiting_events", "json") in told
    touchstone.stop()
    assert metrics(file)["touchstone_watching",] == 0
    assert list(file.parent.iterdir()) == [file]


def test_findings_that_are_too_many_to_be_amended_are_told_and_counted(touchstone):
    file = with_metrics(touchstone, "[limits]\namendable = 5\n")
    touchstone.watch()

    def appear(names):
        for name in names:
            (touchstone.tree / name).write_text("x")
        for name in names:
            touchstone.wait_for(touchstone.tree / name, "appeared")

    told = lambda: [one["touchstone"]["details"] for one in touchstone.notices("fallback") if "given_up" in one["touchstone"]["details"]]
    appear([f"first{number}" for number in range(5)])
    wait_until(lambda: touchstone.status()["queues"]["amendable"] == {"waiting": 5, "limit": 5}, "all of them to be kept")
    assert told() == []
    appear([f"more{number}" for number in range(3)])
    wait_until(told, "that there is no more room")
    wait_until(lambda: touchstone.status()["counters"]["unamendable"] == 3, "the three oldest to be counted")
    wait_until(lambda: file.exists() and metrics(file)["touchstone_findings_unamendable_total",] == 3, "the same in the metrics")
    assert touchstone.status()["queues"]["amendable"]["waiting"] == 5
    assert told() == [{"limit": "5", "given_up": "1"}]  # once, not for each


def test_metrics_that_cannot_be_written_disturb_nothing(touchstone):
    file = with_metrics(touchstone)
    file.parent.rmdir()
    touchstone.watch()
    failed = wait_until(lambda: touchstone.notices("output-failed"), "output-failed")
    assert failed[0]["touchstone"]["details"]["output"] == "metrics" and "No such file or directory" in failed[0]["message"]
    assert "No such file" in touchstone.status()["metrics"]["failure"]
    time.sleep(2.5)  # the same trouble still
    (touchstone.tree / "new").write_text("new")
    touchstone.wait_for(touchstone.tree / "new", "appeared")
    assert len(touchstone.notices("output-failed")) == 1
    file.parent.mkdir()
    wait_until(lambda: touchstone.notices("output-recovered"), "output-recovered")
    assert metrics(file)
    valid(touchstone.events())


def test_what_stands_at_the_name_of_the_new_metrics_is_not_written_into(touchstone):
    file = with_metrics(touchstone)
    victim = touchstone.home / "victim"
    victim.write_text("precious")
    os.link(victim, f"{file}.new")
    touchstone.watch()
    wait_until(file.exists, "metrics")
    assert victim.read_text() == "precious"


def test_a_round_is_reported_with_what_stands_differently(touchstone):
    (touchstone.tree / "kept").write_text("content")
    (touchstone.tree / "changed").write_text("content")
    (touchstone.tree / "gone").write_text("content")
    touchstone.configure(more=QUICK)
    touchstone.watch()
    clean = wait_until(lambda: reports(touchstone, "verification"), "a round")[0]
    assert clean["tags"] == TAGS and clean["event"]["severity"] == 21
    details = clean["touchstone"]["details"]
    assert set(AUDITED) <= set(details) and (details["exit"], details["objects"], details["bytes"]) == ("0", "4", "21")
    assert TIME.fullmatch(details["begun"]) and details["begun"] < details["ended"]
    assert details["scopes"] == "every watch" and details["profiles"] == "content 1" and details["digest"] == "sha256"
    assert details["baseline_id"] == touchstone.status()["baseline"]["id"] and details["baseline_path"] == str(touchstone.baseline_file)

    (touchstone.tree / "changed").write_text("another")
    (touchstone.tree / "gone").unlink()
    touchstone.wait_for(touchstone.tree / "gone", "vanished")
    touchstone.wait_for(touchstone.tree / "changed", "changed")
    seen = len(reports(touchstone, "verification"))
    differing = wait_until(lambda: reports(touchstone, "verification")[seen + 1:], "a whole round after it")[0]
    details = differing["touchstone"]["details"]
    assert [details[key] for key in ("differences", "appeared", "vanished", "changed", "exit", "looks")] == ["2", "0", "1", "1", "6", "0"]
    assert differing["event"]["severity"] == 47
    assert touchstone.status()["verification"]["last_round_unreadable"] == 0
    touchstone.stop()
    valid(touchstone.events())


def test_what_a_check_finds_is_reported_by_the_daemon(touchstone):
    (touchstone.tree / "file").write_text("content")
    touchstone.configure(more='[verify]\nperiod = "0s"\ntags = ["nist-si-7(1)"]')
    touchstone.watch()
    assert touchstone.status()["last_full_comparison"] is None
    done = json.loads(touchstone.run("check", "--json").stdout)
    notice = wait_until(lambda: reports(touchstone, "check"), "the report")[0]
    details = notice["touchstone"]["details"]
    assert set(AUDITED) <= set(details) and details == {key: value for key, value in done["summary"]["report"].items() if key != "tags"}
    assert notice["tags"] == ["nist-si-7(1)"] and details["started_by"].startswith("root") and details["exit"] == "0"
    last = touchstone.status()["last_full_comparison"]
    assert (last["exit"], last["objects"], last["ended"]) == (0, 2, details["ended"])

    # One path is no full comparison, and is reported as what it is.
    (touchstone.tree / "file").write_text("changed")
    touchstone.run("check", touchstone.tree / "file", check=False)
    part = wait_until(lambda: reports(touchstone, "check")[1:], "another report")[0]
    assert part["touchstone"]["details"]["scopes"] == str(touchstone.tree / "file") and part["touchstone"]["details"]["exit"] == "4"
    assert touchstone.status()["last_full_comparison"] == last
    touchstone.stop()
    assert json.loads(touchstone.run("status", "--json", check=False).stdout)["last_full_comparison"] == last
    valid(touchstone.events())


@pytest.mark.parametrize("enabled", [True, False])
def test_a_check_without_a_daemon_is_reported_to_the_journal(touchstone, enabled):
    (touchstone.tree / "file").write_text("content")
    touchstone.build()
    text = touchstone.config_file.read_text().replace("[output.journald]\nenabled = false", f"[output.journald]\nenabled = {str(enabled).lower()}")
    touchstone.config_file.write_text(text)
    got = touchstone.home / "got"
    # In a mount namespace of its own, where journald's socket is one that writes down what it gets.
    script = f"""
import json, os, socket, subprocess, sys
os.makedirs("/run/systemd/journal", exist_ok=True)
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
journal.bind("/run/systemd/journal/socket")
done = subprocess.run(sys.argv[1:])
journal.setblocking(False)
try:
    data = journal.recv(1 << 20)
except BlockingIOError:
    data = b""
open({str(got)!r}, "wb").write(data)
sys.exit(done.returncode)
"""
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /run && exec /usr/bin/python3 -c "$0" "$@"', script,
         PROGRAM, "check", "--config", touchstone.config_file],
        capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    entry = dict(line.split("=", 1) for line in got.read_text().splitlines() if "=" in line)
    if not enabled:
        assert entry == {}
        return
    assert entry["TOUCHSTONE_ACTION"] == "sweep-finished" and entry["TOUCHSTONE_TAGS"] == ",".join(TAGS)
    for key in AUDITED:
        assert f"TOUCHSTONE_DETAIL_{key.upper()}" in entry, key
    assert entry["TOUCHSTONE_DETAIL_EXIT"] == "0" and entry["TOUCHSTONE_SEQUENCE"] == "0"
    assert touchstone.events() == []  # the log is the daemon's


def test_reporting_costs_next_to_nothing(touchstone):
    with_metrics(touchstone, '[heartbeat]\nperiod = "1s"\n[verify]\nperiod = "0s"\n')
    touchstone.watch()
    touchstone.settle()
    before, begun = cpu_seconds(touchstone), time.monotonic()
    time.sleep(8)
    share = (cpu_seconds(touchstone) - before) / (time.monotonic() - begun)
    assert share < 0.02, share  # fifteen times as many metrics as by default, and 3600 times as many heartbeats


def test_status_says_it_to_people(touchstone):
    with_metrics(touchstone, QUICK)
    touchstone.watch()
    wait_until(lambda: reports(touchstone, "verification"), "a round")
    text = touchstone.run("status").stdout.decode()
    for part in ("verified within period percent", "oldest", "heartbeat", "metrics", "waiting 0"):
        assert part in text, text
