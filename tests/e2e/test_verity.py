"""Files that fs-verity holds are verified by what it measures, not by reading, and authorized where a known signer sealed them. Skipped where the kernel has no fs-verity; tests/vm runs it on kernels that do."""
import ctypes
import errno
import fcntl
import hashlib
import json
import os
import ssl
import struct
import subprocess

import pytest
from conftest import PROGRAM, changes, run, wait_until
from test_verification import disk, write_below

FS_IOC_ENABLE_VERITY = 0x40806685
ADD_KEY = 248  # the system call of x86_64
SIZE = 1 << 20
QUICK = '[verify]\nperiod = "1s"\ncpu = "100%"\nback_off = false\n[sources]\nebpf = "off"\n'


def enable(path, salt=b"", signature=b""):
    """As `fsverity enable`: SHA-256, blocks of 4096."""
    salt_at, signature_at = ctypes.create_string_buffer(salt), ctypes.create_string_buffer(signature)
    argument = struct.pack("=IIIIQIIQ88x", 1, 1, 4096, len(salt), ctypes.addressof(salt_at) if salt else 0, len(signature), 0, ctypes.addressof(signature_at) if signature else 0)
    with open(path, "rb") as file:
        fcntl.ioctl(file, FS_IOC_ENABLE_VERITY, argument)


def measurement(content):
    """What fs-verity says of content, computed anew (Documentation/filesystems/fsverity.rst)."""
    level = [content[at : at + 4096] for at in range(0, len(content), 4096)]
    while len(level) > 1:
        hashes = b"".join(hashlib.sha256(block.ljust(4096, b"\0")).digest() for block in level)
        level = [hashes[at : at + 4096] for at in range(0, len(hashes), 4096)]
    root = hashlib.sha256(level[0].ljust(4096, b"\0")).digest()
    descriptor = struct.pack("=BBBBIQ64s32s144x", 1, 1, 12, 0, 0, len(content), root, b"")
    return "sha256:" + hashlib.sha256(descriptor).hexdigest()


@pytest.fixture
def ground(touchstone):
    """The tree on an ext4 of its own, with a file that is held and one that is not."""
    with disk(touchstone.home, "-b", "4096", "-O", "verity") as (mount, device):
        touchstone.device = device
        touchstone.tree = mount
        for name in ("held", "plain"):
            (mount / name).write_bytes(os.urandom(4096) * (SIZE // 4096))
        try:
            enable(mount / "held")
        except OSError as refused:
            if refused.errno not in (errno.EOPNOTSUPP, errno.ENOTTY) or "TOUCHSTONE_NEEDS_VERITY" in os.environ:
                raise
            pytest.skip("this kernel has no fs-verity")
        os.sync()
        touchstone.configure(path=mount)
        yield touchstone
        if not touchstone.ended():
            touchstone.stop()


def check(touchstone, *more):
    """The report, and how many bytes the program read of anything."""
    child = subprocess.Popen([PROGRAM, "check", "--json", "--config", touchstone.config_file, *more], stdout=subprocess.PIPE)
    text = child.stdout.read()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    with open(f"/proc/{child.pid}/io") as counters:
        read = int(dict(line.split(": ") for line in counters)["rchar"])
    status = child.wait()
    report = json.loads(text)
    assert report["exit"] == status
    return report, read


def by_path(report):
    return {os.path.basename(one["path"]): one for one in report["differences"]}


def test_what_is_held_is_measured_and_not_read(ground):
    ground.build()
    report, read = check(ground)
    assert report["exit"] == 0
    assert (report["summary"]["measured"], report["summary"]["bytes_measured"], report["summary"]["bytes_read"]) == (1, SIZE, SIZE)
    assert SIZE <= read < 2 * SIZE
    assert b"1 file verified by fs-verity's measurement (1.0 MiB not read)" in ground.run("check").stdout
    shown = json.loads(ground.run("baseline", "show", ground.tree / "held", "--json").stdout)["attributes"]
    content = (ground.tree / "held").read_bytes()
    assert shown["verity"] == measurement(content)
    assert shown["sha256"] == hashlib.sha256(content).hexdigest()
    # As configured, everything is read all the same.
    ground.configure(path=ground.tree, more='[verify]\nverity = "read"')
    report, read = check(ground)
    assert (report["exit"], report["summary"]["measured"], report["summary"]["bytes_read"]) == (0, 0, 2 * SIZE)
    assert read >= 2 * SIZE


def test_what_came_in_the_place_of_a_held_file_is_read_and_found(ground):
    ground.build()
    held = ground.tree / "held"
    content = held.read_bytes()
    held.unlink()
    held.write_bytes(b"X" + content[1:])
    report, read = check(ground)
    assert {one["attribute"]: one["before"] for one in by_path(report)["held"]["changes"]}["verity"] == measurement(content)
    assert {one["attribute"] for one in by_path(report)["held"]["changes"]} == {"sha256", "verity", "inode_flags"}
    assert report["summary"]["measured"] == 0 and read >= 2 * SIZE
    enable(held)  # held again, and other content: measured as something else
    report, read = check(ground)
    assert {one["attribute"] for one in by_path(report)["held"]["changes"]} == {"sha256", "verity"}
    assert report["summary"]["measured"] == 0 and read >= 2 * SIZE
    held.unlink()  # the same content, with a salt: another measurement, so it is read
    held.write_bytes(content)
    enable(held, b"salt")
    report, read = check(ground)
    assert {one["attribute"] for one in by_path(report)["held"]["changes"]} == {"verity"}
    assert report["summary"]["measured"] == 0 and read >= 2 * SIZE


def test_a_block_altered_below_cannot_be_read_by_anybody(ground):
    ground.build()
    held = ground.tree / "held"
    with pytest.raises(OSError) as refused:
        write_below(ground.device, ground.tree, "held", b"altered")
    assert refused.value.errno == errno.EIO
    report, _ = check(ground)  # what is measured is the content that the kernel will give, or none
    assert (report["exit"], report["summary"]["measured"]) == (0, 1)
    ground.configure(path=ground.tree, more='[verify]\nverity = "read"')
    report, _ = check(ground)
    assert report["exit"] == 8 and by_path(report)["held"]["action"] == "unreadable"
    with pytest.raises(OSError):
        held.read_bytes()


def rounds(touchstone):
    return [notice["touchstone"]["details"] for notice in touchstone.notices("sweep-finished") if notice["touchstone"]["details"]["reason"] == "verification"]


def test_the_watch_measures_too_and_says_so(ground):
    ground.configure(path=ground.tree, more=QUICK)
    ground.watch()
    held, plain = ground.tree / "held", ground.tree / "plain"
    round_ = wait_until(lambda: rounds(ground), "a round")[0]
    assert (round_["measured"], round_["measured_bytes"], round_["bytes"]) == ("1", str(SIZE), str(SIZE))
    held.chmod(0o600)
    finding = ground.wait_for(held, "changed")
    assert list(changes(finding)) == ["mode"]
    assert finding["touchstone"]["object"]["measured"] is True
    assert finding["touchstone"]["object"]["verity"] == measurement(held.read_bytes())
    assert finding["file"]["hash"]["sha256"] == hashlib.sha256(held.read_bytes()).hexdigest()
    before = plain.stat().st_ctime_ns
    enable(plain)
    assert plain.stat().st_ctime_ns > before  # so that a sweep finds it, which goes by ctime
    finding = ground.wait_for(plain, "changed")
    assert changes(finding)["verity"] == ("", measurement(plain.read_bytes()))
    assert "sha256" not in changes(finding) and "measured" not in finding["touchstone"]["object"]
    ground.stop()


class Signer:
    """Who signs what fs-verity measures, and whom the kernel lets seal: where it checks signatures, it wants their certificate in its keyring .fs-verity. (6.1 knows RSA alone.)"""

    def __init__(self, home, name):
        self.home, self.name = home, name
        self.key, self.certificate = home / f"{name}.key", home / f"{name}.pem"
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.key, "-out", self.certificate, "-subj", f"/CN={name}")
        with open("/proc/keys") as keys:
            ring = next((int(line.split()[0], 16) for line in keys if " .fs-verity:" in line), None)
        if ring is not None:
            run("openssl", "x509", "-in", self.certificate, "-outform", "DER", "-out", home / "der")
            der = (home / "der").read_bytes()
            assert ctypes.CDLL(None, use_errno=True).syscall(ADD_KEY, b"asymmetric", name.encode(), der, ctypes.c_size_t(len(der)), ring) > 0, os.strerror(ctypes.get_errno())

    def sign(self, path):
        run("fsverity", "sign", path, self.home / "signature", f"--key={self.key}", f"--cert={self.certificate}")
        return (self.home / "signature").read_bytes()

    def put(self, path, content):
        """As an update does: a file of its own, sealed, renamed into place."""
        replace(path, content, self.sign)


def replace(path, content, sign=None, sealed=True):
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(content)
    if sealed:
        enable(new, signature=sign(new) if sign else b"")
    new.rename(path)


@pytest.fixture
def signers(ground):
    vendor, stranger = Signer(ground.home, "Vendor"), Signer(ground.home, "Stranger")
    ground.configure(path=ground.tree, watch='exclude = [".*.new"]', more=f'[providers.verity]\ncertificates = ["{vendor.certificate}"]\n')
    return vendor, stranger


@pytest.mark.parametrize("by", ["watch", "check"])
def test_only_what_a_known_signer_has_sealed_is_authorized(ground, signers, by):
    vendor, stranger = signers
    names = ("vendor", "stranger", "unsigned", "unsealed", "copied", "mode")
    for name in names:
        vendor.put(ground.tree / name, b"version 1\n")
    (ground.watch if by == "watch" else ground.build)()
    vendor.put(ground.tree / "vendor", b"version 2\n")
    stranger.put(ground.tree / "stranger", b"version 2\n")
    replace(ground.tree / "unsigned", b"version 2\n")
    replace(ground.tree / "unsealed", b"version 2\n", sealed=False)
    vendor.put(ground.tree / "mode", b"version 2\n")
    (ground.tree / "mode").chmod(0o4755)
    # A signature of the vendor's, and another content: a kernel that checks signatures does not let that be sealed.
    signature = vendor.sign(ground.tree / "vendor")
    try:
        replace(ground.tree / "copied", b"forged\n", lambda new: signature)
    except OSError as refused:
        assert refused.errno in (errno.EKEYREJECTED, errno.EBADMSG), refused
        replace(ground.tree / "copied", b"forged\n")
    if by == "watch":
        found = {name: ground.wait_for(ground.tree / name, "changed") for name in names}
        verdicts = {name: one["touchstone"]["verdict"] for name, one in found.items()}
        evidence = found["vendor"]["touchstone"]["evidence"][0]
        last = wait_until(lambda: [one for one in ground.findings(ground.tree / "mode") if one["file"]["mode"] == "4755"], "the mode")  # it may have been seen before, too
        verdicts["mode"] = last[-1]["touchstone"]["verdict"]
    else:
        found = by_path(json.loads(ground.run("check", "--json", check=False).stdout))
        verdicts = {name: one["verdict"] for name, one in found.items()}
        evidence = found["vendor"]["evidence"][0]
    assert verdicts == {name: "authorized" if name == "vendor" else "unexpected" for name in names}
    fingerprint = hashlib.sha256(ssl.PEM_cert_to_DER_cert(vendor.certificate.read_text())).hexdigest()
    assert (evidence["provider"], evidence["signer"]) == ("fs-verity", f"{fingerprint} (/CN=Vendor)")
    assert not evidence.get("weak")
