#!/bin/sh
# Writes the dashboard as C: the bytes of its files, a table of their names, and a digest of all of them, which stands in
# the path of every file but the page, so that browsers may keep them until another build has others.
#     embed.sh index.html FILE... > files.inc
# In the page BUILD becomes that digest.
# SPDX-License-Identifier: Apache-2.0
set -eu

symbol_of() { printf 'file_%s' "$(basename "$1" | tr -c 'A-Za-z0-9\n' _)"; }

# The bytes on standard input as an array.
write_bytes() {
    printf 'static const unsigned char %s[] = {\n' "$(symbol_of "$1")"
    od -An -v -tu1 | sed 's/  *\([0-9][0-9]*\)/\1,/g'
    printf '};\n'
}

build=$(cat "$@" | sha256sum | cut -c1-12)
cat <<END
#include <stddef.h>

struct embedded_file {
    const char *name;
    const unsigned char *bytes;
    size_t size;
};
static const char files_build[] = "$build";
END
sed "s/BUILD/$build/g" "$1" | write_bytes "$1"
for file; do
    [ "$file" = "$1" ] || write_bytes "$file" < "$file"
done
printf 'static const struct embedded_file files[] = {\n'
for file; do
    printf '    {"%s", %s, sizeof %s},\n' "$(basename "$file")" "$(symbol_of "$file")" "$(symbol_of "$file")"
done
printf '};\n'
