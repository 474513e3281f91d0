#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments of training and of uploads: nothing acknowledged is missing, every job ends, and its model has the
bytes of the undisturbed run. KILLS and SEED may be set."""
import os
import random
import shutil
import sqlite3
import tempfile
import threading
import time
import unittest

from propd import IRIS, PATIENCE, Daemon, dense, draw_digits, main

KILLS = int(os.environ.get("KILLS", "20" if PATIENCE == 1 else "6"))
SEED = int(os.environ.get("SEED", str(random.randrange(10 ** 6))))

JOBS = {
    "kill-iris": {"dataset": "iris", "target": "species", "network": dense(16),
                  "training": {"epochs": 4000, "batch_size": 16,
                               "schedule": {"type": "cosine", "warmup": 5},
                               "optimizer": {"type": "adam", "learning_rate": 0.002}}},
    "kill-digits": {"dataset": "digits", "threads": 2, "network": {"layers": [
        {"type": "flatten"}, {"type": "dense", "units": 96}, {"type": "batch_norm"},
        {"type": "activation", "activation": "gelu"}, {"type": "dropout", "rate": 0.3},
        {"type": "dense", "units": "auto", "activation": "softmax"}]},
        "training": {"epochs": 40, "batch_size": 32, "optimizer": {"type": "sgd", "learning_rate": 0.05, "momentum": 0.9},
                     "early_stopping": {"patience": 30}}},
}


class Kill(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="propd-kill-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        with tempfile.TemporaryDirectory() as digits:
            images, labels = draw_digits(digits, 2500, 9)
            self.prepare(images, labels)

    def prepare(self, images, labels):
        """Uploads the data and learns the undisturbed digests."""
        self.digests = {}
        with Daemon(self.folder) as daemon:
            daemon.upload("iris", IRIS)
            daemon.upload_pair("digits", images, labels)
            for name, document in JOBS.items():
                job = daemon.train(dict(document, name=name))
                self.digests[name] = daemon.model(job)["sha256"]

    def upload_until_dead(self, daemon, number, acknowledged):
        """Uploads tables one after the other and notes each answer; ends when the daemon does."""
        row = 0
        try:
            while True:
                row += 1
                name = "table-%d-%d" % (number, row)
                answer = daemon.upload(name, b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * row) for i in range(200)))
                acknowledged.append((name, answer["sha256"]))
        except Exception:  # the connection broke: whatever was not answered may or may not be there
            pass

    def test_kills(self):
        print("SEED=%d KILLS=%d" % (SEED, KILLS))
        chance = random.Random(SEED)
        acknowledged, waiting = [], []
        for number in range(KILLS):
            daemon = Daemon(self.folder, cores=3).start()
            uploader = threading.Thread(target=self.upload_until_dead, args=(daemon, number, acknowledged))
            for name, document in JOBS.items():
                if number % 4 == 0:
                    waiting.append((name, daemon.submit(dict(document, name=name, threads=1 + number // 4 % 3))))
            uploader.start()
            time.sleep(chance.uniform(0.02, 1.2) * PATIENCE)
            daemon.kill()
            uploader.join()
            self.check_database()
        with Daemon(self.folder, cores=3) as daemon:
            for name, digest in acknowledged:
                self.assertEqual(daemon.get("/v1/datasets/" + name)["sha256"], digest)
            for name, job in waiting:
                answer = daemon.wait(job, 600)
                self.assertEqual((answer["state"], answer["error"]), ("succeeded", None))
                self.assertEqual(daemon.model(answer)["sha256"], self.digests[name], name)
                self.check_history(daemon, answer)
        print("%d uploads acknowledged, %d jobs ended in the same bytes" % (len(acknowledged), len(waiting)))
        self.assertGreater(len(acknowledged), KILLS)

    def check_database(self):
        copy = os.path.join(self.folder, "propd.db")
        database = sqlite3.connect("file:%s?mode=ro" % copy, uri=True)
        self.assertEqual(database.execute("PRAGMA quick_check").fetchall(), [("ok",)])
        self.assertEqual(database.execute("PRAGMA foreign_key_check").fetchall(), [])
        database.close()

    def check_history(self, daemon, job):
        """Every step once, whatever was repeated."""
        history = daemon.get("/v1/jobs/%s/history?metric=loss,val_loss&points=1000000" % job["id"])
        series = {s["metric"]: s for s in history["series"]}
        self.assertEqual(series["loss"]["step"], list(range(1, job["step"] + 1)))
        self.assertEqual(series["val_loss"]["epoch"], list(range(1, job["epoch"] + 1)))


if __name__ == "__main__":
    main()
