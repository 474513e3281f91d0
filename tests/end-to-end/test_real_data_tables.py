#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tables with categories, texts and time, where they are present: PROPD_SHARED/data, by default ../shared/data."""
import csv
import unittest

from propd import PATIENCE, SHARED, Daemon, Refused, dense, main

DATA = SHARED / "data"
SMS, MUSHROOMS = "sms_spam/sms_spam.csv", "mushrooms/mushrooms.csv"
ADULT, HOUSES, ABALONE = "adult_income/adult-train.csv", "king_county_housing/housing-data-10000.csv", "abalone/abalone.csv"
TEMPERATURES = "daily_min_temperatures/daily-min-temperatures.csv"
PASSENGERS = "airline_passengers/airline-passengers.csv"
needs = lambda path: unittest.skipUnless((DATA / path).exists(), "%s is not present" % (DATA / path))
MESSAGES = ["WINNER!! You have won a free prize, call 09061701461 now to claim", "ok, see you at home then"]


def after(first, *units):
    """A layer in front of an MLP for numbers."""
    return {"layers": [first] + dense(*units, output="linear")["layers"]}


def yesterdays_error(path, validating):
    """The mean absolute error of saying that a value is the one before it, over the last values."""
    with open(DATA / path) as file:
        values = [float(row[1]) for row in list(csv.reader(file))[1:]]
    last = range(len(values) - validating, len(values))
    return sum(abs(values[i] - values[i - 1]) for i in last) / validating


@unittest.skipIf(PATIENCE > 1, "accuracy does not depend on sanitizers")
class RealDataTables(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon()
        self.daemon.__enter__()
        self.addCleanup(self.daemon.__exit__, None)

    def upload(self, path, query=""):
        self.daemon.upload("table", DATA / path, query)

    def train(self, **document):
        return self.daemon.train(dict(document, dataset="table"))

    def accuracy(self, **document):
        return self.train(**document)["metrics"]["val_accuracy"]

    def predict(self, job, instances):
        return self.daemon.post("/v1/models/%s:predict" % job["model"], {"instances": instances})

    @needs(SMS)
    def test_messages_by_their_words(self):
        """The shortest document: the text is the only possible input, and the last column no target."""
        self.upload(SMS)
        job = self.train(network=dense(32))
        self.assertEqual(job["spec"]["target"], ["type"])
        self.assertEqual(job["spec"]["preprocessing"]["text"], "hash")
        self.assertEqual(self.predict(job, MESSAGES)["labels"], ["spam", "ham"])
        print("sms, hashed words: %.4f" % job["metrics"]["val_accuracy"])
        self.assertGreaterEqual(job["metrics"]["val_accuracy"], 0.975)

    @needs(SMS)
    def test_messages_as_tokens(self):
        self.upload(SMS)
        job = self.train(network={"layers": [{"type": "embedding", "units": 16}, {"type": "global_average_pool1d"}]
                                  + dense(16)["layers"]})
        self.assertEqual(job["spec"]["preprocessing"]["text"], "tokens")
        self.assertGreater(job["spec"]["network"]["layers"][0]["vocabulary"], 5000)
        self.assertEqual(self.predict(job, MESSAGES)["labels"], ["spam", "ham"])
        print("sms, tokens: %.4f" % job["metrics"]["val_accuracy"])
        self.assertGreaterEqual(job["metrics"]["val_accuracy"], 0.975)

    @needs(MUSHROOMS)
    def test_mushrooms(self):
        self.upload(MUSHROOMS, "?target=type")
        for categorical in ("one_hot", "embedding"):
            right = self.accuracy(network=dense(32), preprocessing={"categorical": categorical})
            print("mushrooms, %s: %.4f" % (categorical, right))
            self.assertGreaterEqual(right, 0.999)

    @needs(MUSHROOMS)
    def test_a_spec_with_embedded_categories_gives_the_same_model(self):
        self.upload(MUSHROOMS, "?target=type")
        job = self.train(network=dense(8), preprocessing={"categorical": "embedding"}, threads=2)
        self.assertEqual(job["spec"]["network"]["layers"][0]["type"], "column_embeddings")
        again = self.daemon.train(dict(job["spec"], threads=1))
        self.assertEqual(self.daemon.model(job)["sha256"], self.daemon.model(again)["sha256"])
        status, _, file = self.daemon.send("GET", "/v1/models/%s/file" % job["model"])
        self.assertEqual(status, 200)
        self.daemon.call("POST", "/v1/models?name=imported", file, {"Content-Type": "application/octet-stream"})
        rows = [{"odor": odor, "habitat": "never seen", "bruises": True} for odor in "fna"]
        self.assertEqual(self.predict(job, rows)["predictions"], self.predict({"model": "imported"}, rows)["predictions"])

    @needs(ADULT)
    def test_adult_income(self):
        self.upload(ADULT)
        right = {categorical: self.accuracy(
            network=dense(64, 32), preprocessing={"categorical": categorical},
            training={"epochs": 12, "batch_size": 128, "early_stopping": {"patience": 3}})
            for categorical in ("one_hot", "embedding")}
        print("adult: %s" % right)
        self.assertGreaterEqual(right["embedding"], right["one_hot"] - 0.005)

    def series(self, path, network, instance, **document):
        """Trains, and compares with the value before; predicts one window."""
        self.upload(path)
        job = self.train(network=network, **document)
        length = document["window"]["length"]
        with open(DATA / path) as file:
            rows = sum(1 for _ in file) - 1
        validating = round((rows - length) * 0.2)
        yesterday, found = yesterdays_error(path, validating), job["metrics"]["val_mae"]
        print("%s: mean absolute error %.3f, of the value before %.3f" % (path, found, yesterday))
        self.assertLess(found, yesterday)
        self.assertEqual(len(self.predict(job, [instance])["predictions"]), 1)
        return job

    @needs(TEMPERATURES)
    def test_daily_temperatures(self):
        job = self.series(TEMPERATURES, after({"type": "flatten"}, 16), [12.5] * 30,
                          window={"length": 30, "by": "Date"}, features={"include": ["Temp"]},
                          training={"epochs": 30, "early_stopping": {"patience": 5}})
        with self.assertRaises(Refused) as refused:
            self.predict(job, [[12.5] * 29])
        self.assertIn("has 29 rows, expected a window of 30, the oldest first", refused.exception.body)

    @needs(PASSENGERS)
    def test_airline_passengers(self):
        months = ["%d-%02d" % (1959 + i // 12, i % 12 + 1) for i in range(12)]
        self.series(PASSENGERS, after({"type": "flatten"}), [[month, 400] for month in months],
                    window={"length": 12, "by": "Month"}, training={"epochs": 200, "batch_size": 8})

    @needs(HOUSES)
    def test_house_prices(self):
        self.upload(HOUSES, "?target=price")
        job = self.train(network=dense(64, 32, output="linear"), training={"epochs": 20})
        self.assertGreaterEqual(job["metrics"]["val_r2"], 0.8)

    @needs(ABALONE)
    def test_abalone(self):
        self.upload(ABALONE)
        job = self.train(network=dense(32, output="linear"), training={"epochs": 20})
        self.assertGreaterEqual(job["metrics"]["val_r2"], 0.5)


if __name__ == "__main__":
    main()
