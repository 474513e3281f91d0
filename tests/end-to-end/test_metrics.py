# SPDX-License-Identifier: Apache-2.0
"""/metrics: what is counted is what happened; promtool finds nothing; a real Prometheus scrapes it."""
import subprocess
import time
import unittest
import urllib.request

import propd
from prometheus import Prometheus, program

JOB = {"dataset": "iris", "target": "species", "network": propd.dense(8),
       "training": {"epochs": 3, "batch_size": 30, "validation": None}}


def samples(daemon):
    """{"name{labels}": value}"""
    text = daemon.send("GET", "/metrics")[2].decode()
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line[0] != "#"}


def use(daemon):
    daemon.upload("iris", propd.IRIS)
    daemon.train(JOB)
    daemon.post("/v1/models/iris:predict", {"instances": [[5.1, 3.5, 1.4, 0.2]]})


class Metrics(unittest.TestCase):
    def test_what_is_counted_is_what_happened(self):
        with propd.Daemon() as daemon:
            before = samples(daemon)
            use(daemon)
            daemon.send("GET", "/v1/jobs/nothing")
            daemon.send("GET", "/no/such/path")
            after = samples(daemon)
            predict = "propd_http_requests_total{method=\"POST\",route=\"/v1/models/{model}:predict\",status=\"2xx\"}"
            expected = {predict: 1, "propd_training_steps_total": 15, "propd_training_samples_total": 450,
                        "propd_prediction_duration_seconds_count": 1, "propd_job_wait_duration_seconds_count": 1,
                        "propd_jobs{state=\"succeeded\"}": 1, "propd_jobs{state=\"failed\"}": 0,
                        "propd_http_requests_total{method=\"other\",route=\"other\",status=\"4xx\"}": 1}
            self.assertEqual({key: after[key] - before.get(key, 0) for key in expected}, expected)
            self.assertIn("propd_http_requests_total{method=\"GET\",route=\"/v1/jobs/{job}\",status=\"4xx\"}", after)
            for key in ("propd_commits_total", "propd_commit_duration_seconds_count", "propd_operations_total",
                        "process_cpu_seconds_total", "propd_http_request_duration_seconds_sum"):
                self.assertGreaterEqual(after[key], before[key])
                self.assertGreater(after[key], 0)
            self.assertEqual(after["propd_http_request_duration_seconds_count"],
                             sum(v for k, v in after.items() if k.startswith("propd_http_requests_total")))
            self.assertLess(abs(after["process_start_time_seconds"] - time.time()), 600)

    def test_streams_and_connections_are_those_that_are_open(self):
        with propd.Daemon() as daemon:
            use(daemon)
            job = daemon.submit(dict(JOB, name="long", training={"epochs": 10 ** 6}))
            with urllib.request.urlopen("http://127.0.0.1:%d/v1/jobs/%s/events" % (daemon.port, job)) as stream:
                stream.readline()
                now = samples(daemon)
                self.assertEqual(now["propd_http_streams"], 1)
                self.assertGreaterEqual(now["propd_http_connections"], 2)
                daemon.post("/v1/jobs/%s:cancel" % job, {"keep": False})
            end = time.monotonic() + 30 * propd.PATIENCE
            while samples(daemon)["propd_http_streams"] > 0 and time.monotonic() < end:
                time.sleep(0.05)
            self.assertEqual(samples(daemon)["propd_http_streams"], 0)

    def test_no_series_names_a_job_or_a_model(self):
        with propd.Daemon() as daemon:
            use(daemon)
            text = daemon.send("GET", "/metrics")[2].decode()
            self.assertNotIn("iris", text)
            self.assertNotRegex(text, "(job|mdl|ds)_[0-9A-Z]{26}")

    def test_promtool_finds_nothing(self):
        promtool = program("promtool")
        with propd.Daemon() as daemon:
            use(daemon)
            status, headers, text = daemon.send("GET", "/metrics")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/plain; version=0.0.4; charset=utf-8"))
        result = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, check=False)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, b"", b""))

    def test_a_prometheus_scrapes_it(self):
        program("prometheus")
        with propd.Daemon() as daemon:
            use(daemon)
            with Prometheus(daemon) as prometheus:
                self.assertEqual(prometheus.query("up{job=\"propd\"} == 1"), 1)
                self.assertEqual(prometheus.query("propd_training_steps_total"), 15)
                self.assertEqual(prometheus.query("sum(propd_jobs)"), 1)
                self.assertGreater(prometheus.query("histogram_quantile(0.9, propd_commit_duration_seconds_bucket)"), 0)
                self.assertGreater(prometheus.query("process_resident_memory_bytes"), 1e6)


if __name__ == "__main__":
    propd.main()
