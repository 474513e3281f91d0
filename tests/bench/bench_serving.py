#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Predictions and plain answers under wrk, beside a bare libmicrohttpd server and FastAPI + PyTorch: a 784-512-256-10 network, one
JSON row of 784 numbers a request. All on the same cores, alternating, medians of RUNS; a JSON line a figure. A peer that is not
installed is left out.

    RUNS=3 SECONDS=3 PYTHON=/usr/bin/python3 PROPD=./propd DIGITS=./digits BARE=tests/bench/bare_server \\
        tests/bench/bench_serving.py      (packages: wrk python3-torch python3-fastapi python3-uvicorn python3-uvloop python3-httptools)
"""
import json
import os
import pathlib
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "end-to-end"))
from propd import Daemon, dense, draw_digits  # noqa: E402

RUNS, SECONDS = int(os.environ.get("RUNS", "3")), int(os.environ.get("SECONDS", "3"))
PYTHON, BARE = os.environ.get("PYTHON", "python3"), os.environ.get("BARE", "tests/bench/bare_server")
CORES = len(os.sched_getaffinity(0))
ANSWER_SIZE = 250  # about what a prediction's is

# FastAPI without models of its own around the body, one process a core: the fastest that it does.
FASTAPI = """
import json, torch, torch.nn as nn
from fastapi import FastAPI, Request
torch.set_num_threads(1)
net = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10), nn.Softmax(1)).eval()
app = FastAPI()
@app.post("/predict")
async def predict(request: Request):
    with torch.no_grad():
        return {"predictions": net(torch.tensor(json.loads(await request.body())["instances"])).tolist()}
"""

WRK_POST = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local file = io.open(os.getenv("BODY"))
wrk.body = file:read("*a")
file:close()
"""


class Load:
    """One run of wrk: requests a second, and percentiles of the time for one in microseconds."""

    def __init__(self, url, connections, script=None, body=None):
        words = ["wrk", "-t%d" % min(2, connections), "-c%d" % connections, "-d%ds" % SECONDS, "--latency"]
        words += ["-s", script] if script else []
        text = subprocess.run(words + [url], env=dict(os.environ, BODY=body or ""), capture_output=True, text=True, check=True).stdout
        if "Non-2xx" in text or "Socket errors" in text:
            sys.exit("%s with %d connections: %s" % (url, connections, text))
        self.rate = float(re.search(r"Requests/sec:\s*([\d.]+)", text).group(1))
        self.p50, self.p99 = self.percentile(text, 50), self.percentile(text, 99)

    @staticmethod
    def percentile(text, percent):
        number, unit = re.search(r"\s%d%%\s+([\d.]+)(us|ms|s)" % percent, text).groups()
        return float(number) * {"us": 1, "ms": 1e3, "s": 1e6}[unit]


class FastApi:
    def __init__(self, folder):
        pathlib.Path(folder, "serving_app.py").write_text(FASTAPI)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        words = [PYTHON, "-m", "uvicorn", "serving_app:app", "--port", str(self.port), "--workers", str(CORES), "--log-level",
                 "error", "--no-access-log"]
        environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
        self.process = subprocess.Popen(words, cwd=folder, env=environment)
        end = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    sys.exit("FastAPI does not start")
                time.sleep(0.2)


def has_fastapi():
    words = [PYTHON, "-c", "import fastapi, uvicorn, uvloop, httptools, torch"]
    return subprocess.run(words, capture_output=True).returncode == 0


def report(what, ours, peer, theirs, unit):
    pairs = [a / b for a, b in zip(ours, theirs)]
    print(json.dumps({"bench": "serving", "what": what, "propd": round(statistics.median(ours), 1), "peer": peer,
                      "peer_value": round(statistics.median(theirs), 1), "ratio": round(statistics.median(pairs), 3),
                      "unit": unit}), flush=True)


def compare(what, connections, ours, peers):
    """ours: a function that makes a load; peers: the same by name."""
    mine, others = [], {name: [] for name in peers}
    for _ in range(RUNS):
        mine.append(ours(connections))
        for name, load in peers.items():
            others[name].append(load(connections))
    for name, loads in others.items():
        title = "%s c%d" % (what, connections)
        report(title, [a.rate for a in mine], name, [b.rate for b in loads], "requests/s")
        report(title + " p50", [a.p50 for a in mine], name, [b.p50 for b in loads], "us")
        report(title + " p99", [a.p99 for a in mine], name, [b.p99 for b in loads], "us")


def busy(daemon):
    """Jobs that keep every core busy until they are cancelled."""
    document = {"dataset": "digits", "network": {"layers": [{"type": "flatten"}] + dense(512, 256)["layers"]},
                "training": {"epochs": 100000, "validation": None}}
    jobs = [daemon.submit(document) for _ in range(CORES)]
    for job in jobs:
        daemon.wait(job, states=("running",))
    time.sleep(1)
    return jobs


def compare_with_training(daemon, load):
    idle, trained = [], []
    for _ in range(RUNS):
        idle.append(load(1))
        jobs = busy(daemon)
        trained.append(load(1))
        for job in jobs:
            daemon.post("/v1/jobs/%s:cancel" % job)
            daemon.wait(job)
    for name in ("p50", "p99"):
        report("predict c1 %s while every core trains" % name, [getattr(a, name) for a in trained], "propd idle",
               [getattr(b, name) for b in idle], "us")


def make_request(folder):
    """Paths of a request's body and of wrk's script."""
    numbers = random.Random(1)
    body, script = pathlib.Path(folder, "row.json"), pathlib.Path(folder, "post.lua")
    body.write_text(json.dumps({"instances": [[round(numbers.random(), 6) for _ in range(784)]]}))
    script.write_text(WRK_POST)
    return str(body), str(script)


def run(folder, daemon, started):
    images, labels = draw_digits(folder, 2000, 1)
    daemon.upload_pair("digits", images, labels)
    daemon.train({"dataset": "digits", "name": "mlp", "network": {"layers": [{"type": "flatten"}] + dense(512, 256)["layers"]},
                  "training": {"epochs": 1, "validation": None}})
    body, script = make_request(folder)
    bare = subprocess.Popen([BARE, str(CORES), str(ANSWER_SIZE)], stdout=subprocess.PIPE, text=True)
    started.append(bare)
    bare_url = "http://127.0.0.1:%d/" % int(bare.stdout.readline())
    predict_url = "http://127.0.0.1:%d/v1/models/mlp:predict" % daemon.port
    health_url = "http://127.0.0.1:%d/healthz" % daemon.port

    def predict(connections):
        return Load(predict_url, connections, script, body)

    peers = {"bare libmicrohttpd": lambda connections: Load(bare_url, connections, script, body)}
    if has_fastapi():
        fastapi = FastApi(folder)
        started.append(fastapi.process)
        peers["FastAPI + PyTorch"] = lambda connections: Load("http://127.0.0.1:%d/predict" % fastapi.port, connections, script, body)
    for connections in (1, 16, 64, 128, 256):
        compare("predict", connections, predict, peers)
    for connections in (16, 64):
        compare("healthz", connections, lambda c: Load(health_url, c), {"bare libmicrohttpd": lambda c: Load(bare_url, c)})
    compare_with_training(daemon, predict)


def main():
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed")
    started = []
    with tempfile.TemporaryDirectory() as folder, Daemon(log="off") as daemon:
        try:
            run(folder, daemon, started)
        finally:
            for process in started:
                process.terminate()
                process.wait()


if __name__ == "__main__":
    main()
