"""A touchstone of one's own: a tree that is watched, a daemon over it, and its log."""
import json
import os
import pathlib
import subprocess
import threading
import time


class Log:
    """The JSON log, read on from where the last reading ended."""

    def __init__(self, path):
        self.path, self._offset = pathlib.Path(path), 0

    def skip(self):
        """Forget what is there now."""
        self._offset = self.path.stat().st_size if self.path.exists() else 0

    def lines(self):
        """Whole lines since the last call."""
        if not self.path.exists():
            return []
        with open(self.path, "rb") as file:
            file.seek(self._offset)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._offset += len(whole)
        return whole.splitlines()

    def wait_for(self, needles, patience=600, every=0.002):
        """{needle: when a line that holds it had been read}, on the monotonic clock."""
        found, deadline = {}, time.monotonic() + patience
        while len(found) < len(needles):
            lines, now = self.lines(), time.monotonic()
            for needle in needles:
                if needle not in found and any(needle in line for line in lines):
                    found[needle] = now
            if now > deadline:
                raise TimeoutError(f"not in the log after {patience} s: {[needle for needle in needles if needle not in found][:3]}")
            if len(found) < len(needles):
                time.sleep(every)
        return found


class Tail(threading.Thread):
    """Reads a log as it grows, as whoever waits for it would: [(when it was read on the wall clock, line)]."""

    def __init__(self, log, every=0.001):
        super().__init__(daemon=True)
        self._log, self._every, self._ended, self.lines = log, every, threading.Event(), []

    def run(self):
        size = -1
        while not self._ended.wait(self._every):
            if (now := self._log.path.stat().st_size) != size:
                size = now
                lines = self._log.lines()
                at = time.time()
                self.lines += [(at, line) for line in lines]

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self.join()


def path_needle(path):
    return b'"path":' + json.dumps(os.fspath(path)).encode()


def notice_needle(action):
    return b'"action":"' + action.encode() + b'"'


class Touchstone:
    """A daemon of one's own; without a tree given to configure() it watches `tree` below its home."""

    def __init__(self, build, home):
        self.program = pathlib.Path(build) / "touchstone"
        self._home = home = pathlib.Path(home)
        self.tree = home / "tree"  # what is watched
        self.tree.mkdir(exist_ok=True)
        self.log = Log(home / "log/events.jsonl")
        self._stderr = open(home / "stderr", "ab")
        self._config = home / "touchstone.toml"
        self.configure()
        self._daemon = None

    def configure(self, ebpf="automatic", watches=None, more="", diff=False):
        """What the next start() uses: its sources, what it watches (the tree), further lines, and whether differences of texts are shown."""
        watched = "".join(f'[[watch]]\npath = "{path}"\ndiff = {str(diff).lower()}\n' for path in watches or [self.tree])
        self._config.write_text(
            f"""
[baseline]
path = "{self._home}/baseline/baseline.db"
[state]
path = "{self._home}/state"
[output.json]
path = "{self.log.path}"
[output.journald]
enabled = false
[sources]
ebpf = "{ebpf}"
{more}
{watched}"""
        )

    def build_baseline(self):
        """Its seconds."""
        begun = time.monotonic()
        subprocess.run([self.program, "baseline", "build", "--config", self._config], check=True, stdout=subprocess.DEVNULL, stderr=self._stderr)
        return time.monotonic() - begun

    def start(self):
        """Starts the daemon; when that was. It is not on yet: see watching()."""
        self.log.skip()
        begun = time.monotonic()
        self._daemon = subprocess.Popen([self.program, "watch", "--config", self._config], stdout=subprocess.DEVNULL, stderr=self._stderr)
        return begun

    def watching(self, needles=()):
        """Waits for the watch to be on, its catch-up to be over, and `needles` to be in the log. When each was read: "on", "swept", needles."""
        on, swept = notice_needle("watch-started"), notice_needle("sweep-finished")
        found = self.log.wait_for([on, swept, *needles])
        return {"on": found.pop(on), "swept": found.pop(swept), **found}

    def rest(self, percent=1.0, patience=120):
        """Waits until all that follows a start is over (with the probes a second sweep, which learns the directories): a second of next to no CPU."""
        for _ in range(patience):
            before = self.cpu_seconds()
            time.sleep(1)
            if 100 * (self.cpu_seconds() - before) < percent:
                return
        raise RuntimeError(f"the daemon was not at rest for a second within {patience}")

    def stop(self):
        self._daemon.terminate()
        status = self._daemon.wait(timeout=60)
        self._daemon = None
        if status != 0:
            raise RuntimeError(f"the daemon ended with {status}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait()
        self._stderr.close()  # it keeps the file system busy

    # ---- what it uses ----

    @property
    def pid(self):
        return self._daemon.pid

    def peak_memory_mib(self):
        status = pathlib.Path(f"/proc/{self._daemon.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def cpu_seconds(self, thread=None):
        """Of all its threads, or of the one with that name, to the nanosecond."""
        tasks = pathlib.Path(f"/proc/{self._daemon.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks if thread in (None, (task / "comm").read_text().strip())) / 1e9
