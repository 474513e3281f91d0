#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# clang-tidy with .clang-tidy over the C files of all folders, or over those named as arguments. It takes minutes, so `make check` runs it only with PROPD_TIDY=1.
set -eu

if [ "${PROPD_TIDY:-0}" != 1 ]; then
    echo "PROPD_TIDY=1 runs clang-tidy"
    exit 77
fi
if ! command -v clang-tidy > /dev/null; then
    echo "clang-tidy is not installed"
    exit 77
fi
build=$(pwd)
if [ ! -f config.h ]; then
    echo "there is no config.h in $build: configure first, and run this from the build folder"
    exit 1
fi
cd "${srcdir:-.}"
flags=$(pkg-config --cflags jansson nettle libmicrohttpd sqlite3 zlib libarchive libpng libturbojpeg libcurl cairo-svg check)
if [ $# -eq 0 ]; then
    # The kernels are compiled once for each instruction set, with flags of their own.
    # shellcheck disable=SC2046 # no file of ours has a space in its name
    set -- $(find base engine storage daemon api clients tests -name '*.c' ! -path '*/kernels/*')
fi
# One file a run: clang-tidy 14 carries what it knows of va_list from file to file, wrongly.
# shellcheck disable=SC2086 # the flags are several words
printf '%s\0' "$@" | xargs -0 -P 2 -I '{}' clang-tidy --quiet --warnings-as-errors='*' '{}' -- \
    -std=gnu11 -DHAVE_CONFIG_H -D_GNU_SOURCE= -DPROPD_VERSION='"0"' -DTEST_DATA=\"tests/data\" \
    -DTEST_IRIS=\"clients/demo/iris.csv\" -DSHARED_DATA=\"../shared\" -I. -I"$build" $flags
