#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh PROGRAM SEEDS: runs one fuzz program for FUZZ_SECONDS and says in one line what came of it.
set -eu
program=$1 seeds=$2
name=${program##*/fuzz_}
folder=${program%/*}
corpus=$folder/corpus/$name
mkdir -p "$corpus"
if ! "./$program" -max_total_time="$FUZZ_SECONDS" -timeout=25 -rss_limit_mb=4096 -print_final_stats=1 \
    -artifact_prefix="$folder/found-$name-" "$corpus" "$seeds" >"$folder/$name.log" 2>&1; then
    cat "$folder/$name.log"
    exit 1
fi
awk -v name="$name" '/number_of_executed_units/ { runs = $2 } / cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") edges = $(i + 1) }
    END { printf "fuzz %-14s %9d inputs, %6d edges, nothing found\n", name, runs, edges }' "$folder/$name.log"
