#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a run is steered by and judged with, over HTTP: every optimizer, schedules, metrics, the evaluation."""
import unittest

from propd import IRIS, Daemon, Refused, dense, main, read_safetensors

OPTIMIZERS = {"sgd": 0.1, "adagrad": 0.1, "adadelta": 5, "rmsprop": 0.01, "adam": 0.01, "amsgrad": 0.01, "adamw": 0.01,
              "nadam": 0.01, "lion": 0.003}


def job(network=None, **training):
    training = dict({"epochs": 60, "batch_size": 16, "optimizer": {"type": "adam", "learning_rate": 0.01}}, **training)
    return {"dataset": "iris", "target": "species", "network": network or dense(16), "training": training}


class Evaluation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon().start()
        cls.daemon.upload("iris", IRIS)

    @classmethod
    def tearDownClass(cls):
        cls.daemon.__exit__(None)

    def series(self, done, metric):
        history = self.daemon.get("/v1/jobs/%s/history?metric=%s&points=100000" % (done["id"], metric))
        return history["series"][0]["mean"]

    def test_every_optimizer_learns_and_is_in_the_catalog(self):
        listed = {o["name"] for o in self.daemon.get("/v1/catalog")["optimizers"]}
        self.assertEqual(listed, set(OPTIMIZERS))
        for name, rate in OPTIMIZERS.items():
            with self.subTest(name):
                done = self.daemon.train(job(optimizer={"type": name, "learning_rate": rate}))
                self.assertGreaterEqual(done["metrics"]["val_accuracy"], 0.9)

    def test_one_cycle_is_in_the_history(self):
        done = self.daemon.train(job(epochs=5, schedule={"type": "one_cycle", "max": 0.05, "per": "step"}))
        rates = self.series(done, "learning_rate")
        self.assertAlmostEqual(rates[0], 0.002)
        self.assertLess(rates[-1], 1e-6)
        self.assertLess(max(rates), 0.05 + 1e-12)
        self.assertGreater(max(rates), 0.045)

    def test_a_plateau_reduces_the_rate(self):
        done = self.daemon.train(job(epochs=12, schedule={
            "type": "reduce_on_plateau", "factor": 0.5, "patience": 1, "threshold": 100, "threshold_mode": "abs"}))
        rates = self.series(done, "learning_rate")
        per_epoch = len(rates) // 12
        # The first epoch is the best, the next is borne, the third reduces; then every other one does.
        self.assertEqual([rates[i * per_epoch] for i in range(12)], [0.01 * 0.5 ** max(0, (i - 1) // 2) for i in range(12)])

    def test_max_norm_binds_the_weights(self):
        network = {"layers": [{"type": "dense", "units": 16, "activation": "relu", "max_norm": 0.5},
                              {"type": "dense", "units": "auto", "activation": "softmax"}]}
        done = self.daemon.train(job(network))
        _, _, file = self.daemon.send("GET", "/v1/models/%s/file" % done["model"])
        tensors, _ = read_safetensors(file)
        (rows, columns), kernel = tensors["dense_1/kernel"]
        norms = [sum(kernel[r * columns + c] ** 2 for r in range(rows)) ** 0.5 for c in range(columns)]
        self.assertLessEqual(max(norms), 0.5 + 1e-6)
        self.assertGreater(max(norms), 0.5 - 1e-4)

    def test_evaluation_of_classes(self):
        done = self.daemon.train(job(metrics=["accuracy", "auc", "mcc", {"type": "top_k", "k": 2}]))
        found = self.daemon.get("/v1/jobs/%s/evaluation" % done["id"])
        self.assertEqual(found["classes"], ["setosa", "versicolor", "virginica"])
        for name in ("accuracy", "auc", "mcc"):
            self.assertEqual(found[name], done["metrics"]["val_" + name])
        self.assertEqual(found["top_k"]["k"], [1, 2])
        self.assertEqual(found["top_k"]["accuracy"], [found["accuracy"], done["metrics"]["val_top_2"]])
        self.assertEqual([c["class"] for c in found["curves"]], found["classes"])
        for curve in found["curves"]:
            roc = curve["roc"]
            self.assertEqual((roc["false_positive_rate"][0], roc["true_positive_rate"][0], roc["threshold"][0]), (0, 0, None))
            self.assertEqual((roc["false_positive_rate"][-1], roc["true_positive_rate"][-1]), (1, 1))
            area = sum((b - a) * (c + d) / 2 for a, b, c, d in zip(
                roc["false_positive_rate"], roc["false_positive_rate"][1:], roc["true_positive_rate"], roc["true_positive_rate"][1:]))
            self.assertAlmostEqual(area, curve["auc"], places=5)

    def test_evaluation_of_numbers(self):
        document = dict(job(dense(16, output="linear")), target="petal_width", features={"exclude": ["species"]})
        done = self.daemon.train(document)
        found = self.daemon.get("/v1/jobs/%s/evaluation" % done["id"])
        self.assertEqual(found["r2"], done["metrics"]["val_r2"])
        column = found["columns"][0]
        self.assertEqual(column["column"], "petal_width")
        self.assertEqual(sum(column["residuals"]["histogram"]["counts"]), found["rows"])
        pairs = column["pairs"]
        self.assertEqual(len(pairs["actual"]), found["rows"])
        error = sum((a - p) ** 2 for a, p in zip(pairs["actual"], pairs["predicted"])) / found["rows"]
        self.assertAlmostEqual(error, found["mse"], places=5)

    def test_what_does_not_fit_is_refused_by_its_path(self):
        for training, says in (({"metrics": ["rmse"]}, "training.metrics[0]"), ({"metrics": [{"type": "top_k", "k": 0}]}, "between 1 and 100"),
                               ({"schedule": {"type": "reduce_on_plateau", "monitor": "val_auc"}}, "training.schedule.monitor")):
            with self.subTest(says), self.assertRaises(Refused) as refused:
                self.daemon.submit(job(**training))
            self.assertIn(says, refused.exception.body)


if __name__ == "__main__":
    main()
