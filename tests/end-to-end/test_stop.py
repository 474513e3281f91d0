#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SIGTERM with everything under way: exit 0 within 10 s, and jobs go on at the next start."""
import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import unittest

from propd import IRIS, PATIENCE, PROGRAM, Daemon, dense, main

LONG = {"dataset": "iris", "target": "species", "name": "long", "network": dense(16), "training": {"epochs": 4000}}


class Stop(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="propd-stop-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def test_streams_uploads_and_jobs_do_not_hold_it(self):
        daemon = Daemon(self.folder, cores=2).start()
        daemon.upload("iris", IRIS)
        digest = daemon.model(daemon.train(LONG))["sha256"]
        jobs = [daemon.submit(LONG) for _ in range(4)]
        streams = [self.open_stream(daemon, jobs[i % 4]) for i in range(100)]
        uploads = [self.open_upload(daemon) for _ in range(50)]
        code, seconds = daemon.stop()
        self.assertEqual(code, 0)
        self.assertLess(seconds, 10 * PATIENCE)
        for connection in streams + uploads:
            connection.close()
        with Daemon(self.folder, cores=2) as daemon:
            for job in jobs:
                answer = daemon.wait(job)
                self.assertEqual(answer["state"], "succeeded")
                self.assertEqual(daemon.model(answer)["sha256"], digest)

    def test_a_job_begins_anew_with_other_kernels(self):
        self.addCleanup(os.environ.pop, "PROPD_KERNELS", None)
        os.environ["PROPD_KERNELS"] = "baseline"
        daemon = Daemon(self.folder).start()
        daemon.upload("iris", IRIS)
        job = daemon.submit(dict(LONG, training={"epochs": 400000}))
        while daemon.get("/v1/jobs/" + job)["step"] == 0:
            pass
        daemon.call("PATCH", "/v1/jobs/" + job, {"epochs": 3000})
        daemon.post("/v1/jobs/%s:pause" % job)
        self.assertEqual(daemon.stop()[0], 0)
        os.environ["PROPD_KERNELS"] = "reference"
        with Daemon(self.folder) as daemon:
            daemon.post("/v1/jobs/%s:resume" % job)
            answer = daemon.wait(job)
            self.assertEqual(answer["state"], "succeeded")
            log = [e for e in daemon.get("/v1/jobs/%s/events?after=0" % job)["events"] if e["type"] == "log"]
            self.assertIn("made with the kernels for baseline, and these are for reference", log[0]["message"])
            replay = daemon.wait(daemon.post("/v1/jobs/%s:verify" % job)["id"])
            self.assertTrue(replay["verification"]["verified"])
            series = daemon.get("/v1/jobs/%s/history?metric=loss&points=10" % job)["series"][0]
            self.assertEqual(series["count"], answer["step"])

    def open_stream(self, daemon, job):
        connection = socket.create_connection(("127.0.0.1", daemon.port))
        connection.sendall(b"GET /v1/jobs/%s/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
                           % job.encode())
        connection.recv(1)
        return connection

    def open_upload(self, daemon):
        connection = socket.create_connection(("127.0.0.1", daemon.port))
        connection.sendall(b"PUT /v1/datasets/half HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\na,b\n1,2\n")
        return connection

    def test_import_under_way_does_not_hold_it(self):
        daemon = Daemon(self.folder).start()
        table = b"a,b,c,d\n" + b"0.123456789,1.5,2.25,3.75\n" * 4000000
        connection = socket.create_connection(("127.0.0.1", daemon.port))
        connection.sendall(b"PUT /v1/datasets/large HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(table))
        connection.sendall(table)
        code, seconds = daemon.stop()
        connection.close()
        self.assertEqual(code, 0)
        self.assertLess(seconds, 10 * PATIENCE)

    def test_second_daemon_on_one_folder_is_refused(self):
        with Daemon(self.folder):
            second = subprocess.run([PROGRAM, "--data", self.folder, "--listen", "127.0.0.1:0"], capture_output=True,
                                    text=True, timeout=30)
        self.assertEqual(second.returncode, 1)
        self.assertIn(self.folder, second.stderr)

    def test_uploads_left_by_a_crash_are_removed(self):
        daemon = Daemon(self.folder).start()
        connection = self.open_upload(daemon)
        for _ in range(100):
            if os.listdir(os.path.join(self.folder, "uploads")):
                break
            daemon.get("/healthz")
        self.assertTrue(os.listdir(os.path.join(self.folder, "uploads")))
        daemon.kill()
        connection.close()
        with Daemon(self.folder) as daemon:
            self.assertEqual(os.listdir(os.path.join(self.folder, "uploads")), [])
            with self.assertRaises(Exception):
                daemon.get("/v1/datasets/half")

    def test_predictions_go_on_while_every_core_trains(self):
        with Daemon(self.folder) as daemon:
            daemon.upload("iris", IRIS)
            daemon.train(dict(LONG, training={"epochs": 5}))
            jobs = [daemon.submit(dict(LONG, name="busy", training={"epochs": 1000000})) for _ in range(8)]
            for _ in range(50):
                self.assertEqual(len(daemon.post("/v1/models/long:predict",
                                                 {"instances": [[5.1, 3.5, 1.4, 0.2]]})["labels"]), 1)
            for job in jobs:
                daemon.post("/v1/jobs/%s:cancel" % job, {"keep": False})


if __name__ == "__main__":
    main()
