"""What a process uses until it ends, and a control group that has only so much memory for all that are in it."""
import dataclasses
import os
import pathlib
import subprocess
import sys
import time

LOOKED_AT_EVERY = 0.02  # for the peak of its memory, which is not told of one that has ended


@dataclasses.dataclass
class Usage:
    seconds: float = 0
    cpu: float = 0  # seconds
    read: int = 0  # bytes asked for by read(2) and its like
    disk: int = 0  # bytes that had to come from the disk
    memory: float = 0  # MiB


def _numbers(path):
    """{key: first number} of a file of lines "key: number ..."."""
    try:
        words = (line.replace(":", " ").split() for line in pathlib.Path(path).read_text().splitlines())
        return {each[0]: int(each[1]) for each in words if len(each) > 1 and each[1].isdigit()}
    except FileNotFoundError:
        return {}


def bytes_read(pid):
    """(asked for, from the disk) since it began; also of one that has ended and was not waited for."""
    io = _numbers(f"/proc/{pid}/io")
    return io["rchar"], io["read_bytes"]


def run(words, allowed=(0,), started=lambda pid: None):
    """Runs a program to its end. `started` is told of it at once."""
    begun, peak = time.monotonic(), 0
    with subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL) as process:
        started(process.pid)
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            peak = max(peak, _numbers(f"/proc/{process.pid}/status").get("VmHWM", 0))
            time.sleep(LOOKED_AT_EVERY)
        took = time.monotonic() - begun
        read, disk = bytes_read(process.pid)
        _, status, spent = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in allowed:
            sys.exit(f"{words[0]} ended with {process.returncode}: {process.stderr.read().decode(errors='replace')[-2000:]}")
    return Usage(took, spent.ru_utime + spent.ru_stime, read, disk, peak / 1024)


class MemoryGroup:
    """So many bytes for all its processes, page cache included: as on a host whose memory is in use. By control groups of either version."""

    def __init__(self, mib, name):
        one, two = pathlib.Path("/sys/fs/cgroup/memory"), pathlib.Path("/sys/fs/cgroup")
        self._root, self._limit = (one, "memory.limit_in_bytes") if one.is_dir() else (two, "memory.max")
        self._path, self._bytes = self._root / name, mib << 20

    def __enter__(self):
        if self._limit == "memory.max":
            (self._root / "cgroup.subtree_control").write_text("+memory")
        self._path.mkdir()
        (self._path / self._limit).write_text(str(self._bytes))
        return self

    def take(self, pid):
        (self._path / "cgroup.procs").write_text(str(pid))

    def __exit__(self, *_):
        for _ in range(100):  # what has ended is not gone at once
            try:
                return self._path.rmdir()
            except OSError:
                time.sleep(0.05)
        self._path.rmdir()
