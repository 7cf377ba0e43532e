"""A container that stays up, is spoken to, and boots again: its root shell listens on a socket below /mnt/job."""
import pathlib
import socket
import subprocess
import time

import container

SOCKET = """[Unit]
Description=A root shell for each that connects
[Socket]
ListenStream=/mnt/job/shell
Accept=yes
"""
SHELL = """[Unit]
Description=The root shell
CollectMode=inactive-or-failed
[Service]
ExecStart=/bin/sh -c 'script=$$(cat); sh -c "$$script" </dev/null; echo; echo "exit $$?"'
StandardInput=socket
StandardOutput=socket
StandardError=socket
Environment=HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
KillMode=process
"""


class Machine:
    def __init__(self, home, *more):
        """`home`/root is the userland, `home`/job is /mnt/job inside; `more` are options of systemd-nspawn(1)."""
        self.root, self.job, self.more = pathlib.Path(home) / "root", pathlib.Path(home) / "job", more
        self.job.mkdir(exist_ok=True)
        self.container = None
        units = self.root / "etc/systemd/system"
        (units / "shell.socket").write_text(SOCKET)
        (units / "shell@.service").write_text(SHELL)
        container.want(self.root, "sockets.target", "shell.socket")

    def boot(self, patience=120):
        (self.job / "shell").unlink(missing_ok=True)
        with open(self.job / "console", "ab") as console:
            self.container = container.start(self.root, self.job, *self.more, stdout=console)
        deadline = time.monotonic() + patience
        while True:
            try:
                self.sh("systemctl is-system-running --wait", check=False)
                return
            except OSError:
                assert time.monotonic() < deadline and self.container.poll() is None, "it does not come up"
                time.sleep(0.2)

    def sh(self, script, check=True, timeout=600):
        """What the script, run by a root shell, printed on both its outputs."""
        with socket.socket(socket.AF_UNIX) as shell:
            shell.settimeout(timeout)
            shell.connect(str(self.job / "shell"))
            shell.sendall(script.encode())
            shell.shutdown(socket.SHUT_WR)
            text = b"".join(iter(lambda: shell.recv(65536), b"")).decode(errors="replace")
        output, _, status = text.rpartition("\nexit ")
        assert not check or status.strip() == "0", f"{script}: exit {status}{output}"
        return output

    def power_off(self):
        try:
            self.sh("systemctl --no-block poweroff", check=False)
            self.container.wait(timeout=90)
        except (OSError, subprocess.TimeoutExpired):
            container.end(self.container)
            self.container.wait(timeout=30)
        finally:
            self.container = None
            container.remove(container.control_groups())
