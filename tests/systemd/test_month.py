"""A month of a Debian host's life with the shipped configuration: upgrades, daily jobs, log rotation, certificates, users, edited services, reboots.
What somebody did who had no business to is reported, once each; all else is expected or authorized."""
import collections
import json
import os
import pathlib
import shutil
import tempfile

import pytest

from conftest import BUILD
from month_host import UPGRADED, Host

TOOLS = ("apt-ftparchive", "gpg", "mmdebstrap", "systemd-nspawn")
pytestmark = pytest.mark.skipif(os.geteuid() != 0 or not all(map(shutil.which, TOOLS)), reason=f"needs root and {', '.join(TOOLS)}")

LOW, MEDIUM, HIGH, CRITICAL = 21, 47, 73, 99
TIMERS = """apt-daily.service apt-daily-upgrade.service dpkg-db-backup.service e2scrub_all.service fstrim.service logrotate.service man-db.service
plocate-updatedb.service systemd-tmpfiles-clean.service touchstone-check.service""".replace("\n", " ")

# What is planted: path and severity.
PLANTED = {
    "a byte changed in a program, during the upgrade and by the shell that runs it": ("/usr/bin/ssh-keyscan", HIGH),
    "the old, signed version of a program put back": ("/usr/bin/passwd", HIGH),
    "a cron job dropped": ("/etc/cron.d/update", CRITICAL),
    "a key added to authorized_keys": ("/root/.ssh/authorized_keys", CRITICAL),
    "setuid gained": ("/usr/bin/find", CRITICAL),
    "a unit edited without an approval": ("/etc/systemd/system/app.service", CRITICAL),
    "a second root by an editor": ("/etc/passwd", CRITICAL),
    "a certificate replaced by a shell": ("/etc/ssl/site/host.pem", HIGH),
    "a program changed while the host was down": ("/usr/lib/apt/apt-helper", HIGH),
}

SERVICE_UNIT = """[Service]
ExecStart=/usr/sbin/serviced
User=serviced
[Install]
WantedBy=multi-user.target
"""
# As those of Debian's packages are: a user, an alternative, a diversion, a unit that is enabled and started.
SERVICE_SCRIPTS = {
    "preinst": "#!/bin/sh\nset -e\ndpkg-divert --package service --add --rename --divert /usr/bin/savelog.orig /usr/bin/savelog\n",
    "postinst": """#!/bin/sh
set -e
[ "$1" = configure ] || exit 0
adduser --system --group --home /var/lib/serviced --quiet serviced
update-alternatives --install /usr/bin/editor editor /usr/bin/service-editor 90
deb-systemd-helper enable serviced.service
systemctl daemon-reload
deb-systemd-invoke restart serviced.service
ldconfig
""",
    "prerm": """#!/bin/sh
set -e
[ "$1" = remove ] || exit 0
update-alternatives --remove editor /usr/bin/service-editor
deb-systemd-invoke stop serviced.service
""",
    "postrm": """#!/bin/sh
set -e
[ "$1" != remove ] || dpkg-divert --package service --remove --rename --divert /usr/bin/savelog.orig /usr/bin/savelog
[ "$1" = purge ] || exit 0
deluser --quiet --system serviced
deb-systemd-helper purge serviced.service
""",
}


class Month:
    """The script. Each step is a thing that happens on hosts; those that plant say so."""

    def __init__(self, host):
        self.host = host
        self.sh = host.sh
        self.day = 0

    def live(self):
        self.host.machine.boot()
        self.sh("touchstone config check && systemctl enable touchstone && touchstone baseline build && systemctl start touchstone")
        self.host.settle()
        self.week_of_the_upgrade()
        self.week_of_the_new_service()
        self.week_of_reboots()
        self.week_of_attacks()
        self.days(7)
        self.host.settle()

    def days(self, count):
        """What systemd and cron do of themselves every day, and by the end of a week."""
        for _ in range(count):
            self.sh(f"""rm -f /var/lib/apt/periodic/*
                logger -p auth.info 'session opened'
                systemctl start {TIMERS}
                run-parts /etc/cron.daily""")
            self.day += 1
            if self.day % 7 == 0:  # the logs are due
                self.sh("""sed -i 's/ [0-9-]*:[0-9]*:[0-9]*$/ 2026-1-1-0:0:0/' /var/lib/logrotate/status
                    systemctl start logrotate
                    run-parts /etc/cron.weekly""")
        self.sh("systemctl start renew-certificate")

    def week_of_the_upgrade(self):
        self.host.publish_next_versions("openssl_*")  # a fix that comes alone
        self.sh("apt-get -q update && apt-get -y upgrade")
        self.days(6)
        self.host.publish_next_versions()
        self.sh("apt-get -q update")
        # Planted: a byte of a program that the upgrade has just brought.
        self.sh("""cp -p /usr/bin/passwd /var/tmp/passwd
            cp /usr/bin/ssh-keyscan /var/tmp/old
            apt-get -y upgrade > /mnt/job/upgrade.log 2>&1 & apt=$!
            while cmp -s /usr/bin/ssh-keyscan /var/tmp/old; do kill -0 $apt || exit 1; sleep 0.02; done
            printf X | dd of=/usr/bin/ssh-keyscan bs=1 seek=4000 conv=notrunc 2>&1
            kill -0 $apt && wait $apt""")
        self.host.settle()

    def week_of_the_new_service(self):
        self.publish_service("1")
        self.sh("apt-get -q update && apt-get -y install service")
        self.days(3)
        # The administrator's own conffile, approved; by unattended-upgrades it is kept, and the other one replaced.
        self.host.approve("/etc/service/kept.conf", "mine\n", "CHG-1")
        self.sh("echo mine > /etc/service/kept.conf")
        self.host.settle()
        self.publish_service("2")
        self.sh("apt-get -q update && unattended-upgrade")
        self.host.settle()
        self.sh("apt-get -y install --reinstall cron sudo && apt-get -y remove service")
        self.host.settle()
        self.sh("apt-get -y purge service at")
        self.days(4)

    def publish_service(self, version):
        conffiles = ["/etc/service/kept.conf", "/etc/service/taken.conf"]
        self.host.publish("service", version, {
            "/usr/sbin/serviced": (f"#!/bin/sh\n# {version}\nexec sleep infinity\n", 0o755),
            "/usr/bin/service-editor": (f"#!/bin/sh\n# {version}\n", 0o755),
            "/usr/bin/savelog": (f"#!/bin/sh\n# {version}\n", 0o755), "/usr/lib/systemd/system/serviced.service": SERVICE_UNIT,
            **{path: f"{version}\n" for path in conffiles},
        }, conffiles=conffiles, more="Depends: adduser\n", scripts=SERVICE_SCRIPTS)

    def week_of_reboots(self):
        self.sh("systemctl start manage-accounts")
        self.host.settle()
        self.host.approve("/etc/systemd/system/app.service", "[Service]\nExecStart=/usr/bin/sleep 1d\n", "CHG-2")
        self.sh("""printf '[Service]\\nExecStart=/usr/bin/sleep 1d\\n' > /etc/systemd/system/app.service
            systemctl daemon-reload
            systemctl restart app""")
        self.days(3)
        self.reboot(lambda: None)
        self.days(3)

        def plant():
            with open(self.host.root / "usr/lib/apt/apt-helper", "r+b") as file:
                file.seek(4000)
                file.write(b"X")

        self.reboot(plant)

    def reboot(self, meanwhile):
        self.host.settle()
        self.host.machine.power_off()
        meanwhile()
        self.host.machine.boot()
        self.host.settle()

    def week_of_attacks(self):
        for attack in (
            "cat /var/tmp/passwd > /usr/bin/passwd",
            "echo '* * * * * root /tmp/x' > /etc/cron.d/update",
            "echo 'ssh-ed25519 AAAA thief' > /root/.ssh/authorized_keys",
            "chmod u+s /usr/bin/find",
            "printf '[Service]\\nExecStart=/tmp/x\\n' > /etc/systemd/system/app.service",
            r"vim.tiny -n -es -u NONE --cmd 'set nowritebackup' -c '$s,$,\rtoor:x:0:0::/root:/bin/sh,' -c wq /etc/passwd",
            "echo forged > /etc/ssl/site/host.pem",
        ):
            self.sh(attack, check=False)
            self.host.settle()


@pytest.fixture(scope="module")
def month():
    """Of the whole month: the host, with all that was reported."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="touchstone-month.", dir="/var/tmp"))
    host = Host(BUILD, home)
    try:
        Month(host).live()
        host.reported = host.events()
        host.found = host.findings()
        host.differences = json.loads(host.sh("touchstone check --json", check=False))["differences"]
        yield host
    finally:
        host.close()
        shutil.rmtree(home, ignore_errors=True)


def describe(event):
    process, own = event.get("process", {}), event["touchstone"]
    parents = [process.get("parent", {}), *own.get("ancestors", [])]
    return (f"{event['event']['action']} {own.get('previous_path', '')} {event['file']['path']} ({own['verdict']}, {event['event']['severity']}) "
            f"by {' '.join(process.get('args', ['?']))[:100]} of {[one.get('name') for one in parents]}: "
            f"{[one['reason'] for one in own.get('evidence', [])]}")


def unexpected(month):
    return [event for event in month.found if event["touchstone"]["verdict"] == "unexpected"]


def test_nothing_is_unexpected_but_what_was_planted(month):
    planted = {path for path, severity in PLANTED.values()}
    noise = [describe(event) for event in unexpected(month) if event["file"]["path"] not in planted]
    assert noise == [], f"{len(noise)} of {len(month.found)} findings:\n" + "\n".join(noise)


@pytest.mark.parametrize("what", PLANTED)
def test_what_was_planted_is_one_finding_of_its_severity(month, what):
    path, severity = PLANTED[what]
    found = [event for event in unexpected(month) if event["file"]["path"] == path]
    assert [event["event"]["severity"] for event in found] == [severity], [describe(event) for event in month.found if event["file"]["path"] == path]


def test_the_month_was_lived(month):
    """Nothing above could fail if nothing had happened."""
    counts = collections.Counter(event["touchstone"]["verdict"] for event in month.found)
    print(dict(counts))
    assert counts["unexpected"] == len(PLANTED) and counts["authorized"] > 1000 and counts["expected"] > 100, counts
    assert all(event["event"]["severity"] == LOW for event in month.found if event["touchstone"]["verdict"] != "unexpected")


def test_each_run_of_apt_is_summed_up(month):
    finished = [event for event in month.reported if event["event"]["action"] == "transaction-finished"]
    said = [event["message"] for event in finished if event["touchstone"]["details"]["provider"] == "dpkg"]
    assert [message.split(":")[0] for message in said] == [
        "upgrade of 1 package", f"upgrade of {len(UPGRADED.split()) - 1} packages", "installation of 1 package", "upgrade of 1 package",
        "reinstallation of 2 packages", "removal of 1 package", "removal of 2 packages"], said


def test_nothing_was_missed(month):
    odd = ("gap", "provider-failed", "output-failed", "sweep-failed", "tamper", "config-rejected")
    odd = [event["message"] for event in month.reported if event["event"]["action"] in odd]
    assert odd == []


def test_check_agrees(month):
    checks = [event for event in month.reported if event["event"]["action"] == "sweep-finished" and "(check)" in event["message"]]
    assert len(checks) > 20
    differ = {one["path"] for one in month.differences if one["verdict"] == "unexpected" and not one["path"].startswith("/srv/mark")}
    # The one is as in the baseline again, the other was renewed by its unit since.
    assert differ == {path for path, severity in PLANTED.values()} - {"/usr/bin/passwd", "/etc/ssl/site/host.pem"}
