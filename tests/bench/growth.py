# SPDX-License-Identifier: Apache-2.0
"""How time grows: with a network's width and depth, the batch, the rows of a data set, threads, jobs that wait and a history's length. Each
curve is a row {"curve", "x", "x_unit", "unit", "series": {name: values}} of its section."""
import contextlib
import http.client
import json
import subprocess
import tempfile
import time

import machine
import results
import training
import workloads
from peers import Failed
from propd import Daemon

SECTION = "growth"


class Curve:
    def __init__(self, bench, section, name, x_unit, unit, title):
        self.bench, self.section = bench, section
        self.row = bench.results.add(section, curve=name, title=title, x=[], x_unit=x_unit, unit=unit, series={})

    def add(self, x, **values):
        """One point, of propd and, where there is one, of each peer."""
        self.row["x"].append(x)
        for name, value in values.items():
            self.row["series"].setdefault(name, []).append(value)
        self.bench.results.save()
        self.bench.say("%s %s: %s %s" % (self.row["curve"], "{:,}".format(x), ", ".join(
            "%s %.4g" % (name, value) for name, value in values.items()), self.row["unit"]))


# ---- a step of a network, in memory

def _propd_step_us(bench, layers, inputs, batch):
    program = bench.program("tests/bench/bench_network")
    network = json.dumps({"input": [inputs], "layers": layers})
    done = subprocess.run([program, network, str(batch), str(bench.seconds / 4)], capture_output=True, text=True, check=True)
    return 1e6 * batch / json.loads(done.stdout)["training_rows_s"]


def _peer_step_us(bench, torch, layers, inputs, batch):
    torch.ask({"layers": layers, "peer_layers": layers, "input": [inputs], "task": "values", "batch": batch, "mode": "tuned",
               "optimizer": workloads.ADAM})
    return 1e6 * batch / torch.ask({"seconds": bench.seconds / 4})["samples_s"]


def _steps(bench, torch, curve, x, layers, inputs, batch):
    ours, theirs = [], []
    for _ in range(bench.curve_runs):
        ours.append(_propd_step_us(bench, layers, inputs, batch))
        if torch is not None:
            theirs.append(_peer_step_us(bench, torch, layers, inputs, batch))
    values = {"propd": results.median(ours)}
    if torch is not None:
        values["PyTorch"] = results.median(theirs)
    curve.add(x, **values)


def _layers(width, depth):
    return [workloads.dense(width) for _ in range(depth)] + [workloads.dense(1, "linear")]


def steps(bench):
    """Time of a training step on one thread, by width, depth and batch."""
    with machine.pinned(1), contextlib.ExitStack() as stack:
        torch = stack.enter_context(bench.peers.worker("PyTorch", 1)) if bench.peers.has("PyTorch") else None

        def curve(name, unit, title):
            return Curve(bench, SECTION, name, unit, "µs a step", title)

        width = curve("width", "units", "A step of two layers, batch 64")
        for units in (64, 256, 1024) if bench.quick else (64, 128, 256, 512, 1024, 2048):
            _steps(bench, torch, width, units, _layers(units, 2), units, 64)
        depth = curve("depth", "layers of 128", "A step of layers of 128, batch 64")
        for count in (1, 4, 16) if bench.quick else (1, 2, 4, 8, 16):
            _steps(bench, torch, depth, count, _layers(128, count), 128, 64)
        batch = curve("batch", "rows", "A step of 256-256-256-1 by its batch")
        for rows in (1, 16, 256) if bench.quick else (1, 4, 16, 64, 256, 1024):
            _steps(bench, torch, batch, rows, _layers(256, 2), 256, rows)


# ---- over HTTP

def dataset_rows(bench):
    """Time of an epoch on one thread by the rows of the data set."""
    curve = Curve(bench, SECTION, "rows", "rows", "s an epoch", "An epoch of 16-32-1, batch 256, by the rows of the data set")
    workload = workloads.Workload("rows", "", "rows", [16], "values", workloads.mlp(32, 1, output="linear"), workloads.ADAM, 256)
    with machine.pinned(1), Daemon(log="off") as daemon:
        for rows in (1000, 10000, 100000) + (() if bench.quick else (1000000,)):
            daemon.upload_pair("rows", *bench.data.columns(rows))
            curve.add(rows, propd=rows / results.median(training.propd_rate(daemon, workload, 1, bench.seconds) for _ in range(bench.curve_runs)))


def threads(bench):
    """Samples a second of w3 by threads."""
    curve = Curve(bench, SECTION, "threads", "threads", "samples/s", "784-512-256-10, batch 128, by threads")
    workload = next(each for each in workloads.TRAINING if each.key == "w3")
    for count in range(1, len(machine.cores()) + 1):
        with machine.pinned(count), Daemon(log="off") as daemon, contextlib.ExitStack() as stack:
            training.upload(daemon, bench, workload.data)
            values = {"propd": results.median(training.propd_rate(daemon, workload, count, bench.seconds) for _ in range(bench.curve_runs))}
            if bench.peers.has("PyTorch"):
                torch = stack.enter_context(bench.peers.worker("PyTorch", count))
                peer = training.Peer(bench, "PyTorch", workload, count, torch)
                peer.start(bench.seconds / 2, ("tuned",))
                values["PyTorch"] = results.median(peer.rate(bench.seconds) for _ in range(bench.curve_runs))
            curve.add(count, **values)


def _submit_all(port, document, count):
    """Over one connection; the id of the last job."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    body, job = json.dumps(document), None
    for _ in range(count):
        connection.request("POST", "/v1/jobs", body)
        job = json.loads(connection.getresponse().read())["id"]
    connection.close()
    return job


def queued_jobs(bench):
    """Jobs a second, from the first submission to the last one's success, by how many were submitted at once."""
    curve = Curve(bench, SECTION, "jobs", "jobs", "jobs/s", "Tiny jobs (iris 4-16-3, 20 epochs) submitted at once")
    workload = workloads.TRAINING[0]
    for count in (100, 300, 1000) if bench.quick else (100, 300, 1000, 3000, 5000):
        with Daemon(log="off") as daemon:
            training.upload(daemon, bench, workload.data)
            start = time.perf_counter()
            daemon.wait(_submit_all(daemon.port, workloads.job(workload, workload.data, 1, 20), count), 600)
            curve.add(count, propd=count / (time.perf_counter() - start))


def run(bench):
    bench.results.begin(SECTION, **bench.facts())
    for each in (steps, dataset_rows, threads, queued_jobs):
        try:
            each(bench)
        except Failed as problem:
            bench.results.skip(SECTION, each.__name__, str(problem))


# ---- histories

def history(bench, section="history"):
    """Appending, and looking at 500 points of a history of any length."""
    bench.results.begin(section, **bench.facts())
    curve = Curve(bench, section, "history", "steps", "ms a query", "500 points of a history by its steps")
    line = None
    for steps_count in (10 ** 3, 10 ** 4, 10 ** 5, 10 ** 6) + (() if bench.quick else (10 ** 7,)):
        with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
            command = [bench.program("tests/bench/bench_history"), str(steps_count), "1000", folder]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        line = json.loads(done.stdout.splitlines()[-1])
        curve.add(steps_count, propd=line["query_ms"])
    for what, unit, key in (("append", "points/s", "append_points_s"), ("500 points of the whole", "ms", "query_ms"),
                            ("500 points of any part", "ms", "range_query_ms")):
        bench.results.add(section, what=what, title="%s, %s steps" % (what, "{:,}".format(line["steps"])), unit=unit, propd=line[key],
                          peers={})
