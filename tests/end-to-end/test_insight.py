#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What looks inside: traces, checks of networks, evaluation, importance, histograms."""
import math
import random
import struct
import tempfile
import unittest

from propd import IRIS, Daemon, Refused, dense, read_safetensors, main

TINY = {"layers": [{"type": "dense", "units": 3, "activation": "tanh"},
                   {"type": "dense", "units": "auto", "activation": "softmax"}]}


def product(x, kernel, bias, width):
    return [sum(x[i] * kernel[i * width + j] for i in range(len(x))) + bias[j] for j in range(width)]


def softmax(z):
    powers = [math.exp(v - max(z)) for v in z]
    return [v / sum(powers) for v in powers]


class Insight(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon().start()
        cls.daemon.upload("iris", IRIS)
        cls.job = cls.daemon.train({"dataset": "iris", "network": TINY, "training": {
            "epochs": 40, "l2": 0.001, "metrics": ["accuracy", "f1", "precision"]}})

    @classmethod
    def tearDownClass(cls):
        cls.daemon.__exit__(None)

    def assertNear(self, values, expected, places=5):
        self.assertEqual(len(values), len(expected))
        for value, wanted in zip(values, expected):
            self.assertAlmostEqual(value, wanted, places)

    def tensors(self):
        _, _, file = self.daemon.send("GET", "/v1/models/iris/file")
        return {name: values for name, (_, values) in read_safetensors(file)[0].items()}

    # ---- traces

    def test_a_trace_is_what_python_computes(self):
        answer = self.daemon.post("/v1/models/iris:trace", {"instance": [6.1, 2.8, 4.7, 1.2], "target": "versicolor"})
        weights = self.tensors()
        kernels = weights["dense_1/kernel"], weights["dense_2/kernel"]
        x = answer["input"]["values"]
        z1 = product(x, kernels[0], weights["dense_1/bias"], 3)
        h = [math.tanh(v) for v in z1]
        z2 = product(h, kernels[1], weights["dense_2/bias"], 3)
        p = softmax(z2)
        first, last = answer["layers"]
        self.assertNear(first["pre_activation"]["values"], z1)
        self.assertNear(first["activation"]["values"], h)
        self.assertNear(last["pre_activation"]["values"], z2)
        self.assertNear(last["activation"]["values"], p)
        self.assertNear(answer["prediction"], p)
        self.assertAlmostEqual(answer["loss"]["value"], -math.log(p[1]), 5)
        self.assertEqual(answer["loss"]["name"], "categorical_crossentropy")
        penalty = 0.001 * sum(w * w for kernel in kernels for w in kernel)
        self.assertAlmostEqual(answer["loss"]["penalty"], penalty, 6)
        d2 = [v - (i == 1) for i, v in enumerate(p)]
        d_h = [sum(d2[j] * kernels[1][i * 3 + j] for j in range(3)) for i in range(3)]
        d1 = [d * (1 - v * v) for d, v in zip(d_h, h)]
        self.assertNear(last["d_pre_activation"]["values"], d2)
        self.assertIsNone(last["d_output"])
        self.assertNear(first["d_output"]["values"], d_h)
        self.assertNear(first["d_pre_activation"]["values"], d1)
        self.assertNear(last["gradients"]["dense_2/kernel"]["values"], [a * d for a in h for d in d2])
        self.assertNear(last["gradients"]["dense_2/bias"]["values"], d2)
        self.assertNear(first["gradients"]["dense_1/kernel"]["values"], [a * d for a in x for d in d1])
        self.assertNear(answer["d_input"]["values"],
                        [sum(d1[j] * kernels[0][i * 3 + j] for j in range(3)) for i in range(4)])

    def test_a_trace_shows_raw_and_encoded_values(self):
        answer = self.daemon.post("/v1/models/iris:trace", {"instance": {
            "sepal_length": 6.1, "sepal_width": 2.8, "petal_length": 4.7, "petal_width": 1.2}})
        column = answer["input"]["columns"][2]
        self.assertEqual((column["column"], column["raw"], column["from"]), ("petal_length", 4.7, 2))
        self.assertEqual(column["encoded"], [answer["input"]["values"][2]])
        self.assertNotIn("loss", answer)
        self.assertEqual(answer["label"], self.daemon.post("/v1/models/iris:predict", {
            "instances": [[6.1, 2.8, 4.7, 1.2]]})["labels"][0])

    def test_gradients_by_the_input_are_slopes_of_the_loss(self):
        job = self.daemon.train({"dataset": "iris", "name": "deep", "training": {"epochs": 5}, "network": {"layers": [
            {"type": "dense", "units": 8, "activation": "gelu"}, {"type": "batch_norm"},
            {"type": "dropout", "rate": 0.5}, {"type": "dense", "units": "auto", "activation": "softmax"}]}})
        row = [6.1, 2.8, 4.7, 1.2]

        def trace(row):
            return self.daemon.post("/v1/models/%s:trace" % job["model"], {"instance": row, "target": "virginica"})
        middle = trace(row)
        for i, slope in enumerate(middle["d_input"]["values"]):
            above, below = (trace([v + (step if k == i else 0) for k, v in enumerate(row)]) for step in (0.02, -0.02))
            width = above["input"]["values"][i] - below["input"]["values"][i]
            self.assertAlmostEqual(slope, (above["loss"]["value"] - below["loss"]["value"]) / width, 3)

    def test_traces_say_what_is_wrong(self):
        for body, words in (({"instance": [1, 2]}, "instance has 2 values"),
                            ({"instance": [1, 2, 3, 4], "target": "rose"}, "one of the classes"),
                            ({}, "instance is required")):
            with self.assertRaises(Refused) as caught:
                self.daemon.post("/v1/models/iris:trace", body)
            self.assertEqual(caught.exception.status, 422)
            self.assertIn(words, caught.exception.body)

    # ---- checks

    def test_a_network_is_checked_with_its_shapes_alone(self):
        answer = self.daemon.post("/v1/networks:check", {
            "network": {"layers": [{"type": "flatten"}, {"type": "dense", "units": 100, "activation": "relu"},
                                   {"type": "dense", "units": "auto"}]},
            "input": {"shape": [28, 28, 1]}, "target": {"classes": 10}})
        rows = [(row["type"], row["output_shape"], row["parameters"], row["flops"]) for row in answer["layers"]]
        self.assertEqual(rows, [("flatten", [784], 0, 0), ("dense", [100], 78500, 2 * 784 * 100),
                                ("dense", [10], 1010, 2 * 100 * 10)])
        self.assertEqual(answer["totals"]["parameters"], 79510)
        self.assertEqual(answer["layers"][1]["memory_bytes"], 32 * 100 * 4)
        with self.assertRaises(Refused) as caught:
            self.daemon.post("/v1/networks:check", {"network": dense(3), "input": {"shape": [4]}})
        self.assertIn("network.layers[1].units", caught.exception.body)

    def test_a_job_is_checked_without_being_run(self):
        document = {"dataset": "iris", "network": {"layers": [
            {"type": "dense", "units": 16, "activation": "gelu"}, {"type": "batch_norm"},
            {"type": "dropout", "rate": 0.2}, {"type": "dense", "units": "auto", "activation": "softmax"}]},
            "training": {"epochs": 1000, "batch_size": 30, "schedule": "cosine", "l2": 0.01}}
        answer = self.daemon.post("/v1/networks:check", document)
        self.assertEqual([row["parameters"] for row in answer["layers"]], [80, 32, 0, 51])
        self.assertEqual([row["flops"] for row in answer["layers"]][::3], [2 * 4 * 16, 2 * 16 * 3])
        self.assertEqual((answer["steps"], answer["epochs"], answer["steps_per_epoch"]), (4000, 1000, 4))
        check = answer["gradient_check"]
        self.assertTrue(check["passed"], check)
        self.assertGreater(check["checked"], 100)
        self.assertLess(check["worst"], 0.01)
        rate = answer["learning_rate"]
        self.assertEqual((len(rate["step"]), rate["step"][0], rate["step"][-1]), (500, 1, 4000))
        self.assertEqual(rate["value"][0], 0.001)
        self.assertLess(rate["value"][-1], 1e-6)
        self.assertGreater(answer["ms_per_step"], 0)
        self.assertGreaterEqual(answer["predicted_s"], answer["ms_per_step"] * 4)
        self.assertEqual(answer["target"]["classes"], ["setosa", "versicolor", "virginica"])
        self.assertEqual(answer["spec"]["dataset"], "iris@1")
        again = self.daemon.post("/v1/jobs", dict(document, dry_run=True))
        self.assertEqual(set(again), set(answer))
        self.assertEqual(again["gradient_check"]["worst"], check["worst"])
        self.assertFalse([job for job in self.daemon.get("/v1/jobs?limit=500")["jobs"] if job["epochs"] == 1000])

    def test_schedules_that_watch_and_networks_of_pictures_are_checked(self):
        answer = self.daemon.post("/v1/networks:check", {"dataset": "iris", "network": dense(4), "training": {
            "epochs": 3, "schedule": {"type": "reduce_on_plateau"}}})
        self.assertEqual(set(answer["learning_rate"]["value"]), {0.001})
        pixels = bytes(random.Random(1).randrange(256) for _ in range(60 * 64))
        with tempfile.TemporaryDirectory() as folder:
            images, labels = folder + "/images", folder + "/labels"
            with open(images, "wb") as file:
                file.write(struct.pack(">4I", 0x803, 60, 8, 8) + pixels)
            with open(labels, "wb") as file:
                file.write(struct.pack(">2I", 0x801, 60) + bytes(i % 3 for i in range(60)))
            self.daemon.upload_pair("pictures", images, labels)
        answer = self.daemon.post("/v1/networks:check", {"dataset": "pictures", "training": {
            "augmentation": [{"type": "random_flip"}]}, "network": {"layers": [
                {"type": "conv2d", "filters": 4, "kernel_size": 3, "activation": "relu"}, {"type": "max_pool2d"},
                {"type": "batch_norm"}, {"type": "flatten"}, {"type": "dense", "units": "auto", "activation": "softmax"}]}})
        self.assertTrue(answer["gradient_check"]["passed"], answer["gradient_check"])
        self.assertEqual(answer["layers"][0]["output_shape"], [6, 6, 4])
        self.assertEqual(answer["layers"][0]["flops"], 2 * 6 * 6 * 9 * 4)

    # ---- models on datasets

    def test_evaluating_on_the_validation_rows_gives_the_jobs_metrics(self):
        answer = self.daemon.post("/v1/models/iris:evaluate", {
            "rows": "validation", "metrics": ["accuracy", "f1", "precision"]})
        self.assertEqual(answer["rows"], 30)
        self.assertEqual(answer["dataset"], "iris@1")
        self.assertEqual(answer["loss"], self.job["metrics"]["val_loss"])
        for name, value in answer["metrics"].items():
            self.assertEqual(value, self.job["metrics"]["val_" + name])
        self.assertEqual(answer["evaluation"], self.daemon.get("/v1/jobs/%s/evaluation" % self.job["id"]))

    def test_evaluating_counts_rows_by_their_labels(self):
        lines = IRIS.read_text().splitlines()
        self.daemon.upload("some", "\n".join(lines[:1] + lines[1:21] + [lines[30].replace("setosa", "rose")]).encode()
                           + b"\n5,3,1.4,0.2,\n")
        answer = self.daemon.post("/v1/models/iris:evaluate", {"dataset": "some"})
        self.assertEqual((answer["rows"], answer["skipped"]), (20, 2))
        self.assertEqual(sum(answer["evaluation"]["confusion_matrix"][0]), 20)
        half = self.daemon.post("/v1/models/iris:evaluate", {"rows": {"offset": 100, "limit": 10}})
        self.assertEqual(sum(half["evaluation"]["confusion_matrix"][2]), 10)

    def test_evaluating_says_what_is_wrong(self):
        self.daemon.upload("other", b"a,b\n1,2\n2,3\n")
        for body, words in (({"dataset": "other"}, "no column"), ({"dataset": "nobody"}, "nobody"),
                            ({"metrics": ["r2"]}, "does not fit classes"), ({"rows": "some"}, "rows must be all"),
                            ({"rows": "validation", "dataset": "other"}, "ran on iris@1"),
                            ({"rows": {"offset": 150}}, "below 150")):
            with self.assertRaises(Refused) as caught:
                self.daemon.post("/v1/models/iris:evaluate", body)
            self.assertEqual(caught.exception.status, 422)
            self.assertIn(words, caught.exception.body)

    def test_values_are_measured_in_their_own_units(self):
        draw = random.Random(1)
        rows = [(draw.random(), draw.random()) for _ in range(200)]
        table = "a,b,y\n" + "".join("%f,%f,%f\n" % (a, b, 1000 + 300 * a + draw.gauss(0, 10)) for a, b in rows)
        self.daemon.upload("line", table.encode())
        job = self.daemon.train({"dataset": "line", "network": {"layers": [{"type": "dense", "units": "auto"}]},
                                 "training": {"epochs": 60, "optimizer": {"type": "adam", "learning_rate": 0.05}}})
        answer = self.daemon.post("/v1/models/line:evaluate", {"rows": "validation"})
        self.assertEqual(answer["metrics"]["mae"], job["metrics"]["val_mae"])
        self.assertTrue(3 < answer["metrics"]["mae"] < 30, answer["metrics"])
        ranked = self.daemon.post("/v1/models/line:importance", {"metric": "mae"})
        self.assertEqual([c["column"] for c in ranked["columns"]], ["a", "b"])
        self.assertGreater(ranked["columns"][0]["mean"], 50)

    def test_importance_finds_the_column_that_tells(self):
        draw = random.Random(7)
        rows = [[draw.gauss(0, 1) for _ in range(4)] + [draw.choice("uvw")] for _ in range(300)]
        table = "a,b,c,d,e,kind\n" + "".join(
            "%f,%f,%f,%f,%s,%s\n" % (*row, "high" if row[2] > 0 else "low") for row in rows)
        self.daemon.upload("telling", table.encode())
        self.daemon.train({"dataset": "telling", "network": dense(8), "training": {
            "epochs": 60, "optimizer": {"type": "adam", "learning_rate": 0.01}}})
        answer = self.daemon.post("/v1/models/telling:importance", {"seed": 3})
        self.assertEqual(answer["columns"][0]["column"], "c")
        self.assertGreater(answer["columns"][0]["mean"], 0.3)
        for column in answer["columns"][1:]:
            self.assertLess(abs(column["mean"]), 0.05)
        self.assertEqual({c["column"] for c in answer["columns"]}, set("abcde"))
        self.assertEqual((answer["metric"], answer["repeats"], answer["rows"]), ("accuracy", 5, 300))
        self.assertEqual(self.daemon.post("/v1/models/telling:importance", {"seed": 3}), answer)
        self.assertNotEqual(self.daemon.post("/v1/models/telling:importance", {"seed": 4})["columns"],
                            answer["columns"])

    def test_windows_and_embedded_categories_are_looked_into(self):
        draw = random.Random(2)
        a, b = ([draw.gauss(0, 1) for _ in range(400)] for _ in range(2))
        c = [draw.choice("uvw") for _ in range(400)]
        lag = "a,b,c,y\n" + "".join("%f,%f,%s,%f\n" % (a[i], b[i], c[i], a[i - 1]) for i in range(400))
        self.daemon.upload("lag", lag.encode())
        self.daemon.train({"dataset": "lag", "window": {"length": 3}, "preprocessing": {"categorical": "one_hot"},
                           "network": {"layers": [{"type": "flatten"}, {"type": "dense", "units": "auto"}]},
                           "training": {"epochs": 80, "optimizer": {"type": "adam", "learning_rate": 0.02}}})
        ranked = self.daemon.post("/v1/models/lag:importance", {})
        self.assertEqual(ranked["columns"][0]["column"], "a")
        self.assertGreater(ranked["columns"][0]["mean"], 1)
        rows = [{"a": 1, "b": 2, "c": "u", "y": 3}, {"a": 4, "b": 5, "c": "v", "y": 6}, {"a": 7, "b": 8, "c": "w", "y": 9}]
        traced = self.daemon.post("/v1/models/lag:trace", {"instance": rows, "target": 7})
        column = traced["input"]["columns"][0]
        self.assertEqual((column["column"], column["raw"], len(column["encoded"])), ("a", [1, 4, 7], 3))
        step = column["encoded"][1] - column["encoded"][0]
        self.assertAlmostEqual(column["encoded"][2] - column["encoded"][1], step, 4)
        words = "c,y\n" + "".join("%s,%f\n" % (v, "uvw".index(v) + draw.gauss(0, 0.1)) for v in c)
        self.daemon.upload("words", words.encode())
        self.daemon.train({"dataset": "words", "preprocessing": {"categorical": "embedding"},
                           "network": {"layers": [{"type": "dense", "units": "auto"}]}, "training": {
                               "epochs": 80, "optimizer": {"type": "adam", "learning_rate": 0.05}}})
        self.assertGreater(self.daemon.post("/v1/models/words:importance")["columns"][0]["mean"], 1)
        traced = self.daemon.post("/v1/models/words:trace", {"instance": ["v"], "target": 1})
        self.assertAlmostEqual(traced["prediction"], 1, 0)
        self.assertEqual(traced["input"]["columns"][0]["raw"], "v")

    # ---- histograms

    def histograms(self, job, query=""):
        return self.daemon.get("/v1/jobs/%s/weights/histograms%s" % (job["id"], query))["histograms"]

    def test_histograms_follow_the_weights(self):
        found = self.histograms(self.job)
        epochs = [h["epoch"] for h in found]
        self.assertEqual((epochs[0], epochs[-1]), (1, 40))
        self.assertEqual(epochs, sorted(set(epochs)))
        last = found[-1]["layers"]["dense_1"]["dense_1/kernel"]
        kernel = self.tensors()["dense_1/kernel"]
        self.assertAlmostEqual(last["weights"]["norm"], math.sqrt(sum(w * w for w in kernel)), 4)
        self.assertAlmostEqual(last["weights"]["max"], max(kernel), 6)
        self.assertEqual(sum(last["weights"]["counts"]), 12)
        self.assertEqual(sum(last["gradients"]["counts"]), 12)
        width = (max(kernel) - min(kernel)) / len(last["weights"]["counts"])
        self.assertEqual(last["weights"]["counts"][0],
                         sum(w < min(kernel) + width * (1 - 1e-6) for w in kernel))
        self.assertTrue(0 < last["update_ratio"] < 0.1, last["update_ratio"])

    def test_histograms_are_asked_for_by_layer_and_epoch(self):
        found = self.histograms(self.job, "?layer=dense_2&epoch=40")
        self.assertEqual([h["epoch"] for h in found], [40])
        self.assertEqual(list(found[0]["layers"]), ["dense_2"])
        with self.assertRaises(Refused) as caught:
            self.histograms(self.job, "?layer=nobody")
        self.assertEqual(caught.exception.status, 404)

    def test_histograms_of_a_long_run_are_thinned(self):
        job = self.daemon.train({"dataset": "iris", "name": "long", "network": TINY, "training": {
            "epochs": 3000, "batch_size": 128}})
        epochs = [h["epoch"] for h in self.histograms(job)]
        self.assertLessEqual(len(epochs), 201)
        self.assertEqual(epochs[-1], 3000)  # how many there are beside the last one, the clock decides
        self.assertEqual([e for e in epochs[:-1] if (e - 1) % 16], [])
        self.daemon.call("DELETE", "/v1/jobs/" + job["id"])
        with self.assertRaises(Refused) as caught:
            self.histograms(job)
        self.assertEqual(caught.exception.status, 404)

    def test_histograms_are_whole_after_a_pause(self):
        document = {"dataset": "iris", "name": "paused", "network": TINY, "training": {"epochs": 4000}}
        job = self.daemon.submit(document)
        while self.daemon.get("/v1/jobs/" + job)["epoch"] < 50:
            pass
        try:
            self.daemon.post("/v1/jobs/%s:pause" % job)
            self.daemon.post("/v1/jobs/%s:resume" % job)
        except Refused as refused:
            self.assertEqual(refused.status, 409)
        epochs = [h["epoch"] for h in self.histograms(self.daemon.wait(job))]
        self.assertEqual(epochs, sorted(set(epochs)))
        self.assertEqual(epochs[-1], 4000)

    def test_histograms_are_whole_after_a_crash(self):
        with tempfile.TemporaryDirectory() as folder, Daemon(folder) as daemon:
            daemon.upload("iris", IRIS)
            job = daemon.submit({"dataset": "iris", "network": TINY, "training": {"epochs": 20000}})
            while daemon.get("/v1/jobs/" + job)["epoch"] < 100:
                pass
            daemon.kill()
            daemon.start()
            daemon.wait(job)
            found = daemon.get("/v1/jobs/%s/weights/histograms" % job)["histograms"]
            epochs = [h["epoch"] for h in found]
            self.assertEqual(epochs, sorted(set(epochs)))
            self.assertEqual((epochs[0], epochs[-1]), (1, 20000))
            self.assertLessEqual(len(epochs), 201)


if __name__ == "__main__":
    main()
