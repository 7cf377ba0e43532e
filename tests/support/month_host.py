"""The host whose month is lived: Debian 12, the shipped configuration and what a site adds to it, and an archive that apt takes packages from."""
import glob
import json
import os
import pathlib
import shutil
import subprocess
import time

import container
from machine import Machine
from packages import Archive, Key, build_deb

SCRIPT = pathlib.Path(__file__).with_name("next_version.py")
PACKAGES = container.PACKAGES + (
    ",adduser,at,ca-certificates,cron,e2fsprogs,initramfs-tools,login,man-db,openssh-server,openssl,passwd,plocate,rsyslog,sudo,tzdata"
    ",unattended-upgrades,vim-tiny"
)
# What the month's upgrade brings: the next versions of these, which the test makes of Debian's own.
UPGRADED = """adduser at base-passwd bsdutils ca-certificates cron cron-daemon-common dbus dbus-bin dbus-daemon dbus-session-bus-common
dbus-system-bus-common debconf debianutils e2fsprogs gpgv init-system-helpers initramfs-tools initramfs-tools-core klibc-utils libblkid1 libc-bin
libcom-err2 libext2fs2 libklibc libmount1 libpam-modules libpam-modules-bin libpam-runtime libpam0g libproc2-0 libsmartcols1 libss2 libssl3 libuuid1 linux-base
login logrotate logsave lsb-release man-db mount openssh-client openssh-server openssh-sftp-server openssl passwd plocate procps rsyslog sensible-utils sudo
sysvinit-utils tzdata ucf unattended-upgrades util-linux util-linux-extra vim-common vim-tiny"""
HOST = "0123456789abcdef0123456789abcdef"

SITE = """# What is normal on this host beyond the shipped configuration.
[[watch]]
path = "/srv/mark"
severity = "low"

[[watch]]
path = "/srv/app"
severity = "high"

# Its certificate is renewed by a unit of its own: by openssl, and only there.
[[expect]]
name = "certificate renewal"
path = "/etc/ssl/site/*"
executable = "/usr/bin/openssl"
package = "openssl"
unit = "renew-certificate.service"

# Accounts come from the management agent: what useradd writes when its unit runs it.
{accounts}[[expect]]
name = "homes by the management agent"
path = "/home/*/.*"
executable = "/usr/sbin/useradd"
package = "passwd"
unit = "manage-accounts.service"

[approvals]
keys = ["/etc/touchstone/alice.pem"]
"""
ACCOUNTS = """[[expect]]
name = "accounts by the management agent"
path = "/etc/{path}"
executable = "/usr/sbin/useradd"
package = "passwd"
unit = "manage-accounts.service"

"""
RENEW = """[Unit]
Description=Renews the certificate
[Service]
Type=oneshot
ExecStart=/usr/bin/openssl req -x509 -newkey ed25519 -noenc -days 30 -subj /CN=host -keyout /etc/ssl/site/host.key -out /etc/ssl/site/host.pem
"""
MANAGE = """[Unit]
Description=The management agent
[Service]
Type=oneshot
ExecStart=/usr/sbin/useradd --create-home --groups adm deploy
"""
APT = """Unattended-Upgrade::Origins-Pattern { "origin=Test"; };
DPkg::Options { "--force-confdef"; "--force-confold"; };
APT::Sandbox::User "root";
"""
APP = """[Unit]
Description=The site's service
[Service]
ExecStart=/usr/bin/sleep infinity
"""


def cached_root():
    """With the archive of next versions in /srv/archive."""
    download = f'mkdir "$1/srv/archive"; cd "$1/srv/archive" && APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -qq download {" ".join(UPGRADED.split())}'
    # Inside, where the owners of files have their names. The script's digest is part of what the tarball is kept under.
    make = f'chroot "$1" python3 - /srv/archive < "$NEXT_VERSION" # {hash_of(SCRIPT)}'
    os.environ["NEXT_VERSION"] = str(SCRIPT)
    return container.cached_root(PACKAGES, f"--customize-hook={download}", f"--customize-hook={make}")


def hash_of(file):
    return subprocess.run(["sha256sum", file], check=True, capture_output=True, text=True).stdout[:16]


class Host:
    def __init__(self, build, home):
        self.home = pathlib.Path(home)
        self.root = self.home / "root"
        self.program = build / "touchstone"
        container.unpack(self.root, cached_root())
        container.install(build, self.root)
        container.mask(self.root, container.MASKED)  # the timers' services are started by the script, day by day
        self.machine = Machine(self.home, "--private-network")
        self.key = Key(self.home / "gnupg", "site")
        self.archive = Archive(self.home / "job", self.key)
        self.next = self.root / "srv/archive"
        self.marks = 0
        self._furnish()

    def close(self):
        if self.machine.container:
            self.machine.power_off()
        self.key.close()

    # ---- what the site has of its own, before the baseline is built ----

    def _furnish(self):
        root = self.root
        (root / "etc/apt/sources.list").write_text("deb copy:/mnt/job/archive ./\n")
        self.key.export(root / "etc/apt/trusted.gpg.d/site.gpg")
        (root / "etc/apt/apt.conf.d/60site").write_text(APT)
        for name, text in {"renew-certificate": RENEW, "manage-accounts": MANAGE, "app": APP}.items():
            (root / f"etc/systemd/system/{name}.service").write_text(text)
        for directory in ("etc/ssl/site", "srv/mark", "srv/app", "root/.ssh"):
            (root / directory).mkdir(parents=True, exist_ok=True)
        (root / "etc/touchstone/conf.d/site.toml").write_text(SITE.format(accounts="".join(
            ACCOUNTS.format(path=path) for path in ("passwd*", "shadow*", "group*", "gshadow*", "sub[ug]id*"))))
        openssl = ("openssl", "genpkey", "-algorithm", "ed25519", "-out", self.home / "alice.key")
        subprocess.run(openssl, check=True, capture_output=True)
        subprocess.run(["openssl", "pkey", "-in", self.home / "alice.key", "-pubout", "-out", root / "etc/touchstone/alice.pem"], check=True)

    # ---- packages ----

    def publish_next_versions(self, which="*"):
        for deb in self.next.glob(f"{which}.deb"):
            shutil.move(deb, self.archive.directory)
        self.archive.publish()

    def publish(self, *arguments, **options):
        build_deb(self.archive.directory, *arguments, **options)
        self.archive.publish()

    # ---- approvals ----

    def approve(self, path, content, ticket):
        """Signed elsewhere, handed in here: `path` may become `content`."""
        for name, text in {"before": (self.root / path.lstrip("/")).read_text(), "after": content}.items():
            (self.home / "text").write_text(text)
            digest = subprocess.run(["sha256sum", self.home / "text"], check=True, capture_output=True, text=True).stdout.split()[0]
            (self.home / name).write_text(f"{digest}  {path}\n")
        approval = self.home / "job" / ticket
        sign = [self.program, "approve", "sign", "--manifest", self.home / "after", "--before-manifest", self.home / "before", "--host", HOST,
                "--expires", "1h", "--ticket", ticket, "--key", self.home / "alice.key", "-o", approval]
        subprocess.run(sign, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        self.sh(f"touchstone approve submit /mnt/job/{ticket}")

    # ---- what was reported ----

    def sh(self, script, **options):
        return self.machine.sh(script, **options)

    def events(self):
        events = []
        for file in glob.glob(str(self.root / "var/log/touchstone/events.jsonl*")):
            text = subprocess.run(["zcat", "-f", file], check=True, capture_output=True).stdout
            events += [json.loads(line) for line in text.split(b"\n")[:-1]]
        return sorted(events, key=lambda event: event["event"]["sequence"])

    def findings(self):
        findings = [event for event in self.events() if event["event"]["dataset"] == "touchstone.finding"]
        return [event for event in findings if not event["file"]["path"].startswith("/srv/mark")]

    def settle(self, patience=60):
        """Until all that was touched before is judged and in the log."""
        self.marks += 1
        mark = f"/srv/mark/{self.marks}."
        (self.root / mark.lstrip("/")).touch()
        deadline = time.monotonic() + patience
        logs = [self.root / f"var/log/touchstone/events.jsonl{end}" for end in ("", ".1")]
        while not any(log.exists() and mark.encode() in log.read_bytes() for log in logs) or not self._is_idle():
            assert time.monotonic() < deadline, f"{mark} was not reported"
            time.sleep(0.2)

    def _is_idle(self):
        touch_set = json.loads(self.sh("touchstone status --json"))["queues"]["touch_set"]
        return touch_set["waiting"] + touch_set["out_for_a_look"] == 0
