"""`touchstone events`: the log, for people."""
import json
import os
import pty
import shutil
import signal
import subprocess

import pytest

from conftest import PROGRAM, wait_until

LOGROTATE = shutil.which("logrotate") or "/usr/sbin/logrotate"


def lines(touchstone, *arguments):
    return touchstone.run("events", *arguments).stdout.decode().splitlines()


class Follower:
    def __init__(self, touchstone, *arguments):
        self.output = touchstone.home / "followed"
        self.process = subprocess.Popen(
            [PROGRAM, "events", "--follow", *arguments, "--config", touchstone.config_file], stdout=open(self.output, "wb"), stderr=subprocess.PIPE
        )

    def text(self):
        return self.output.read_text()

    def wait_for(self, text):
        wait_until(lambda: text in self.text(), lambda: f"{text} in {self.text()}")

    def end(self):
        self.process.send_signal(signal.SIGINT)
        _, errors = self.process.communicate(timeout=30)
        return self.process.returncode, errors.decode()


@pytest.fixture
def follow(touchstone):
    started = []

    def begin(*arguments):
        started.append(Follower(touchstone, *arguments))
        return started[-1]

    yield begin
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def test_a_change_in_a_line(touchstone):
    file = touchstone.tree / "file"
    file.write_text("1")
    touchstone.watch()
    file.write_text("22")
    file.chmod(0o600)
    touchstone.wait_for(file, "changed")
    touchstone.settle()
    (line, *_) = lines(touchstone, "--path", file)
    assert "unexpected" in line and f"changed    {file}  " in line and "size 1->2" in line
    assert "mode 0644->0600" in "".join(lines(touchstone, "--path", file))
    assert lines(touchstone, "--path", file, "--verdict", "authorized") == []
    assert "watch-started" in "".join(lines(touchstone, "--dataset", "notice"))
    event = touchstone.findings(file)[0]
    assert lines(touchstone, "--id", event["event"]["id"], "--json") == [line for line in touchstone.log_file.read_text().splitlines() if event["event"]["id"] in line]
    assert f"id           {event['event']['id']}" in "\n".join(lines(touchstone, "-v", "--path", file))
    assert [line for line in lines(touchstone, "--since", "-1h", "--until", "+1min", "--path", file)] != []
    assert lines(touchstone, "--until", "yesterday") == []


def test_names_that_would_move_the_cursor(touchstone):
    touchstone.watch()
    name = os.fsencode(touchstone.tree) + b"/a\nb\x1b[2J\xff\xc2\x9b"
    open(name, "w").close()
    touchstone.settle()
    (line,) = lines(touchstone, "--path", os.fsdecode(name), "--action", "appeared")
    assert f"{touchstone.tree}/a\\x0ab\\x1b[2J\\xff\\xc2\\x9b" in line
    assert lines(touchstone, "--path", "a*J*") == [line]


def test_damaged_lines(touchstone):
    touchstone.watch()
    touchstone.stop()
    with open(touchstone.log_file, "ab") as log:
        log.write(b"garbage\n{\"a\":\n\x00\x1b[2J\n" + b"[" * 100000 + b"\n{\"torn\": ")
    done = touchstone.run("events")
    assert b"watch-started" in done.stdout and b"\x1b" not in done.stdout
    assert done.stderr.decode().splitlines() == [
        "touchstone: 4 lines that are no events were left out",
        "touchstone: 1 line without an end was left out: torn, or being written",
    ]


def test_nobody_reads_on(touchstone):
    touchstone.watch()
    touchstone.stop()
    log = touchstone.log_file.read_bytes()
    touchstone.log_file.write_bytes(log * 2000)
    command = f"set -o pipefail; {PROGRAM} events --config {touchstone.config_file} | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (0, "", 1)
    command = f"set -o pipefail; {PROGRAM} events -f --config {touchstone.config_file} | head -n 1"
    assert subprocess.run(["bash", "-c", command], capture_output=True, timeout=60).returncode == 0


def test_from_standard_input_and_a_file(touchstone):
    touchstone.watch()
    touchstone.stop()
    log = touchstone.log_file.read_bytes()
    own = touchstone.run("events").stdout
    assert subprocess.run([PROGRAM, "events", "-"], input=log, capture_output=True).stdout == own
    packed = touchstone.home / "copy.gz"
    packed.write_bytes(subprocess.run(["gzip", "-c"], input=log, capture_output=True).stdout)
    assert subprocess.run([PROGRAM, "events", packed], capture_output=True).stdout == own
    assert subprocess.run([PROGRAM, "events", "--dataset", "notice", packed], capture_output=True, check=True).stdout in own
    assert subprocess.run([PROGRAM, "events", "-n", "1", "-"], input=log, capture_output=True).stdout == own.splitlines(keepends=True)[-1]


@pytest.mark.parametrize(
    "arguments",
    [["--since", "soon"], ["--until", "2026-02-30"], ["--verdict", "bad"], ["--severity", "x"], ["--group", "--json"], ["-f", "--until", "now"], ["-f", "-"], ["-n", "x"]],
)
def test_a_wrong_command_line(touchstone, arguments):
    done = touchstone.run("events", *arguments, check=False)
    assert (done.returncode, done.stdout) == (64, b"")
    assert done.stderr.startswith(b"touchstone: ")


def test_no_log(touchstone):
    done = touchstone.run("events", check=False)
    assert done.returncode == 70 and b"No such file" in done.stderr


def test_colours_on_a_terminal_only(touchstone):
    touchstone.watch()
    touchstone.stop()

    def on_a_terminal(**environment):
        master, slave = pty.openpty()
        subprocess.run([PROGRAM, "events", "--config", touchstone.config_file], stdout=slave, env={"TERM": "xterm", **environment}, check=True)
        os.close(slave)
        seen = os.read(master, 65536)
        os.close(master)
        return seen

    assert b"\x1b[" in on_a_terminal()
    assert b"\x1b[" not in on_a_terminal(NO_COLOR="1")
    assert b"\x1b[" not in on_a_terminal(TERM="dumb")
    assert b"\x1b[" not in touchstone.run("events").stdout
    assert b"\x1b[" in touchstone.run("events", "--color", "always").stdout


def rotate(touchstone, options):
    config = touchstone.home / "logrotate.conf"
    config.write_text(f"{touchstone.log_file} {{\n rotate 9\n {options}\n}}\n")
    config.chmod(0o644)
    done = subprocess.run([LOGROTATE, "-f", "-s", touchstone.home / "logrotate.state", config], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("options", ["nocreate", "create\n compress", "nocreate\n compress\n delaycompress", "copytruncate", "copytruncate\n compress"])
def test_followed_over_rotations(touchstone, follow, options):
    touchstone.watch()
    follower = follow("--action", "appeared")
    made = []
    for turn in range(4):
        for number in range(5):
            made.append(touchstone.tree / f"file-{turn}-{number}")
            made[-1].write_text("x")
        follower.wait_for(str(made[-1]))
        rotate(touchstone, options)
    made.append(touchstone.tree / "last")
    made[-1].write_text("x")
    follower.wait_for(str(made[-1]))
    assert follower.end() == (0, "")
    seen = [line.split("  by ")[0].split()[-1] for line in follower.text().splitlines()]
    assert sorted(seen) == sorted(map(str, made))
    everything = lines(touchstone, "--since", "-1h", "--action", "appeared")
    assert len(everything) == len(made)
    assert lines(touchstone, "-n", "7", "--action", "appeared") == everything[-7:]


def test_a_log_that_is_not_there_yet_is_followed(touchstone, follow):
    touchstone.log_file.parent.mkdir()
    follower = follow()
    touchstone.watch()
    follower.wait_for("watch-started")
    assert follower.end()[0] == 0


def test_groups(touchstone, follow):
    for number in range(20):
        (touchstone.tree / f"file-{number}").write_text("x")
    touchstone.watch()
    follower = follow("--group", "--action", "changed", "--since", "-1h")
    subprocess.run(["sh", "-c", f"for file in {touchstone.tree}/file-*; do echo more >> $file; done; sleep 0.2"], check=True)
    wait_until(lambda: len(touchstone.findings(action="changed")) == 20, "20 findings")
    (line,) = lines(touchstone, "--group", "--dataset", "finding", "--action", "changed")
    assert f"20 changed below {touchstone.tree}  in " in line and "by sh" in line
    follower.wait_for(f"20 changed below {touchstone.tree}")
    assert follower.end()[0] == 0
    assert len(follower.text().splitlines()) == 1
