"""Real upgrades by rpm and OSTree under a daemon: what the vendor signed is authorized, one byte of anybody else's is not."""
import contextlib
import os
import shutil
import subprocess

import pytest

from conftest import SUPPORT, changes, run, wait_until
from test_reports import metrics, with_metrics

SPEC = """Name: demo
Version: %{v}
Release: 1
Summary: A demonstration
License: none
BuildArch: noarch
%description
None.
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/lib/demo %{buildroot}/etc
for i in $(seq 60); do echo "part $i of %{v}" >%{buildroot}/usr/lib/demo/part-$i; done
echo "tool %{v}" >%{buildroot}/usr/bin/tool
echo "only in %{v}" >%{buildroot}/usr/lib/demo/only-%{v}
echo "setting %{v}" >%{buildroot}/etc/demo.conf
ln -s ../bin/tool %{buildroot}/usr/lib/demo/link-%{v}
%files
/usr/lib/demo
%attr(0755,root,root) /usr/bin/tool
%config(noreplace) /etc/demo.conf
"""


SCRIPTED = """Name: scripted
Version: 1
Release: 1
Summary: With a scriptlet
License: none
BuildArch: noarch
%description
None.
%post -p /bin/sh
mkdir -p /usr/lib/generated
echo by a scriptlet >/usr/lib/generated/cache
%files
"""


# All that rpm does with a package in its life: every scriptlet writes, one file goes with the upgrade, configuration is kept, replaced and set aside.
LIFE = """Name: life
Version: %{v}
Release: 1
Summary: With a life
License: none
BuildArch: noarch
%description
None.
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/lib/life %{buildroot}/etc/life
echo "life %{v}" >%{buildroot}/usr/bin/life
echo "only in %{v}" >%{buildroot}/usr/lib/life/only-%{v}
ln -s ../../bin/life %{buildroot}/usr/lib/life/link
for name in kept replaced plain; do echo "$name %{v}" >%{buildroot}/etc/life/$name.conf; done
: >%{buildroot}/usr/lib/life/state
%pre -p /bin/sh
mkdir -p /usr/lib/generated; echo $1 >/usr/lib/generated/pre-%{v}
%post -p /bin/sh
echo $1 >/usr/lib/generated/post-%{v}; echo written >/usr/lib/life/state
%preun -p /bin/sh
echo $1 >/usr/lib/generated/preun-%{v}
%postun -p /bin/sh
echo $1 >/usr/lib/generated/postun-%{v}
%files
/usr/bin/life
/usr/lib/life
%dir /etc/life
%config(noreplace) /etc/life/kept.conf
%config /etc/life/replaced.conf
%config /etc/life/plain.conf
%ghost /usr/lib/life/state
"""
BASE = """Name: base
Version: %{v}
Release: 1
Summary: What scriptlets need
License: none
BuildArch: noarch
Provides: /bin/sh
%description
None.
%files
"""


@contextlib.contextmanager
def signer(home):
    """A shell with the vendor's key at hand; its public half in `home/key`."""
    run(SUPPORT / "vendor-key", home)
    environment = {**os.environ, "GNUPGHOME": str(home / "gnupg")}
    shell = lambda command: run("sh", "-c", command, env=environment, cwd=home)
    try:
        yield shell
    finally:
        shell("gpgconf --kill gpg-agent")


@pytest.fixture
def packages(touchstone):
    """demo and life 1 and 2, scripted and base, signed, in home/noarch."""
    for name, text, versions in ("demo", SPEC, (1, 2)), ("scripted", SCRIPTED, (1,)), ("life", LIFE, (1, 2)), ("base", BASE, (1,)):
        spec = touchstone.home / f"{name}.spec"
        spec.write_text(text)
        run(SUPPORT / "rpm-packages", touchstone.home, spec, *versions)
    return touchstone.home / "noarch"


def watches(*paths):
    return "".join(f'[[watch]]\npath = "{path}"\n' for path in paths)


def below(findings, root):
    return [finding for finding in findings if finding["file"]["path"].startswith(f"{root}/")]


def verdicts(findings):
    return {(finding["event"]["action"], finding["file"]["path"]): finding["touchstone"]["verdict"] for finding in findings}


@pytest.fixture
def rooted(touchstone, packages):
    """A root with the vendor's key imported, and the options by which rpm works in it."""
    root = touchstone.home / "root"
    (root / "etc").mkdir(parents=True)
    for name in "passwd", "group":
        shutil.copy(f"/etc/{name}", root / "etc")
    rpm = ["--root", root, "--define", "_dbpath /var/lib/rpm"]
    run("rpmkeys", *rpm, "--import", touchstone.home / "key")
    return root, rpm


@pytest.fixture
def shelled(rooted):
    """The root with a shell for scriptlets."""
    root, rpm = rooted
    (root / "bin").mkdir()
    (root / "var/tmp").mkdir(parents=True)
    shutil.copy("/bin/busybox", root / "bin/sh")
    for applet in "mkdir", "cat":
        (root / "bin" / applet).symlink_to("sh")
    (root / "usr/lib").mkdir(parents=True)
    return root, rpm


def test_what_a_scriptlet_of_rpm_writes_is_expected(touchstone, packages, shelled):
    root, rpm = shelled
    touchstone.configure(more=f'{watches(root / "usr")}[providers.rpm]\nroot = "{root}"\n')
    touchstone.watch().compared()
    run("rpm", *rpm, "--nodeps", "-i", packages / "scripted-1-1.noarch.rpm")
    cache = root / "usr/lib/generated/cache"
    finding = touchstone.wait_for(cache, "appeared")["touchstone"]
    if finding["verdict"] == "unexpected":  # looked at before rpm had it in its database for longer than evidence is waited for
        wait_until(lambda: [one for one in touchstone.notices("verdict-amended") if one["file"]["path"] == str(cache)], "verdict-amended")
        return
    assert finding["verdict"] == "expected", finding
    (evidence,) = finding["evidence"]
    assert (evidence["provider"], evidence["source"], evidence["weak"]) == ("rpm", "scripted-1-1.noarch", True)
    cache.write_text("by somebody else")
    assert touchstone.wait_for(cache, "changed")["touchstone"]["verdict"] == "unexpected"


def test_an_upgrade_by_rpm(touchstone, packages, rooted):
    root, rpm = rooted
    run("rpm", *rpm, "--nodeps", "-i", packages / "demo-1-1.noarch.rpm")
    touchstone.configure(more=f'{watches(root / "usr", root / "etc")}[providers.rpm]\nroot = "{root}"\n')
    touchstone.watch()

    run("rpm", *rpm, "--nodeps", "-U", packages / "demo-2-1.noarch.rpm")
    touchstone.wait_for(root / "usr/lib/demo/only-1", "vanished")
    found = below(touchstone.settle(), root)
    assert len(found) >= 65, touchstone.summary()
    assert {key: verdict for key, verdict in verdicts(found).items() if verdict == "unexpected"} == {}
    tool = touchstone.findings(root / "usr/bin/tool", "changed")[0]
    assert tool["touchstone"]["verdict"] == "authorized"
    evidence = tool["touchstone"]["evidence"][0]
    assert (evidence["provider"], evidence["source"]) == ("rpm", "demo-2-1.noarch")
    assert "(Vendor <vendor@example.org> public key)" in evidence["signer"]
    for path, action in {"usr/lib/demo/only-2": "appeared", "usr/lib/demo/only-1": "vanished", "usr/lib/demo/link-2": "appeared", "etc/demo.conf": "changed"}.items():
        assert verdicts(found)[action, str(root / path)] == "authorized", path

    # One byte, in a file of the package.
    with (root / "usr/lib/demo/part-7").open("r+b") as part:
        part.write(b"P")
    finding = wait_until(lambda: touchstone.findings(root / "usr/lib/demo/part-7", "changed")[1:], "the tampered byte")[0]
    assert finding["touchstone"]["verdict"] == "unexpected"
    assert "sha256" in changes(finding)
    notice = wait_until(lambda: touchstone.notices("transaction-finished"), "the transaction's notice")[0]
    assert "upgrade of 1 package: demo 1-1 -> 2-1" in str(notice)


def by_rpm(home, root, rpm):
    return {"install": ["rpm", *rpm, "-i"], "upgrade": ["rpm", *rpm, "-U"], "remove": ["rpm", *rpm, "-e"]}, None


def by_dnf(home, root, rpm):
    (home / ".rpmmacros").write_text("%_dbpath /var/lib/rpm\n")  # Debian's rpm has it elsewhere
    dnf = ["dnf", "-y", f"--installroot={root}", "--releasever=1", "--setopt=reposdir=/nonexistent", "--setopt=localpkg_gpgcheck=0"]
    return {"install": [*dnf, "install"], "upgrade": [*dnf, "upgrade"], "remove": [*dnf, "remove", "--noautoremove"]}, {**os.environ, "HOME": str(home)}


@pytest.mark.parametrize("by", [by_rpm, pytest.param(by_dnf, marks=pytest.mark.skipif(not shutil.which("dnf"), reason="needs dnf"))])
def test_the_life_of_a_package(touchstone, packages, shelled, by):
    root, rpm = shelled
    commands, environment = by(touchstone.home, root, rpm)
    run("rpm", *rpm, "--nodeps", "-i", packages / "base-1-1.noarch.rpm")
    touchstone.configure(more=f'{watches(root / "usr", root / "etc")}[providers.rpm]\nroot = "{root}"\n')
    touchstone.watch().compared()
    generated, config = root / "usr/lib/generated", root / "etc/life"

    def done(verb, *arguments):
        """What was found of it, as it is judged in the end: {path: verdict}; by a rename both paths."""
        before = len(touchstone.findings())
        run(*commands[verb], *arguments, env=environment)
        touchstone.settle()

        def judged():
            amended = {one["touchstone"]["details"]["event_id"]: one["touchstone"]["details"]["verdict"] for one in touchstone.notices("verdict-amended")}
            found = {}
            for one in below(touchstone.findings()[before:], root):
                for path in one["file"]["path"], one["touchstone"].get("previous_path"):
                    if path:
                        found.setdefault(path.removeprefix(str(root)), set()).add(amended.get(one["event"]["id"], one["touchstone"]["verdict"]))
            return found

        wait_until(lambda: not any("unexpected" in each for each in judged().values()), lambda: f"evidence of all of {judged()}")
        return judged()

    def assert_all(verdict, found, *paths):
        assert {path: found.get(path) for path in paths} == {path: {verdict} for path in paths}, found

    found = done("install", packages / "life-1-1.noarch.rpm")
    assert_all("authorized", found, "/usr/bin/life", "/usr/lib/life/link", "/etc/life/kept.conf")
    assert_all("expected", found, "/usr/lib/generated/pre-1", "/usr/lib/generated/post-1", "/usr/lib/life/state")

    for name in "kept", "replaced":
        (config / f"{name}.conf").write_text("mine\n")
    touchstone.settle()
    found = done("upgrade", packages / "life-2-1.noarch.rpm")
    assert_all("authorized", found, "/usr/bin/life", "/etc/life/plain.conf", "/usr/lib/life/only-1", "/etc/life/kept.conf.rpmnew")
    assert_all("expected", found, "/etc/life/replaced.conf.rpmsave", *(f"/usr/lib/generated/{name}" for name in ("pre-2", "post-2", "preun-1", "postun-1")))
    assert "authorized" in found["/etc/life/replaced.conf"] and (config / "kept.conf").read_text() == "mine\n"

    found = done("remove", "life")
    gone = ["/usr/bin/life", "/usr/lib/life", "/usr/lib/life/only-2", "/usr/lib/life/link", "/usr/lib/life/state", "/etc/life/plain.conf"]
    assert_all("expected", found, *gone, *(f"/usr/lib/generated/{name}-2" for name in ("preun", "postun")))  # nobody signs a removal
    assert not any((root / path.removeprefix("/")).exists() for path in gone)
    assert (config / "kept.conf.rpmsave").read_text() == "mine\n" and found["/etc/life/kept.conf.rpmsave"] == {"expected"}

    # Without rpm nothing of this is.
    evil = [config / "plain.conf.rpmsave", root / "usr/bin/life", generated / "post-3"]
    for path in evil:
        path.write_text("evil\n")
    touchstone.settle()
    assert [touchstone.findings(path, "appeared")[-1]["touchstone"]["verdict"] for path in evil] == ["unexpected"] * 3
    for path in evil:
        path.unlink()
    touchstone.settle()
    assert [touchstone.findings(path, "vanished")[-1]["touchstone"]["verdict"] for path in evil] == ["unexpected"] * 3


def test_a_damaged_database_of_rpm_authorizes_nothing_and_is_told(touchstone, packages, rooted):
    root, rpm = rooted
    file = with_metrics(touchstone, f'{watches(root / "usr")}[providers.rpm]\nroot = "{root}"\n')
    run("rpm", *rpm, "--nodeps", "-i", packages / "demo-1-1.noarch.rpm")
    touchstone.watch()
    database = root / "var/lib/rpm/rpmdb.sqlite"
    whole, tool = database.read_bytes(), root / "usr/bin/tool"
    content = tool.read_text()
    for rest in database.parent.glob("rpmdb.sqlite-*"):
        rest.unlink()
    database.write_bytes(b"\xa5" * len(whole))
    tool.write_text("another")
    assert touchstone.wait_for(tool, "changed")["touchstone"]["verdict"] == "unexpected"
    notice = wait_until(lambda: touchstone.notices("provider-failed"), "that rpm fails")[0]
    assert notice["touchstone"]["details"]["provider"] == "rpm" and notice["event"]["severity"] == 73
    assert touchstone.status()["providers"]["failing"] == {"rpm": notice["touchstone"]["details"]["error"]}
    wait_until(lambda: file.exists() and metrics(file).get(("touchstone_provider_failing", "rpm")) == 1, "the same in the metrics")
    tool.write_text("and another")
    touchstone.settle()
    assert len(touchstone.notices("provider-failed")) == 1  # once, whoever asks it

    database.write_bytes(whole)

    def recovered():
        """Told when the last thread that found it failing has found it well: each of them has to be asked again."""
        tool.write_text("another" if tool.read_text() == content else content)
        return touchstone.notices("provider-recovered")

    wait_until(recovered, "that rpm can be read again")
    assert touchstone.status()["providers"]["failing"] == {}
    wait_until(lambda: ("touchstone_provider_failing", "rpm") not in metrics(file), "the same in the metrics")


def test_an_upgrade_by_ostree(touchstone):
    home = touchstone.home
    system, tree = home / "sys", home / "image"
    for directory in "usr/bin", "usr/etc", "usr/lib/modules/6.1.0", "usr/share":
        (tree / directory).mkdir(parents=True)
    system.mkdir()
    (tree / "usr/lib/modules/6.1.0/vmlinuz").write_text("kernel")
    (tree / "usr/lib/os-release").write_text("ID=x\n")
    repo = system / "ostree/repo"
    try:
        with signer(home) as shell:
            shell(f"ostree admin init-fs {system} && ostree admin os-init demo --sysroot={system} && ostree --repo=src init --mode=archive")
            shell(f"ostree --repo={repo} remote add --gpg-import=key vendor http://example.invalid")

            def deploy(version):
                for i in range(60):
                    (tree / f"usr/share/part-{i}").write_text(f"part {i} of {version}")
                shell(f"ostree --repo=src commit -b demo --tree=dir={tree} --owner-uid=0 --owner-gid=0 --gpg-sign=vendor@example.org --gpg-homedir={home}/gnupg >commit")
                shell(f"ostree --repo={repo} pull-local --remote=vendor src demo && ostree admin deploy --sysroot={system} --os=demo vendor:demo")
                return (home / "commit").read_text().strip()

            before = deploy(1)
            deployments = system / "ostree/deploy/demo/deploy"
            touchstone.configure(more=f'{watches(deployments)}[providers.ostree]\nsysroot = "{system}"\n')
            touchstone.watch()
            commit = deploy(2)
        usr = deployments / f"{commit}.0/usr"
        touchstone.wait_for(usr / "share/part-59", "appeared")
        found = below(touchstone.settle(), usr)
        assert len(found) >= 60
        assert set(verdicts(found).values()) == {"authorized"}, verdicts(found)
        assert found[0]["touchstone"]["evidence"][0]["provider"] == "ostree"
        # What both commits have has one more name: said of the file that was there, as a part of this deployment.
        shared = touchstone.findings(deployments / f"{before}.0/usr/lib/os-release")
        assert [list(changes(one)) for one in shared] == [["link_count"]]
        assert [(one["touchstone"]["verdict"], one["touchstone"]["transaction"]["id"]) for one in shared] == [("authorized", f"ostree-{commit}")]

        (usr / "share/part-7").unlink()
        (usr / "share/part-7").write_text("part 7 of 3")
        finding = touchstone.wait_for(usr / "share/part-7", "changed")
        assert finding["touchstone"]["verdict"] == "unexpected"
        wait_until(lambda: [notice for notice in touchstone.notices("transaction-finished") if commit in str(notice)], "the transaction's notice")
        assert not [notice for notice in touchstone.notices("transaction-finished") if before in str(notice)]
    finally:
        for deployment in (system / "ostree/deploy/demo/deploy").glob("*.0"):
            subprocess.run(["chattr", "-i", deployment])
