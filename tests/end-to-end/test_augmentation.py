#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Augmentation over HTTP: what a preview shows, jobs with every type, and the same bytes after all that can happen."""
import json
import random
import struct
import tempfile
import time
import unittest
from pathlib import Path

from png import read_data_url, read_png
from propd import IRIS, Daemon, Refused, dense, draw_digits, main

FLAT = {"layers": [{"type": "flatten"}] + dense(12)["layers"]}
# Types that need other options on pictures of 9 x 9.
OPTIONS = {"cutout": {"size": 3}, "random_crop": {"padding": 2}, "random_translate": {"height": 0.3, "width": 0.3}}


def idx(code, dims, data):
    return struct.pack(">HBB%dI" % len(dims), 0, code, len(dims), *dims) + data


class Augmentation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon().start()
        cls.daemon.upload("iris", IRIS)
        with tempfile.TemporaryDirectory() as folder:
            images, labels = draw_digits(folder, 300, 5)
            cls.images = Path(images).read_bytes()[16:]
            cls.labels = Path(labels).read_bytes()[8:]
            cls.daemon.upload_pair("digits", images, labels)
            draw = random.Random(3)
            for name, code, dims, values in (
                    ("colors", 8, (60, 9, 9, 3), bytes(draw.randrange(256) for _ in range(60 * 243))),
                    ("series", 13, (60, 20, 2), struct.pack(">2400f", *(draw.gauss(0, 1) for _ in range(2400))))):
                paths = Path(folder, name), Path(folder, name + "-labels")
                paths[0].write_bytes(idx(code, dims, values))
                paths[1].write_bytes(idx(8, (60,), bytes(i % 3 for i in range(60))))
                cls.daemon.upload_pair(name, *paths)

    @classmethod
    def tearDownClass(cls):
        cls.daemon.__exit__(None)

    def preview(self, **body):
        return self.daemon.post("/v1/augmentations:preview", body)

    # ---- previews

    def test_pictures_are_those_of_the_dataset(self):
        answer = self.preview(dataset="digits", augmentation=["random_flip"], rows=[0, 7, 299])
        self.assertEqual(answer["shape"], [28, 28, 1])
        for row in answer["rows"]:
            at, image = row["row"], self.images[row["row"] * 784:][:784]
            self.assertEqual(row["label"], self.labels[at])
            self.assertEqual(read_data_url(row["before"]), (28, 28, 1, image))
            mirror = b"".join(image[i:i + 28][::-1] for i in range(0, 784, 28))
            self.assertIn(read_data_url(row["after"])[3], (image, mirror))

    def test_draws_are_those_of_seed_epoch_and_row(self):
        body = {"dataset": "digits", "augmentation": ["gaussian_noise"], "rows": [5, 6, 5]}
        first = self.preview(**body)["rows"]
        self.assertEqual(first, self.preview(**body)["rows"])
        self.assertEqual(first[0], first[2])
        self.assertEqual(first[1]["after"], self.preview(**dict(body, rows=[6]))["rows"][0]["after"])
        self.assertNotEqual(first[0]["after"], self.preview(**dict(body, epoch=2))["rows"][0]["after"])
        self.assertNotEqual(first[0]["after"], self.preview(**dict(body, seed=9))["rows"][0]["after"])
        document = {"dataset": "digits", "network": FLAT, "training": {"seed": 9, "augmentation": ["gaussian_noise"]}}
        self.assertEqual(self.preview(**dict(body, seed=9))["rows"], self.preview(**document, rows=[5, 6, 5])["rows"])

    def test_mixed_rows_say_of_what(self):
        rows = self.preview(dataset="digits", augmentation=[{"type": "mixup", "alpha": 2}], count=4)["rows"]
        images = [read_data_url(row["before"])[3] for row in rows]
        for row in rows:
            own, other = row["mix"]
            self.assertEqual(own["row"], row["row"])
            self.assertEqual(other["label"], self.labels[other["row"]])
            self.assertAlmostEqual(own["share"] + other["share"], 1)
            for got, a, b in zip(read_data_url(row["after"])[3], images[own["row"]], images[other["row"]]):
                self.assertAlmostEqual(got, own["share"] * a + other["share"] * b, delta=0.51)

    def test_tables_come_as_numbers_by_name(self):
        answer = self.preview(dataset="iris", target="species", augmentation=["gaussian_noise"], rows=[149, 0])
        self.assertEqual(answer["columns"], ["sepal_length", "sepal_width", "petal_length", "petal_width"])
        self.assertEqual([row["label"] for row in answer["rows"]], ["virginica", "setosa"])
        for row in answer["rows"]:
            changes = [after - before for before, after in zip(row["before"], row["after"])]
            self.assertEqual(len(changes), 4)
            self.assertTrue(all(0 < abs(change) < 0.6 for change in changes), changes)
        number = self.preview(dataset="iris", target="petal_width", augmentation=["mixup"], rows=[149, 0])["rows"]
        self.assertEqual([row["target"] for row in number], [1.8, 0.2])

    def test_series_come_as_steps(self):
        answer = self.preview(dataset="series", augmentation=[{"type": "time_shift", "range": 1}], rows=[1])
        before, after = (answer["rows"][0][key] for key in ("before", "after"))
        self.assertEqual(answer["shape"], [20, 2])
        self.assertEqual((len(before), len(after), len(after[0])), (20, 20, 2))
        way = next(way for way in range(-20, 21) if after == [
            before[i - way] if 0 <= i - way < 20 else [0, 0] for i in range(20)])
        self.assertNotEqual(way, 0)

    def test_windows_of_a_table_are_series(self):
        self.daemon.upload("hours", b"t,temp,wind\n" + b"".join(b"%d,%d,%d\n" % (i, i * i % 17, i % 5) for i in range(40)))
        body = {"dataset": "hours", "target": "temp", "window": {"length": 6, "by": "t"}, "features": {"include": ["temp", "wind"]},
                "augmentation": ["time_mask", "jitter"]}
        answer = self.preview(**body)
        self.assertEqual(answer["shape"], [6, 2])
        self.assertEqual([row["row"] for row in answer["rows"]], list(range(6, 14)))
        with self.assertRaises(Refused) as caught:
            self.preview(**dict(body, rows=[8, 2]))
        self.assertIn("rows[1] is 2, which is no row to train on", caught.exception.body)
        network = {"layers": [{"type": "flatten"}, {"type": "dense", "units": "auto"}]}
        job = self.daemon.train(dict({k: v for k, v in body.items() if k != "augmentation"}, network=network,
                                     training={"epochs": 2, "augmentation": body["augmentation"]}))
        self.assertEqual(job["state"], "succeeded")

    def test_indices_of_categories_are_not_computed_with(self):
        rows = "".join("%d,%s,%s\n" % (i % 7, "abcde"[i % 5], "yn"[i % 2]) for i in range(60))
        self.daemon.upload("mixed", ("size,letter,kind\n" + rows).encode())
        document = {"dataset": "mixed", "target": "kind", "preprocessing": {"categorical": "embedding"}, "network": dense(4)}
        with self.assertRaises(Refused) as caught:
            self.daemon.submit(dict(document, training={"augmentation": ["mixup"]}))
        self.assertIn("takes the input as ids", caught.exception.body)
        training = {"epochs": 2, "augmentation": ["gaussian_noise", {"type": "feature_dropout", "rate": 1}]}
        self.daemon.train(dict(document, training=training))
        row = self.preview(**dict(document, training=training, rows=[1]))["rows"][0]
        self.assertEqual((row["before"][1], row["after"]), (2, [0, 0]))

    def test_sheet_shows_before_above_after(self):
        body = {"dataset": "colors", "augmentation": [{"type": "brightness", "range": 0}], "rows": [0, 1, 2]}
        status, headers, data = self.daemon.send("POST", "/v1/augmentations:preview", json.dumps(body),
                                                 {"Accept": "image/png"})
        self.assertEqual((status, headers["Content-Type"]), (200, "image/png"))
        width, height, channels, pixels = read_png(data)
        side = 9 * 10  # magnified
        self.assertEqual((width, height, channels), (4 + 3 * (side + 4), 4 + 2 * (side + 4), 3))
        line = width * 3
        self.assertEqual(pixels[:line], b"\xff" * line)
        self.assertEqual(pixels[4 * line:(4 + side) * line], pixels[(8 + side) * line:(8 + 2 * side) * line])

    def test_preview_refuses_what_a_job_would(self):
        for body, pointer, words in (
                ({"dataset": "iris", "augmentation": ["mixup", "hue"]}, "#/augmentation/1/type", "takes images"),
                ({"dataset": "iris", "training": {"augmentation": ["hue"]}}, "#/training/augmentation/0/type",
                 "what fits is gaussian_noise, mixup, feature_dropout"),
                ({"dataset": "digits", "augmentation": ["hue"]}, "#/augmentation/0", "red, green and blue"),
                ({"dataset": "digits", "augmentation": ["flip"]}, "#/augmentation/0", "random_flip"),
                ({"dataset": "digits", "augmentation": [{"type": "cutout", "size": 0}]}, "#/augmentation/0/size", "1"),
                ({"dataset": "digits"}, "#/augmentation", "random_flip"),
                ({"dataset": "nothing", "augmentation": ["mixup"]}, "#/dataset", "nothing"),
                ({"dataset": "iris", "target": "spices", "augmentation": ["mixup"]}, "#/target", "species"),
                ({"dataset": "digits", "augmentation": ["mixup"], "rows": [300]}, "#/rows/0", "299"),
                ({"dataset": "digits", "augmentation": ["mixup"], "rows": []}, "#/rows", "[0, 1, 2]"),
                ({"dataset": "digits", "augmentation": ["mixup"], "rows": [1], "count": 2}, "#/count", "rows"),
                ({"dataset": "digits", "augmentation": ["mixup"], "count": 65}, "#/count", "64"),
                ({"dataset": "digits", "augmentation": ["mixup"], "epoch": 0}, "#/epoch", "1"),
                ({"dataset": "digits", "augmentation": ["mixup"], "network": {"layers": []}}, "#/network", "layers")):
            with self.assertRaises(Refused) as caught:
                self.preview(**body)
            self.assertEqual(caught.exception.status, 422, body)
            problem = json.loads(caught.exception.body)
            self.assertTrue(problem["errors"][0]["pointer"].startswith(pointer), problem)
            self.assertIn(words, problem["detail"])
        status, _, text = self.daemon.send("POST", "/v1/augmentations:preview", json.dumps(
            {"dataset": "iris", "augmentation": ["mixup"]}), {"Accept": "image/png"})
        self.assertEqual(status, 406, text)
        self.assertEqual(self.daemon.send("POST", "/v1/augmentations:preview", "[")[0], 400)

    # ---- jobs

    def test_every_type_trains_on_what_it_fits(self):
        types = self.daemon.get("/v1/catalog")["augmentations"]
        self.assertEqual(len(types), 19)
        for kind in types:
            for fit, dataset in (("images", "colors"), ("series", "series"), ("tables", "iris")):
                document = {"dataset": dataset, "name": "every", "network": FLAT, "training": {
                    "loss": "categorical_crossentropy", "epochs": 2,
                    "augmentation": [dict(OPTIONS.get(kind["name"], {}), type=kind["name"])]}}
                if fit in kind["fits"]:
                    job = self.daemon.train(document)
                    spec = job["spec"]["training"]["augmentation"]
                    self.assertEqual(spec[0]["probability"], 1)
                    self.assertEqual(set(spec[0]), {"type"} | {field["name"] for field in kind["fields"]})
                elif (fit, dataset) != ("series", "series"):  # which may be a picture of one channel too
                    with self.assertRaises(Refused) as caught:
                        self.daemon.submit(document)
                    self.assertIn("training.augmentation[0].type", caught.exception.body)

    def test_examples_of_the_catalog_are_taken(self):
        for kind in self.daemon.get("/v1/catalog")["augmentations"]:
            dataset = "digits" if "images" in kind["fits"] else "series" if "series" in kind["fits"] else "iris"
            if kind["name"] in ("saturation", "hue"):
                dataset = "colors"
            self.assertEqual(len(self.preview(dataset=dataset, augmentation=kind["example"], count=2)["rows"]), 2)

    def job(self, name, **more):
        return dict({"dataset": "digits", "name": name, "network": FLAT, "training": {
            "epochs": 40, "batch_size": 32, "loss": "categorical_crossentropy", "class_weights": "balanced",
            "augmentation": ["random_rotate", "random_translate", {"type": "mixup", "probability": 0.5},
                             "gaussian_noise", {"type": "cutmix", "probability": 0.5}]}}, **more)

    def test_same_model_on_any_threads_and_after_pauses(self):
        digest = self.daemon.model(self.daemon.train(self.job("plain")))["sha256"]
        for threads in (2, 3, 4):
            job = self.daemon.train(self.job("threads", threads=threads))
            self.assertEqual(self.daemon.model(job)["sha256"], digest)
        job = self.daemon.submit(self.job("paused"))
        for _ in range(3):
            self.daemon.wait(job, 20, ("running", "succeeded"))
            time.sleep(0.05)
            try:
                self.daemon.post("/v1/jobs/%s:pause" % job)
                self.daemon.post("/v1/jobs/%s:resume" % job)
            except Refused as refused:
                self.assertEqual(refused.status, 409)
        self.assertEqual(self.daemon.model(self.daemon.wait(job))["sha256"], digest)
        other = self.job("other")
        del other["training"]["augmentation"]
        self.assertNotEqual(self.daemon.model(self.daemon.train(other))["sha256"], digest)

    def test_killed_daemon_ends_the_job_in_the_same_bytes(self):
        with tempfile.TemporaryDirectory() as folder, Daemon(folder) as daemon:
            images, labels = draw_digits(folder, 300, 5)
            daemon.upload_pair("digits", images, labels)
            digest = daemon.model(daemon.train(self.job("whole")))["sha256"]
            job = daemon.submit(self.job("killed"))
            while daemon.get("/v1/jobs/" + job)["epoch"] < 3:
                time.sleep(0.01)
            daemon.kill()
            daemon.start()
            ended = daemon.wait(job)
            self.assertEqual(daemon.model(ended)["sha256"], digest)


if __name__ == "__main__":
    main()
