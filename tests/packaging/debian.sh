#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The Debian packages build out of a clean copy, lintian finds nothing, and what was built does its main job where it was
# unpacked. It takes minutes and some hundred megabytes, so that .ci/run asks for it with PROPD_PACKAGES=1. What holds
# without building is looked at always.
set -euo pipefail

# The packages that ./bootstrap builds with and debian/control's are the same; debhelper and build-essential bring the
# tools, and libcheck is for the tests.
check_dependencies() {
    local bootstrap control
    bootstrap=$(sed -n '/^packages_build="/,/"$/p' "$SOURCE/bootstrap" | tr -d '\\"' | sed 's/^packages_build=//' \
        | tr -s ' \n' '\n' | grep -vxE '|gcc|libc6-dev|make|autoconf|automake|libtool' | sort)
    control=$(sed -n '/^Build-Depends:/,/^[A-Z].*:/p' "$SOURCE/debian/control" | sed -n 's/^ \([a-z0-9.+-]*\).*/\1/p' \
        | grep -vxE 'debhelper-compat|check|dh-python|python3.*|pybuild.*' | sort)
    diff <(echo "$bootstrap") <(echo "$control") || { echo "< bootstrap, > debian/control"; return 1; }
}

# What a clone has, so that nothing comes in that was built or left here.
copy_sources() {
    mkdir "$1"
    if git -C "$SOURCE" rev-parse --git-dir > /dev/null 2>&1; then
        git -C "$SOURCE" ls-files -z | tar -C "$SOURCE" --null -T - -cf - | tar -C "$1" -xf -
    else
        cp -R "$SOURCE/." "$1"
    fi
    chmod -R u+w "$1"
}

check_packages() {
    lintian --fail-on error,warning "$1"/*.changes
    mkdir "$1/root"
    for package in "$1"/*.deb; do
        dpkg-deb -x "$package" "$1/root"
    done
    (cd "$SOURCE" && PROPD="$1/root/usr/bin/propd" debian/tests/main-job)
}

check_dependencies
if [ "${PROPD_PACKAGES:-0}" != 1 ]; then
    echo "PROPD_PACKAGES=1 builds the packages"
    exit 77
fi
for tool in dpkg-buildpackage dh lintian curl jq; do
    command -v "$tool" > /dev/null || { echo "$tool is not installed"; exit 77; }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
copy_sources "$folder/propd"
# What this make was told (TESTS=…) is not for the packages' own. Debian's own programs, whatever stands before them here;
# ccache, where it is.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL PROPD_PACKAGES
(cd "$folder/propd" && PATH=/usr/lib/ccache:/usr/sbin:/usr/bin:/sbin:/bin dpkg-buildpackage -us -uc -b) > "$folder/log" 2>&1 || { tail -n 60 "$folder/log"; exit 1; }
check_packages "$folder"
