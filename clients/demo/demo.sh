#!/usr/bin/env bash
# The main job, end to end, by the commands that anybody can type: upload a dataset, train, watch, predict.
#
#     demo.sh ADDRESS DIGITS_PROGRAM        e.g. demo.sh http://127.0.0.1:8420 build/digits
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
address=$1 digits=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ -t 1 ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m' terminal=yes; else bold='' dim='' plain='' terminal=no; fi

title() { printf '\n%s== %s%s\n' "$bold" "$1" "$plain"; }

# Shows a command as the reader would type it, then runs it.
show() {
    local word line='$'
    for word in "$@"; do
        case $word in *[\ \"\{\&\?]*) line+=" '$word'" ;; *) line+=" $word" ;; esac
    done
    printf '%s%s%s\n' "$dim" "$line" "$plain" >&2
    "$@"
}

# Waits for a job with a bar; the same figures stand in the answer for anybody's own progress display.
watch_job() {
    local job=$1 answer state last=
    while :; do
        answer=$(curl -sS --fail-with-body "$address/v1/jobs/$job")
        read -r state percent epoch epochs loss rate < <(jq -r '[.state, (.progress * 100 | floor), .epoch, .epochs,
            (.metrics.val_loss // .metrics.loss // "-"), ((.samples_per_s // 0) | floor)] | map(tostring) | join(" ")' <<<"$answer")
        if [ $terminal = yes ]; then
            printf '\r  %-9s [%-40s] %3d %%  epoch %s/%s  loss %.6s  %s samples/s ' "$state" \
                "$(printf '%*s' $((percent * 40 / 100)) '' | tr ' ' '#')" "$percent" "$epoch" "$epochs" "$loss" "$rate"
        elif [ "$state $((percent / 25))" != "$last" ]; then
            printf '  %-9s %3d %%  epoch %s/%s\n' "$state" "$percent" "$epoch" "$epochs"
            last="$state $((percent / 25))"
        fi
        case $state in
        succeeded) [ $terminal = no ] || echo; return 0 ;;
        failed | cancelled) printf '\n%s\n' "$(jq -r '.error.message // .state' <<<"$answer")" >&2; return 1 ;;
        esac
        sleep 0.1
    done
}

# Draws the curves of a history as text: '.' for the training loss, 'o' for the validation loss.
plot_history() {
    jq -r '.series[] | . as $s | range(0; .step | length) | "\($s.metric) \($s.step[.]) \($s.mean[.] // "nan")"' | awk '
        $3 == "nan" { next }
        { n++; series[n] = $1; x[n] = $2; y[n] = $3
          if (n == 1 || $3 > high) high = $3; if (n == 1 || $3 < low) low = $3; if ($2 > right) right = $2 }
        END {
            if (n == 0) exit
            if (high == low) high = low + 1
            for (pass = 0; pass < 2; pass++) for (i = 1; i <= n; i++) if ((series[i] == "val_loss") == pass) {
                column = int((x[i] - 1) / (right > 1 ? right - 1 : 1) * 63); row = int((high - y[i]) / (high - low) * 11)
                cell[row, column] = pass ? "o" : "."
            }
            for (row = 0; row < 12; row++) {
                line = ""
                for (column = 0; column < 64; column++) line = line ((row, column) in cell ? cell[row, column] : " ")
                printf "  %9s |%s\n", row == 0 ? sprintf("%.4g", high) : row == 11 ? sprintf("%.4g", low) : "", line
            }
            printf "  %9s +%s\n  %9s  step 1%58s\n", "", "----------------------------------------------------------------", "", right
            print "             . training loss   o validation loss"
        }'
}

# {"classes": […], "confusion_matrix": [[…]]} as a table: rows are the truth, columns what was predicted.
print_confusion() {
    jq -r '.classes as $c | (["truth \\ predicted"] + ($c | map(tostring))),
           (.confusion_matrix | to_entries[] | [($c[.key] | tostring)] + (.value | map(tostring))) | @tsv' |
        awk -F '\t' '{ printf "  %18s", $1; for (i = 2; i <= NF; i++) printf " %10.10s", $i; print "" }'
}

report() {
    local job=$1
    show curl -sS "$address/v1/jobs/$job/history?metric=loss,val_loss&points=64" | plot_history
    show curl -sS "$address/v1/jobs/$job/evaluation" >"$work/evaluation"
    printf '  validation accuracy: %s%.1f %%%s\n' "$bold" \
        "$(curl -sS "$address/v1/jobs/$job" | jq '.metrics.val_accuracy * 100')" "$plain"
    print_confusion <"$work/evaluation"
}

submit() {
    show curl -sS --fail-with-body "$address/v1/jobs" -d "$1" >"$work/job" || { cat "$work/job" >&2; return 1; }
    jq -r .id "$work/job"
}

title "iris: 150 flowers, four measurements, three species"
show curl -sS --fail-with-body -T "$here/iris.csv" "$address/v1/datasets/iris" | jq -c '{id, name, version, rows, columns: [.columns[].name]}'
job=$(submit '{"dataset": "iris", "target": "species", "network": {"layers": [
      {"type": "dense", "units": 16, "activation": "relu"},
      {"type": "dense", "units": "auto", "activation": "softmax"}]},
  "training": {"epochs": 60, "batch_size": 16, "optimizer": {"type": "adam", "learning_rate": 0.01}}}')
watch_job "$job"
report "$job"
show curl -sS "$address/v1/models/iris:predict" -d '{"instances": [[5.1, 3.5, 1.4, 0.2],
  {"sepal_length": 6.7, "sepal_width": 3.0, "petal_length": 5.2, "petal_width": 2.3}]}' | jq -c .

title "digits: 12,000 drawings of 28 x 28, made here"
show "$digits" 12000 1 "$work/images.idx" "$work/labels.idx"
show curl -sS --fail-with-body -F "features=@$work/images.idx" -F "labels=@$work/labels.idx" \
    "$address/v1/datasets?name=digits" | jq -c '{id, name, version, rows, columns: [.columns[] | {name, type, shape}]}'
job=$(submit '{"dataset": "digits", "network": {"layers": [
      {"type": "flatten"},
      {"type": "dense", "units": 128, "activation": "relu"},
      {"type": "dropout", "rate": 0.2},
      {"type": "dense", "units": "auto", "activation": "softmax"}]},
  "training": {"epochs": 12, "batch_size": 64,
               "early_stopping": {"monitor": "val_loss", "patience": 4, "restore_best": true}}}')
watch_job "$job"
report "$job"

# A digit that training has not seen, as JSON numbers: bytes 16… of an IDX file are the first image.
"$digits" 1 77 "$work/one.idx" "$work/one_label.idx"
pixels=$(od -An -v -tu1 -j16 -w28 "$work/one.idx" | sed 's/^ *//; s/  */, /g; s/.*/[&]/' | paste -sd,)
od -An -v -tu1 -j16 -w28 "$work/one.idx" | awk '{ line = "  "; for (i = 1; i <= NF; i++)
    line = line substr(" .:*#", 1 + int($i * 5 / 256), 1); print line }'
printf '{"instances": [[%s]]}' "$pixels" >"$work/predict.json"
show curl -sS "$address/v1/models/digits:predict" -d "@$work/predict.json" |
    jq -c '{labels, predictions: [.predictions[] | map(. * 1000 | round / 1000)], model, version}'
printf '  drawn as a %s\n' "$(od -An -tu1 -j8 "$work/one_label.idx" | tr -d ' ')"
