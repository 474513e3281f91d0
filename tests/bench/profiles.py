# SPDX-License-Identifier: Apache-2.0
"""Where the time of each workload goes on one thread: the functions of the daemon that perf sees most while a job trains."""
import os
import re
import subprocess
import tempfile

import data
import machine
import training
import workloads
from propd import Daemon

SECTION = "profile"
SHOWN = 8  # functions
LINE = re.compile(r"\s*([0-9.]+)%\s+\[.\]\s+(\S+)")


def read_report(text):
    """[[share, function], ...], the most first, of what `perf report` prints."""
    found = (LINE.match(line) for line in text.splitlines())
    return [[round(float(match[1]) / 100, 4), match[2]] for match in found if match]


def _record(process, path, seconds):
    """Whether perf could."""
    command = ["perf", "record", "-e", "cpu-clock:u", "-F", "997", "-o", path, "-p", str(process), "--", "sleep", str(seconds)]
    return subprocess.run(command, capture_output=True).returncode == 0


def _functions(path):
    command = ["perf", "report", "-i", path, "--stdio", "--no-children", "-g", "none", "-F", "overhead,symbol"]
    return read_report(subprocess.run(command, capture_output=True, text=True).stdout)


def _add(bench, daemon, workload):
    training.upload(daemon, bench, workload.data)
    job = daemon.submit(workloads.job(workload, workload.data, 1, training.MANY_EPOCHS))
    daemon.wait(job, 60, ("running",))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "perf.data")
        recorded = _record(daemon.process.pid, path, bench.seconds)
        functions = _functions(path)[:SHOWN] if recorded else []
    daemon.post("/v1/jobs/%s:cancel" % job, {"keep": False})
    daemon.wait(job, 60)
    if not functions:
        bench.results.skip(SECTION, workload.key, "perf could not")
        return
    bench.results.add(SECTION, what=workload.key, title=workload.title, functions=functions)
    bench.say("%s: %s" % (workload.key, ", ".join("%s %.0f %%" % (name, 100 * share) for share, name in functions)))


def run(bench):
    bench.results.begin(SECTION, **bench.facts())
    if machine.output("perf", "--version") is None:
        bench.say("the profile is left out: perf is not installed (apt-get install linux-perf)")
        bench.results.skip(SECTION, "profile", "perf is not installed")
        return
    with machine.pinned(1), Daemon(log="off") as daemon:
        for workload in workloads.TRAINING + workloads.SEQUENCE:
            try:
                _add(bench, daemon, workload)
            except data.Missing as problem:
                bench.results.skip(SECTION, workload.key, str(problem))
