#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Accuracy on real data sets, where they are present: PROPD_SHARED/data, by default ../shared/data."""
import os
import subprocess
import unittest

from propd import PATIENCE, SHARED, Daemon, dense, main

DATA = SHARED / "data"
needs = lambda path: unittest.skipUnless((DATA / path).exists(), "%s is not present" % (DATA / path))
RELU_ADAM = {"optimizer": {"type": "adam", "learning_rate": 0.001}}


def predictions(daemon, model, rows, batch=2000):
    answers = []
    for i in range(0, len(rows), batch):
        answers += daemon.post("/v1/models/%s:predict" % model, {"instances": rows[i:i + batch]})["labels"]
    return answers


@unittest.skipIf(PATIENCE > 1, "accuracy does not depend on sanitizers")
class RealData(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon()
        self.daemon.__enter__()
        self.addCleanup(self.daemon.__exit__, None)

    def accuracy(self, job):
        return job["metrics"]["val_accuracy"]

    @needs("iris/iris.csv")
    def test_iris(self):
        self.daemon.upload("iris", DATA / "iris/iris.csv")
        job = self.daemon.train({"dataset": "iris", "network": dense(16), "training": {
            "epochs": 100, "batch_size": 16, "optimizer": {"type": "adam", "learning_rate": 0.01}}})
        self.assertGreaterEqual(self.accuracy(job), 0.95)

    @needs("mnist/train-images-idx3-ubyte.gz")
    def test_mnist(self):
        self.daemon.upload_pair("mnist", DATA / "mnist/train-images-idx3-ubyte.gz", DATA / "mnist/train-labels-idx1-ubyte.gz")
        job = self.daemon.train({"dataset": "mnist", "threads": os.cpu_count(), "network": {
            "layers": [{"type": "flatten"}] + dense(512, 256)["layers"]},
            "training": dict(RELU_ADAM, epochs=5, batch_size=128, validation=None)}, 600)
        images = self.read_idx(DATA / "mnist/t10k-images-idx3-ubyte.gz", 16)
        labels = list(self.read_idx(DATA / "mnist/t10k-labels-idx1-ubyte.gz", 8))
        rows = [list(images[i:i + 784]) for i in range(0, len(images), 784)]
        found = predictions(self.daemon, job["model"], rows)
        right = sum(int(a) == b for a, b in zip(found, labels)) / len(labels)
        print("mnist: %.4f of %d test images" % (right, len(labels)))
        self.assertGreaterEqual(right, 0.975)

    def read_idx(self, path, header):
        return subprocess.run(["gzip", "-dc", str(path)], check=True, capture_output=True).stdout[header:]

    @needs("adult_income/adult-train.csv")
    def test_adult(self):
        """The test file's labels end in a dot; a user mends that on the way in (README: Questions)."""
        self.daemon.upload("adult", DATA / "adult_income/adult-train.csv")
        job = self.daemon.train({"dataset": "adult", "network": dense(64, 32), "training": {
            "epochs": 12, "batch_size": 128, "optimizer": {"type": "adam", "learning_rate": 0.001},
            "early_stopping": {"patience": 3}}})
        rows = [[cell.strip() for cell in line.split(",")]
                for line in (DATA / "adult_income/adult-test.csv").read_text().splitlines() if line.strip()]
        truth = [row.pop().rstrip(".") for row in rows]
        found = predictions(self.daemon, job["model"], rows)
        right = sum(a == b for a, b in zip(found, truth)) / len(truth)
        print("adult: %.4f of %d test rows" % (right, len(truth)))
        self.assertGreaterEqual(right, 0.85)

    @needs("titanic/train.csv")
    def test_titanic(self):
        self.daemon.upload("titanic", DATA / "titanic/train.csv", "?target=Survived")
        job = self.daemon.train({"dataset": "titanic", "network": dense(32), "training": {
            "epochs": 60, "batch_size": 32, "l2": 0.001, "early_stopping": {"patience": 15}}})
        self.assertIn("Name", str(job.get("left_out")))
        self.assertGreaterEqual(self.accuracy(job), 0.78)

    @needs("boston_housing/housing.csv")
    def test_boston_housing(self):
        self.daemon.upload("boston", DATA / "boston_housing/housing.csv")
        job = self.daemon.train({"dataset": "boston", "network": dense(64, 32, output="linear"), "training": {
            "epochs": 200, "batch_size": 16}})
        self.assertGreaterEqual(job["metrics"]["val_r2"], 0.80)

    @needs("optdigits/optdigits.csv")
    def test_optdigits(self):
        self.daemon.upload("optdigits", DATA / "optdigits/optdigits.csv")
        job = self.daemon.train({"dataset": "optdigits", "network": dense(128), "training": {"epochs": 30}})
        self.assertGreaterEqual(self.accuracy(job), 0.97)


if __name__ == "__main__":
    main()
