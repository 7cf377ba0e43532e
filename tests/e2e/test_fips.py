"""Digests are what OpenSSL offers as it is set up: in FIPS mode what the FIPS provider has, and nothing when there is none. With real configurations of OpenSSL."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest
from conftest import PROGRAM, wait_until

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache"))) / "touchstone-test"
DIGESTS = ["sha256", "sha384", "sha512", "sha3-256", "sha3-512"]
BAD_CONFIGURATION = 78
NEWER = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main\n"

CONFIGURATION = """openssl_conf = all
{include}
[all]
providers = providers
alg_section = algorithms
[providers]
{providers}
[active]
activate = 1
[algorithms]
default_properties = fips=yes
"""


def installed():
    found = re.search(r'MODULESDIR: "(.*)"', subprocess.run(["openssl", "version", "-m"], capture_output=True, text=True).stdout)
    return pathlib.Path(found.group(1)) / "fips.so" if found else None


def fetch(target):
    """Debian 12 has no FIPS provider, and any provider goes with any OpenSSL 3: the next Debian's, by apt, whose own lists stay as they are."""
    work = CACHE / "fips.work"
    shutil.rmtree(work, ignore_errors=True)
    for name in ("lists/partial", "archives/partial"):
        (work / name).mkdir(parents=True)
    (work / "sources.list").write_text(NEWER)
    options = ["-qq", "-o", f"Dir::Etc::sourcelist={work}/sources.list", "-o", "Dir::Etc::sourceparts=-", "-o", f"Dir::State::lists={work}/lists"]
    options += ["-o", f"Dir::Cache={work}", "-o", "APT::Sandbox::User=root"]
    for verb in (["update"], ["download", "openssl-provider-fips"]):
        subprocess.run(["apt-get", *options, *verb], cwd=work, capture_output=True, timeout=300)
    for package in work.glob("*.deb"):
        subprocess.run(["dpkg-deb", "--extract", package, work / "tree"], check=True)
        next((work / "tree").rglob("fips.so")).rename(target)
    shutil.rmtree(work)


@pytest.fixture(scope="session")
def provider():
    if (there := installed()) is not None and there.exists():
        return there
    kept = CACHE / "fips.so"
    if not kept.exists():
        fetch(kept)
    if not kept.exists():
        pytest.skip("no FIPS provider is installed, and none can be fetched")
    return kept


@pytest.fixture
def fips(touchstone, provider):
    """The environment of a host in FIPS mode."""
    module = touchstone.home / "fipsmodule.cnf"
    made = subprocess.run(["openssl", "fipsinstall", "-module", provider, "-out", module], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    file = touchstone.home / "openssl.cnf"
    file.write_text(CONFIGURATION.format(include=f".include {module}", providers="fips = fips_sect\nbase = active"))
    return {**os.environ, "OPENSSL_CONF": str(file), "OPENSSL_MODULES": str(provider.parent)}


@pytest.fixture
def no_provider(touchstone):
    """That of a host that was told to be in FIPS mode, and has nothing for it."""
    file = touchstone.home / "openssl.cnf"
    file.write_text(CONFIGURATION.format(include="", providers="default = active"))
    return {**os.environ, "OPENSSL_CONF": str(file)}


def diagnoses(touchstone, environment):
    done = touchstone.run("doctor", "--json", check=False, env=environment)
    return {one["subject"]: one for one in json.loads(done.stdout)["diagnoses"]}


def with_digest(touchstone, digest):
    touchstone.configure()
    written = touchstone.config_file.read_text().replace("[state]", f'digest = "{digest}"\n[state]')
    touchstone.config_file.write_text(written)
    return 1 + written.splitlines().index(f'digest = "{digest}"')


@pytest.mark.parametrize("digest", DIGESTS)
def test_every_digest_is_the_fips_providers(touchstone, fips, digest):
    content = b"something"
    (touchstone.tree / "file").write_bytes(content)
    with_digest(touchstone, digest)
    assert touchstone.run("config", "check", env=fips).returncode == 0
    touchstone.run("baseline", "build", env=fips)
    shown = json.loads(touchstone.run("baseline", "show", touchstone.tree / "file", "--json", env=fips).stdout)
    assert shown["attributes"][digest.replace("-", "_")] == hashlib.new(digest.replace("-", "_"), content).hexdigest()
    assert touchstone.run("baseline", "verify", env=fips).returncode == 0
    assert touchstone.run("check", env=fips).returncode == 0


def test_watching_in_fips_mode(touchstone, fips):
    (touchstone.tree / "file").write_text("before")
    touchstone.run("baseline", "build", env=fips)
    touchstone.start(prefix=["env", *(f"{key}={fips[key]}" for key in ("OPENSSL_CONF", "OPENSSL_MODULES"))])
    (touchstone.tree / "file").write_text("after")
    finding = touchstone.wait_for(touchstone.tree / "file", "changed")
    assert finding["file"]["hash"]["sha256"] == hashlib.sha256(b"after").hexdigest()
    assert len(set(finding["event"]["id"])) > 1 and len(set(finding["process"]["entity_id"])) > 1  # these are hashes too
    assert touchstone.stop() == 0


def test_doctor_says_that_fips_mode_is_on(touchstone, fips):
    said = diagnoses(touchstone, fips)
    assert said["FIPS mode"]["level"] == "ok" and said["FIPS mode"]["meaning"].startswith("is on")
    assert said["digests"]["meaning"] == "OpenSSL offers " + ", ".join(DIGESTS)
    assert diagnoses(touchstone, os.environ)["FIPS mode"]["meaning"] in ("is off", "the kernel's is on (/proc/sys/crypto/fips_enabled), and OpenSSL's is not")


@pytest.mark.parametrize("verb", [["config", "check"], ["baseline", "build"], ["watch"]], ids=" ".join)
def test_a_digest_that_is_not_offered_is_refused_by_name(touchstone, no_provider, verb):
    line = with_digest(touchstone, "sha3-256")
    done = touchstone.run(*verb, check=False, env=no_provider)
    assert done.returncode == BAD_CONFIGURATION
    said = done.stderr.decode()
    assert f"{touchstone.config_file}:{line}: baseline.digest: digest sha3-256 is not offered by this host's OpenSSL, which is in FIPS mode (offered: none)" in said
    assert not touchstone.baseline_file.exists()
    touchstone.configure()  # nobody wrote a digest down: still the file is named
    said = touchstone.run(*verb, check=False, env=no_provider).stderr.decode()
    assert f"{touchstone.config_file}: baseline.digest, by default: digest sha256 is not offered" in said


@pytest.mark.parametrize("verb", [["check"], ["baseline", "accept", "--all"]], ids=" ".join)
def test_a_baseline_by_a_digest_that_is_not_offered_is_named(touchstone, no_provider, verb):
    touchstone.build()
    done = touchstone.run(*verb, check=False, env=no_provider)
    assert done.returncode == BAD_CONFIGURATION
    assert f"{touchstone.baseline_file} cannot be compared with: digest sha256 is not offered" in done.stderr.decode()
    assert touchstone.run("check").returncode == 0


def test_doctor_says_that_a_provider_is_missing(touchstone, no_provider):
    said = diagnoses(touchstone, no_provider)
    assert said["FIPS mode"]["level"] == said["digests"]["level"] == said["configuration"]["level"] == "fail"
    assert "no FIPS provider is active" in said["FIPS mode"]["meaning"]
    assert "baseline.digest" in said["configuration"]["meaning"]
