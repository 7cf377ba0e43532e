"""Every mutation of the table, acted on file systems of several types under one daemon with the capabilities of the shipped unit; and what the daemon
said of each.

    tests/coverage/suite.py BUILD [--ebpf automatic|off] [--types ext4,tmpfs] [--slowness N]

Prints a JSON object: the kernel, the tier, and for each case and type of file system one of
    told        a finding, with the right process (where the process is a thread of the kernel: with any or none)
    late        the same, but more than LATE seconds after the act
    nobody      a finding in time that names no process
    wrong       a finding that names another process
    missed      none
    quiet       none, and none was due
    needless    one, although nothing changed
    absent      the kernel or the file system has no such thing"""
import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
TYPES = ["ext4", "xfs", "btrfs", "tmpfs"]
LATE = 2.0  # seconds, where the machine is not emulated
SILENCE = 8.0  # nothing comes any more: longer than the time after which a file that stays open is looked at in any case
LINGER_MS = 100  # by fanotify alone: a process is known only as long as it lives


def unit_capabilities():
    line = re.search(r"^CapabilityBoundingSet=(.*)$", (SOURCE / "systemd/touchstone.service.in").read_text(), re.MULTILINE)[1]
    return ",".join("+" + name.removeprefix("CAP_").lower() for name in line.split())


class Actor:
    """The program that acts, on one file system."""

    def __init__(self, build, kind, pace_ms, linger_ms):
        command = [build / "tests/coverage/act-mutations", kind, str(pace_ms), str(linger_ms)]
        self.kind, self.root, self.cases = kind, None, {}
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for line in self._process.stdout:
            said = json.loads(line)
            if "ready" in said:
                self.root = said["ready"]
                break
            self.cases[said["case"]] = said
        if self.root is None:
            print(f"coverage: no {kind} here", file=sys.stderr)

    def act(self):
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            said = json.loads(line)
            if "done" in said:
                return
            self.cases[said["case"]].update(said)

    def end(self):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=60)


class Reader(threading.Thread):
    """The log, with when each line was there."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self._path, self._ended, self.events, self.kinds = path, threading.Event(), [], collections.Counter()

    def run(self):
        rest, file = b"", None
        while not self._ended.is_set():
            if file is None and self._path.exists():
                file = open(self._path, "rb")
            text = file.read() if file else b""
            now = time.monotonic()
            *lines, rest = (rest + text).split(b"\n")
            for line in lines:
                event = json.loads(line)
                self.events.append((now, event))
                self.kinds[event["event"]["action"]] += 1
            time.sleep(0.02)

    def wait_for(self, action, patience):
        deadline = time.monotonic() + patience
        while not self.kinds[action]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"no {action} after {patience} s")
            time.sleep(0.05)

    def wait_for_silence(self, seconds):
        count, since = -1, time.monotonic()
        while time.monotonic() - since < seconds:
            if len(self.events) != count:
                count, since = len(self.events), time.monotonic()
            time.sleep(0.1)

    def stop(self):
        self._ended.set()
        self.join()


def configure(home, ebpf, roots):
    config = home / "touchstone.toml"
    watches = "".join(f'[[watch]]\npath = "{root}/*/tree"\n' for root in roots)
    config.write_text(f'''
[baseline]
path = "{home}/baseline/baseline.db"
[state]
path = "{home}/state"
[output.json]
path = "{home}/log/events.jsonl"
[output.journald]
enabled = false
[sources]
ebpf = "{ebpf}"
{watches}''')
    return config


def tier_of(status):
    names = {"none": "fanotify", "timestamp tracepoints": "timestamps", "BPF LSM and fentry": "lsm", "fentry": "fentry"}
    return names[status["probes"]["tier"]]


def pids_of(event):
    processes = [event.get("process", {}), *event["touchstone"].get("actors", [])]
    return {each["pid"] for each in processes if "pid" in each}


def paths_of(event):
    extra = event["touchstone"]
    return [event["file"]["path"], *filter(None, [extra.get("previous_path")]), *extra.get("other_paths", [])]


def verdict(case, findings, late):
    if case["failed"]:
        raise RuntimeError(f"{case['name']} on {case['type']} could not be acted")
    if case["absent"]:
        return "absent"
    if not case["changes"]:
        return "needless" if findings else "quiet"
    if not findings:
        return "missed"
    if not case["anybody"]:
        pids = set().union(*(pids_of(event) for _, event in findings))
        if pids - {case["writer"]}:
            return "wrong"
        if not pids:
            return "nobody"
    return "late" if findings[0][0] - case["at"] > late else "told"


def findings_by_case(events, actors):
    """(type, case number): [(when, finding)]."""
    found = collections.defaultdict(list)
    for when, event in events:
        if event["event"]["dataset"] != "touchstone.finding":
            continue
        for path in paths_of(event):
            for actor in actors:
                if path.startswith(actor.root + "/"):
                    number = path[len(actor.root) + 1:].split("/")[0]
                    found[actor.kind, int(number)].append((when, event))
    return found


def run(build, ebpf, types, slowness):
    linger = LINGER_MS * slowness if ebpf == "off" else 0
    actors = [Actor(build, kind, 2 * slowness, linger) for kind in types]
    actors = [actor for actor in actors if actor.root]
    home = pathlib.Path(tempfile.mkdtemp(prefix="touchstone-coverage."))
    daemon = None
    try:
        config = configure(home, ebpf, [actor.root for actor in actors])
        subprocess.run([build / "touchstone", "baseline", "build", "--config", config], check=True, stdout=subprocess.DEVNULL)
        confined = ["setpriv", "--bounding-set", "-all," + unit_capabilities(), "--inh-caps", "-all", "--no-new-privs"]
        reader = Reader(home / "log/events.jsonl")
        reader.start()
        daemon = subprocess.Popen([*confined, build / "touchstone", "watch", "--config", config], stdout=subprocess.DEVNULL)
        reader.wait_for("watch-started", 60 * slowness)
        reader.wait_for("sweep-finished", 60 * slowness)
        status = json.loads(subprocess.run([build / "touchstone", "status", "--json", "--config", config], check=True, capture_output=True).stdout)
        time.sleep(1 * slowness)  # the marks of the file systems are let go
        for actor in actors:
            actor.act()
        reader.wait_for_silence(SILENCE * min(slowness, 3))
        reader.stop()
        found = findings_by_case(reader.events, actors)
        results = [{"name": case["name"], "type": actor.kind, "result": verdict(case, found[actor.kind, number], LATE * slowness),
                    "seconds": round(found[actor.kind, number][0][0] - case["at"], 3) if found[actor.kind, number] and "at" in case else None}
                   for actor in actors for number, case in actor.cases.items()]
        return {"kernel": os.uname().release, "tier": tier_of(status), "results": results}
    finally:
        if daemon:
            daemon.terminate()
            daemon.wait(timeout=60 * slowness)
        for actor in actors:
            actor.end()
        if os.environ.get("TOUCHSTONE_KEEP"):
            print(f"coverage: kept {home}", file=sys.stderr)
        else:
            shutil.rmtree(home)


def command_in_machine(build):
    """For tests/vm: on its scratch file system, for the root of the machine has no file handles before 6.5."""
    return f"TMPDIR=/mnt /usr/bin/python3 {pathlib.Path(__file__).resolve()} {build} --types ext4,tmpfs --slowness 10"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--ebpf", choices=["automatic", "off"], default="automatic")
    parser.add_argument("--types", default=",".join(TYPES))
    parser.add_argument("--slowness", type=int, default=1, help="of an emulated machine")
    options = parser.parse_args()
    json.dump(run(options.build.resolve(), options.ebpf, options.types.split(","), options.slowness), sys.stdout)
    print()
