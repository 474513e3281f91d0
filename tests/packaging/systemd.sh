#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# systemd finds nothing wrong with the units, and the service is exposed by at most 1.5 of 10.
set -eu

if ! command -v systemd-analyze > /dev/null; then
    echo "systemd-analyze is not installed"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$BUILD/packaging/systemd/propd.service" "$SOURCE/packaging/systemd/propd.socket" "$folder"
cp "$SOURCE/packaging/systemd/propd.sysusers" "$folder/propd.conf"

if grep -n '@[a-z]*dir@' "$folder/propd.service"; then
    echo "these folders are not filled in"
    exit 1
fi
systemd-analyze security --offline=true --threshold=15 "$folder/propd.service" | tail -n 1
systemd-analyze security --offline=true --threshold=15 "$folder/propd.service" > /dev/null

# The program, the manual page and the user are those of an installed propd.
sed -i -e "s|^ExecStart=[^ ]*|ExecStart=$BUILD/propd|" -e '/^Documentation=/d' -e 's/^User=.*/User=root/' \
    -e 's/^Group=.*/Group=root/' "$folder/propd.service"
sed -i '/^Documentation=/d' "$folder/propd.socket"
SYSTEMD_UNIT_PATH="$folder:" systemd-analyze verify "$folder/propd.service" "$folder/propd.socket" 2> "$folder/said" \
    || { cat "$folder/said"; exit 1; }
if grep 'propd\.' "$folder/said"; then
    exit 1
fi
systemd-sysusers --dry-run "$folder/propd.conf" > /dev/null 2>&1
