"""Approvals: signed with the real openssl's keys, handed in, and used up by real changes."""
import errno
import hashlib
import io
import json
import os
import pathlib
import pty
import shutil
import subprocess
import tarfile
import termios
import time

import pytest

from conftest import PROGRAM, wait_until

HOST = pathlib.Path("/etc/machine-id").read_text().strip()


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Desk:
    """The approver's machine: keys, and what is to be rolled out. No configuration of touchstone is there."""

    def __init__(self, home):
        self.home = pathlib.Path(home) / "desk"
        self.home.mkdir()
        self.key("alice")

    def key(self, name, *encryption):
        openssl("genpkey", "-algorithm", "ed25519", "-out", self.home / f"{name}.key", *encryption)
        password = ["-passin", encryption[-1]] if encryption else []
        openssl("pkey", "-in", self.home / f"{name}.key", "-pubout", "-out", self.home / f"{name}.pem", *password)
        return self.home / f"{name}.pem"

    def sums(self, name, files):
        """A manifest by sha256sum(1) itself, run on real files; the names become those on the host."""
        lines = []
        for path, content in files.items():
            source = self.home / "source"
            source.write_text(content)
            digest = subprocess.run(["sha256sum", source], check=True, capture_output=True, text=True).stdout.split()[0]
            lines.append(f"{digest}  {path}\n")
        manifest = self.home / name
        manifest.write_text("".join(lines))
        return manifest

    def sign(self, *arguments, out="approval", key="alice", expires="1h", host=("--host", HOST), check=True):
        file = self.home / out
        done = subprocess.run([PROGRAM, "approve", "sign", "--key", self.home / f"{key}.key", "-o", file, "--expires", expires, *host, *map(str, arguments)],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if check:
            assert done.returncode == 0, done.stderr
            return file
        return done

    def change(self, before, after, *arguments, **options):
        return self.sign("--manifest", self.sums("after", after), "--before-manifest", self.sums("before", before), *arguments, **options)


@pytest.fixture
def desk(touchstone):
    desk = Desk(touchstone.home)
    keys = touchstone.home / "etc/keys"
    keys.mkdir()
    shutil.copy(desk.home / "alice.pem", keys)
    touchstone.configure(more=f'[approvals]\nkeys = ["{keys}/alice.pem"]')
    (touchstone.tree / "app.conf").write_text("old")
    return desk


def submit(touchstone, file, **options):
    return touchstone.run("approve", "submit", file, **options)


def listed(touchstone):
    return json.loads(touchstone.run("approve", "list", "--json").stdout)["approvals"]


def verdicts(touchstone, path):
    return [(f["event"]["action"], f["touchstone"]["verdict"]) for f in touchstone.findings(path)]


def replace(touchstone, path, content):
    """By cp(1), in place; returns when it was reported."""
    source = touchstone.home / "new"
    source.write_text(content)
    seen = len(touchstone.findings(path))
    subprocess.run(["cp", source, path], check=True)
    return wait_until(lambda: touchstone.findings(path)[seen:], lambda: f"a finding of {path}; have {touchstone.summary()}")[0]


# ---- signing ----


def test_sign_shows_what_it_signs_and_openssl_verifies_it(desk):
    file = desk.change({"/etc/x": "old", "/etc/same": "same"}, {"/etc/x": "new", "/etc/same": "same"}, "--ticket", "CHG-4711", "--note", "the\x1b[31m release")
    done = desk.sign("--manifest", desk.home / "after", "--before-manifest", desk.home / "before", out="second", check=False)
    assert hashlib.sha256(b"new").hexdigest() in done.stdout and hashlib.sha256(b"old").hexdigest() in done.stdout
    assert "1 path; 1 as before" in done.stdout
    content = file.read_bytes()
    assert b"\x1b" not in content
    text, signature = content[: content.rindex(b"signature ")], content.split()[-1]
    (desk.home / "text").write_bytes(text)
    (desk.home / "raw").write_bytes(bytes.fromhex(signature.decode()))
    openssl("pkeyutl", "-verify", "-pubin", "-inkey", desk.home / "alice.pem", "-rawin", "-in", desk.home / "text", "-sigfile", desk.home / "raw")
    assert b"\nchange /etc/x before file sha256:" in text and b"/etc/same" not in text
    again = desk.sign("--manifest", desk.home / "after", "--before-manifest", desk.home / "before", check=False)
    assert again.returncode != 0 and "File exists" in again.stderr  # nothing is overwritten


def test_an_encrypted_key_asks_for_its_passphrase_on_the_terminal(desk):
    desk.key("carol", "-aes256", "-pass", "pass:secret words")
    manifest = desk.sums("after", {"/etc/x": "new"})

    def attempt(passphrase, out):
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(PROGRAM, [PROGRAM, "approve", "sign", "--manifest", str(manifest), "--without-before", "--any-host", "--expires", "1h", "--key",
                               str(desk.home / "carol.key"), "-o", str(desk.home / out)])
        said = b""
        for prompt, answer in ((b"[y/N]", b"y\n"), (b"pass phrase", passphrase + b"\n")):
            while prompt not in said:
                said += os.read(terminal, 4096)
            if prompt == b"pass phrase":
                wait_until(lambda: not termios.tcgetattr(terminal)[3] & termios.ECHO, "a terminal that does not echo")
            os.write(terminal, answer)
        try:
            while chunk := os.read(terminal, 4096):
                said += chunk
        except OSError as error:
            assert error.errno == errno.EIO
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said

    status, said = attempt(b"secret words", "carols")
    assert status == 0 and b"signed with the key" in said and b"secret" not in said
    status, said = attempt(b"wrong", "not")
    assert status == 65 and b"not the passphrase" in said and not (desk.home / "not").exists()


@pytest.mark.parametrize("arguments, status, why", [
    (["--without-before"], 64, "--manifest"),
    (["--manifest", "after"], 64, "before"),
    (["--manifest", "after", "--tarball", "x", "--without-before"], 64, ""),
    (["--manifest", "missing", "--without-before"], 70, "missing"),
    (["--manifest", "bad", "--without-before"], 65, "line 1"),
    (["--manifest", "escaping", "--without-before", "--root", "/srv"], 65, "escapes by `..`"),
    (["--manifest", "after", "--before-manifest", "after"], 65, "nothing to approve"),
    (["--manifest", "after", "--without-before", "--not-before", "2099-01-01"], 65, "expires before it begins"),
    (["--manifest", "after", "--without-before", "--digest", "md5"], 65, "sha3-512"),
])
def test_what_cannot_be_signed(desk, arguments, status, why):
    desk.sums("after", {"/etc/x": "new"})
    desk.sums("escaping", {"../etc/x": "new"})
    (desk.home / "bad").write_text("nonsense\n")
    arguments = [desk.home / one if one in ("after", "missing", "bad", "escaping", "x") else one for one in arguments]
    done = desk.sign(*arguments, check=False)
    assert done.returncode == status and why in done.stderr, done.stderr
    assert not (desk.home / "approval").exists()


def test_sign_needs_a_host_a_time_and_the_right_key(desk):
    manifest = desk.sums("after", {"/etc/x": "new"})
    assert desk.sign("--manifest", manifest, "--without-before", host=(), check=False).returncode == 64
    assert desk.sign("--manifest", manifest, "--without-before", host=("--host", "web1"), check=False).returncode == 65
    for expires in ("soon", "0s", "2001-01-01"):
        assert desk.sign("--manifest", manifest, "--without-before", expires=expires, check=False).returncode == 65
    openssl("genpkey", "-algorithm", "rsa", "-out", desk.home / "rsa.key")
    done = desk.sign("--manifest", manifest, "--without-before", key="rsa", check=False)
    assert done.returncode == 65 and "not of Ed25519" in done.stderr


def test_a_tarball_and_a_directory_as_tar_makes_them(desk, touchstone):
    payload = desk.home / "payload"
    (payload / "etc/app").mkdir(parents=True)
    (payload / "etc/app/conf").write_text("new")
    os.symlink("conf", payload / "etc/app/link")
    subprocess.run(["tar", "-C", payload, "--owner=0", "--group=0", "-czf", desk.home / "payload.tgz", "."], check=True)
    old = desk.home / "old"
    (old / "etc").mkdir(parents=True)
    for kind, source in (("--tarball", desk.home / "payload.tgz"), ("--directory", payload)):
        text = desk.sign(kind, source, "--before-directory", old, "--root", "/", out=kind).read_text()
        changes = [line.split() for line in text.splitlines() if line.startswith("change ")]
        assert [one[1] for one in changes] == ["/etc/app", "/etc/app/conf", "/etc/app/link"]
        assert all(one[3] == "absent" for one in changes)
        assert f"sha256:{hashlib.sha256(b'new').hexdigest()}" in changes[1]
        assert ("uid:0" in changes[1]) == (kind == "--tarball")


def test_names_in_utf_8_in_a_tarball(desk):
    with tarfile.open(desk.home / "pax.tar", "w", format=tarfile.PAX_FORMAT) as tar:
        entry = tarfile.TarInfo("etc/b\u00e9")
        entry.size = 3
        tar.addfile(entry, io.BytesIO(b"new"))
    assert "change /etc/b%C3%A9 " in desk.sign("--tarball", desk.home / "pax.tar", "--without-before").read_text()


# ---- handing in ----


def test_submit_and_list_without_a_watch(desk, touchstone):
    file = desk.change({touchstone.tree / "app.conf": "old"}, {touchstone.tree / "app.conf": "new"}, "--ticket", "CHG-4711")
    assert touchstone.run("approve", "list").stdout == b"no approval was ever taken in\n"
    done = submit(touchstone, file)
    assert b"taken in: 1 path" in done.stdout and b"the next one reports this" in done.stderr
    (one,) = listed(touchstone)
    assert (one["ticket"], one["state"], one["key_name"], one["hosts"]) == ("CHG-4711", "open", "alice", [HOST])
    assert [(each["path"], each["used_at"]) for each in one["paths"]] == [(str(touchstone.tree / "app.conf"), None)]
    text = touchstone.run("approve", "list").stdout.decode()
    assert "open" in text and "CHG-4711" in text and str(touchstone.tree / "app.conf") in text
    assert (touchstone.state / "approvals.db").stat().st_mode & 0o777 == 0o600
    replay = submit(touchstone, file, check=False)
    assert replay.returncode == 65 and b"taken in before" in replay.stderr
    touchstone.watch()
    notices = wait_until(lambda: touchstone.notices("approval-refused"), "approval-refused")
    assert "taken in before" in notices[0]["message"]
    (submitted,) = touchstone.notices("approval-submitted")
    details = submitted["touchstone"]["details"]
    assert (details["ticket"], details["paths"], details["key"]) == ("CHG-4711", "1", one["key"])
    touchstone.stop()
    touchstone.start()
    touchstone.settle()
    assert len(touchstone.notices("approval-submitted")) == 1  # once


def altered(desk, touchstone):
    file = desk.change({touchstone.tree / "x": "old"}, {touchstone.tree / "x": "new"})
    file.write_bytes(file.read_bytes().replace(hashlib.sha256(b"new").hexdigest().encode(), hashlib.sha256(b"evil").hexdigest().encode()))
    return file


def unsigned(desk, touchstone):
    file = desk.change({touchstone.tree / "x": "old"}, {touchstone.tree / "x": "new"})
    file.write_bytes(file.read_bytes()[: file.read_bytes().rindex(b"signature ")])
    return file


def garbage(desk, touchstone):
    (desk.home / "garbage").write_bytes(os.urandom(4096))
    return desk.home / "garbage"


def huge(desk, touchstone):
    (desk.home / "huge").write_bytes(b"x" * (17 << 20))
    return desk.home / "huge"


def of_another_key(desk, touchstone):
    desk.key("mallory")
    return desk.change({touchstone.tree / "x": "old"}, {touchstone.tree / "x": "new"}, key="mallory")


def expired(desk, touchstone):
    file = desk.change({touchstone.tree / "x": "old"}, {touchstone.tree / "x": "new"}, expires="2s")
    time.sleep(2)  # the clock itself is what is tested
    return file


def of_another_host(desk, touchstone):
    return desk.change({touchstone.tree / "x": "old"}, {touchstone.tree / "x": "new"}, host=("--host", "f" * 32))


def through_a_link(desk, touchstone):
    os.symlink("/etc", touchstone.tree / "link")
    return desk.sign(
        "--manifest", desk.sums("after", {touchstone.tree / "x": "new", touchstone.tree / "link/shadow": "new"}), "--without-before")


REFUSED = {altered: b"altered since, or forged", unsigned: b"not signed", garbage: b"not signed", huge: b"longer than 16 MiB", of_another_key: b"not among",
           expired: b"expired", of_another_host: b"is for host", through_a_link: b"symbolic link"}


@pytest.mark.parametrize("bad", REFUSED, ids=lambda one: one.__name__)
def test_what_is_refused_is_reported_and_authorizes_nothing(desk, touchstone, bad):
    (touchstone.tree / "x").write_text("old")
    file = bad(desk, touchstone)
    touchstone.watch()
    done = submit(touchstone, file, check=False)
    assert done.returncode == 65 and REFUSED[bad] in done.stderr, done.stderr
    (notice,) = wait_until(lambda: touchstone.notices("approval-refused"), "approval-refused")
    assert REFUSED[bad].decode() in notice["message"] and notice["event"]["outcome"] == "failure"
    assert listed(touchstone) == []
    assert replace(touchstone, touchstone.tree / "x", "new")["touchstone"]["verdict"] == "unexpected"


def test_without_keys_nothing_can_be_handed_in(desk, touchstone):
    file = desk.change({touchstone.tree / "x": "old"}, {touchstone.tree / "x": "new"})
    touchstone.configure()
    done = submit(touchstone, file, check=False)
    assert done.returncode == 78 and b"[approvals] keys" in done.stderr
    touchstone.watch()
    (notice,) = wait_until(lambda: touchstone.notices("approval-refused"), "approval-refused")
    assert "nobody may approve anything here" in notice["message"]


def test_standard_input(desk, touchstone):
    file = desk.change({touchstone.tree / "x": "old"}, {touchstone.tree / "x": "new"})
    submit(touchstone, "-", stdin=open(file, "rb"))
    assert len(listed(touchstone)) == 1


# ---- being used up ----


def test_an_approved_change_is_authorized_once(desk, touchstone):
    path = touchstone.tree / "app.conf"
    touchstone.watch()
    submit(touchstone, desk.change({path: "old"}, {path: "new"}, "--ticket", "CHG-4711"))
    finding = replace(touchstone, path, "new")
    assert finding["touchstone"]["verdict"] == "authorized" and finding["event"]["kind"] == "event"
    (evidence,) = finding["touchstone"]["evidence"]
    assert evidence["provider"] == "approval" and "CHG-4711" in evidence["source"] and "(alice)" in evidence["signer"]
    wait_until(lambda: listed(touchstone)[0]["state"] == "used up", "used up")
    assert touchstone.run("check").returncode == 0  # again and again: it is the state that was approved
    touchstone.stop()
    touchstone.start()
    touchstone.settle()
    assert touchstone.run("check").returncode == 0
    assert replace(touchstone, path, "old")["touchstone"]["verdict"] == "unexpected"
    assert replace(touchstone, path, "new")["touchstone"]["verdict"] == "unexpected"
    assert listed(touchstone)[0]["state"] == "used up"


def test_other_content_other_place_and_other_attributes_are_unexpected(desk, touchstone):
    tree = touchstone.tree
    (tree / "other").write_text("old")
    touchstone.watch()
    submit(touchstone, desk.change({tree / "app.conf": "old"}, {tree / "app.conf": "new"}))
    assert replace(touchstone, tree / "other", "new")["touchstone"]["verdict"] == "unexpected"
    assert replace(touchstone, tree / "app.conf", "evil")["touchstone"]["verdict"] == "unexpected"
    assert replace(touchstone, tree / "app.conf", "new")["touchstone"]["verdict"] == "unexpected"  # from a state that was not approved
    assert replace(touchstone, tree / "app.conf", "old")["touchstone"]["verdict"] == "unexpected"
    staged = tree.parent / "staged"
    staged.write_text("new")
    staged.chmod(0o666)
    seen = len(touchstone.findings(tree / "app.conf"))
    os.rename(staged, tree / "app.conf")
    finding = wait_until(lambda: touchstone.findings(tree / "app.conf")[seen:], "the finding")[0]
    assert finding["touchstone"]["verdict"] == "unexpected" and listed(touchstone)[0]["state"] == "open"


def test_new_files_and_removals(desk, touchstone):
    tree = touchstone.tree
    touchstone.watch()
    manifest, before = desk.sums("after", {tree / "new": "new"}), desk.sums("before", {tree / "app.conf": "old"})
    submit(touchstone, desk.sign("--manifest", manifest, "--before-manifest", before, "--absent", tree / "app.conf", "--mode", "0600", "--uid", "0", "--gid", "0"))
    staged = tree.parent / "staged"
    staged.write_text("new")
    staged.chmod(0o600)
    os.rename(staged, tree / "new")
    os.unlink(tree / "app.conf")
    assert touchstone.wait_for(tree / "new", "appeared")["touchstone"]["verdict"] == "authorized"
    assert touchstone.wait_for(tree / "app.conf", "vanished")["touchstone"]["verdict"] == "authorized"
    wait_until(lambda: listed(touchstone)[0]["state"] == "used up", "used up")
    assert touchstone.run("check").returncode == 0


def test_check_uses_nothing(desk, touchstone):
    path = touchstone.tree / "app.conf"
    touchstone.build()
    submit(touchstone, desk.change({path: "old"}, {path: "new"}))
    path.write_text("new")
    assert touchstone.run("check").returncode == 0
    assert listed(touchstone)[0]["state"] == "open"


def test_a_withdrawn_key_takes_its_approvals_with_it(desk, touchstone):
    path = touchstone.tree / "app.conf"
    bobs = desk.key("bob")
    touchstone.watch()
    submit(touchstone, desk.change({path: "old"}, {path: "new"}))
    touchstone.configure(more=f'[approvals]\nkeys = ["{bobs}"]')
    touchstone.reload()
    wait_until(lambda: touchstone.notices("config-reloaded"), "config-reloaded")
    assert listed(touchstone)[0]["state"] == "key withdrawn"
    assert replace(touchstone, path, "new")["touchstone"]["verdict"] == "unexpected"
