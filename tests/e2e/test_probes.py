"""The eBPF probes: what fanotify cannot tell, and who did it."""
import contextlib
import fcntl
import json
import mmap
import os
import resource
import signal
import subprocess
import sys
import time

import pytest

from conftest import changes, mounted, wait_until

FS_IOC_GETFLAGS, FS_IOC_SETFLAGS, FS_NODUMP_FL = 0x80086601, 0x40086602, 0x40

release = tuple(int(part) for part in os.uname().release.split("-")[0].split(".")[:2])
pytestmark = pytest.mark.skipif(release < (6, 13), reason="no timestamp tracepoints")


def probes(touchstone):
    return touchstone.status()["probes"]


def marks(touchstone, mount=None):
    return {each["how"] for each in touchstone.status()["sources"] if each["source"] == "fanotify" and (mount is None or each["mount_point"] == str(mount))}


def empty_the_filter(touchstone):
    maps = json.loads(subprocess.run(["bpftool", "-j", "map", "show"], capture_output=True, check=True).stdout)
    filter_map = next(int(line.split()[1]) for name in os.listdir(f"/proc/{touchstone.daemon.pid}/fdinfo")
                      for line in open(f"/proc/{touchstone.daemon.pid}/fdinfo/{name}") if line.startswith("map_id:")
                      and any(each["id"] == int(line.split()[1]) and each.get("name") == "ts_watched" for each in maps))
    for entry in json.loads(subprocess.run(["bpftool", "-j", "map", "dump", "id", str(filter_map)], capture_output=True, check=True).stdout):
        subprocess.run(["bpftool", "map", "delete", "id", str(filter_map), "key", "hex", *(byte[2:] for byte in entry["key"])], check=True)


def test_a_store_through_a_shared_mapping(touchstone):
    file = touchstone.tree / "mapped"
    file.write_bytes(b"a" * 8192)
    with open(file, "r+b") as opened:
        memory = mmap.mmap(opened.fileno(), 8192)
    touchstone.watch()
    memory[4096:4097] = b"b"
    finding = touchstone.wait_for(file, "changed")
    assert "sha256" in changes(finding)
    assert finding["process"]["pid"] == os.getpid()
    memory.close()


def test_every_further_store_through_a_mapping(touchstone):
    file = touchstone.tree / "mapped"
    file.write_bytes(b"a" * 8192)
    with open(file, "r+b") as opened:
        memory = mmap.mmap(opened.fileno(), 8192)
    memory[0:1] = b"b"  # the page is dirty before the watch is on
    touchstone.watch()
    for turn in range(1, 4):
        memory[0:1] = bytes([ord("b") + turn])
        wait_until(lambda: len(touchstone.findings(file, "changed")) >= turn, touchstone.summary)
    memory.close()


def test_inode_flags(touchstone):
    file = touchstone.tree / "flags"
    file.write_text("x")
    touchstone.watch()
    descriptor = os.open(file, os.O_RDONLY)
    try:
        flags = int.from_bytes(fcntl.ioctl(descriptor, FS_IOC_GETFLAGS, bytes(8)), sys.byteorder)
        fcntl.ioctl(descriptor, FS_IOC_SETFLAGS, (flags ^ FS_NODUMP_FL).to_bytes(8, sys.byteorder))
    except OSError:
        pytest.skip("no inode flags on this file system")
    finally:
        os.close(descriptor)
    finding = touchstone.wait_for(file, "changed")
    assert finding["process"]["pid"] == os.getpid()


def test_a_write_through_a_name_outside(touchstone):
    file, outside = touchstone.tree / "inside", touchstone.home / "outside"
    file.write_text("x")
    os.link(file, outside)
    touchstone.watch()
    with open(outside, "a") as opened:
        opened.write("y")
        opened.flush()
        finding = touchstone.wait_for(file, "changed")  # not closed yet
    assert "sha256" in changes(finding)


def test_many_processes_that_are_gone_at_once_are_all_named(touchstone):
    touchstone.watch()
    count = 300
    script = f'i=0; while [ $i -lt {count} ]; do /usr/bin/env true; /bin/cp /etc/hostname {touchstone.tree}/f$i; i=$((i+1)); done'
    subprocess.run(["sh", "-c", script], check=True)
    for number in range(count):
        finding = touchstone.wait_for(touchstone.tree / f"f{number}", "appeared")
        assert finding["process"]["name"] == "cp", finding
        assert finding["process"]["args"][-1].endswith(f"/f{number}")
        assert finding["process"]["parent"]["name"] == "sh"
        assert finding["touchstone"]["process"]["pid_namespace"] == str(os.stat("/proc/self/ns/pid").st_ino)
        assert finding["touchstone"]["process"]["mount_namespace"] == str(os.stat("/proc/self/ns/mnt").st_ino)


def test_every_writer_of_one_change_is_named(touchstone):
    file = touchstone.tree / "shared"
    file.write_text("x")
    touchstone.watch()
    with open(file, "a") as opened:
        opened.write("mine")
        opened.flush()
        subprocess.run(["sh", "-c", 'printf theirs >> "$0"', file], check=True)
    finding = touchstone.wait_for(file, "changed")
    names = [actor["name"] for actor in finding["touchstone"].get("actors", [finding["process"]])]
    assert "sh" in names and len(names) == 2, finding["touchstone"]


def test_what_is_not_watched_costs_no_record(touchstone):
    touchstone.watch()
    outside = touchstone.home / "busy"
    outside.mkdir()
    before = probes(touchstone)["records"]
    for number in range(1000):
        (outside / f"f{number}").write_text("x")
    assert probes(touchstone)["records"] - before < 500  # of processes of the host, and of the question


def test_file_systems_are_not_marked_as_a_whole_for_long(touchstone):
    touchstone.watch()
    marks = [source["how"] for source in touchstone.status()["sources"] if source["source"] == "fanotify"]
    assert marks and set(marks) == {"directory marks"}
    (touchstone.tree / "new/deep").mkdir(parents=True)
    (touchstone.tree / "new/deep/file").write_text("x")
    touchstone.wait_for(touchstone.tree / "new/deep/file", "appeared")


def test_switched_off(touchstone):
    touchstone.configure(more='[sources]\nebpf = "off"')
    touchstone.watch()
    assert probes(touchstone) == {"tier": "none", "why": "switched off by [sources] ebpf"}
    assert "filesystem mark" in {source["how"] for source in touchstone.status()["sources"]}
    assert not touchstone.notices("fallback")


def test_not_permitted(touchstone):
    """What refuses them is a limit on the memory of maps here."""
    touchstone.configure(more='[limits]\nprobe_ring = 1073741824')
    touchstone.build()
    touchstone.start(prefix=["prlimit", "--as=2000000000"])
    assert probes(touchstone)["tier"] == "none"
    assert touchstone.notices("fallback")[0]["touchstone"]["details"]["why"] == probes(touchstone)["why"]
    touchstone.stop()
    touchstone.configure(more='[limits]\nprobe_ring = 1073741824\n[sources]\nebpf = "required"')
    touchstone.start(wait=False, prefix=["prlimit", "--as=2000000000"])
    assert touchstone.daemon.wait(timeout=30) == 70
    assert "required" in touchstone.stderr.read_text()


def test_a_tiny_ring_loses_nothing(touchstone):
    touchstone.configure(more="[limits]\nprobe_ring = 4096\nprobe_told = 16")
    for number in range(400):
        (touchstone.tree / f"f{number}").write_text("x")
    touchstone.watch()
    for number in range(400):
        with open(touchstone.tree / f"f{number}", "a") as file:
            file.write("y")
    for number in range(400):
        touchstone.wait_for(touchstone.tree / f"f{number}", "changed")


def test_interference_is_noticed_and_put_right(touchstone):
    file = touchstone.tree / "mapped"
    file.write_bytes(b"a" * 8192)
    touchstone.watch()
    empty_the_filter(touchstone)
    notice = wait_until(lambda: touchstone.notices("tamper"), "a notice")[0]
    assert notice["event"]["severity"] == 99 and notice["touchstone"]["details"]["repaired"] == "yes"
    wait_until(touchstone.gaps, "the gap")
    wait_until(lambda: marks(touchstone) == {"directory marks"}, lambda: marks(touchstone))
    with open(file, "r+b") as opened:
        memory = mmap.mmap(opened.fileno(), 8192)
    memory[4096:4097] = b"b"
    touchstone.wait_for(file, "changed")
    memory.close()


def test_more_than_the_filter_holds(touchstone):
    """Said, and file systems are marked as a whole: what is written is told before it is closed."""
    touchstone.configure(more="[limits]\nprobe_watched = 8")
    for number in range(20):
        (touchstone.tree / f"d{number}").mkdir()
        (touchstone.tree / f"d{number}/file").write_text("x")
    touchstone.watch()
    notice = wait_until(lambda: touchstone.notices("fallback"), "a notice")[0]
    assert notice["touchstone"]["details"]["how"] == "fanotify"
    wait_until(lambda: marks(touchstone) == {"filesystem mark"}, lambda: marks(touchstone))
    with contextlib.ExitStack() as opened:
        for number in range(20):
            file = opened.enter_context(open(touchstone.tree / f"d{number}/file", "a"))
            file.write("y")
            file.flush()
        for number in range(20):
            touchstone.wait_for(touchstone.tree / f"d{number}/file", "changed")
    assert len(touchstone.notices("fallback")) == 1


def test_probes_that_cannot_be_repaired(touchstone):
    """For want of descriptors here."""
    touchstone.watch()
    wait_until(lambda: marks(touchstone) == {"directory marks"}, lambda: marks(touchstone))
    empty_the_filter(touchstone)
    resource.prlimit(touchstone.daemon.pid, resource.RLIMIT_NOFILE, (3, 8192))
    alone = lambda: [each for each in touchstone.notices("fallback") if each["touchstone"]["details"]["how"] == "fanotify"]
    wait_until(alone, "a notice")
    assert touchstone.notices("tamper")[0]["touchstone"]["details"]["repaired"] != "yes"
    resource.prlimit(touchstone.daemon.pid, resource.RLIMIT_NOFILE, (8192, 8192))
    wait_until(lambda: touchstone.notices("tamper")[-1]["touchstone"]["details"]["repaired"] == "yes", lambda: touchstone.notices("tamper"), patience=90)
    wait_until(lambda: marks(touchstone) == {"directory marks"}, lambda: marks(touchstone))
    assert len(alone()) == 1


def test_a_mount_that_comes_is_not_marked_as_a_whole_for_long(touchstone):
    (touchstone.tree / "mount").mkdir()
    touchstone.watch()
    with mounted(touchstone.tree / "mount", "-t", "tmpfs", "tmpfs") as mount:
        wait_until(lambda: marks(touchstone, mount) == {"directory marks"}, lambda: touchstone.status()["sources"])
        (mount / "new/deep").mkdir(parents=True)
        (mount / "new/deep/file").write_text("x")
        touchstone.wait_for(mount / "new/deep/file", "appeared")
        with open(mount / "new/deep/file", "a") as opened:
            opened.write("y")
            opened.flush()
            touchstone.wait_for(mount / "new/deep/file", "changed")


def test_stores_through_a_mapping_that_nothing_tells(touchstone):
    """tmpfs writes nothing back, so a page that is writable once stays so."""
    with mounted(touchstone.tree, "-t", "tmpfs", "tmpfs"):
        file = touchstone.tree / "mapped"
        file.write_bytes(b"a" * 8192)
        with open(file, "r+b") as opened:
            memory = mmap.mmap(opened.fileno(), 8192)
        memory[0:1] = b"b"
        touchstone.watch()
        for turn in range(1, 4):
            memory[0:1] = bytes([ord("b") + turn])
            wait_until(lambda: len(touchstone.findings(file, "changed")) >= turn, touchstone.summary, patience=90)
        assert "process" not in touchstone.findings(file, "changed")[-1]
        memory.close()


def test_a_process_that_was_there_before_is_known_when_it_is_gone(touchstone):
    """It ends before the daemon can read anything of what it did."""
    script = "import os, sys; sys.stdin.readline(); os.write(int(sys.argv[1]), b'x'); os._exit(0)"
    files = [touchstone.tree / f"f{number}" for number in range(10)]
    with contextlib.ExitStack() as stack:
        children = []
        for file in files:
            opened = stack.enter_context(open(file, "w"))
            children.append(stack.enter_context(subprocess.Popen([sys.executable, "-c", script, str(opened.fileno())], stdin=subprocess.PIPE, pass_fds=[opened.fileno()])))
        touchstone.watch()
        for file, child in zip(files, children):
            touchstone.daemon.send_signal(signal.SIGSTOP)
            child.communicate(b"\n")
            touchstone.daemon.send_signal(signal.SIGCONT)
            finding = touchstone.wait_for(file, "changed")
            if "process" in finding:  # all that run are read within some seconds
                break
            time.sleep(1)
    assert finding["process"]["pid"] == child.pid
    assert script in finding["process"]["args"]
    assert finding["process"]["parent"]["pid"] == os.getpid()


def test_the_canary_makes_no_noise(touchstone):
    touchstone.watch()
    time.sleep(3)
    assert not touchstone.notices("tamper")
    assert (touchstone.state / "canary").exists()
    assert not touchstone.findings()


def test_doctor_names_every_probe(touchstone):
    touchstone.build()
    said = json.loads(touchstone.run("doctor", "--json", check=False).stdout)["diagnoses"]
    subjects = {each["subject"] for each in said if each["level"] == "ok"}
    assert {"eBPF", "tp_btf/ctime_ns_xchg", "tp_btf/sched_process_exec", "iter/task_vma"} <= subjects


@pytest.mark.parametrize("turn", range(5))
def test_the_way_to_a_watch_comes_and_goes(touchstone, turn):
    late = touchstone.tree / "one/two/late"
    touchstone.configure(path=late)
    touchstone.watch()
    made = 0
    for pause in (0, 0.001, 0.01, 0.05):
        for part in (late.parents[1], late.parent, late):
            part.mkdir()
            time.sleep(pause)
        made += 1
        wait_until(lambda: len(touchstone.findings(late, "appeared")) == made, touchstone.summary)
        (late / "file").write_text("x")
        wait_until(lambda: len(touchstone.findings(late / "file", "appeared")) == made, touchstone.summary)
        subprocess.run(["rm", "-rf", late.parents[1]], check=True)
        wait_until(lambda: len(touchstone.findings(late, "vanished")) == made, touchstone.summary)
