"""Touchstone and its peers, each watching one tree: what runs beside a workload that is measured."""
import contextlib
import pathlib
import shutil
import subprocess
import time

from rig.daemon import Touchstone


@contextlib.contextmanager
def nobody(_ground):
    yield


@contextlib.contextmanager
def _running(command, ready, **options):
    with subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, **options) as process:
        try:
            ready(process)
            yield process
        finally:
            process.terminate()


@contextlib.contextmanager
def touchstone(ground, ebpf="automatic"):
    ground.touchstone.configure(ebpf)
    ground.touchstone.start()
    try:
        ground.touchstone.watching()
        time.sleep(1)  # the marks of file systems are let go
        yield
    finally:
        ground.touchstone.stop()


def touchstone_without_probes(ground):
    return touchstone(ground, "off")


@contextlib.contextmanager
def inotifywait(ground):
    """The events that a change can be known by, as touchstone asks for them of fanotify."""
    command = ["inotifywait", "-m", "-r", "-e", "modify,attrib,close_write,create,delete,move", ground.tree]

    def established(process):
        for line in process.stderr:
            if b"Watches established" in line:
                return

    with _running(command, established, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE):
        yield


@contextlib.contextmanager
def fatrace(ground):
    """Sees whole file systems only: the one that the tree is on."""
    with _running(["fatrace", "-c", "-f", "WCD+<>"], lambda process: time.sleep(0.5), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ground.tree):
        yield


def audit_is_used():
    """By this host: it must not be disturbed."""
    said = subprocess.run(["auditctl", "-s"], capture_output=True, text=True)
    return said.returncode != 0 or "\npid 0\n" not in said.stdout


@contextlib.contextmanager
def auditd(ground):
    """-w TREE -p wa, with Debian's settings and a log of its own; its rules and it are gone afterwards.

    Once audit was on, the kernel accounts every system call of every new process until the next boot, also when it is off again; but for the
    rule that is left behind: of no process."""
    settings = ground.home / "audit"
    if not settings.exists():
        shutil.copytree("/etc/audit", settings)
        lines = (settings / "auditd.conf").read_text().splitlines()
        changed = [f"log_file = {settings}/audit.log" if line.startswith("log_file") else line for line in lines if not line.startswith("log_group")]
        (settings / "auditd.conf").write_text("\n".join(changed) + "\n")
    say = lambda *words: subprocess.run(["auditctl", *words], check=True, stdout=subprocess.DEVNULL)  # noqa: E731
    with _running(["auditd", "-n", "-c", settings], lambda process: time.sleep(0.5), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        try:
            say("-D")
            say("-b", "8192", "-e", "1", "-w", str(ground.tree), "-p", "wa", "-k", "touchstone-bench")
            yield
        finally:
            say("-D")
            say("-a", "never,task")
            say("-e", "0")


class Ground:
    """Two trees on a file system of its own: one that is watched, one that is not."""

    def __init__(self, build, home):
        self.home = pathlib.Path(home)
        self.touchstone = Touchstone(build, home)
        self.tree = self.touchstone.tree
        self.beside = self.home / "beside"
        self.beside.mkdir()
        for n in range(100):
            (self.tree / f"directory{n}").mkdir()
            for k in range(10):
                (self.tree / f"directory{n}/file{k}").write_bytes(b"x" * 4096)
        self.touchstone.build_baseline()

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.touchstone.__exit__(*what)
