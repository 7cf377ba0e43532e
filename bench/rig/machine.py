"""The machine that a figure was measured on, and what else it had to do meanwhile."""
import os
import pathlib
import resource
import subprocess
import time

QUIET_LOAD = 1.5  # load average over a minute
QUIET_SHARE = 10  # per cent of all CPUs, used by others


def digest_speed():
    """GB/s of SHA-256 by OpenSSL on one CPU, of a second: how fast a machine is now that shares its hardware."""
    done = subprocess.run(["openssl", "speed", "-seconds", "1", "-bytes", "16384", "sha256"], capture_output=True, text=True)
    return round(float(done.stdout.split()[-1].rstrip("k")) / 1e6, 2) if done.returncode == 0 else None


def describe():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    return {"cpus": os.cpu_count(), "cpu": model, "kernel": os.uname().release, "memory_mib": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20,
            "sha256_gb_per_second": digest_speed()}


def commit():
    """Of the tree that this file lies in; with + when it was modified; None outside of git."""
    here = pathlib.Path(__file__).parent
    found = subprocess.run(["git", "-C", here, "describe", "--always", "--dirty=+", "--exclude=*"], capture_output=True, text=True)
    return found.stdout.strip() if found.returncode == 0 else None


def _busy_seconds():
    """CPU time used by everybody since boot."""
    fields = [int(field) for field in open("/proc/stat").readline().split()[1:]]
    user, nice, system, _idle, _iowait, irq, softirq, steal = fields[:8]
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _own_seconds():
    """Of this process and of its children that have ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


class Load:
    """What others did while `with Load() as load:` ran. Children must have ended by then, else they count as others."""

    def __enter__(self):
        self.before, self._busy, self._own, self._at = os.getloadavg()[0], _busy_seconds(), _own_seconds(), time.monotonic()
        return self

    def __exit__(self, *_):
        capacity = (time.monotonic() - self._at) * os.cpu_count()
        others = max(0.0, (_busy_seconds() - self._busy) - (_own_seconds() - self._own))
        self.after, self.others_percent = os.getloadavg()[0], 100 * others / capacity

    def as_json(self):
        return {"before": round(self.before, 2), "after": round(self.after, 2), "others_percent": round(self.others_percent, 1),
                "quiet": self.others_percent <= QUIET_SHARE}


def wait_until_quiet(patience):
    """True once little else runs; False when `patience` seconds have passed in vain."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        busy, at = _busy_seconds(), time.monotonic()
        time.sleep(2)
        share = 100 * (_busy_seconds() - busy) / ((time.monotonic() - at) * os.cpu_count())
        if os.getloadavg()[0] < QUIET_LOAD and share < QUIET_SHARE:
            return True
    return False
