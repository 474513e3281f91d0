#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Upload, train, watch, predict: what a user does, over a real socket."""
import http.client
import json
import tempfile
import time
import unittest

from propd import IRIS, Daemon, Refused, dense, draw_digits, main

IRIS_JOB = {"dataset": "iris", "target": "species", "network": dense(16),
            "training": {"epochs": 60, "batch_size": 16, "optimizer": {"type": "adam", "learning_rate": 0.01}}}


class MainJob(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = cls.enterClassContext(Daemon()) if hasattr(cls, "enterClassContext") else Daemon().start()
        cls.dataset = cls.daemon.upload("iris", IRIS)
        cls.job = cls.daemon.train(IRIS_JOB)

    @classmethod
    def tearDownClass(cls):
        if not hasattr(cls, "enterClassContext"):
            cls.daemon.__exit__(None)

    def test_dataset_is_described(self):
        self.assertEqual(self.dataset["rows"], 150)
        columns = {c["name"]: c for c in self.dataset["columns"]}
        self.assertEqual(columns["species"]["type"], "category")
        self.assertAlmostEqual(columns["petal_width"]["max"], 2.5)
        self.assertEqual(sum(columns["sepal_length"]["histogram"]["counts"]), 150)

    def test_job_learns(self):
        self.assertGreaterEqual(self.job["metrics"]["val_accuracy"], 0.95)
        self.assertEqual(self.job["progress"], 1)
        self.assertEqual(self.job["epoch"], 60)

    def test_history_holds_every_step(self):
        history = self.daemon.get("/v1/jobs/%s/history?points=100000" % self.job["id"])
        series = {s["metric"]: s for s in history["series"]}
        self.assertEqual(series["loss"]["count"], self.job["steps"])
        self.assertEqual(series["loss"]["step"], list(range(1, self.job["steps"] + 1)))
        self.assertEqual(series["val_loss"]["epoch"], list(range(1, 61)))
        self.assertLess(series["loss"]["mean"][-1], series["loss"]["mean"][0])
        self.assertLessEqual(min(series["val_loss"]["mean"]), history["best"]["value"] + 1e-12)

    def test_history_at_any_zoom_keeps_the_extremes(self):
        every = self.daemon.get("/v1/jobs/%s/history?metric=loss&points=100000" % self.job["id"])["series"][0]
        for points in (1, 7, 50):
            some = self.daemon.get("/v1/jobs/%s/history?metric=loss&points=%d" % (self.job["id"], points))["series"][0]
            self.assertLessEqual(len(some["step"]), points)
            self.assertEqual(max(some["max"]), max(every["max"]))
            self.assertEqual(min(some["min"]), min(every["min"]))

    def test_prediction_by_list_and_by_name(self):
        answer = self.daemon.post("/v1/models/iris:predict", {"instances": [
            [5.1, 3.5, 1.4, 0.2],
            {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}]})
        self.assertEqual(answer["labels"], ["setosa", "setosa"])
        self.assertEqual(answer["predictions"][0], answer["predictions"][1])
        self.assertAlmostEqual(sum(answer["predictions"][0]), 1, places=5)

    def test_events_tell_the_whole_life(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=30)
        connection.request("GET", "/v1/jobs/%s/events" % self.job["id"], headers={"Accept": "text/event-stream"})
        answer = connection.getresponse()
        self.assertTrue(answer.getheader("Content-Type").startswith("text/event-stream"))
        states, types, last = [], set(), 0
        for line in answer:
            if line.startswith(b"data: "):
                event = json.loads(line[6:])
                self.assertGreater(event["seq"], last)
                last = event["seq"]
                types.add(event["type"])
                if event["type"] == "state":
                    states.append(event["state"])
                if event["type"] == "end":
                    break
        connection.close()
        self.assertEqual(states, ["queued", "running", "succeeded"])
        self.assertEqual(types, {"state", "metrics", "end"})

    def test_model_file_comes_back_with_the_same_bytes(self):
        status, headers, file = self.daemon.send("GET", "/v1/models/%s/file?format=safetensors" % self.job["model"])
        self.assertEqual(status, 200)
        imported = self.daemon.call("POST", "/v1/models?name=again", file, {"Content-Type": "application/octet-stream"})
        self.assertEqual(imported["sha256"], self.daemon.model(self.job)["sha256"])
        _, _, again = self.daemon.send("GET", "/v1/models/again/file?format=safetensors")
        self.assertEqual(again, file)

    def test_same_job_gives_the_same_model_on_any_threads(self):
        digest = self.daemon.model(self.job)["sha256"]
        for threads in (1, 2, 3):
            job = self.daemon.train(dict(IRIS_JOB, name="iris-threads", threads=threads))
            self.assertEqual(self.daemon.model(job)["sha256"], digest)

    def test_errors_name_what_is_wrong(self):
        wrong = dict(IRIS_JOB, network={"layers": [{"type": "dense", "units": 0}]})
        with self.assertRaises(Refused) as caught:
            self.daemon.submit(wrong)
        self.assertEqual(caught.exception.status, 422)
        problem = json.loads(caught.exception.body)
        self.assertIn("network.layers[0].units", problem["detail"])
        self.assertEqual(problem["errors"][0]["pointer"], "#/network/layers/0/units")
        for document, word in (({"dataset": "nothing", "network": dense(2)}, "nothing"),
                               (dict(IRIS_JOB, target="spices"), "species"),
                               (dict(IRIS_JOB, netwrok=1), "network"),
                               (dict(IRIS_JOB, network={"layers": [{"type": "lstm", "units": 2}] + dense()["layers"]}), "[time, channels]")):
            with self.assertRaises(Refused) as caught:
                self.daemon.submit(document)
            self.assertEqual(caught.exception.status, 422)
            self.assertIn(word, caught.exception.body)

    def test_images_as_an_idx_pair(self):
        with tempfile.TemporaryDirectory() as folder:
            dataset = self.daemon.upload_pair("digits", *draw_digits(folder, 3000, 5))
        self.assertEqual(dataset["rows"], 3000)
        job = self.daemon.train({"dataset": "digits", "training": {"epochs": 8, "batch_size": 32}, "network": {
            "layers": [{"type": "flatten"}] + dense(64)["layers"]}})
        self.assertGreaterEqual(job["metrics"]["val_accuracy"], 0.9)

    def test_paused_job_goes_on_and_ends_in_the_same_bytes(self):
        document = dict(IRIS_JOB, name="paused", training=dict(IRIS_JOB["training"], epochs=3000))
        digest = self.daemon.model(self.daemon.train(document))["sha256"]
        job = self.daemon.submit(document)
        for _ in range(3):
            self.daemon.wait(job, 20, ("running", "succeeded"))
            time.sleep(0.05)
            try:
                self.assertEqual(self.daemon.post("/v1/jobs/%s:pause" % job)["state"], "paused")
                self.daemon.post("/v1/jobs/%s:resume" % job)
            except Refused as refused:
                self.assertEqual(refused.status, 409)
        self.assertEqual(self.daemon.model(self.daemon.wait(job))["sha256"], digest)

    def test_cancelled_job_keeps_its_best_model_unless_told_not_to(self):
        document = dict(IRIS_JOB, name="cancelled", training={"epochs": 1000000})
        job = self.daemon.submit(document)
        while self.daemon.get("/v1/jobs/" + job)["best"] is None:
            time.sleep(0.02)
        answer = self.daemon.post("/v1/jobs/%s:cancel" % job)
        self.assertEqual((answer["state"], answer["model"]), ("cancelled", "cancelled@1"))
        job = self.daemon.submit(document)
        self.daemon.wait(job, 20, ("running",))
        answer = self.daemon.post("/v1/jobs/%s:cancel" % job, {"keep": False})
        self.assertEqual((answer["state"], answer["model"]), ("cancelled", None))
        with self.assertRaises(Refused) as caught:
            self.daemon.post("/v1/jobs/%s:cancel" % job)
        self.assertEqual(caught.exception.status, 409)

    def test_dataset_in_use_stays(self):
        self.daemon.upload("held", IRIS.read_bytes().replace(b"setosa", b"SETOSA"))
        job = self.daemon.submit(dict(IRIS_JOB, dataset="held", name="held", training={"epochs": 1000000}))
        with self.assertRaises(Refused) as caught:
            self.daemon.call("DELETE", "/v1/datasets/held")
        self.assertEqual(caught.exception.status, 409)
        self.daemon.post("/v1/jobs/%s:cancel" % job, {"keep": False})
        self.daemon.call("DELETE", "/v1/jobs/" + job)
        self.daemon.call("DELETE", "/v1/datasets/held")


if __name__ == "__main__":
    main()
