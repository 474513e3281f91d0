#!/bin/sh
# Writes files as C: their bytes, and a table of names, bytes and sizes, in the order in which they were given.
#     embed.sh FILE... > files.inc
# SPDX-License-Identifier: Apache-2.0
set -eu

cat <<'END'
#include <stddef.h>

struct embedded_file {
    const char *name;
    const unsigned char *bytes;
    size_t size;
};
END
for file; do
    symbol=file_$(basename "$file" | tr -c 'A-Za-z0-9\n' _)
    printf 'static const unsigned char %s[] = {\n' "$symbol"
    od -An -v -tu1 "$file" | sed 's/  *\([0-9][0-9]*\)/\1,/g'
    printf '};\n'
done
printf 'static const struct embedded_file files[] = {\n'
for file; do
    name=$(basename "$file")
    symbol=file_$(printf '%s\n' "$name" | tr -c 'A-Za-z0-9\n' _)
    printf '    {"%s", %s, sizeof %s},\n' "$name" "$symbol" "$symbol"
done
printf '};\n'
