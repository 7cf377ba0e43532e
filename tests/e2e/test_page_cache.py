"""A whole `baseline build` and `check` leave the page cache as they found it: what was hot stays hot, what was not there is not there afterwards. By what the
kernel says of every page (mincore(2)), on ext4, which can read past the cache, and on overlayfs, which cannot."""
import ctypes
import mmap
import os

import pytest

from conftest import mounted, run

PAGE = mmap.PAGESIZE
SMALL = 3000
LARGE = 12 << 20

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p]


def residency(path):
    """One byte for each page of a file: 1 when it is cached."""
    fd = os.open(path, os.O_RDONLY | os.O_NOATIME)
    try:
        size = os.fstat(fd).st_size
        told = ctypes.create_string_buffer((size + PAGE - 1) // PAGE)
        at = libc.mmap(None, size, 0, mmap.MAP_SHARED, fd, 0)
        assert at != ctypes.c_void_p(-1).value, os.strerror(ctypes.get_errno())
        assert libc.mincore(at, size, told) == 0, os.strerror(ctypes.get_errno())
        libc.munmap(at, size)
        return bytes(page & 1 for page in told.raw)
    finally:
        os.close(fd)


def grow(tree):
    """Files of which every second one is to be hot, and large ones of which a page here and there is to be."""
    names = []
    for n in range(SMALL):
        directory = tree / f"d{n % 17}"
        directory.mkdir(exist_ok=True)
        names.append(directory / f"{n}")
        names[-1].write_bytes(os.urandom(1 + n * 7 % 20_000))
    for n in range(4):
        names.append(tree / f"large{n}")
        names[-1].write_bytes(os.urandom(LARGE))
    return names


def warm(names):
    for path in names[:SMALL:2]:
        path.read_bytes()
    names[SMALL].read_bytes()
    for path in names[SMALL + 1:SMALL + 3]:
        fd = os.open(path, os.O_RDONLY)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_RANDOM)
        for at in range(0, LARGE, 37 * PAGE):
            os.pread(fd, PAGE, at)
        os.close(fd)


@pytest.fixture(params=["ext4", "overlay"])
def tree(request, touchstone):
    """A tree of which nothing is cached, and the names of the files in it."""
    image = touchstone.home / "image"
    with open(image, "wb") as file:
        file.truncate(512 << 20)
    run("mkfs.ext4", "-q", "-F", image)
    volume = touchstone.home / "volume"
    with mounted(volume, "-o", "loop", image):
        (volume / "tree").mkdir()
        (volume / "upper").mkdir()
        (volume / "work").mkdir()
        names = [path.relative_to(volume / "tree") for path in grow(volume / "tree")]
    with mounted(volume, "-o", "loop", image):  # again: with an empty cache
        if request.param == "ext4":
            touchstone.configure(path=volume / "tree")
            yield [volume / "tree" / name for name in names]
        else:
            layers = f"lowerdir={volume}/tree,upperdir={volume}/upper,workdir={volume}/work"
            with mounted(touchstone.home / "merged", "-t", "overlay", "-o", layers, "overlay") as merged:
                touchstone.configure(path=merged)
                yield [merged / name for name in names]


def test_build_and_check_leave_the_cache_as_it_was(touchstone, tree):
    warm(tree)
    before = {path: residency(path) for path in tree}
    pages = sum(len(told) for told in before.values())
    hot = sum(sum(told) for told in before.values())
    assert 0.15 * pages < hot < 0.85 * pages, "neither all hot nor all cold, or nothing would be shown"
    assert not any(before[tree[SMALL + 3]]) and all(before[tree[SMALL]])

    touchstone.build()
    after = {path: residency(path) for path in tree}
    assert {path: (sum(before[path]), sum(after[path])) for path in tree if before[path] != after[path]} == {}
    touchstone.run("check")
    after = {path: residency(path) for path in tree}
    assert {path: (sum(before[path]), sum(after[path])) for path in tree if before[path] != after[path]} == {}
