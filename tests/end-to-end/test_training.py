#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a training document says, over HTTP: cross-validation, a dataset that validates, limits, averages, several batches an
update."""
import unittest

from propd import IRIS, Daemon, Refused, dense, main

QUICK = {"epochs": 20, "batch_size": 16, "optimizer": {"type": "adam", "learning_rate": 0.01}}


class Training(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon().start()
        cls.daemon.upload("iris", IRIS)
        lines = IRIS.read_text().splitlines()
        cls.daemon.upload("iris-even", "\n".join(lines[:1] + lines[1::2]).encode() + b"\n")
        cls.daemon.upload("iris-odd", "\n".join(lines[:1] + lines[2::2]).encode() + b"\n")

    @classmethod
    def tearDownClass(cls):
        cls.daemon.__exit__(None)

    def job(self, dataset="iris", **training):
        return {"dataset": dataset, "target": "species", "network": dense(16), "training": dict(QUICK, **training)}

    def reasons(self, job):
        return [e.get("reason") for e in self.daemon.get("/v1/jobs/%s/events?after=0" % job["id"])["events"]]

    def test_cross_validation(self):
        job = self.daemon.train(self.job(validation={"folds": 5}))
        evaluation = self.daemon.get("/v1/jobs/%s/evaluation" % job["id"])
        self.assertEqual([f["fold"] for f in evaluation["folds"]], [1, 2, 3, 4, 5])
        mean = sum(f["val_accuracy"] for f in evaluation["folds"]) / 5
        self.assertAlmostEqual(evaluation["mean"]["val_accuracy"], mean)
        self.assertAlmostEqual(job["metrics"]["val_accuracy"], mean)
        self.assertGreater(mean, 0.9)
        self.assertEqual((job["epoch"], job["epochs"]), (120, 120))
        series = self.daemon.get("/v1/jobs/%s/history?points=100000" % job["id"])["series"]
        by_name = {s["metric"]: s for s in series}
        self.assertEqual(by_name["loss"]["step"], list(range(1, job["steps"] + 1)))
        self.assertEqual(by_name["val_loss"]["count"], 100)
        self.assertEqual(by_name["train_loss"]["count"], 120)

    def test_another_dataset_validates(self):
        job = self.daemon.train(self.job("iris-even", validation={"dataset": "iris-odd"}))
        self.assertEqual(job["spec"]["training"]["validation"]["dataset"], "iris-odd@1")
        self.assertGreater(job["metrics"]["val_accuracy"], 0.9)
        rows = self.daemon.get("/v1/jobs/%s/evaluation" % job["id"])["rows"]
        self.assertEqual(rows, 75)

    def test_an_unknown_validation_dataset_is_refused(self):
        with self.assertRaises(Refused) as refused:
            self.daemon.submit(self.job(validation={"dataset": "nowhere"}))
        self.assertEqual(refused.exception.status, 422)
        self.assertIn("training.validation.dataset", str(refused.exception))

    def test_limits(self):
        job = self.daemon.train(self.job(epochs=1000, limits={"steps": 25}))
        self.assertEqual((job["step"], job["steps"]), (25, 25))
        self.assertIn("the steps of training.limits are done", self.reasons(job))
        job = self.daemon.train(self.job(epochs=100000, limits={"target": {"val_accuracy": 0.9}}))
        self.assertGreaterEqual(job["metrics"]["val_accuracy"], 0.9)
        self.assertLess(job["epoch"], 1000)
        self.assertIn("the target of training.limits is reached", self.reasons(job))

    def test_a_limit_of_seconds_is_a_change_that_a_replay_makes_too(self):
        job = self.daemon.train(self.job(epochs=1000000, limits={"seconds": 1}))
        self.assertIn("the seconds of training.limits are over", self.reasons(job))
        self.assertLess(job["step"], 8000000)
        self.assertGreater(job["running_s"], 0.9)
        self.assertEqual(job["settings"][0]["changes"], {"steps": job["step"]})
        replay = self.daemon.wait(self.daemon.post("/v1/jobs/%s:verify" % job["id"])["id"])
        self.assertEqual(replay["state"], "succeeded", replay["error"])
        self.assertTrue(replay["verification"]["verified"])

    def test_batches_add_up(self):
        whole = self.daemon.train(self.job(batch_size=32))
        parts = self.daemon.train(self.job(batch_size=8, accumulate=4))
        for name in ("loss", "train_loss", "val_loss"):
            self.assertAlmostEqual(whole["metrics"][name], parts["metrics"][name], 4)
        self.assertEqual(whole["steps"], parts["steps"])

    def test_average(self):
        plain = self.daemon.train(self.job())
        averaged = self.daemon.train(self.job(average={"ema": 0.99}))
        self.assertNotEqual(*[self.daemon.model(job)["sha256"] for job in (plain, averaged)])
        self.assertEqual(averaged["spec"]["training"]["average"], {"ema": 0.99})


if __name__ == "__main__":
    main()
