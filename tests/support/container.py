"""Debian 12 with systemd as PID 1 and real journald, in a container on the running kernel, with touchstone installed into it."""
import hashlib
import os
import pathlib
import signal
import subprocess

PACKAGES = "systemd,systemd-sysv,dbus,procps,libssl3,libspdlog1.10,libfmt9,libsqlite3-0,libarchive13,libre2-9,libsystemd0,libbpf1,libstdc++6,librpm9,libostree-1-1,gpgv,python3-minimal,logrotate"
SUITE = "bookworm"

# Units that want hardware, a console or the network.
MASKED = """getty.target console-getty.service systemd-networkd.service systemd-timesyncd.service systemd-logind.service apt-daily.timer
apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer dpkg-db-backup.timer logrotate.timer systemd-udevd.service systemd-resolved.service
systemd-tmpfiles-clean.timer systemd-firstboot.service systemd-remount-fs.service""".split()

JOB = """[Unit]
Description=The job
After=basic.target
[Service]
ExecStart=/bin/sh -c 'cd /mnt/job && HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin sh ./{script} > /mnt/job/results 2> /mnt/job/errors; systemctl poweroff --force --force'
"""


def cached_root(packages=PACKAGES, *options):
    """A tarball of the userland, made once by mmdebstrap from the host's own package sources."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache"))) / "touchstone-test"
    cache.mkdir(parents=True, exist_ok=True)
    tarball = cache / f"debian-{hashlib.sha256(''.join([packages, SUITE, *options]).encode()).hexdigest()[:16]}.tar"
    if not tarball.exists():
        part = tarball.with_suffix(".part.tar")
        subprocess.run(
            ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={packages}", "--dpkgopt=path-exclude=/usr/share/doc/*",
             "--dpkgopt=path-exclude=/usr/share/locale/*", *options, SUITE, part],
            check=True, timeout=600, stdin=subprocess.DEVNULL,
        )
        part.rename(tarball)
    return tarball


def control_groups():
    groups = [pathlib.Path("/sys/fs/cgroup") / name for name in ("systemd", "unified")]
    return [group / f"touchstone-test-{os.getpid()}" for group in groups if group.is_dir()]


def remove(groups):
    for group in groups:
        for directory in [*sorted(group.rglob("*"), reverse=True), group]:
            if directory.is_dir():
                try:
                    directory.rmdir()
                except OSError:
                    pass


def start(root, job, *more, stdout=subprocess.PIPE):
    """Boots the container, in a control group of its own, so that nothing of the host's is managed."""
    groups = control_groups()
    for group in groups:
        group.mkdir(exist_ok=True)

    def enter():
        for group in groups:
            (group / "cgroup.procs").write_text(str(os.getpid()))

    command = ["systemd-nspawn", "--quiet", f"--directory={root}", "--register=no", "--keep-unit", f"--machine=touchstone-{os.getpid()}",
               f"--bind={job}:/mnt/job", "--system-call-filter=fanotify_init fanotify_mark open_by_handle_at name_to_handle_at bpf", *more, "--boot"]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.STDOUT, preexec_fn=enter)


def end(container):
    """The container's first process: everything in it ends with it."""
    for pid in pathlib.Path(f"/proc/{container.pid}/task/{container.pid}/children").read_text().split():
        os.kill(int(pid), signal.SIGKILL)
    container.terminate()


def boot(root, job, timeout):
    """Boots the container; the job's script runs, and powers off."""
    try:
        with start(root, job) as container:
            try:
                return container.communicate(timeout=timeout)[0]
            except subprocess.TimeoutExpired:
                end(container)
                return container.communicate(timeout=30)[0] + b"\n(timed out)"
    finally:
        remove(control_groups())


def unpack(root, tarball):
    root.mkdir()
    subprocess.run(["tar", "-xpf", tarball, "-C", root, "--exclude=./dev/*"], check=True)
    (root / "etc/machine-id").write_text("0123456789abcdef0123456789abcdef\n")


def install(build, root):
    subprocess.run(["cmake", "--install", build, "--strip"], check=True, env={**os.environ, "DESTDIR": str(root)}, stdout=subprocess.DEVNULL)


def mask(root, units):
    for unit in units:
        link = root / "etc/systemd/system" / unit
        link.unlink(missing_ok=True)
        link.symlink_to("/dev/null")


def want(root, target, unit):
    wants = root / f"etc/systemd/system/{target}.wants"
    wants.mkdir(exist_ok=True)
    (wants / unit).symlink_to(f"../{unit}")


def run(build, home, script, timeout):
    """Runs the shell script as root inside, below the directory `home`. Gives the job's directory (/mnt/job inside), with what the script
    printed in `results` and `errors` and whatever it left there, and the console's output."""
    root, job = pathlib.Path(home) / "root", pathlib.Path(home) / "job"
    job.mkdir()
    unpack(root, cached_root())
    install(build, root)
    mask(root, MASKED)
    (root / "etc/systemd/system/touchstone-job.service").write_text(JOB.format(script=script.name))
    want(root, "multi-user.target", "touchstone-job.service")
    (job / script.name).write_bytes(script.read_bytes())
    return job, boot(root, job, timeout).decode(errors="replace")
