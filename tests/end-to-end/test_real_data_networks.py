#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Networks of every kind on real data sets, where they are present (PROPD_SHARED/data, by default ../shared/data). Those that
take minutes run with PROPD_TEST_LONG=1.

The figures of scikit-learn 1.2 stand beside the tests of regression: the median of three seeds of MLPRegressor((64, 32),
max_iter=300) on the same rows, every fifth row held back, columns standardized, target standardized."""
import csv
import os
import unittest

from propd import PATIENCE, SHARED, Daemon, dense, main

DATA = SHARED / "data"
needs = lambda path: unittest.skipUnless((DATA / path).exists(), "%s is not present" % (DATA / path))
long = unittest.skipUnless(os.environ.get("PROPD_TEST_LONG"), "takes minutes: set PROPD_TEST_LONG=1")
CORES = os.cpu_count()


def read_rows(path):
    with path.open(newline="") as file:
        return [row for row in csv.reader(file) if row]


def conv(filters, size=3, **more):
    return dict({"type": "conv2d", "filters": filters, "kernel_size": size, "padding": "same", "activation": "relu"}, **more)


def units(count, activation="relu"):
    return {"type": "dense", "units": count, "activation": activation}


SOFTMAX = units("auto", "softmax")


@unittest.skipIf(PATIENCE > 1, "accuracy does not depend on sanitizers")
class Networks(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon()
        self.daemon.__enter__()
        self.addCleanup(self.daemon.__exit__, None)

    def report(self, text, *figures):
        print("%s: %s" % (self.id().split(".")[-1], text % figures), flush=True)

    # ---- images

    @long
    @needs("mnist/train-images-idx3-ubyte.gz")
    def test_mnist_by_a_small_cnn(self):
        for name, prefix in (("mnist", "train"), ("mnist-test", "t10k")):
            self.daemon.upload_pair(name, DATA / ("mnist/%s-images-idx3-ubyte.gz" % prefix), DATA / ("mnist/%s-labels-idx1-ubyte.gz" % prefix))
        layers = [conv(16), conv(16), {"type": "max_pool2d"}, conv(32), conv(32), {"type": "max_pool2d"}, {"type": "flatten"},
                  {"type": "dropout", "rate": 0.3}, units(128), SOFTMAX]
        job = self.daemon.train({"dataset": "mnist", "threads": CORES, "network": {"layers": layers}, "training": {
            "epochs": 10, "batch_size": 64, "validation": {"dataset": "mnist-test"},
            "optimizer": {"type": "adam", "learning_rate": 0.001}, "schedule": {"type": "cosine", "per": "step"},
            "augmentation": [{"type": "random_translate", "height": 0.08, "width": 0.08}, {"type": "random_rotate", "degrees": 8}]}},
            3600)
        self.report("%.4f of the test images", job["metrics"]["val_accuracy"])
        self.assertGreaterEqual(job["metrics"]["val_accuracy"], 0.992)

    @needs("optdigits/optdigits.csv")
    def test_optdigits_by_an_8x8_cnn(self):
        self.daemon.upload("optdigits", DATA / "optdigits/optdigits.csv")
        layers = [{"type": "reshape", "shape": [8, 8, 1]}, conv(32), conv(32), {"type": "max_pool2d"}, conv(64),
                  {"type": "flatten"}, {"type": "dropout", "rate": 0.4}, units(128), SOFTMAX]
        job = self.daemon.train({"dataset": "optdigits", "threads": CORES, "network": {"layers": layers},
                                 "preprocessing": {"numeric": "min_max"}, "training": {
                                     "epochs": 25, "batch_size": 64, "schedule": {"type": "cosine", "per": "step"}}})
        self.report("val_accuracy %.4f", job["metrics"]["val_accuracy"])
        self.assertGreaterEqual(job["metrics"]["val_accuracy"], 0.985)

    # ---- tables

    @needs("letter_recognition/letterdata.csv")
    def test_letter_recognition(self):
        self.daemon.upload("letters", DATA / "letter_recognition/letterdata.csv", "?target=letter")
        job = self.daemon.train({"dataset": "letters", "threads": CORES, "network": dense(256, 128), "training": {
            "epochs": 40, "batch_size": 64, "optimizer": {"type": "adam", "learning_rate": 0.002},
            "schedule": {"type": "cosine", "per": "step"}}})
        self.report("val_accuracy %.4f", job["metrics"]["val_accuracy"])
        self.assertGreaterEqual(job["metrics"]["val_accuracy"], 0.96)

    @needs("mammography/mammography.csv")
    def test_mammography_with_balanced_weights(self):
        self.daemon.upload("mammography", DATA / "mammography/mammography.csv")
        job = self.daemon.train({"dataset": "mammography", "network": dense(32, 16), "training": {
            "epochs": 30, "batch_size": 64, "class_weights": "balanced", "metrics": ["auc", "recall", "accuracy"], "l2": 0.0005}})
        self.report("val_auc %.4f", job["metrics"]["val_auc"])
        self.assertGreaterEqual(job["metrics"]["val_auc"], 0.93)

    def regression(self, path, header, target, figure, features=None, **training):
        """Every fifth row validates; `figure` is scikit-learn's R2 on the same rows."""
        rows = read_rows(DATA / path)
        head = rows.pop(0) if header else ["column_%d" % (i + 1) for i in range(len(rows[0]))]
        for name, part in (("part", [r for i, r in enumerate(rows) if i % 5]), ("rest", rows[::5])):
            text = "\n".join(",".join('"%s"' % cell for cell in row) for row in [head] + part)
            self.daemon.upload(name, text.encode() + b"\n")
        document = {"epochs": 300, "batch_size": 64, "validation": {"dataset": "rest"}, "l2": 0.0005,
                    "schedule": {"type": "cosine", "per": "step"}, "early_stopping": {"patience": 60}}
        job = self.daemon.train({"dataset": "part", "target": target, "network": dense(64, 32, output="linear"),
                                 "features": features or {}, "training": dict(document, **training)})
        evaluation = self.daemon.get("/v1/jobs/%s/evaluation" % job["id"])
        self.report("R2 %.4f, scikit-learn %.4f", evaluation["r2"], figure)
        self.assertGreaterEqual(evaluation["r2"], figure)

    @needs("abalone/abalone.csv")
    def test_abalone(self):
        self.regression("abalone/abalone.csv", False, "column_9", 0.5413, average={"ema": 0.995})

    @needs("concrete/concrete.csv")
    def test_concrete(self):
        self.regression("concrete/concrete.csv", True, "strength", 0.9034, batch_size=16)

    @needs("auto_mpg/mpg.csv")
    def test_auto_mpg(self):
        self.regression("auto_mpg/mpg.csv", True, "mpg", 0.9210, {"exclude": ["name"]}, batch_size=16)

    @needs("king_county_housing/housing-data-10000.csv")
    def test_king_county_housing(self):
        self.regression("king_county_housing/housing-data-10000.csv", True, "price", 0.8623, {"exclude": ["id", "date"]})

    # ---- text and series

    @long
    @needs("sms_spam/sms_spam.csv")
    def test_sms_spam_by_embedding_and_gru(self):
        self.daemon.upload("sms", DATA / "sms_spam/sms_spam.csv", "?target=type")
        layers = [{"type": "embedding", "vocabulary": 5000, "units": 32}, {"type": "gru", "units": 32, "bidirectional": True,
                  "return_sequences": True}, {"type": "global_max_pool1d"}, {"type": "dropout", "rate": 0.3}, SOFTMAX]
        job = self.daemon.train({"dataset": "sms", "threads": CORES, "network": {"layers": layers},
                                 "preprocessing": {"text": "tokens", "text_length": 48}, "training": {
                                     "epochs": 6, "batch_size": 32}}, 1800)
        self.report("val_accuracy %.4f", job["metrics"]["val_accuracy"])
        self.assertGreaterEqual(job["metrics"]["val_accuracy"], 0.98)

    @needs("daily_min_temperatures/daily-min-temperatures.csv")
    def test_daily_temperatures_by_an_lstm(self):
        path = DATA / "daily_min_temperatures/daily-min-temperatures.csv"
        self.daemon.upload("temperatures", path, "?target=Temp")
        layers = [{"type": "lstm", "units": 24}, units("auto", "linear")]
        job = self.daemon.train({"dataset": "temperatures", "threads": CORES, "network": {"layers": layers},
                                 "window": {"length": 30, "horizon": 1, "by": "Date"}, "features": {"exclude": ["Date"]},
                                 "training": {"epochs": 15, "batch_size": 32, "metrics": ["mae", "rmse"]}})
        values = [float(row[1].lstrip("?")) for row in read_rows(path)[1:] if len(row) > 1]
        held = values[-730 - 1:]
        yesterday = sum(abs(a - b) for a, b in zip(held, held[1:])) / (len(held) - 1)
        self.report("val_mae %.3f, yesterday's value %.3f", job["metrics"]["val_mae"], yesterday)
        self.assertLess(job["metrics"]["val_mae"], yesterday)

    @long
    @needs("tweets_authorship/tweets_authorship.csv")
    def test_tweets_by_a_transformer_block(self):
        self.daemon.upload("tweets", DATA / "tweets_authorship/tweets_authorship.csv", "?target=class&types=class=category")
        common = {"dataset": "tweets", "threads": CORES, "features": {"include": ["documents"]}}
        bag = self.daemon.train(dict(common, network=dense(128), preprocessing={"text": "hash"}, training={
            "epochs": 15, "early_stopping": {"patience": 3}}), 1800)
        layers = [{"type": "embedding", "vocabulary": 8000, "units": 64, "name": "words"}, {"type": "positional_embedding", "name": "x"},
                  {"type": "attention", "heads": 4, "name": "a"}, {"type": "add", "input": ["x", "a"]},
                  {"type": "layer_norm", "name": "n"}, units(128), units(64, "linear"), {"type": "add", "input": ["n", "dense_2"]},
                  {"type": "layer_norm"}, {"type": "global_average_pool1d"}, {"type": "dropout", "rate": 0.4}, SOFTMAX]
        block = self.daemon.train(dict(common, network={"layers": layers}, preprocessing={
            "text": "tokens", "text_length": 40}, training={
                "epochs": 30, "early_stopping": {"patience": 4}}), 3600)
        self.report("transformer %.4f, bag of words %.4f", block["metrics"]["val_accuracy"], bag["metrics"]["val_accuracy"])
        self.assertGreater(block["metrics"]["val_accuracy"], bag["metrics"]["val_accuracy"])


if __name__ == "__main__":
    main()
