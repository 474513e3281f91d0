#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is around training: how long a tiny job takes from its submission to its end, how many queued ones run a second, how many
submissions a second reach the disk. One JSON line a figure; the tiny job is iris, 4-16-3, batch 16, 200 epochs.

    JOBS=2000 RUNS=200 SECONDS=5 PROPD=./propd tests/bench/bench_jobs.py      (package: wrk, for the submissions)
"""
import http.client
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "end-to-end"))
from propd import IRIS, Daemon, dense  # noqa: E402

JOBS, RUNS, SECONDS = (int(os.environ.get(name, default)) for name, default in (("JOBS", 2000), ("RUNS", 200), ("SECONDS", 5)))
CLIENTS = 16
NETWORK = dense(16, activation="tanh")
SGD = {"type": "sgd", "learning_rate": 0.05, "momentum": 0.9}
TINY = {"dataset": "iris", "network": NETWORK, "training": {"epochs": 200, "batch_size": 16, "optimizer": SGD, "validation": None}}
# Holds every core until it is cancelled, so that what is submitted waits.
ENDLESS = dict(TINY, priority=1, threads=256, training=dict(TINY["training"], epochs=10000000))

# Says rate and latencies (microseconds) as JSON.
SUBMIT = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = %s
done = function(summary, latency)
  io.write(string.format('{"count": %%d, "us": %%d, "p50": %%d, "p99": %%d, "failed": %%d}\\n', summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), summary.errors.status + summary.errors.connect + summary.errors.timeout))
end
"""


def say(what, value, unit, **more):
    print(json.dumps({"bench": "jobs", "what": what, "value": float("%.4g" % value), "unit": unit, **more}), flush=True)


class Client:
    """One connection that stays."""

    def __init__(self, daemon):
        self.connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=120)

    def call(self, method, path, body=None):
        self.connection.request(method, path, body)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 400:
            raise RuntimeError("%s %s: %d %s" % (method, path, answer.status, text.decode(errors="replace")))
        return json.loads(text)


def run_tiny(client, body):
    """Milliseconds until the job is seen to have succeeded, by long polls."""
    start = time.perf_counter()
    job = client.call("POST", "/v1/jobs", body)
    while job["state"] != "succeeded":
        client.call("GET", "/v1/jobs/%s/events?after=%d&wait=5" % (job["id"], job["seq"]))
        job = client.call("GET", "/v1/jobs/" + job["id"])
        if job["state"] == "failed":
            raise RuntimeError(job["error"])
    return 1e3 * (time.perf_counter() - start)


def measure_latency(client, what):
    body = json.dumps(TINY)
    times = sorted(run_tiny(client, body) for _ in range(RUNS))
    say(what, statistics.median(times), "ms", p99=round(times[len(times) * 99 // 100], 3), runs=RUNS)


def block(client):
    job = client.call("POST", "/v1/jobs", json.dumps(ENDLESS))
    while job["state"] != "running":
        job = client.call("GET", "/v1/jobs/" + job["id"])
    return job["id"]


def release(client, job):
    client.call("POST", "/v1/jobs/%s:cancel" % job, '{"keep": false}')


def await_all(client):
    for state in ("queued", "running"):
        while client.call("GET", "/v1/jobs?limit=1&state=" + state)["jobs"]:
            time.sleep(0.02)


def processor_s(daemon):
    fields = pathlib.Path("/proc/%d/stat" % daemon.process.pid).read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure_queue(daemon, client):
    blocker, body = block(client), json.dumps(TINY)
    for _ in range(JOBS):
        client.call("POST", "/v1/jobs", body)
    used = processor_s(daemon)
    start = time.perf_counter()
    release(client, blocker)
    await_all(client)
    seconds = time.perf_counter() - start
    say("tiny jobs queued at once", JOBS / seconds, "jobs/s", jobs=JOBS,
        processor_ms=round(1e3 * (processor_s(daemon) - used) / JOBS, 3))


def submit(daemon, script, seconds):
    words = ["wrk", "-t1", "-c%d" % CLIENTS, "-d%d" % seconds, "-s", script, "http://127.0.0.1:%d/v1/jobs" % daemon.port]
    text = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    answer = json.loads(text[text.index('{"count"'):])
    if answer["failed"]:
        raise RuntimeError("%d submissions failed" % answer["failed"])
    return answer


def measure_submissions(daemon, client):
    if shutil.which("wrk") is None:
        print("bench_jobs: submissions are left out, since there is no wrk", file=sys.stderr)
        return
    blocker, slices = block(client), []
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SUBMIT % json.dumps(json.dumps(TINY)))
        script.flush()
        for _ in range(4):
            used = processor_s(daemon)
            slices.append(submit(daemon, script.name, SECONDS))
            slices[-1]["processor_us"] = round(1e6 * (processor_s(daemon) - used) / slices[-1]["count"])
    rates = [1e6 * one["count"] / one["us"] for one in slices]
    for name, rate, one in (("", rates[0], slices[0]), (", after %d" % sum(one["count"] for one in slices[:-1]), rates[-1], slices[-1])):
        say("durable submissions" + name, rate, "jobs/s", clients=CLIENTS, p50_ms=one["p50"] / 1e3, p99_ms=one["p99"] / 1e3,
            processor_us=one["processor_us"])
    release(client, blocker)


def main():
    with Daemon(log="warning", max_queued=1000000) as daemon:
        client = Client(daemon)
        daemon.upload("iris", IRIS)
        measure_latency(client, "tiny job, submit to succeeded")
        measure_queue(daemon, client)
        measure_latency(client, "tiny job, after %d others" % (JOBS + RUNS))
    with Daemon(log="warning", max_queued=1000000) as daemon:
        daemon.upload("iris", IRIS)
        measure_submissions(daemon, Client(daemon))


if __name__ == "__main__":
    main()
