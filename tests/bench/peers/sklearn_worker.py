#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""scikit-learn beside propd. Its lines: a workload as workloads.py describes it (`rows`: as many a fit as take a part of a second), then
{"seconds": s} as often as wanted, answered with the samples a second."""
import time
import warnings

import arrays
from sklearn.neural_network import MLPClassifier, MLPRegressor

warnings.simplefilter("ignore")  # that it has not converged


class Worker:
    def start(self, workload):
        optimizer = workload["optimizer"]
        sgd = optimizer["type"] == "sgd"
        hidden = [layer["units"] for layer in workload["layers"] if layer["type"] == "dense"][:-1]
        self.x = arrays.read(workload["features"])
        self.x = self.x.reshape(len(self.x), -1)
        self.y = arrays.read(workload["labels"], True)
        # A fit begins with checks and copies of its own: small sets go through it several times.
        self.rows = min(len(self.x), 12800)
        self.epochs = max(1, 20000 // self.rows)
        kind = MLPClassifier if workload["task"] == "classes" else MLPRegressor
        more = {"momentum": optimizer["momentum"], "nesterovs_momentum": False} if sgd else {}
        self.network = kind(hidden, batch_size=workload["batch"], max_iter=self.epochs, tol=0, n_iter_no_change=10 ** 6, alpha=0,
                            solver="sgd" if sgd else "adam", learning_rate_init=optimizer["learning_rate"], **more)
        return {}

    def measure(self, seconds):
        start, samples, at = time.perf_counter(), 0, 0
        while time.perf_counter() < start + seconds:
            rows = slice(at, at + self.rows)
            self.network.fit(self.x[rows], self.y[rows])
            samples += self.epochs * self.rows
            at = at + self.rows if at + 2 * self.rows <= len(self.x) else 0
        return {"samples_s": samples / (time.perf_counter() - start)}

    def handle(self, line):
        return self.measure(line["seconds"]) if "seconds" in line else self.start(line)


arrays.answer(Worker().handle)
