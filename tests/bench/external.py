# SPDX-License-Identifier: Apache-2.0
"""Measurements that are programs of their own: each prints lines of JSON, which become rows. A line is of one figure of propd's ("value"), or of
propd's and a peer's ("propd", "peer", "peer_value", "ratio": above 1 where propd is better)."""
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


# What makes them coarse and short.
QUICK = {"jobs": {"JOBS": "500", "RUNS": "50", "SECONDS": "1"}}


def command(bench, name):
    """How to run it; None where it is not built or not there."""
    script = HERE / ("bench_%s.py" % name)
    if script.exists():
        return [sys.executable, str(script)]
    program = bench.program("tests/bench/bench_%s" % name)
    return [str(program)] if program.exists() else None


def read_line(text):
    """The line's dictionary; None where it is of another kind."""
    if not text.startswith("{"):
        return None
    try:
        line = json.loads(text)
    except ValueError:
        return None
    return line if "bench" in line and ("value" in line or "propd" in line) else None


def add_line(rows, line):
    """Into the row of what it measured, which may have other peers' figures already; the row."""
    row = next((row for row in rows if row["what"] == line["what"] and row.get("threads") == line.get("threads")), None)
    if row is None:
        row = {"what": line["what"], "title": line["what"], "unit": line.get("unit", ""), "peers": {},
               "propd": line["propd"] if "propd" in line else line["value"]}
        row.update({key: line[key] for key in ("threads", "target", "better") if key in line})
        rows.append(row)
    if line.get("peer"):
        row["peers"][line["peer"]] = {"value": line["peer_value"], "ratio": line["ratio"]}
    return row


def run(bench, section):
    bench.results.begin(section, **bench.facts())
    words = command(bench, section)
    if words is None:
        bench.say("%s is left out: there is no bench_%s" % (section, section))
        bench.results.skip(section, section, "there is no bench_%s" % section)
        return
    rows = bench.results.kept["sections"][section]["rows"]
    environment = dict(os.environ, **(QUICK.get(section, {}) if bench.quick else {}))
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as process:
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
