#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures propd beside its peers: README.md in this folder says how.

    bench.py [run] [--only SECTION]... [--runs N] [--quick] [--output FOLDER]
    bench.py report [--output FOLDER] [--docs FOLDER]
"""
import argparse
import datetime
import os
import pathlib
import shutil
import sys
import time

SOURCE = pathlib.Path(os.environ.get("SOURCE", pathlib.Path(__file__).resolve().parents[2])).resolve()
BUILD = pathlib.Path(os.environ.get("BUILD", SOURCE / "build")).resolve()
os.environ.setdefault("PROPD", str(BUILD / "propd"))
os.environ.setdefault("DIGITS", str(BUILD / "digits"))
sys.path.insert(0, str(SOURCE / "tests/end-to-end"))

import data  # noqa: E402
import external  # noqa: E402
import growth  # noqa: E402
import machine  # noqa: E402
import matrix  # noqa: E402
import peers  # noqa: E402
import profiles  # noqa: E402
import report  # noqa: E402
import results  # noqa: E402
import table  # noqa: E402
import training  # noqa: E402
import uploads  # noqa: E402
import workloads  # noqa: E402

# The one that Debian's packages belong to, whichever comes first in the path.
DEBIAN_PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
SECTIONS = {
    "products": matrix.run,
    "training": lambda bench: training.rates(bench, "training", workloads.TRAINING),
    "accuracy": training.accuracy,
    "sequence": lambda bench: training.rates(bench, "sequence", workloads.SEQUENCE),
    "serving": lambda bench: external.run(bench, "serving"),
    "ingest": uploads.run,
    "jobs": lambda bench: external.run(bench, "jobs"),
    "history": growth.history,
    "profile": profiles.run,
    "growth": growth.run,
}


class Bench:
    """What the sections share."""

    def __init__(self, options):
        self.quick, self.folder = options.quick, pathlib.Path(options.output)
        self.runs = options.runs or (1 if options.quick else 5)
        self.curve_runs = (self.runs + 1) // 2  # a curve's points hold each other up
        self.seconds = 0.6 if options.quick else 1.2  # that one program trains before the next one does
        self.folder.mkdir(parents=True, exist_ok=True)
        self.started = time.monotonic()
        self.peers = peers.Peers(self.folder / "programs", options.python, self.say)
        scale = 0.2 if options.quick else 1.0
        self.data = data.Data(self.folder / ("data-quick" if options.quick else "data"), options.python, os.environ["DIGITS"], scale)
        self.results = results.Results(self.folder / "results.json", machine.describe(SOURCE))

    def say(self, text):
        print("%6.1f s  %s" % (time.monotonic() - self.started, text), flush=True)

    def line(self, row):
        return table.line(row)

    def facts(self):
        """What each section keeps of when it was measured."""
        busy = round(machine.busy(), 2)
        if busy > report.BUSY:
            self.say("others use %.1f of the cores: these figures will say little" % busy)
        return {"date": datetime.date.today().isoformat(), "commit": self.results.kept["machine"]["commit"], "runs": self.runs,
                "quick": self.quick, "busy": busy}

    def thread_counts(self):
        return [1, 2] if len(machine.cores()) > 1 else [1]

    def program(self, name):
        return BUILD / name

    def peak(self, threads):
        """GFLOP/s of multiply-adds now."""
        with peers.Worker("bench_kernels", [str(self.program("tests/bench/bench_kernels")), "--shapes", str(threads), "200"], None) as worker:
            return worker.ask("16 64 128")["peak"]

    def run(self, sections):
        for name in sections:
            self.say("== %s" % name)
            SECTIONS[name](self)
            self.results.kept["machine"]["peers"].update(self.peers.versions())
            self.results.kept["machine"]["quick"] = self.quick
            self.results.save()


def read_options(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", nargs="?", choices=("run", "report"), default="run")
    parser.add_argument("--only", action="append", choices=list(SECTIONS), metavar="SECTION", help="one of: " + ", ".join(SECTIONS))
    parser.add_argument("--runs", type=int, help="of each program, in turn (5)")
    parser.add_argument("--quick", action="store_true", help="coarse figures in a few minutes")
    parser.add_argument("--output", default=str(BUILD / "bench"), help="folder of the results, the data and the peers' programs")
    parser.add_argument("--docs", help="folder of the report (docs/bench; after a quick run OUTPUT/report)")
    parser.add_argument("--python", default=os.environ.get("PYTHON") or DEBIAN_PYTHON, help="runs the peers that are Python packages")
    options = parser.parse_args(words)
    if shutil.which(options.python) is None:
        parser.error("there is no %s" % options.python)
    return options


def main(words):
    options = read_options(words)
    if options.action == "report":
        kept = results.Results(pathlib.Path(options.output) / "results.json")
        if not kept.kept["sections"]:
            return "there are no results in %s yet" % options.output
        usual = pathlib.Path(options.output) / "report" if kept.kept["machine"].get("quick") else SOURCE / "docs/bench"
        report.make(kept, options.docs or usual, options.python, print)
        return 0
    bench = Bench(options)
    try:
        bench.run(options.only or SECTIONS)
    except KeyboardInterrupt:
        bench.say("interrupted: %s keeps what was measured" % bench.results.path)
        return 130
    bench.say("%s; bench.py report makes tables and plots of it" % bench.results.path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
