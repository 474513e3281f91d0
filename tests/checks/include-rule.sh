#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Which folder may include which (ARCHITECTURE.md), which file may include which library, and the order of includes.
# Prints each line that breaks the rule. First it shows on small trees of its own that it can.
set -eu

# check_file FILE: prints what breaks the rule in one file of the current folder.
check_file() {
    own="${1%.c}.h"
    if [ "$own" = "$1" ] || [ ! -e "$own" ]; then
        own=
    fi
    awk -v file="$1" -v own="$own" -f "$program" "$1"
}

# check_tree ROOT: prints what breaks the rule, returns 1 if anything does.
check_tree() {
    (
        cd "$1"
        find . \( -name '*.c' -o -name '*.h' \) | sed 's|^\./||' \
            | grep -E '^(base|engine|storage|daemon|api|clients|tests)/' | sort > "$scratch/files"
        while read -r file; do
            check_file "$file"
        done < "$scratch/files"
    ) > "$scratch/offences"
    if [ -s "$scratch/offences" ]; then
        cat "$scratch/offences"
        return 1
    fi
}

write_program() {
    cat > "$program" <<'END'
function offend(why) {
    printf "%s:%d: %s: %s\n", file, FNR, $0, why
}
# The folder that a file belongs to; tests belong to the folder they test.
function folder_of(path,    parts) {
    split(path, parts, "/")
    return parts[1]
}
BEGIN {
    may["base"] = " base "
    may["engine"] = " base engine "
    may["storage"] = " base storage "
    may["daemon"] = " base engine storage daemon "
    may["api"] = " base engine storage daemon api "
    may["clients"] = " clients "
    everything = may["api"]
    folder = folder_of(file)
    tested = file
    is_test = sub(/^tests\//, "", tested)
    if (is_test)
        folder = folder_of(tested)
    allowed = (folder in may) ? may[folder] : everything
    if (file == "daemon/main.c")
        allowed = everything
    if (is_test)
        allowed = allowed "tests "
    if (is_test && folder == "fuzz") # parsers of every folder
        allowed = allowed "clients "
    library["jansson.h"] = " base engine daemon api clients " # to be handed a json_t; text is base/fields.h
    library["microhttpd.h"] = " api "
    library["sqlite3.h"] = " storage "
    library["cairo.h"] = " clients "
    library["png.h"] = " base engine "
    # The kernels include one body several times, behind the definitions it is made for.
    is_ordered = file ~ /\.c$/ && file !~ /^(tests\/)?engine\/kernels\//
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, part, "\"")
    name = part[2]
    if (name == "config.h")
        next
    ours++
    if (name ~ /\.c$/)
        offend("a source file is not to be included")
    else if (name !~ /\//)
        offend("our headers are named \"folder/file.h\"")
    else if (index(allowed, " " folder_of(name) " ") == 0)
        offend(folder " may not include " folder_of(name))
    if (own != "" && ours == 1 && name != own)
        offend("its own header comes first")
    if (is_ordered && theirs > 0)
        offend("our headers come before the system's")
}
/^[ \t]*#[ \t]*include[ \t]*</ {
    theirs++
    name = $0
    sub(/^[^<]*</, "", name)
    sub(/>.*/, "", name)
    if (name in library && (folder in may) && index(library[name], " " folder " ") == 0)
        offend("only" library[name] "may include it")
    if (name == "microhttpd.h" && file ~ /^api\// && file !~ /^api\/server[a-z_]*\.[ch]$/)
        offend("only api/server*.c may include it")
}
END
}

# expect_offence FILE LINE: a tree with just this file must be refused.
expect_offence() {
    rm -rf "$scratch/tree"
    mkdir -p "$scratch/tree/$(dirname "$1")"
    printf '%s\n' "$2" > "$scratch/tree/$1"
    if check_tree "$scratch/tree" > "$scratch/shown"; then
        echo "the check accepts $2 in $1"
        exit 1
    fi
}

expect_own_header_first() {
    rm -rf "$scratch/tree"
    mkdir -p "$scratch/tree/base"
    : > "$scratch/tree/base/log.h"
    printf '#include "base/error.h"\n#include "base/log.h"\n' > "$scratch/tree/base/log.c"
    if check_tree "$scratch/tree" > "$scratch/shown"; then
        echo "the check accepts another header before a file's own"
        exit 1
    fi
}

self_test() {
    expect_offence base/error.c '#include "engine/layer.h"'
    expect_offence engine/layer.h '#include "storage/store.h"'
    expect_offence engine/layers/dense.c '#include "daemon/config.h"'
    expect_offence storage/store.c '#include "engine/layer.h"'
    expect_offence daemon/job.c '#include "api/server.h"'
    expect_offence clients/propctl/main.c '#include "base/error.h"'
    expect_offence tests/engine/test_layer.c '#include "daemon/config.h"'
    expect_offence base/log.c '#include "error.h"'
    expect_offence base/log.c '#  include "base/error.c"'
    expect_offence storage/jobs.c '#include <jansson.h>'
    expect_offence api/request.c '#include <microhttpd.h>'
    expect_offence daemon/job.c '#include <sqlite3.h>'
    expect_offence base/log.c '#include <stdio.h>
#include "base/error.h"'
    expect_own_header_first
    rm -rf "$scratch/tree"
    mkdir -p "$scratch/tree/daemon" "$scratch/tree/tests/api"
    printf '#include "api/server.h"\n\n#include <stdio.h>\n' > "$scratch/tree/daemon/main.c"
    printf '#include "daemon/daemon.h"\n#include "tests/check.h"\n' > "$scratch/tree/tests/api/test_server.c"
    check_tree "$scratch/tree"
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
program="$scratch/program.awk"
write_program
self_test
check_tree "${srcdir:-.}"
