"""A host that runs from an OSTree deployment, as far as a mount namespace can have one: its root is the deployment that `ostree admin` made, /sysroot the physical root, /etc what
the 3-way merge made of it, /var what all deployments share. libostree takes a deployment for the booted one when it is the root and /run/ostree-booted is there."""
import json
import os
import shutil
import subprocess
import time

import pytest
from conftest import PROGRAM, Touchstone, run, wait_until
from test_images import signer

pytestmark = pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("ostree"), reason="needs root and ostree")

TOOLS = ["/usr/bin/gpg", "/usr/bin/gpgconf"]  # libostree has signatures verified by them
CONFIGURATION = """
[sources]
ebpf = "off"
fanotify = "directory"
[output.journald]
enabled = false
[[watch]]
path = "/usr"
[[watch]]
path = "/etc"
"""
ENTER = """set -e
mount --make-rprivate /
mount --bind "$1" "$1"
mount --bind "$2" "$1/sysroot"
mount --bind "$2/ostree/deploy/demo/var" "$1/var"
[ -n "${NO_BOOT-}" ] || mount --bind "$2/boot" "$1/boot"
mount -t tmpfs run "$1/run"
touch "$1/run/ostree-booted"
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
root="$1"; shift 2
exec chroot "$root" "$@"
"""


def libraries(*programs):
    """Every shared library that they need, the loader among them."""
    words = " ".join(run("ldd", program).stdout for program in programs).split()
    return {word for word in words if word.startswith("/")}


class Image:
    """The tree that is committed, and the physical root that it is deployed in."""

    def __init__(self, home, shell):
        self.home, self.shell = home, shell
        self.tree, self.system = home / "image", home / "sys"
        self.repo = self.system / "ostree/repo"
        self.deployments = self.system / "ostree/deploy/demo/deploy"
        for directory in "usr/bin", "usr/etc/touchstone", "usr/lib/modules/6.1.0", "usr/share", "boot", "sysroot", "var", "run", "proc", "dev", "tmp":
            (self.tree / directory).mkdir(parents=True)
        for name, target in {"ostree": "sysroot/ostree", "bin": "usr/bin", "lib": "usr/lib", "lib64": "usr/lib64"}.items():
            (self.tree / name).symlink_to(target)
        for file in [PROGRAM, *TOOLS, *libraries(PROGRAM, *TOOLS)]:
            place = self.tree / ("usr/bin" if file in (PROGRAM, *TOOLS) else "usr" + file.removeprefix("/usr").rpartition("/")[0])
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, place)
        (self.tree / "usr/lib/modules/6.1.0/vmlinuz").write_text("kernel")
        (self.tree / "usr/lib/os-release").write_text("ID=x\n")
        (self.tree / "usr/etc/touchstone/touchstone.toml").write_text(CONFIGURATION)
        for name in "passwd", "group":
            shutil.copy(f"/etc/{name}", self.tree / "usr/etc")
        self.system.mkdir()
        shell(f"ostree admin init-fs {self.system} && ostree admin os-init demo --sysroot={self.system} && ostree --repo=src init --mode=archive")
        shell(f"ostree --repo={self.repo} remote add --gpg-import=key vendor http://example.invalid")

    def deploy(self, files):
        """Commits the tree with `files` in it, signs and deploys it: its commit."""
        for path, content in files.items():
            (self.tree / path).parent.mkdir(parents=True, exist_ok=True)
            (self.tree / path).write_text(content)
        self.shell(f"ostree --repo=src commit -b demo --tree=dir={self.tree} --owner-uid=0 --owner-gid=0 --add-metadata-string=version=7 "
                   f"--gpg-sign=vendor@example.org --gpg-homedir={self.home}/gnupg >commit")
        self.shell(f"ostree --repo={self.repo} pull-local --remote=vendor src demo && ostree admin deploy --sysroot={self.system} --os=demo vendor:demo")
        return (self.home / "commit").read_text().strip()

    def close(self):
        for deployment in self.deployments.glob("*.0"):
            subprocess.run(["chattr", "-i", deployment])


class Booted(Touchstone):
    """touchstone in a host that is booted into one of the image's deployments."""

    def __init__(self, image):
        self.image, self.daemon = image, None
        var = image.system / "ostree/deploy/demo/var"
        self.log_file, self.stderr = var / "log/touchstone/events.jsonl", image.home / "stderr"
        for directory in "log/touchstone", "lib/touchstone":
            (var / directory).mkdir(parents=True)

    def boot(self, commit):
        self.root = self.image.deployments / f"{commit}.0"

    def enter(self, *command):
        return ["unshare", "--mount", "sh", "-c", ENTER, "sh", str(self.root), str(self.image.system), *command]

    def run(self, *arguments, check=True, **options):
        done = subprocess.run(self.enter("/usr/bin/touchstone", *arguments), capture_output=True, timeout=120, **options)
        assert not check or done.returncode == 0, f"touchstone {arguments}: exit {done.returncode}\n{done.stdout!r}\n{done.stderr!r}"
        return done

    def start(self):
        started, swept = len(self.notices("watch-started")), len(self.notices("sweep-finished"))
        self.daemon = subprocess.Popen(self.enter("/usr/bin/touchstone", "watch"), stderr=open(self.stderr, "ab"), stdout=subprocess.DEVNULL)
        wait_until(lambda: self.ended() or len(self.notices("watch-started")) > started, "watch-started")
        assert not self.ended(), self.stderr.read_text(errors="replace")
        wait_until(lambda: len(self.notices("sweep-finished")) > swept, "the catch-up")

    def quiet(self):
        """How many findings there are when everything was judged."""
        wait_until(self.is_idle, "an empty touch set")
        time.sleep(0.3)  # within which what is judged is in the log
        return len(self.findings())

    def reboot(self, commit):
        assert self.stop() == 0
        self.boot(commit)
        self.start()


@pytest.fixture
def booted(touchstone):
    with signer(touchstone.home) as shell:
        image = Image(touchstone.home, shell)
        one = Booted(image)
        try:
            yield one
        finally:
            if not one.ended():
                one.kill()
            image.close()


def verdicts(findings):
    return {finding["file"]["path"]: finding["touchstone"]["verdict"] for finding in findings}


def test_a_boot_into_the_next_commit(booted):
    image = booted.image
    parts = [f"usr/share/part-{i}" for i in range(60)]
    first = image.deploy({**{part: f"{part} of 1" for part in parts}, "usr/etc/default.conf": "1\n", "usr/etc/mine.conf": "1\n", "usr/bin/tool": "1\n"})
    booted.boot(first)
    (booted.root / "etc/mine.conf").write_text("mine\n")
    (booted.root / "etc/added.conf").write_text("mine\n")
    booted.run("baseline", "build")
    booted.start()
    assert json.loads(booted.run("check", "--json").stdout)["differences"] == []

    second = image.deploy({**{part: f"{part} of 2" for part in parts}, "usr/etc/default.conf": "2\n", "usr/etc/mine.conf": "2\n", "usr/bin/tool": "2\n", "usr/share/new": "2\n"})
    # A file of /usr that both commits have is one, with another name now.
    before = booted.quiet()
    assert set(verdicts(booted.findings()).values()) <= {"authorized"}
    # Before it is booted somebody puts a program of his own below its /usr.
    tool = image.deployments / f"{second}.0/usr/bin/tool"
    tool.unlink()
    tool.write_text("evil\n")
    booted.reboot(second)
    booted.wait_for("/usr/bin/tool", "changed")
    until = booted.quiet()
    found = booted.findings()[before:until]
    # What of /etc is the administrator's was carried over as it was: copied, and no more.
    assert {one["file"]["path"] for one in found if one["event"]["action"] == "touched" and one["touchstone"]["verdict"] != "authorized"} == {"/etc/mine.conf", "/etc/added.conf"}
    judged = verdicts(one for one in found if one["event"]["action"] != "touched")
    assert {path: verdict for path, verdict in judged.items() if verdict != "authorized"} == {"/usr/bin/tool": "unexpected"}
    assert {"/etc/default.conf", "/usr/share/new", "/usr/etc/mine.conf", *(f"/{part}" for part in parts)} - set(judged) == set()
    summed_up = lambda: [one["message"] for one in booted.notices("transaction-finished") if f"commit {second}" in one["message"]]
    assert len(wait_until(summed_up, "the transaction's notice")) == 1


def test_a_boot_that_libostree_cannot_make_out_is_told(booted, monkeypatch):
    monkeypatch.setenv("NO_BOOT", "yes")  # /boot is not mounted
    booted.boot(booted.image.deploy({}))
    booted.run("baseline", "build")
    booted.start()
    notice = wait_until(lambda: booted.notices("provider-failed"), "that the provider failed")[0]
    assert "find the booted deployment of OSTree" in str(notice)
