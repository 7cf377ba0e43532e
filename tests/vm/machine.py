"""A virtual machine with one of Debian's kernels: QEMU without KVM, an ext4 file system of its own as root with the host's directories bound into it
(read-only, changes stay in memory) and /mnt empty. For correctness, never for speed: emulation is slow.

One CPU only. With more, QEMU's emulator mishandles the patching of kernel code: attaching and detaching probes locks 6.1 up and panics 6.12."""
import contextlib
import dataclasses
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import tempfile
import time

HERE = pathlib.Path(__file__).parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache"))) / "touchstone-test"

# Debian 12's kernel and its backport, by the packages that depend on the newest of each.
PACKAGES = {"6.1": "linux-image-cloud-amd64", "6.12": "linux-image-6.12-cloud-amd64"}
MODULES = ["virtio_pci", "virtio_blk", "ext4", "overlay", "virtiofs", "loop"]  # those that are not built in
MEMORY = "1024M"


@dataclasses.dataclass
class Outcome:
    status: int | None  # of the script; None: the machine hung, panicked or took too long, and `console` says what is known
    files: dict  # what the script left in $RESULTS, by name; its own "stdout" and "stderr" among them
    console: str
    seconds: float


class Kernel:
    """A kernel and an initramfs for it, kept in the cache. Whatever is there is used as long as its checksums are right."""

    def __init__(self, tag):
        # What the initramfs is made of is part of its name.
        recipe = hashlib.sha256((HERE / "init").read_bytes() + repr(MODULES).encode()).hexdigest()[:12]
        self.directory = CACHE / f"kernel-{tag}-{recipe}"
        if not self._is_whole():
            self._make(PACKAGES[tag])
        self.version = (self.directory / "version").read_text()

    def path(self, name):
        return self.directory / name

    def _is_whole(self):
        check = ["sha256sum", "--check", "--status", "checksums"]
        return self.path("checksums").exists() and subprocess.run(check, cwd=self.directory).returncode == 0

    def _make(self, package):
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="kernel.", dir=CACHE) as work:
            work = pathlib.Path(work)
            tree, made = work / "tree", work / "made"
            made.mkdir()
            subprocess.run(["dpkg-deb", "--extract", download(package, work), tree], check=True)
            version = next((tree / "lib/modules").iterdir()).name
            (made / "version").write_text(version)
            shutil.copy(tree / f"boot/vmlinuz-{version}", made / "vmlinuz")
            make_initramfs(tree, version, work / "initramfs", made / "initramfs")
            names = sorted(path.name for path in made.iterdir())
            (made / "checksums").write_bytes(subprocess.run(["sha256sum", *names], cwd=made, check=True, capture_output=True).stdout)
            shutil.rmtree(self.directory, ignore_errors=True)
            made.rename(self.directory)


def download(package, directory):
    """The package that `package` depends on. apt holds it against the archive's signed checksums."""
    depends = ["apt-cache", "depends", "--important", package]
    pattern = r"Depends: (linux-image-\S+)"
    if not re.search(pattern, subprocess.run(depends, capture_output=True, text=True).stdout):
        subprocess.run(["apt-get", "-qq", "update"], check=True)
    image = re.search(pattern, subprocess.run(depends, check=True, capture_output=True, text=True).stdout).group(1)
    if subprocess.run(["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", image], cwd=directory).returncode != 0:  # the lists are older than the archive
        subprocess.run(["apt-get", "-qq", "update"], check=True)
        subprocess.run(["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", image], cwd=directory, check=True)
    return next(directory.glob("*.deb"))


def make_initramfs(tree, version, root, target):
    """busybox, the modules in the order in which they must be loaded, and `init`."""
    for name in ("bin", "dev", "modules", "proc", "host", "memory", "root"):
        (root / name).mkdir(parents=True)
    shutil.copy("/bin/busybox", root / "bin/busybox")
    shutil.copy(HERE / "init", root / "init")
    subprocess.run(["depmod", "--basedir", tree, version], check=True, stderr=subprocess.DEVNULL)
    order = []
    for module in MODULES:
        shown = subprocess.run(["modprobe", "--dirname", tree, "--set-version", version, "--show-depends", module], capture_output=True, text=True)
        order += [line.split()[1] for line in shown.stdout.splitlines() if line.startswith("insmod")]
    for number, module in enumerate(dict.fromkeys(order)):
        name = f"{number:02}-{pathlib.Path(module).name}"
        shutil.copy(module, root / "modules" / name)
        if name.endswith(".xz"):
            subprocess.run(["xz", "--decompress", root / "modules" / name], check=True)
    pack(root, target)


def pack(root, target):
    names = subprocess.run(["find", ".", "-print0"], cwd=root, check=True, capture_output=True).stdout
    archive = subprocess.run(["cpio", "--null", "--create", "--format=newc", "--owner=0:0", "--quiet"], cwd=root, input=names, check=True, capture_output=True)
    target.write_bytes(archive.stdout)


@contextlib.contextmanager
def shared_root(socket):
    """The host's files, for the machine to mount."""
    command = ["/usr/lib/qemu/virtiofsd", f"--socket-path={socket}", "-o", "source=/", "-o", "cache=always", "-o", "sandbox=chroot"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            deadline = time.monotonic() + 20
            while not socket.exists() and server.poll() is None and time.monotonic() < deadline:
                time.sleep(0.02)
            yield
        finally:
            server.terminate()


def run(kernel, script, timeout, arguments=""):
    """Runs the shell script as root in the machine, in /mnt (on ext4). `arguments` are added to the kernel's command line."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="vm.") as work:  # short: the path of a socket has little room
        work = pathlib.Path(work)
        (work / "job").mkdir()
        (work / "job/script").write_text(script)
        pack(work / "job", work / "job.cpio")
        (work / "initramfs").write_bytes(kernel.path("initramfs").read_bytes() + (work / "job.cpio").read_bytes())
        for disk, size in (("scratch", 512 << 20), ("results", 32 << 20)):
            with open(work / disk, "wb") as file:
                file.truncate(size)
        subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-O", "verity,project", work / "scratch"], check=True)
        with shared_root(work / "root.sock"):
            console = boot(kernel, work, timeout, arguments)
        files = read_results(work / "results")
        status = files.pop("status", "").strip()
        return Outcome(int(status) if status.isdigit() else None, files, console, time.monotonic() - begun)


def boot(kernel, work, timeout, arguments):
    disk = "file={},format=raw,if=none,id={},cache=unsafe"
    command = ["qemu-system-x86_64", "-accel", "tcg,thread=single", "-cpu", "max", "-smp", "1", "-m", MEMORY, "-nodefaults", "-no-user-config",
               "-display", "none", "-serial", "stdio", "-no-reboot", "-kernel", kernel.path("vmlinuz"), "-initrd", work / "initramfs",
               "-object", f"memory-backend-memfd,id=memory,size={MEMORY},share=on", "-numa", "node,memdev=memory",
               "-chardev", f"socket,id=root,path={work}/root.sock", "-device", "vhost-user-fs-pci,chardev=root,tag=host",
               "-drive", disk.format(work / "scratch", "a"), "-device", "virtio-blk-pci,drive=a",
               "-drive", disk.format(work / "results", "b"), "-device", "virtio-blk-pci,drive=b",
               "-append", "console=ttyS0 quiet panic=-1 mitigations=off nokaslr tsc=reliable no_timer_check random.trust_cpu=on cryptomgr.notests "
                          f"i8042.noaux i8042.nomux i8042.nopnp {arguments}"]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout)
        return done.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode(errors="replace") + f"\n(not done after {timeout} s)"


def read_results(disk):
    try:
        with tarfile.open(disk) as archive:
            files = [member for member in archive if member.isfile()]
            return {member.name.removeprefix("./"): archive.extractfile(member).read().decode(errors="replace") for member in files}
    except tarfile.ReadError:  # the machine did not come so far
        return {}
