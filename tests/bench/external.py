# SPDX-License-Identifier: Apache-2.0
"""Measurements that are programs of their own: each prints lines of JSON, which become rows. A line is of one figure ("value" with its "unit", or
"mb_s"), or of propd's and a peer's ("propd", "peer", "peer_value", and "ratio": propd's over the peer's, the median of pairs). It may bring
"p99_ms" (or "p99", in milliseconds), and a target: "target", and "better": "lower" where less is better."""
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


TIMES = ("s", "ms", "us", "µs", "ns")  # of these, less is better
# How long they measure: usually, and where a coarse figure will do.
LENGTHS = {"serving": ({"RUNS": "3", "SECONDS": "2"}, {"RUNS": "1", "SECONDS": "1"}),
           "jobs": ({}, {"JOBS": "500", "RUNS": "50", "SECONDS": "1"})}


def environment(bench, section):
    lengths = LENGTHS.get(section, ({}, {}))
    return dict(os.environ, PYTHON=bench.peers.python, BARE=str(bench.program("tests/bench/bare_server")), **lengths[bench.quick])


def command(bench, name):
    """How to run it; None where it is not built or not there."""
    script = HERE / ("bench_%s.py" % name)
    if script.exists():
        return [sys.executable, str(script)]
    program = bench.program("tests/bench/bench_%s" % name)
    return [str(program)] if program.exists() else None


def read_line(text):
    """The line's dictionary, with propd's figure as "propd" and a ratio that is above 1 where propd is better; None where it is of another
    kind."""
    try:
        line = json.loads(text)
    except ValueError:
        return None
    if not isinstance(line, dict) or "bench" not in line or "what" not in line:
        return None
    if "mb_s" in line:
        line.update(value=line["mb_s"], unit="MB/s")
    line.setdefault("propd", line.get("value"))
    if line["propd"] is None:
        return None
    line.setdefault("unit", "")
    if line.get("peer") and line["unit"] in TIMES:
        line["ratio"] = 1 / line["ratio"]
    return line


def add_line(rows, line):
    """Into the row of what it measured, which may have other peers' figures already; the row."""
    row = next((row for row in rows if row["what"] == line["what"] and row.get("threads") == line.get("threads")), None)
    if row is None:
        row = {"what": line["what"], "title": line["what"], "unit": line["unit"], "peers": {}, "propd": line["propd"]}
        row.update({key: line[key] for key in ("threads", "target", "better") if key in line})
        if "p99_ms" in line or "p99" in line:
            row["p99_ms"] = line.get("p99_ms", line.get("p99"))
        rows.append(row)
    if line.get("peer"):
        row["peers"][line["peer"]] = {"value": line["peer_value"], "ratio": line["ratio"]}
    return row


def run(bench, section, anew=True):
    """Its rows into the section; `anew`: what that had is gone."""
    if anew:
        bench.results.begin(section, **bench.facts())
    words = command(bench, section)
    if words is None:
        bench.say("%s is left out: there is no bench_%s" % (section, section))
        bench.results.skip(section, section, "there is no bench_%s" % section)
        return
    rows = bench.results.kept["sections"][section]["rows"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment(bench, section)) as process:
        for text in process.stdout:
            line = read_line(text)
            if line is not None:
                bench.say(bench.line(add_line(rows, line)))
                bench.results.save()
            elif text.strip():
                bench.say(text.rstrip())
    if process.returncode != 0:
        bench.say("bench_%s ended with code %d" % (section, process.returncode))
        bench.results.skip(section, section, "bench_%s ended with code %d" % (section, process.returncode))
