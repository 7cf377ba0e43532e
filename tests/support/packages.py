"""A Debian archive and a root of one's own: packages built, signed and installed by the real dpkg-deb, apt-ftparchive, gpg, apt-get and dpkg."""
import os
import pathlib
import shutil
import subprocess

from command import run

ARCHITECTURE = run("dpkg", "--print-architecture").stdout.strip()


class Key:
    """A signing key in a home directory of its own."""

    def __init__(self, home, name, expire="0"):
        self.home = pathlib.Path(home)
        self.home.mkdir(mode=0o700, parents=True)
        self.gpg("--passphrase", "", "--faked-system-time", "20260101T000000!", "--quick-generate-key", f"{name} <{name}@example.org>", "ed25519", "sign", expire)
        listing = self.gpg("--with-colons", "--list-keys").stdout
        self.fingerprint = next(line.split(":")[9] for line in listing.splitlines() if line.startswith("fpr:"))

    def gpg(self, *arguments):
        return run("gpg", "--homedir", self.home, "--batch", "--yes", "--pinentry-mode", "loopback", *arguments)

    def export(self, file, armour=False):
        self.gpg(*(["--armor"] if armour else []), "--output", file, "--export", self.fingerprint)

    def clearsign(self, source, target):
        self.gpg("--clearsign", "--digest-algo", "SHA256", "--faked-system-time", "20260102T000000!", "--output", target, source)

    def close(self):
        subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "all"], capture_output=True)


def build_deb(directory, name, version, files, scripts=None, conffiles=(), more="", links=None, owner=("root", "root")):
    """Builds NAME_VERSION_all.deb in `directory`. `files`: path to content, or (content, mode)."""
    tree = pathlib.Path(directory) / f".{name}-{version}"
    shutil.rmtree(tree, ignore_errors=True)
    (tree / "DEBIAN").mkdir(parents=True)
    for path, content in files.items():
        content, mode = content if isinstance(content, tuple) else (content, 0o644)
        file = tree / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        file.chmod(mode)
    for path, target in (links or {}).items():
        link = tree / path.lstrip("/")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)
    (tree / "DEBIAN/control").write_text(
        f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: made by a test\n{more}"
    )
    for script, content in (scripts or {}).items():
        (tree / "DEBIAN" / script).write_text(content)
        (tree / "DEBIAN" / script).chmod(0o755)
    if conffiles:
        (tree / "DEBIAN/conffiles").write_text("".join(f"{path}\n" for path in conffiles))
    sums = "".join(
        run("md5sum", path.lstrip("/"), cwd=tree).stdout for path in sorted(files) if path not in conffiles
    )
    (tree / "DEBIAN/md5sums").write_text(sums)
    deb = pathlib.Path(directory) / f"{name}_{version.replace(':', '%3a')}_all.deb"
    run("dpkg-deb", "--root-owner-group", "-Zxz", "--build", tree, deb)
    shutil.rmtree(tree)
    return deb


class Archive:
    """A flat archive: `pool` is signed by `key`, and apt reads it through a file: source."""

    def __init__(self, home, key):
        self.directory = pathlib.Path(home) / "archive"
        self.directory.mkdir(parents=True)
        self.key = key

    def add(self, *arguments, **options):
        return build_deb(self.directory, *arguments, **options)

    def publish(self, key=None):
        packages = run("apt-ftparchive", "packages", ".", cwd=self.directory).stdout
        (self.directory / "Packages").write_text(packages)
        for stale in ("Release", "InRelease"):
            (self.directory / stale).unlink(missing_ok=True)
        release = run("apt-ftparchive", "-o", "APT::FTPArchive::Release::Origin=Test", "-o", "APT::FTPArchive::Release::Codename=stone", "release", ".", cwd=self.directory).stdout
        (self.directory / "Release").write_text(release)
        (key or self.key).clearsign(self.directory / "Release", self.directory / "InRelease")


class Root:
    """A directory that is taken for /: dpkg and apt work in it, with a shell of busybox for the scripts."""

    def __init__(self, home, archive, key, hook=None):
        self.path = pathlib.Path(home) / "root"
        self.archive = archive
        for directory in (
            "var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers", "var/lib/dpkg/alternatives", "var/lib/apt/lists/partial",
            "var/cache/apt/archives/partial", "var/log/apt", "etc/apt/sources.list.d", "etc/apt/apt.conf.d", "etc/apt/preferences.d",
            "etc/apt/trusted.gpg.d", "usr/bin", "usr/lib", "usr/sbin", "tmp", "dev", "usr/share",
        ):
            (self.path / directory).mkdir(parents=True)
        for name in ("bin", "lib", "sbin"):
            (self.path / name).symlink_to(f"usr/{name}")
        (self.path / "var/lib/dpkg/status").touch()
        (self.path / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
        (self.path / "etc/group").write_text("root:x:0:\n")
        shutil.copy("/bin/busybox", self.path / "usr/bin/busybox")
        for applet in ("sh", "cat", "echo", "mkdir", "chmod", "rm", "mv", "cp", "sleep", "kill", "ln"):
            (self.path / "usr/bin" / applet).symlink_to("busybox")
        key.export(self.path / "etc/apt/trusted.gpg.d/test.gpg")
        (self.path / "etc/apt/sources.list").write_text(f"deb file:{archive.directory} ./\n")
        self.hook = hook or []

    def apt(self, *arguments, check=True):
        options = {
            "Dir": self.path, "Dir::State::status": self.path / "var/lib/dpkg/status", "Dir::Bin::dpkg": "/usr/bin/dpkg", "Dir::Bin::methods": "/usr/lib/apt/methods",
            "APT::Sandbox::User": "root", "APT::Architecture": ARCHITECTURE, "DPkg::Use-Pty": "false", "APT::Keep-Downloaded-Packages": "true",
        }
        lines = [f'{name} "{value}";' for name, value in options.items()]
        lines += [f'DPkg::Options {{"--root={self.path}"; "--force-not-root"; "--log=/dev/null"; "--force-script-chrootless"; }};'.replace('"--force-script-chrootless"; ', "")]
        lines += self.hook
        config = self.path.parent / "apt.conf"
        config.write_text("\n".join(lines) + "\n")
        environment = {**os.environ, "APT_CONFIG": str(config), "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
        return run("apt-get", "-y", "-q", *arguments, check=check, env=environment, stdin=subprocess.DEVNULL)

    def dpkg(self, *arguments, check=True):
        return run("dpkg", f"--root={self.path}", "--log=/dev/null", *arguments, check=check, stdin=subprocess.DEVNULL)

    def update(self):
        self.apt("update")

    def __truediv__(self, path):
        return self.path / str(path).lstrip("/")
