"""What is done to a host, by whom nobody announces it: a list of changes, the same for the same seed, each with when it was done."""
import dataclasses
import os
import pathlib
import random
import re
import stat
import subprocess
import time

from scanning import host

UPGRADE = "apt-get upgrade"  # the kind of what that changes
DWELL = 3  # seconds that an attacker needs between two acts
NEEDED = re.compile(r"apt|dpkg|perl|debconf|ld\.so|passwd|shadow|group|nsswitch|alternatives|^usr/s?bin|x86_64|aarch64|libc")  # by the upgrade, meanwhile


@dataclasses.dataclass
class Change:
    kind: str
    paths: tuple  # below the root; whoever names one of them has noticed
    at: float = None  # when it was done, on the wall clock: the change time that the kernel gave it


class Act:
    """One thing that is done; `steps` lists (seconds after its begin, what to call). The change counts as done after the first step."""

    def __init__(self, kind, paths, *steps):
        self.change, self.steps = Change(kind, tuple(paths)), steps


def append(path):
    with open(path, "ab") as file:
        file.write(b"# appended\n")


def save(path):
    """As editors do: a new file, synced, renamed over the old one."""
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(path.read_bytes() + b"# saved\n")
    os.chmod(new, stat.S_IMODE(path.stat().st_mode))
    with open(new, "rb") as file:
        os.fsync(file.fileno())
    new.rename(path)


EDITS = {
    "append": append,
    "save through a new file": save,
    "sed -i": lambda path: subprocess.run(["sed", "-i", "$a # edited", path], check=True),
    "chmod": lambda path: os.chmod(path, stat.S_IMODE(path.stat().st_mode) ^ stat.S_IRGRP),
    "chown": lambda path: os.chown(path, 4711, -1),
    "set an attribute": lambda path: os.setxattr(path, "user.note", b"set"),
    "delete": lambda path: path.unlink(),
}


def edit(root, kind, name):
    return Act(kind, [name], (0, lambda: EDITS[kind](root / name)))


def rename(root, name):
    return Act("rename", [name, f"{name}.moved"], (0, lambda: (root / name).rename(root / f"{name}.moved")))


def create(root, name):
    path = f"{name}.added"
    return Act("create", [path], (0, lambda: (root / path).write_text("new\n")))


def change_and_revert(root, name):
    """The content and its time are put back; the change time cannot be."""
    path, before = root / name, {}

    def change():
        before["content"], before["status"] = path.read_bytes(), path.stat()
        with open(path, "r+b") as file:
            file.write(b"#!attack")

    def revert():
        with open(path, "r+b") as file:
            file.write(before["content"])
            file.truncate()
        os.utime(path, ns=(before["status"].st_atime_ns, before["status"].st_mtime_ns))

    return Act("change and put back", [name], (0, change), (DWELL, revert))


def create_run_delete(root, name):
    """Also its directory's times are put back."""
    path = root / f"{name}.sh"
    directory, before = path.parent, {}

    def drop():
        before["status"] = directory.stat()
        path.write_text("#!/bin/sh\nexit 0\n")
        path.chmod(0o755)
        subprocess.run([path], check=True)

    def remove():
        path.unlink()
        os.utime(directory, ns=(before["status"].st_atime_ns, before["status"].st_mtime_ns))

    return Act("create, run and delete", [f"{name}.sh"], (0, drop), (DWELL, remove))


def candidates(root, without):
    """Small files that stand alone and that no upgrade needs, in the same order on every host that was unpacked from one tarball."""
    found = []
    for top in host.WATCHED:
        for directory, _, names in sorted(os.walk(root / top)):
            for name in sorted(names):
                path = pathlib.Path(directory, name)
                status = path.lstat()
                below = str(path.relative_to(root))
                if stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and 64 < status.st_size < 1 << 20 and below not in without and not NEEDED.search(below):
                    found.append(below)
    return found


def workload(root, updated, seed, length, each):
    """[(seconds after the begin, Act)]: every kind of edit and attack `each` times, at times that chance chose within `length` seconds."""
    chance = random.Random(seed)
    names = iter(chance.sample(candidates(root, set(updated)), (len(EDITS) + 4) * each))
    acts = [edit(root, kind, next(names)) for kind in EDITS for _ in range(each)]
    for one in (rename, create, change_and_revert, create_run_delete):
        acts += [one(root, next(names)) for _ in range(each)]
    return [(chance.uniform(0, length), act) for act in acts]


def upgraded(root, names):
    """What an upgrade has changed, each with the change time of the new file."""
    inside = []
    for name in names:
        path = root / name
        resolved = (root / os.path.realpath(path.parent)[len(os.path.realpath(root)) + 1:]) / path.name  # /bin is /usr/bin
        if resolved.read_bytes()[-len(host.NEW):] != host.NEW:
            raise RuntimeError(f"{resolved} was not upgraded")
        inside.append(Change(UPGRADE, (str(resolved.relative_to(root)),), changed_at(root, [resolved.relative_to(root)])))
    return inside


def changed_at(root, paths):
    """Change time of the first path that is there, else of the directory that one has just vanished from."""
    there = next((root / path for path in paths if os.path.lexists(root / path)), (root / paths[0]).parent)
    return there.lstat().st_ctime_ns / 1e9


def perform(root, acts, upgrade_at, updated):
    """Does everything when it is its time, from now on. All changes."""
    steps = sorted([(at + after, n, call, act) for n, (at, act) in enumerate(acts) for after, call in act.steps], key=lambda step: step[:2])
    steps = sorted(steps + [(upgrade_at, -1, lambda: host.upgrade(root), None)], key=lambda step: step[:2])
    begun = time.monotonic()
    for at, _, call, act in steps:
        time.sleep(max(0, begun + at - time.monotonic()))
        call()
        if act and act.change.at is None:
            act.change.at = changed_at(root, act.change.paths)
    return [act.change for _, act in acts] + upgraded(root, updated)
