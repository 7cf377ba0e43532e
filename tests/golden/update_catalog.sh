#!/bin/sh
# update_catalog.sh FILE: compiles a message catalog with systemd's own reader, into a directory of its own, and reads it back.
set -eu
command -v journalctl >/dev/null || { echo "journalctl is not installed: skipped"; exit 77; }
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/usr/lib/systemd/catalog" "$root/var/lib/systemd/catalog"
cp "$1" "$root/usr/lib/systemd/catalog/"
said=$(SYSTEMD_LOG_LEVEL=debug journalctl --update-catalog --root="$root" 2>&1) || { echo "$said"; exit 1; }
entries=$(grep -c '^-- ' "$1")
echo "$said" | grep -q "$entries items in catalog" || { echo "$said"; echo "expected $entries items in catalog"; exit 1; }
