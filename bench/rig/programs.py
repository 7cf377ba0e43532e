"""What the kernel says of the BPF programs that run: how often and how long; and how full a ring is."""
import contextlib
import ctypes
import json
import mmap
import os
import pathlib
import re
import subprocess
import threading
import time

PAGE = mmap.PAGESIZE
_GET_FD_BY_ID, _SYS_BPF = 14, 321
_SWITCH = pathlib.Path("/proc/sys/kernel/bpf_stats_enabled")


def _bpftool(*words):
    return json.loads(subprocess.run(["bpftool", "-j", *words], check=True, capture_output=True).stdout)


@contextlib.contextmanager
def counted():
    """The kernel counts meanwhile; that costs some itself."""
    before = _SWITCH.read_text()
    _SWITCH.write_text("1")
    try:
        yield
    finally:
        _SWITCH.write_text(before)


def loaded(prefix):
    """How many programs there are whose names begin so."""
    return sum(each.get("name", "").startswith(prefix) for each in _bpftool("prog", "show"))


def _of(pid, key):
    """The numbers that a process's descriptors of BPF objects have under `key`."""
    numbers = set()
    for path in pathlib.Path(f"/proc/{pid}/fdinfo").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            if found := re.search(rf"^{key}:\s*(\d+)$", path.read_text(), re.MULTILINE):
                numbers.add(int(found[1]))
    return numbers


def times(pid):
    """{name of a program of the process: (runs, nanoseconds)}."""
    mine = _of(pid, "prog_id")
    return {each["name"]: (each.get("run_cnt", 0), each.get("run_time_ns", 0)) for each in _bpftool("prog", "show") if each["id"] in mine}


def memory_of_maps(pid):
    """Bytes that the kernel keeps for the BPF maps of a process."""
    mine = _of(pid, "map_id")
    return sum(each.get("bytes_memlock", 0) for each in _bpftool("map", "show") if each["id"] in mine)


class Ring(threading.Thread):
    """How full the ring of a process gets, in bytes, looked at a thousand times a second."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        maps = _of(pid, "map_id")
        mine = [each for each in _bpftool("map", "show") if each["type"] == "ringbuf" and each["id"] in maps]
        identity = mine[0]["id"].to_bytes(4, "little") + bytes(124)
        self.fd = ctypes.CDLL(None, use_errno=True).syscall(_SYS_BPF, _GET_FD_BY_ID, identity, len(identity))
        if self.fd < 0:
            raise OSError(ctypes.get_errno(), "open the ring")
        self.size, self.peak, self.written, self._ended = mine[0]["max_entries"], 0, 0, threading.Event()
        self._consumer = mmap.mmap(self.fd, PAGE, prot=mmap.PROT_READ, offset=0)
        self._producer = mmap.mmap(self.fd, PAGE, prot=mmap.PROT_READ, offset=PAGE)

    def _at(self, page):
        return int.from_bytes(page[:8], "little")

    def run(self):
        begun = self._at(self._producer)
        while not self._ended.is_set():
            consumed = self._at(self._consumer)
            self.peak = max(self.peak, self._at(self._producer) - consumed)
            time.sleep(0.001)
        self.written = self._at(self._producer) - begun

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self.join()
        os.close(self.fd)
