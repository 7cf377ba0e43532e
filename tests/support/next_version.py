#!/usr/bin/python3
"""next_version.py DIRECTORY: replaces each .deb there by its next version: the same maintainer scripts, other programs, libraries and conffiles."""
import pathlib
import re
import shutil
import subprocess
import sys

SUFFIX = "+month1"
LONGER = ("usr/bin", "usr/sbin", "usr/lib", "usr/share/perl5", "bin", "sbin", "lib", "etc")  # where each file gets a byte more, which no reader minds


def lengthen(tree):
    for top in LONGER:
        for file in (tree / top).rglob("*"):
            if file.is_file() and not file.is_symlink() and file.suffix not in (".gz", ".xz", ".ko") and "locale" not in file.parts:
                mode = file.stat().st_mode
                file.write_bytes(file.read_bytes() + b"\n")
                file.chmod(mode)


def control_of(tree, names):
    """The next version's; packages of one source that ask for one another's exact version go on doing so."""
    text = (tree / "DEBIAN/control").read_text()
    text = re.sub(r"^(Version: .*)$", rf"\1{SUFFIX}", text, flags=re.MULTILINE)
    return re.sub(r"([a-z0-9][a-z0-9.+-]*)(:any)? \(= ([^)]*)\)", lambda m: f"{m[1]}{m[2] or ''} (= {m[3]}{SUFFIX})" if m[1] in names else m[0], text)


def sums_of(tree):
    conffiles = (tree / "DEBIAN/conffiles").read_text().split() if (tree / "DEBIAN/conffiles").exists() else []
    files = sorted(str(file.relative_to(tree)) for file in tree.rglob("*") if file.is_file() and not file.is_symlink() and "DEBIAN" not in file.parts)
    files = [file for file in files if f"/{file}" not in conffiles]
    return subprocess.run(["md5sum", "--", *files], cwd=tree, check=True, capture_output=True, text=True).stdout if files else ""


def main(directory):
    debs = sorted(directory.glob("*.deb"))
    names = {deb.name.split("_")[0] for deb in debs}
    for deb in debs:
        tree = directory / "tree"
        subprocess.run(["dpkg-deb", "--raw-extract", deb, tree], check=True)
        lengthen(tree)
        (tree / "DEBIAN/control").write_text(control_of(tree, names))
        (tree / "DEBIAN/md5sums").write_text(sums_of(tree))
        deb.unlink()
        subprocess.run(["dpkg-deb", "-Znone", "--build", tree, directory], check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(tree)


main(pathlib.Path(sys.argv[1]))
