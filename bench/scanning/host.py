"""A Debian root as it stands on a host, and an update for some of its packages."""
import hashlib
import os
import pathlib
import subprocess

WHOLE = "openssh-server,nginx-light,postgresql,python3,git,vim,curl,sudo,cron,rsyslog,build-essential,locales-all,apt"
SMALL = "apt,openssl,curl,sudo"
SUITE = "bookworm"
UPDATED = ("bash", "coreutils", "curl", "git", "git-man", "grep", "gzip", "libcurl4", "libssl3", "openssl", "sed", "sudo", "tar", "vim", "vim-common", "vim-runtime", "vim-tiny")
WATCHED = ("etc", "usr", "root")
NEW = b"\n# of the next version\n"


def run(*words, **options):
    return subprocess.run([str(word) for word in words], check=True, stdin=subprocess.DEVNULL, capture_output=True, **options).stdout


def cached_root(packages):
    """A tarball of it, made once by mmdebstrap."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache"))) / "touchstone-bench"
    cache.mkdir(parents=True, exist_ok=True)
    tarball = cache / f"debian-{hashlib.sha256((packages + SUITE).encode()).hexdigest()[:16]}.tar"
    if not tarball.exists():
        part = tarball.with_suffix(".part.tar")
        run("mmdebstrap", "--quiet", "--variant=important" if packages == WHOLE else "--variant=apt", f"--include={packages}", SUITE, part, timeout=900)
        part.rename(tarball)
    return tarball


def unpack(tarball, where):
    where.mkdir()
    run("tar", "-xpf", tarball, "-C", where, "--exclude=./dev/*", "--xattrs", "--xattrs-include=*")
    os.mknod(where / "dev/null", 0o666 | 0o020000, os.makedev(1, 3))  # S_IFCHR
    refuse = where / "usr/sbin/policy-rc.d"  # no maintainer's script starts a daemon
    refuse.write_text("#!/bin/sh\nexit 101\n")
    refuse.chmod(0o755)
    return where


def _next_version(package, workplace):
    """Unpacks a .deb in place; of its programs and libraries each gets another content, the rest stays. Its control fields, and the paths of those."""
    run("dpkg-deb", "-R", package, workplace)
    control = workplace / "DEBIAN/control"
    fields = control.read_text()
    version = next(line.split()[1] for line in fields.splitlines() if line.startswith("Version:"))
    fields = fields.replace(f"Version: {version}\n", f"Version: {version}+next1\n")
    control.write_text(fields.replace(f"(= {version})", f"(= {version}+next1)"))  # packages of one source want each other
    sums, changed = [], []
    for path in sorted(path for path in workplace.rglob("*") if path.is_file() and not path.is_symlink() and path.relative_to(workplace).parts[0] != "DEBIAN"):
        name = path.relative_to(workplace)
        if {"bin", "sbin", "lib", "vim90"} & set(name.parts) and not str(name).startswith(("usr/share/doc", "etc")):
            with open(path, "ab") as file:
                file.write(NEW)
            changed.append(str(name))
        sums.append(f"{hashlib.md5(path.read_bytes()).hexdigest()}  {name}\n")
    (workplace / "DEBIAN/md5sums").write_text("".join(sums))
    return control.read_text(), changed


def make_updates(home, tarball):
    """A repository with the next version of packages that the root has. Its directory, and the paths whose content they change, as they are in a root."""
    repository = home / "updates"
    fetched = home / "fetched"
    for each in (repository, fetched):
        each.mkdir()
    status = subprocess.run(["tar", "-xOf", tarball, "./var/lib/dpkg/status"], check=True, capture_output=True, text=True).stdout
    there = {paragraph.split("\n", 1)[0].removeprefix("Package: ") for paragraph in status.split("\n\n")}
    run("apt-get", "download", "-o", "APT::Sandbox::User=root", *[name for name in UPDATED if name in there], cwd=fetched)
    index, changed = [], []
    for package in sorted(fetched.glob("*.deb")):
        control, paths = _next_version(package, home / "package")
        made = repository / package.name
        run("dpkg-deb", "--build", "-Zgzip", "-z1", home / "package", made)
        run("rm", "-rf", home / "package")
        content = made.read_bytes()
        index.append(f"{control.rstrip()}\nFilename: ./{made.name}\nSize: {len(content)}\nSHA256: {hashlib.sha256(content).hexdigest()}\n")
        changed += paths
    (repository / "Packages").write_text("\n".join(index))
    return repository, changed


def offer(root, repository):
    """The root's apt knows of no other packages."""
    run("cp", "-a", repository, root / "srv/updates")
    (root / "srv/updates/sources.list").write_text("deb [trusted=yes] file:/srv/updates ./\n")


def upgrade(root):
    """apt-get upgrade, by the root's own apt and dpkg."""
    options = ("-o", "Dir::Etc::sourcelist=/srv/updates/sources.list", "-o", "Dir::Etc::sourceparts=/none", "-o", "APT::Sandbox::User=root")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    run("chroot", root, "apt-get", *options, "update", env=quiet)
    run("chroot", root, "apt-get", *options, "-y", "-o", "Dpkg::Options::=--force-confold", "upgrade", env=quiet)
