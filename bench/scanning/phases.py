"""The same workload over two copies of one host, one after the other: one that AIDE scans every so often, one that touchstone watches. And a neighbour of each."""
import contextlib
import itertools
import json
import subprocess
import threading
import time

from rig import daemon, ground, usage
from scanning import changes, host, noticed

AIDE_ATTRIBUTES = "ftype+p+u+g+s+m+c+i+n+l+acl+xattrs+e2fsattrs+caps+sha256"
AIDE_FOUND = range(8)  # exit statuses of --check: what differs
ROOM = 192  # MiB that scanner and neighbour have beside what the neighbour has hot


class Scanner:
    """AIDE with two workers, over one root."""

    def __init__(self, home, root):
        self._home, self._root = home, root
        self._config, self._report = home / "aide.conf", home / "aide.report"
        selected = "\n".join(f"{root}/{top} Full" for top in host.WATCHED)
        self._config.write_text(f"database_in=file:{home}/aide.db\ndatabase_out=file:{home}/aide.new\nnum_workers=2\nlog_level=error\nreport_format=json\n"
                                f"report_level=list_entries\nreport_url=file:{self._report}\nFull = {AIDE_ATTRIBUTES}\n{selected}\n")

    def build_baseline(self):
        usage.run(["aide", "--config", self._config, "--init"])
        (self._home / "aide.new").rename(self._home / "aide.db")

    def scan(self, started=lambda pid: None):
        """(what it used, what it saw)"""
        self._report.unlink(missing_ok=True)
        used = usage.run(["aide", "--config", self._config, "--check"], AIDE_FOUND, started)
        return used, list(noticed.in_aide_report(self._report.read_text(), time.time(), self._root))


def apart(seed, options, root, updated):
    """The workload, and when the upgrade is."""
    length = options.period * options.periods - changes.DWELL
    return changes.workload(root, updated, seed, length, options.each), 0.35 * length


def scanned(options, scanner, root, updated):
    """AIDE at the end of each period until one that began when all of the workload was done. The outcomes, and what each scan used."""
    ground.drop_caches()
    used, sightings = [], []
    acts, upgrade_at = apart(options.seed, options, root, updated)
    over, begun = threading.Event(), time.monotonic()

    def scan_on():
        for number in itertools.count(1):
            time.sleep(max(0, begun + number * options.period - time.monotonic()))
            last = over.is_set()
            one, seen = scanner.scan()
            used.append(one)
            sightings.extend(seen)
            if last:
                return

    thread = threading.Thread(target=scan_on)
    thread.start()
    try:
        done = changes.perform(root, acts, upgrade_at, updated)
    finally:
        over.set()
        thread.join()
    return noticed.outcomes(done, sightings), used


def watched(options, touchstone, root, updated):
    """Touchstone watching while the same workload runs; the verification in the background is measured for itself. The outcomes, what it used at rest
    for `options.rest` seconds, and what it used meanwhile."""
    ground.drop_caches()
    touchstone.configure(watches=[root / top for top in host.WATCHED], more='[verify]\nperiod = "0s"')
    touchstone.start()
    touchstone.watching()
    acts, upgrade_at = apart(options.seed, options, root, updated)
    time.sleep(5)
    rest = used_by(touchstone, lambda: time.sleep(options.rest))
    with daemon.Tail(touchstone.log) as tail:
        done = []

        def work():
            begun = time.monotonic()
            done.extend(changes.perform(root, acts, upgrade_at, updated))
            time.sleep(max(2, begun + options.period * options.periods - time.monotonic()))

        used = used_by(touchstone, work)
    touchstone.stop()
    return noticed.outcomes(done, list(noticed.in_log(tail.lines, root))), rest, used


def used_by(touchstone, act):
    """What the daemon used while act() went on."""
    begun, cpu, (read, disk) = time.monotonic(), touchstone.cpu_seconds(), usage.bytes_read(touchstone.pid)
    act()
    now_read, now_disk = usage.bytes_read(touchstone.pid)
    return usage.Usage(time.monotonic() - begun, touchstone.cpu_seconds() - cpu, now_read - read, now_disk - disk, touchstone.peak_memory_mib())


class Neighbour:
    """A server beside the watched tree with `mib` of files hot, in a control group that has little more memory than that. Whoever scans is in it, too."""

    def __init__(self, build, home, mib, group):
        self._probe, self._home, self._mib, self._group = build / "bench/probes/probe-neighbour", home, mib, group
        home.mkdir()

    def beside(self, act):
        """What act() gives, and how the neighbour fared meanwhile: {"rate" of transactions, "p99_us", "read_again"}."""
        ground.drop_caches()
        with subprocess.Popen([str(self._probe), str(self._home), str(self._mib)], stdout=subprocess.PIPE, preexec_fn=lambda: self._group.take(0)) as process:
            try:
                if process.stdout.readline() != b"ready\n":
                    raise RuntimeError("the neighbour did not begin")
                given = act()
            finally:
                process.terminate()
            fared = json.loads(process.stdout.read())
        return given, {"rate": fared["transactions"] / fared["seconds"], "p99_us": fared["p99_us"], "read_again": fared["read_again"]}


@contextlib.contextmanager
def watching(touchstone, root, group, more):
    """The daemon, in the group, its catch-up over. (Its descriptors and threads are its own; what it has read by then is the group's only from here on.)"""
    touchstone.configure(watches=[root / top for top in host.WATCHED], more=more)
    touchstone.start()
    try:
        group.take(touchstone.pid)
        touchstone.watching()
        yield
    finally:
        touchstone.stop()


def whole_round(touchstone, root, group):
    """What one round of verification used, spread over half a minute."""
    with watching(touchstone, root, group, '[verify]\nperiod = "30s"\ncpu = "100%"\nback_off = false'):
        begun = time.monotonic()
        touchstone.log.wait_for([b'"reason":"verification"'])
        read, disk = usage.bytes_read(touchstone.pid)
        return usage.Usage(time.monotonic() - begun, touchstone.cpu_seconds("patrol"), read, disk, touchstone.peak_memory_mib())


def neighbours(options, build, home, scanner, touchstone, root):
    """{who: [how the neighbour fared]}, and the usage of a whole round of verification."""
    fared = {who: [] for who in ("alone", "scan", "watch", "budget", "round")}
    quiet = lambda: time.sleep(options.beside)  # noqa: E731

    def change_some():
        for number in range(options.beside):  # far more than on a host
            (root / "etc/motd").write_text(f"{number}\n")
            time.sleep(1)

    with usage.MemoryGroup(options.hot + ROOM, f"touchstone-bench-{home.parent.name}") as group:
        neighbour = Neighbour(build, home / "neighbour", options.hot, group)

        def measure(who, act):
            given, how = neighbour.beside(act)
            fared[who].append(how)
            return given

        measure("alone", quiet)
        for _ in range(options.rounds):
            measure("scan", lambda: scanner.scan(group.take))
            measure("alone", quiet)
            with watching(touchstone, root, group, '[verify]\nperiod = "0s"'):
                measure("watch", change_some)
            with watching(touchstone, root, group, '[verify]\nperiod = "1s"'):  # always behind: what its budget allows
                measure("budget", quiet)
            measure("alone", quiet)
        used = measure("round", lambda: whole_round(touchstone, root, group))
    return fared, used
