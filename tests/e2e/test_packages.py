"""Debian packages: what apt installs from a signed archive is authorized, and nothing else is. Real dpkg, apt-get, gpg and gpgv, in a root of the test's own."""
import concurrent.futures
import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import signal

import pytest

from conftest import PROGRAM, changes, run, wait_until
from packages import Archive, Key, Root, build_deb
from test_fips import fips, provider  # noqa: F401

pytestmark = pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("apt-ftparchive") or not shutil.which("gpg"), reason="needs root, apt-utils and gnupg")


class Host:
    def __init__(self, touchstone, keys):
        self.touchstone = touchstone
        self.key = keys["test"]
        self.archive = Archive(touchstone.home, self.key)
        self.root = Root(touchstone.home, self.archive, self.key, [
            f'DPkg::Pre-Install-Pkgs {{"{PROGRAM} evidence apt --config {touchstone.config_file} || true";}};',
            f'DPkg::Tools::Options::{PROGRAM}::Version "3";',
            f'DPkg::Post-Invoke {{"{PROGRAM} evidence apt --end --config {touchstone.config_file} || true";}};',
        ])
        touchstone.configure(more=f'[providers.dpkg]\nroot = "{self.root.path}"\n', path=self.root.path,
                             watch='profile = "content"\nexclude = ["/**/var/lib/apt", "/**/var/cache", "/**/var/log", "/**/dev", "/**/etc/apt"]')

    def publish(self, *arguments, **options):
        deb = self.archive.add(*arguments, **options)
        self.archive.publish()
        self.root.update()
        return deb

    def install(self, *packages, check=True):
        return self.root.apt("install", "--reinstall", "--allow-downgrades", *packages, check=check)

    @contextlib.contextmanager
    def without_hook(self):
        """As before touchstone came."""
        hook, self.root.hook = self.root.hook, []
        yield
        self.root.hook = hook

    def check(self, **options):
        done = self.touchstone.run("check", "--json", check=False, **options)
        differences = json.loads(done.stdout)["differences"]
        prefix = str(self.root.path)
        return {one["path"][len(prefix):] or "/": one for one in differences}


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    home = tmp_path_factory.mktemp("keys")
    made = {name: Key(home / name, name) for name in ("test", "stranger")}
    yield made
    for key in made.values():
        key.close()


@pytest.fixture
def host(touchstone, keys):
    return Host(touchstone, keys)


def verdicts(differences, *paths):
    return [differences[path]["verdict"] for path in paths]


def test_what_apt_installs_is_authorized(host):
    host.publish("stone", "1.0", {"/usr/bin/stone": ("#!/bin/sh\necho 1\n", 0o755), "/lib/stone/data": "1\n"}, links={"/usr/share/stone": "../lib/stone"})
    host.touchstone.build()
    host.install("stone")
    found = host.check()
    assert verdicts(found, "/usr/bin/stone", "/usr/lib/stone/data", "/usr/lib/stone", "/usr/share/stone") == ["authorized"] * 4
    evidence = found["/usr/bin/stone"]["evidence"][0]
    assert evidence["provider"] == "dpkg" and "stone 1.0" in evidence["source"] and host.key.fingerprint in evidence["signer"]
    assert verdicts(found, "/var/lib/dpkg/info/stone.list", "/var/lib/dpkg/info/stone.md5sums") == ["authorized"] * 2


def test_only_with_exactly_that_content_mode_and_owner(host):
    host.publish("stone", "1.0", {f"/usr/lib/stone/{name}": "content\n" for name in ("content", "mode", "owner", "kept", "gone")})
    host.touchstone.build()
    host.install("stone")
    place = host.root / "usr/lib/stone"
    (place / "content").write_text("Content\n")
    (place / "mode").chmod(0o4755)
    os.chown(place / "owner", 1, 0)
    found = host.check()
    names = ("content", "mode", "owner", "kept")
    assert verdicts(found, *(f"/usr/lib/stone/{name}" for name in names)) == ["unexpected"] * 3 + ["authorized"]


def test_an_old_signed_file_put_back_is_unexpected(host):
    host.publish("stone", "1.0", {"/usr/bin/stone": "old\n"})
    host.touchstone.build()
    host.install("stone")
    assert verdicts(host.check(), "/usr/bin/stone") == ["authorized"]
    old = (host.root / "usr/bin/stone").read_text()
    host.publish("stone", "2.0", {"/usr/bin/stone": "new\n"})
    host.install("stone")
    assert verdicts(host.check(), "/usr/bin/stone") == ["authorized"]
    (host.root / "usr/bin/stone").write_text(old)
    found = host.check()["/usr/bin/stone"]
    assert found["verdict"] == "unexpected"
    assert "stone 2.0" in found["evidence"][0]["source"]


def test_downgrade_and_reinstallation(host):
    host.publish("stone", "1.0", {"/usr/bin/stone": "old\n"})
    host.publish("stone", "2.0", {"/usr/bin/stone": "new\n"})
    host.touchstone.build()
    host.install("stone=2.0")
    host.install("stone=1.0")
    assert "stone 1.0" in host.check()["/usr/bin/stone"]["evidence"][0]["source"]
    host.install("stone=1.0")
    assert verdicts(host.check(), "/usr/bin/stone") == ["authorized"]


def test_removal_and_what_a_new_version_lacks(host):
    host.publish("stone", "1.0", {"/usr/bin/stone": "1\n", "/usr/bin/pebble": "1\n"})
    host.publish("rock", "1.0", {"/usr/bin/rock": "1\n"})
    host.install("stone", "rock")
    host.touchstone.build()
    host.publish("stone", "2.0", {"/usr/bin/stone": "2\n"})
    host.install("stone")
    host.root.apt("remove", "rock")
    found = host.check()
    assert [found[path]["action"] for path in ("/usr/bin/pebble", "/usr/bin/rock")] == ["vanished"] * 2
    assert verdicts(found, "/usr/bin/pebble", "/usr/bin/rock", "/usr/bin/stone") == ["authorized"] * 3
    (host.root / "usr/bin/stone").unlink()
    assert host.check()["/usr/bin/stone"]["verdict"] == "unexpected"


def test_removal_of_what_was_upgraded_from_a_version_before_the_hook(host):
    with host.without_hook():
        host.publish("stone", "1.0", {"/usr/bin/stone": "1\n", "/usr/bin/pebble": "1\n"})
        host.install("stone")
    host.publish("stone", "2.0", {"/usr/bin/stone": "2\n"})
    host.install("stone")
    host.touchstone.build()
    host.root.apt("remove", "stone")
    assert verdicts(host.check(), "/usr/bin/stone") == ["authorized"]


def test_what_is_not_in_a_signed_list_is_refused(host):
    host.publish("stone", "1.0", {"/usr/bin/stone": "1\n"})
    host.touchstone.build()
    stray = build_deb(host.touchstone.home, "stray", "1.0", {"/usr/bin/stray": "1\n"})
    done = host.install(stray)
    assert "no signed archive list has a package of this SHA-256" in done.stderr
    assert verdicts(host.check(), "/usr/bin/stray", "/var/lib/dpkg/info/stray.list") == ["unexpected"] * 2
    assert "no signed archive list" in host.check()["/usr/bin/stray"]["evidence"][0]["reason"]
    host.install("stone")
    host.root.dpkg("--install", build_deb(host.touchstone.home, "stone", "1.0", {"/usr/bin/stone": "forged\n"}))
    assert verdicts(host.check(), "/usr/bin/stone") == ["unexpected"]


def refusals(host):
    return [one for one in host.touchstone.notices("package-refused") if "stray" in one["message"]]


def test_what_is_refused_is_told_by_the_watch(host):
    host.publish("stone", "1.0", {"/usr/bin/stone": "1\n"})
    host.touchstone.watch().compared()
    host.install(build_deb(host.touchstone.home, "stray", "1.0", {"/usr/bin/stray": "1\n"}))
    (notice,) = wait_until(lambda: refusals(host), "package-refused")
    details = notice["touchstone"]["details"]
    assert "no signed archive list has a package of this SHA-256" in details["refused"] and notice["event"]["outcome"] == "failure"
    assert (details["package"], details["version"]) == ("stray", "1.0") and details["archive"].endswith("stray_1.0_all.deb")
    assert host.touchstone.wait_for(host.root / "usr/bin/stray", "appeared")["touchstone"]["verdict"] == "unexpected"
    host.touchstone.stop()
    host.install(build_deb(host.touchstone.home, "stray", "2.0", {"/usr/bin/stray": "2\n"}))
    host.touchstone.start()
    wait_until(lambda: len(refusals(host)) == 2, "the one that nobody watched")
    wait_until(host.touchstone.is_idle, "nothing to be looked at")
    assert [one["touchstone"]["details"]["version"] for one in refusals(host)] == ["1.0", "2.0"]


def test_a_hook_that_can_remember_nothing_is_told(host):
    host.publish("stone", "1.0", {"/usr/bin/stone": "1\n"})
    host.touchstone.watch().compared()
    (host.touchstone.state / "dpkg.db").write_bytes(b"not a database" * 1000)
    (host.touchstone.state / "dpkg.db.corrupt/in the way").mkdir(parents=True)
    host.install("stone")
    notices = wait_until(lambda: [one for one in host.touchstone.notices("package-refused") if "nothing of it is vouched for" in one["message"]], "package-refused")
    assert "dpkg.db" in notices[0]["touchstone"]["details"]["refused"]
    assert host.touchstone.wait_for(host.root / "usr/bin/stone", "appeared")["touchstone"]["verdict"] == "unexpected"


def test_a_signature_by_a_stranger_is_refused(host, keys):
    host.publish("stone", "1.0", {"/usr/bin/stone": "1\n"})
    host.touchstone.build()
    lists = host.root / "var/lib/apt/lists"
    (release,) = lists.glob("*InRelease")
    keys["stranger"].clearsign(host.archive.directory / "Release", release)
    done = host.install("stone")
    assert "the key is not among the trusted ones" in done.stderr
    assert verdicts(host.check(), "/usr/bin/stone") == ["unexpected"]


def test_an_index_that_was_altered_is_refused(host):
    host.publish("stone", "1.0", {"/usr/bin/stone": "1\n"})
    host.touchstone.build()
    (index,) = (host.root / "var/lib/apt/lists").glob("*Packages*")
    text = index.read_text()
    index.write_text(text.replace("made by a test", "made by a thief"))
    done = host.install("stone")
    assert "is not what the signed Release file says" in done.stderr
    assert verdicts(host.check(), "/usr/bin/stone") == ["unexpected"]


def test_conffiles_kept_and_replaced(host):
    conffiles = ["/etc/kept", "/etc/taken"]
    host.publish("stone", "1.0", {path: "1\n" for path in conffiles}, conffiles=conffiles)
    host.install("stone")
    (host.root / "etc/kept").write_text("mine\n")
    (host.root / "etc/taken").write_text("mine\n")
    host.touchstone.build()
    host.publish("stone", "2.0", {path: "2\n" for path in conffiles}, conffiles=conffiles)
    host.root.apt("-o", "DPkg::Options::=--force-confold", "install", "stone")
    found = host.check()
    assert "/etc/kept" not in found
    assert verdicts(found, "/etc/kept.dpkg-dist", "/etc/taken.dpkg-dist") == ["authorized"] * 2
    shutil.copy(host.root / "etc/taken.dpkg-dist", host.root / "etc/taken")
    assert verdicts(host.check(), "/etc/taken") == ["authorized"]


def test_diversions_and_statoverrides(host):
    host.publish("stone", "1.0", {"/usr/bin/stone": ("stone\n", 0o755), "/usr/bin/pebble": ("pebble\n", 0o755)})
    host.touchstone.build()
    run("dpkg-divert", f"--root={host.root.path}", "--no-rename", "--local", "--divert", "/usr/bin/stone.real", "--add", "/usr/bin/stone")
    run("dpkg-statoverride", f"--root={host.root.path}", "--add", "root", "root", "4711", "/usr/bin/pebble")
    host.install("stone")
    (host.root / "usr/bin/stone").write_text("not of the package\n")
    found = host.check()
    assert verdicts(found, "/usr/bin/stone.real", "/usr/bin/pebble", "/usr/bin/stone") == ["authorized", "authorized", "unexpected"]
    shutil.copy(host.root / "usr/bin/stone.real", host.root / "usr/bin/stone")  # the right content at a place where it does not belong
    assert verdicts(host.check(), "/usr/bin/stone") == ["unexpected"]


def test_without_the_hook_the_cache_is_read(host):
    host.root.hook = []
    deb = host.publish("stone", "1.0", {"/usr/bin/stone": "1\n"})
    host.touchstone.build()
    host.install("stone")
    shutil.copy(deb, host.root / "var/cache/apt/archives/")
    host.touchstone.run("evidence", "apt", "--cache")
    assert verdicts(host.check(), "/usr/bin/stone") == ["authorized"]


def test_md5_lists_are_weak(host):
    host.root.hook = []
    host.publish("stone", "1.0", {"/usr/bin/stone": "1\n", "/usr/bin/other": "1\n"})
    host.touchstone.build()
    host.install("stone")
    (host.root / "usr/bin/other").write_text("2\n")
    host.touchstone.run("evidence", "apt", "--cache")
    found = host.check()
    assert verdicts(found, "/usr/bin/stone", "/usr/bin/other") == ["expected", "unexpected"]
    assert found["/usr/bin/stone"]["evidence"][0]["weak"] is True
    # A package that no signed list has gains nothing by an MD5 list of its own.
    host.root.dpkg("--install", build_deb(host.touchstone.home, "stray", "1.0", {"/usr/bin/stray": "1\n"}))
    host.touchstone.run("evidence", "apt", "--cache")
    assert verdicts(host.check(), "/usr/bin/stray") == ["unexpected"]


def test_what_evaded_the_hook_gains_nothing_by_its_own_lists(host):
    """A forged archive of the very version that a signed list has, and that was there before the hook."""
    with host.without_hook():
        host.publish("stone", "1.0", {"/usr/bin/stone": "1\n", "/usr/bin/other": "1\n"})
        host.install("stone")
    host.publish("pebble", "1.0", {"/usr/bin/pebble": "1\n"})
    host.install("pebble")
    (host.root / "usr/bin/other").write_text("2\n")
    host.touchstone.build()
    (host.root / "usr/bin/other").write_text("1\n")
    found = host.check()["/usr/bin/other"]
    assert found["verdict"] == "expected" and found["evidence"][0]["weak"] is True
    host.touchstone.watch().compared()
    forged = build_deb(host.touchstone.home, "stone", "1.0", {"/usr/bin/stone": ("forged\n", 0o755), "/usr/bin/other": "1\n"},
                       scripts={"postinst": "#!/bin/sh\necho evil > /usr/lib/evil\n"})
    host.root.dpkg("--install", forged)
    host.touchstone.wait_for(host.root / "usr/lib/evil", "appeared")
    host.touchstone.wait_for(host.root / "usr/bin/stone", "changed")
    wait_until(host.touchstone.is_idle, "nothing to be looked at")
    for path in ("usr/lib/evil", "usr/bin/stone"):
        assert {one["touchstone"]["verdict"] for one in host.touchstone.findings(host.root / path)} == {"unexpected"}, path


def test_a_damaged_package_database_authorizes_nothing(host):
    host.publish("stone", "1.0", {"/usr/bin/stone": "1\n"})
    host.touchstone.build()
    host.install("stone")
    status = host.root / "var/lib/dpkg/status"
    status.write_text(status.read_text().replace("Status: install ok installed", "Status install"))
    assert verdicts(host.check(), "/usr/bin/stone") == ["unexpected"]


SCRIPT = """#!/bin/sh
mkdir -p /var/lib/stone
echo generated > /var/lib/stone/generated
chmod 4755 /usr/bin/stone
echo by a script > /usr/bin/pebble
"""


def test_what_a_script_writes_is_expected_and_what_it_does_to_packages_is_not(host):
    host.publish("pebble", "1.0", {"/usr/bin/pebble": ("pebble\n", 0o755)})
    host.install("pebble")
    host.publish("stone", "1.0", {"/usr/bin/stone": ("stone\n", 0o755)}, scripts={"postinst": SCRIPT})
    host.touchstone.watch().compared()
    host.install("stone")
    found = {}
    for path in ("/var/lib/stone/generated", "/usr/bin/pebble", "/var/lib/dpkg/info/stone.postinst"):
        found[path] = wait_until(lambda: host.touchstone.findings(host.root / path), path)[0]["touchstone"]
    # Renamed out of dpkg's own directory, which is no package's, it is expected; where it was not seen there it appeared, and is the archive's.
    script = found.pop("/var/lib/dpkg/info/stone.postinst")
    assert script["verdict"] in ("expected", "authorized"), script
    assert {path: one["verdict"] for path, one in found.items()} == {"/var/lib/stone/generated": "expected", "/usr/bin/pebble": "unexpected"}, found
    # Its mode was changed by the script, before it was first looked at or afterwards.
    last = wait_until(lambda: [one for one in host.touchstone.findings(host.root / "usr/bin/stone") if one["file"].get("mode") == "4755"], "the mode of stone")[-1]
    assert last["touchstone"]["verdict"] == "expected"
    evidence = found["/var/lib/stone/generated"]["evidence"][0]
    assert "postinst" in evidence["reason"] and "stone 1.0" in evidence["source"] and not evidence.get("weak")


def test_an_upgrade_is_one_finding_for_each_file_and_one_summary(host):
    files = {f"/usr/bin/stone-{n}": f"{n}\n" for n in range(20)}
    links = {"/usr/lib/stone": "stone-1"}
    host.publish("stone", "1.0", files, links=links)
    host.install("stone")
    host.touchstone.watch().compared()
    host.publish("stone", "2.0", {path: content * 2 for path, content in files.items()}, links={"/usr/lib/stone": "stone-2"})
    host.root.apt("upgrade")
    (said,) = wait_until(lambda: host.touchstone.notices("transaction-finished"), "transaction-finished")
    assert "upgrade of 1 package: stone 1.0 -> 2.0" in said["message"], said
    found = [one for one in host.touchstone.findings() if "/stone" in one["file"]["path"]]
    about = {str(host.root / path) for path in [*files, *links]}
    # Nothing of NAME.dpkg-new and NAME.dpkg-tmp, which become it, or keep the old one meanwhile.
    of_package = [one for one in found if "/dpkg/info/" not in one["file"]["path"]]
    assert sorted(one["file"]["path"] for one in of_package) == sorted(about), of_package
    assert {one["event"]["action"] for one in of_package} == {"changed"}, of_package
    assert [one for one in of_package if (one["touchstone"]["verdict"], one["event"]["severity"]) != ("authorized", 21)] == []
    assert {one["touchstone"]["transaction"]["id"] for one in found} == {said["touchstone"]["details"]["transaction"]}, found


def test_a_temporary_name_of_dpkg_in_other_hands_is_told_at_once(host):
    host.publish("stone", "1.0", {"/usr/bin/stone": "1\n", "/usr/bin/pebble": "1\n"})
    host.install("stone")
    host.touchstone.watch().compared()
    host.publish("stone", "2.0", {"/usr/bin/stone": "2\n", "/usr/bin/pebble": "2\n"}, scripts={"preinst": f"#!/bin/sh\n{UNTIL}"})
    stays, passes = host.root / "usr/bin/stone.dpkg-new", host.root / "usr/bin/pebble.dpkg-tmp"
    with held_up(host, host.root.apt, "upgrade"):
        wait_until((host.root / "var/lib/dpkg/tmp.ci/preinst").exists, "the script that holds it up")
        stays.write_text("evil\n")
        passes.write_text("evil\n")
        passes.unlink()
        told = host.touchstone.wait_for(stays, "appeared"), host.touchstone.wait_for(passes, "vanished")
        assert [one["touchstone"]["verdict"] for one in told] == ["unexpected"] * 2
        assert told[1]["touchstone"]["transient"]


def test_what_dpkg_takes_long_to_unpack_is_accounted_for(host):
    """The old file of a package of which no archive was seen keeps its place, under two names, until the whole archive is unpacked."""
    with host.without_hook():
        host.publish("stone", "1.0", {"/usr/bin/stone": "old\n"})
        host.install("stone")
    host.touchstone.watch().compared()
    stone, large = host.root / "usr/bin/stone", "\0" * (192 << 20)
    host.publish("stone", "2.0", {"/usr/bin/stone": "new\n", "/usr/lib/zz/large": large, "/usr/lib/zz/larger": large})
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        apt = pool.submit(host.root.apt, "upgrade")
        dpkg = wait_until(lambda: (host.root / "usr/bin/stone.dpkg-tmp").exists() and processes_of("dpkg", host.root), "dpkg at work")
        for pid in dpkg:
            os.kill(pid, signal.SIGSTOP)
        try:
            assert stone.stat().st_nlink == 2
            finding = host.touchstone.wait_for(stone, "changed")
            assert changes(finding) == {"link_count": ("1", "2")} and finding["touchstone"]["verdict"] == "authorized", finding
        finally:
            for pid in dpkg:
                os.kill(pid, signal.SIGCONT)
        apt.result()
    wait_until(lambda: len(host.touchstone.findings(stone)) > 1 and host.touchstone.is_idle(), "what became of it")
    assert {one["touchstone"]["verdict"] for one in host.touchstone.findings(stone)} == {"authorized"}
    assert "unexpected" not in {one["touchstone"]["verdict"] for one in host.touchstone.findings()}


def processes_of(name, root):
    """Ids of the processes of this name that have the root in their arguments."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "comm").read_text().strip() == name and f"--root={root.path}" in (process / "cmdline").read_text():
                found.append(int(process.name))
    return found


def test_a_transaction_is_summed_up_once(host):
    host.publish("stone", "1.0", {"/usr/bin/stone": "1\n"})
    host.publish("pebble", "1.0", {"/usr/bin/pebble": "1\n"})
    host.touchstone.watch().compared()
    host.install("stone")
    summaries = lambda: [one["message"].split(" (")[0] for one in host.touchstone.notices("transaction-finished")]
    wait_until(summaries, "transaction-finished")
    os.utime(host.root / "usr/bin/stone")
    touched = host.touchstone.wait_for(host.root / "usr/bin/stone", "touched")
    assert "transaction" in touched["touchstone"], touched
    host.install("pebble")
    wait_until(lambda: any("pebble" in one for one in summaries()), "the next one's transaction-finished")
    assert [one.split(":")[1].split()[0] for one in summaries()] == ["stone", "pebble"]


def test_a_script_that_was_altered_explains_nothing(host):
    host.publish("stone", "1.0", {"/usr/bin/stone": "1\n"}, scripts={"prerm": "#!/bin/sh\nexit 0\n"})
    host.install("stone")
    host.touchstone.watch().compared()
    (host.root / "var/lib/dpkg/info/stone.prerm").write_text("#!/bin/sh\necho evil > /usr/lib/evil\n")
    host.root.apt("remove", "stone")
    assert host.touchstone.wait_for(host.root / "usr/lib/evil", "appeared")["touchstone"]["verdict"] == "unexpected"
    assert host.touchstone.wait_for(host.root / "usr/bin/stone", "vanished")["touchstone"]["verdict"] == "authorized"


LEAVERS = {
    "prerm": "#!/bin/sh\necho $1 > /var/lib/prerm-$1\n",
    "postrm": "#!/bin/sh\necho $1 > /var/lib/postrm-$1\n",
}


def by_script(host, path):
    found = host.touchstone.wait_for(host.root / path, "appeared")["touchstone"]
    return found["verdict"], [(one["source"], one["reason"], one.get("weak", False)) for one in found["evidence"]]


def test_scripts_that_went_with_their_package_are_known_by_the_hook(host):
    host.publish("stone", "1.0", {"/usr/bin/stone": "1\n", "/etc/stone": "1\n"}, scripts=LEAVERS, conffiles=["/etc/stone"])
    host.install("stone")
    host.touchstone.watch().compared()
    host.root.apt("remove", "stone")
    for path, member in (("/var/lib/prerm-remove", "prerm"), ("/var/lib/postrm-remove", "postrm")):
        verdict, ((source, reason, weak),) = by_script(host, path)
        assert verdict == "expected" and "stone 1.0" in source and f"script {member} " in reason and not weak
    host.root.apt("purge", "stone")  # of which only the configuration was left
    verdict, ((source, reason, weak),) = by_script(host, "/var/lib/postrm-purge")
    assert verdict == "expected" and "stone 1.0" in source and "script postrm " in reason and not weak
    assert host.touchstone.wait_for(host.root / "etc/stone", "vanished")["touchstone"]["verdict"] == "authorized"


def test_a_script_that_was_altered_and_replaced_by_an_upgrade_explains_nothing(host):
    host.publish("stone", "1.0", {"/usr/bin/stone": "1\n"}, scripts={"prerm": "#!/bin/sh\nexit 0\n"})
    host.install("stone")
    host.publish("stone", "2.0", {"/usr/bin/stone": "2\n"}, scripts={"prerm": "#!/bin/sh\nexit 0\n"})
    (host.root / "var/lib/dpkg/info/stone.prerm").write_text("#!/bin/sh\necho evil > /usr/lib/evil\n")
    host.touchstone.watch().compared()
    host.install("stone")
    verdict, ((source, reason, _),) = by_script(host, "/usr/lib/evil")
    assert verdict == "unexpected" and "not the script that the package has" in reason


def test_a_script_of_a_version_from_before_the_hook_is_weak(host):
    with host.without_hook():
        host.publish("stone", "1.0", {"/usr/bin/stone": "1\n"}, scripts=LEAVERS)
        host.install("stone")
    host.touchstone.watch().compared()
    host.root.apt("remove", "stone")
    verdict, ((source, _, weak),) = by_script(host, "/var/lib/postrm-remove")
    assert verdict == "expected" and "stone 1.0" in source and weak


def test_dpkg_killed_in_a_script_and_gone_on_with(host):
    host.publish("stone", "1.0", {"/usr/bin/stone": "1\n"})
    host.install("stone")
    host.touchstone.build()
    host.publish("stone", "2.0", {"/usr/bin/stone": "2\n", "/usr/bin/more": "2\n"}, scripts={"postinst": "#!/bin/sh\n[ -e /go-on ] || kill -9 $PPID\n"})
    assert host.install("stone", check=False).returncode != 0
    assert verdicts(host.check(), "/usr/bin/stone", "/usr/bin/more") == ["authorized"] * 2
    (host.root / "go-on").touch()
    host.root.dpkg("--configure", "--pending")
    assert verdicts(host.check(), "/usr/bin/stone", "/usr/bin/more") == ["authorized"] * 2


def test_a_hook_that_cannot_work_does_not_stop_apt(host):
    host.publish("stone", "1.0", {"/usr/bin/stone": "1\n"})
    host.touchstone.build()
    host.touchstone.state.mkdir(exist_ok=True)
    (host.touchstone.state / "dpkg.db").write_bytes(b"not a database" * 1000)
    done = host.install("stone")
    assert "was damaged" in done.stderr and (host.root / "usr/bin/stone").exists()
    assert verdicts(host.check(), "/usr/bin/stone") == ["authorized"]
    shutil.rmtree(host.touchstone.state)
    host.touchstone.state.write_text("no directory")
    done = host.install("stone")
    assert "nothing of this is vouched for" in done.stderr


def test_in_fips_mode_md5_lists_are_never_used(host, fips):  # noqa: F811
    host.root.hook = []
    host.publish("stone", "1.0", {"/usr/bin/stone": "1\n"})
    host.touchstone.build()
    host.install("stone")
    host.touchstone.run("evidence", "apt", "--cache", env=fips)
    assert verdicts(host.check(), "/usr/bin/stone") == ["expected"]  # by its MD5 list
    found = host.check(env=fips)["/usr/bin/stone"]
    assert found["verdict"] == "unexpected" and not found.get("evidence"), found


def test_in_fips_mode_signed_archives_are_used(host, fips, monkeypatch):  # noqa: F811
    for key in "OPENSSL_CONF", "OPENSSL_MODULES":
        monkeypatch.setenv(key, fips[key])
    host.publish("stone", "1.0", {"/usr/bin/stone": "1\n", "/usr/bin/other": "1\n"})
    host.touchstone.build()
    host.install("stone")
    (host.root / "usr/bin/other").write_text("2\n")
    assert verdicts(host.check(), "/usr/bin/stone", "/usr/bin/other") == ["authorized", "unexpected"]


UNTIL = "while [ ! -e /go-on ]; do sleep 1; done\n"  # in a script: dpkg is held up, with its lock


@contextlib.contextmanager
def held_up(host, work, *arguments):
    """The work of apt, which a script holds up until the end of the block."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        apt = pool.submit(work, *arguments)
        try:
            yield apt
        finally:
            (host.root / "go-on").touch()
        apt.result()


def test_a_purge_takes_the_packages_own_and_nothing_of_others(host):
    conffiles = ["/etc/stone/plain", "/etc/stone/mine"]
    postrm = f"#!/bin/sh\n[ \"$1\" = purge ] || exit 0\nrm -f /var/lib/stone-cache /usr/lib/other\n{UNTIL}"
    host.publish("stone", "1.0", {"/usr/bin/stone": "1\n", **{path: "1\n" for path in conffiles}}, conffiles=conffiles, scripts={"postrm": postrm})
    host.publish("pebble", "1.0", {"/usr/lib/other": "of another package\n"})
    host.install("stone", "pebble")
    (host.root / "etc/stone/mine").write_text("mine\n")
    (host.root / "var/lib/stone-cache").write_text("generated\n")
    host.touchstone.watch().compared()
    with held_up(host, host.root.apt, "purge", "stone"):
        host.touchstone.wait_for(host.root / "var/lib/stone-cache", "vanished")
    expected = {
        "/usr/bin/stone": "authorized",
        "/etc/stone": "authorized",
        "/etc/stone/plain": "authorized",
        "/etc/stone/mine": "expected",  # by dpkg, which apt has told to; what it held was never the package's
        "/var/lib/dpkg/info/stone.list": "expected",  # which dpkg had cut down to the conffiles before
        "/var/lib/stone-cache": "expected",  # by the package's own script
        "/usr/lib/other": "unexpected",  # of a package that is still there
    }
    assert {path: host.touchstone.wait_for(host.root / path, "vanished")["touchstone"]["verdict"] for path in expected} == expected


def test_a_purge_takes_its_time(host):
    """Until the last of its scripts is done dpkg's database says that the conffiles are still there."""
    conffiles = ["/etc/stone/plain", "/etc/stone/mine"]
    postrm = "#!/bin/sh\n[ \"$1\" = purge ] || exit 0\nsleep 7\n"
    host.publish("stone", "1.0", {path: "1\n" for path in conffiles}, conffiles=conffiles, scripts={"postrm": postrm})
    host.install("stone")
    (host.root / "etc/stone/mine").write_text("mine\n")
    host.touchstone.watch().compared()
    host.root.apt("purge", "stone")
    found = [host.touchstone.wait_for(host.root / path, "vanished")["touchstone"]["verdict"] for path in conffiles]
    assert found == ["authorized", "expected"]


def test_evidence_that_comes_while_dpkg_works_is_waited_for(host):
    host.root.hook = []
    deb = host.publish("stone", "1.0", {"/usr/bin/stone": "1\n"}, scripts={"postinst": f"#!/bin/sh\n{UNTIL}"})
    shutil.copy(deb, host.root / "var/cache/apt/archives/")
    host.touchstone.watch().compared()
    with held_up(host, host.install, "stone") as apt:
        finding = host.touchstone.wait_for(host.root / "usr/bin/stone", "appeared")
        assert not apt.done()  # told while dpkg was still at it
    assert finding["touchstone"]["verdict"] == "authorized"
    assert not host.touchstone.notices("verdict-amended")


def test_damaged_evidence_authorizes_nothing_and_is_told(host):
    deb = {"/usr/bin/stone": "1\n"}
    host.publish("stone", "1.0", deb)
    host.touchstone.watch().compared()
    host.install("stone")
    tool = host.root / "usr/bin/stone"
    assert host.touchstone.wait_for(tool, "appeared")["touchstone"]["verdict"] == "authorized"
    database = host.touchstone.state / "dpkg.db"
    whole = database.read_bytes()
    with database.open("r+b") as opened:
        opened.write(b"\xa5" * len(whole))
    tool.write_text("2\n")
    assert host.touchstone.wait_for(tool, "changed")["touchstone"]["verdict"] == "unexpected"
    notice = wait_until(lambda: host.touchstone.notices("provider-failed"), "that dpkg fails")[0]
    assert notice["touchstone"]["details"]["provider"] == "dpkg"
    assert list(host.touchstone.status()["providers"]["failing"]) == ["dpkg"]


def test_what_somebody_does_to_a_file_that_dpkg_has_just_unpacked_is_told_at_once(host):
    host.publish("stone", "1.0", {"/usr/bin/stone": "1\n"}, scripts={"postinst": f"#!/bin/sh\n{UNTIL}"})
    host.touchstone.watch().compared()
    stone = host.root / "usr/bin/stone"
    with held_up(host, host.root.apt, "install", "stone") as apt:
        while not stone.exists():  # before it is looked at for the first time
            assert not apt.done()
        stone.write_text("evil\n")
        unexpected = lambda: [one for one in host.touchstone.findings(stone) if one["touchstone"]["verdict"] == "unexpected"]
        (finding,) = wait_until(unexpected, "what somebody did")
        assert finding["event"]["severity"] > 21 and finding["touchstone"]["latency_us"] < 3_000_000, finding  # a verdict waits for five seconds
        assert not apt.done()


def test_evidence_that_comes_too_late_amends_the_verdict(host):
    host.root.hook = []
    config = host.touchstone.config_file
    config.write_text(config.read_text().replace("[providers.dpkg]\n", "[providers.dpkg]\nweak = false\n"))
    deb = host.publish("stone", "1.0", {"/usr/bin/stone": "1\n"}, scripts={"postinst": f"#!/bin/sh\n{UNTIL}"})
    host.touchstone.watch().compared()
    with held_up(host, host.install, "stone") as apt:
        finding = host.touchstone.wait_for(host.root / "usr/bin/stone", "appeared")
        assert not apt.done()  # the wait has an end, whatever dpkg does
        assert finding["touchstone"]["verdict"] == "unexpected"
    shutil.copy(deb, host.root / "var/cache/apt/archives/")
    host.touchstone.run("evidence", "apt", "--cache")
    amended = lambda: [one for one in host.touchstone.notices("verdict-amended") if one["file"]["path"] == str(host.root / "usr/bin/stone")]
    details = wait_until(amended, "the amendment")[0]["touchstone"]["details"]
    assert (details["event_id"], details["verdict"], details["provider"]) == (finding["event"]["id"], "authorized", "dpkg")
    assert verdicts(host.check(), "/usr/bin/stone") == ["authorized"]


def test_what_was_amended_to_expected_is_authorized_by_what_comes_later(host):
    host.root.hook = []
    touchstone, stone = host.touchstone, host.root / "usr/bin/stone"
    config = touchstone.config_file
    config.write_text(config.read_text().replace("[providers.dpkg]\n", "[providers.dpkg]\nweak = false\n"))
    deb = host.publish("stone", "1.0", {"/usr/bin/stone": "1\n"})
    touchstone.watch().compared()
    host.install("stone")
    finding = touchstone.wait_for(stone, "appeared")
    assert finding["touchstone"]["verdict"] == "unexpected"

    def amended(count):
        notices = lambda: [one for one in touchstone.notices("verdict-amended") if one["file"]["path"] == str(stone)]
        wait_until(lambda: len(notices()) >= count, lambda: f"{count} amendments; have {notices()}")
        return [tuple(one["touchstone"]["details"][key] for key in ("event_id", "verdict_before", "verdict", "provider")) for one in notices()]

    dpkg = shutil.which("dpkg")
    digest = hashlib.sha256(open(dpkg, "rb").read()).hexdigest()
    config.write_text(config.read_text() + f'[[expect]]\npath = "{stone}"\nexecutable = "{dpkg}"\nsha256 = "{digest}"\n')
    touchstone.reload()
    first = (finding["event"]["id"], "unexpected", "expected", "expect")
    assert amended(1) == [first]
    shutil.copy(deb, host.root / "var/cache/apt/archives/")
    touchstone.run("evidence", "apt", "--cache")
    assert amended(2) == [first, (finding["event"]["id"], "expected", "authorized", "dpkg")]
    assert verdicts(host.check(), "/usr/bin/stone") == ["authorized"]
