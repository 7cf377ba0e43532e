"""A file system of one's own, so that what others write on this host is neither watched nor measured."""
import pathlib
import random
import shutil
import subprocess
import tempfile


class Ground:
    """An ext4 file system on a loop device, sparse, below `at` (default: the directory for temporary files that outlive a boot)."""

    def __init__(self, at="/var/tmp", gib=8, uncached=False, options=()):
        """Uncached: what it lacks comes from the disk, not from the page cache of its image. Options are mkfs's."""
        self._at, self._gib, self._uncached, self._options = at, gib, uncached, options

    def __enter__(self):
        self._home = pathlib.Path(tempfile.mkdtemp(prefix="touchstone-bench.", dir=self._at))
        self.path = self._home / "mnt"
        self.path.mkdir()
        image = self._home / "image"
        with open(image, "wb") as file:
            file.truncate(self._gib << 30)
        try:
            subprocess.run(["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", *self._options, image], check=True)
            subprocess.run(["mount", "-o", "loop", image, self.path], check=True)
            if self._uncached:
                device = subprocess.run(["findmnt", "-no", "SOURCE", self.path], check=True, capture_output=True, text=True).stdout.strip()
                subprocess.run(["losetup", "--direct-io=on", device], check=True)
        except BaseException:
            shutil.rmtree(self._home)
            raise
        return self.path

    def __exit__(self, *_):
        subprocess.run(["umount", self.path], check=True)
        shutil.rmtree(self._home)


def sync():
    """What was written before is on the disk, so that its writing back does not disturb what follows."""
    subprocess.run(["sync"], check=True)


def drop_caches():
    sync()
    pathlib.Path("/proc/sys/vm/drop_caches").write_text("3")


def grow_tree(root, files, seed=1, depth=8):
    """Small files in directories as unlike in size as those of a host: most hold a few names, some hundreds. Returns the files' paths."""
    chance = random.Random(seed)
    root = pathlib.Path(root)
    root.mkdir(parents=True, exist_ok=True)
    parents, paths, made = [(root, 0)], [], 0
    while len(paths) < files:
        above, level = chance.choice(parents)
        directory = above / f"directory{made}"
        directory.mkdir()
        made += 1
        if level + 1 < depth:
            parents.append((directory, level + 1))
        for n in range(min(int(chance.paretovariate(1.1) * 3), 3000, files - len(paths))):
            paths.append(f"{directory}/file{n}")
            with open(paths[-1], "wb", buffering=0) as file:
                file.write(b"%d " % len(paths) * int(min(chance.lognormvariate(5, 1.2), 2000)))
    return paths
