#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every format over HTTP: uploaded, described, trained on. Real files are used where PROPD_SHARED/data holds them."""
import gzip
import json
import random
import struct
import sys
import unittest

from propd import SHARED, SOURCE, Daemon, Refused, dense, main

sys.path.insert(0, str(SOURCE / "tests/data"))
from make_formats import npy, png, tar, zip_of  # noqa: E402

DATA = SHARED / "data"
needs = lambda path: unittest.skipUnless((DATA / path).exists(), "%s is not present" % (DATA / path))
RAW = {"numeric": "none", "target": "none"}
# Rows and columns by their SOURCE.txt.
ARFF = {"colic": (368, 23), "cpu.small": (8192, 13), "h2o_iris_spacesep": (150, 5), "h2o_iris_weirdsep": (150, 5),
        "h2o_iris_weirdsep2": (150, 5), "h2o_myfactorcol": (7, 1), "h2o_string": (5, 2), "h2o_test_uuid": (19, 3),
        "h2o_time": (19, 5), "kin8nm": (8192, 9), "servo": (167, 5), "soybean": (683, 36), "vowel": (990, 14)}
NPZ = {"animals.npz": (28, 3), "australia_rainfall.npz": (103, 2), "yosemite.npz": (562, 253), "animals.name.npy": (28, 1),
       "yosemite.elev.npy": (562, 253)}


def floats(values):
    return struct.pack("<%df" % len(values), *values)


def longs(values):
    return struct.pack("<%dq" % len(values), *values)


class Formats(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon()
        self.daemon.__enter__()
        self.addCleanup(self.daemon.__exit__, None)
        self.chance = random.Random(7)

    def names(self, dataset):
        return [column["name"] for column in dataset["columns"]]

    def train(self, dataset, network, **more):
        training = dict({"epochs": 2, "batch_size": 8, "optimizer": {"type": "adam", "learning_rate": 0.01}}, **more.pop("training", {}))
        return self.daemon.train(dict({"dataset": dataset, "network": network, "training": training}, **more))

    def check(self, name, path, expected):
        dataset = self.daemon.upload(name, path)
        self.assertEqual((dataset["rows"], len(dataset["columns"])), expected, path)
        return dataset

    # ---- real files

    @needs("arff")
    def test_arff_files(self):
        for name, expected in ARFF.items():
            with self.subTest(name):
                self.check(name, DATA / "arff" / (name + ".arff"), expected)
        soybean = self.train("soybean", dense(32), training={"epochs": 20})
        self.assertGreater(soybean["metrics"]["val_accuracy"], 0.85)
        self.assertGreater(self.train("kin8nm", dense(32, output="linear"), training={"epochs": 10})["metrics"]["val_r2"], 0.4)

    @needs("npz")
    def test_numpy_files(self):
        for name, expected in NPZ.items():
            with self.subTest(name):
                self.check(name.replace(".np", "-np"), DATA / "npz" / name, expected)
        job = self.train("animals-npz", dense(8, output="linear"), target="brain", features={"include": ["body"]})
        self.assertEqual(job["state"], "succeeded")
        yosemite = self.daemon.get("/v1/datasets/yosemite-npz")
        self.assertEqual(self.names(yosemite)[::252], ["elev_1", "elev_253"])

    @needs("libsvm/heart_scale")
    def test_libsvm_file(self):
        dataset = self.check("heart", DATA / "libsvm/heart_scale", (270, 14))
        self.assertEqual(dataset["target"], "label")
        job = self.train("heart", dense(16), training={"epochs": 30})
        self.assertGreater(job["metrics"]["val_accuracy"], 0.75)

    # ---- pairs of NumPy arrays, as they come

    def test_tokens_and_classes(self):
        """[n, time] whole numbers: one input a step, also one that never changes; [n] class labels."""
        tokens = [t for _ in range(60) for t in [1] + [self.chance.randrange(20) for _ in range(5)]]
        labels = [self.chance.randrange(3) for _ in range(60)]
        dataset = self.daemon.upload_pair("tokens", npy("<i8", "(60, 6)", longs(tokens)), npy("<i8", "(60,)", longs(labels)))
        self.assertEqual((dataset["target"], len(dataset["columns"])), ("label", 7))
        job = self.train("tokens", dense(8), preprocessing=RAW)
        self.assertEqual(job["left_out"], [])
        answer = self.daemon.post("/v1/models/%s:predict" % job["model"], {"instances": [tokens[:6]]})
        self.assertIn(int(answer["labels"][0]), (0, 1, 2))

    def test_images_and_values(self):
        """[n, height, width, channels] floats and [n, k] floats, all of which are the target."""
        images = [self.chance.gauss(0, 1) for _ in range(40 * 4 * 3 * 2)]
        values = [self.chance.gauss(0, 1) for _ in range(40 * 3)]
        for order, fortran in ((images, False), (self.fortran(images, (40, 4, 3, 2)), True)):
            name = "images-%s" % ("f" if fortran else "c")
            dataset = self.daemon.upload_pair(name, npy("<f4", "(40, 4, 3, 2)", floats(order), fortran),
                                              npy("<f4", "(40, 3)", floats(values)))
            self.assertEqual(dataset["target"], ["label_1", "label_2", "label_3"])
            self.assertEqual(dataset["columns"][0]["shape"], [4, 3, 2])
        network = {"layers": [{"type": "flatten"}] + dense(8, output="linear")["layers"]}
        jobs = [self.train("images-" + o, network, preprocessing=RAW) for o in "cf"]
        digests = [self.daemon.model(job)["sha256"] for job in jobs]
        self.assertEqual(digests[0], digests[1])

    def fortran(self, values, shape):
        """The same array with its first index running fastest."""
        strides, out = [], []
        for i in range(len(shape)):
            stride = 1
            for dim in shape[i + 1:]:
                stride *= dim
            strides.append(stride)
        index = [0] * len(shape)
        for _ in values:
            out.append(values[sum(i * s for i, s in zip(index, strides))])
            for i in range(len(shape)):
                index[i] += 1
                if index[i] < shape[i]:
                    break
                index[i] = 0
        return out

    def test_several_yes_or_no(self):
        x = [self.chance.gauss(0, 1) for _ in range(50 * 4)]
        y = bytes(self.chance.randrange(2) for _ in range(50 * 2))
        self.daemon.upload_pair("flags", npy("<f4", "(50, 4)", floats(x)), npy("|b1", "(50, 2)", y))
        job = self.train("flags", dense(8, output="sigmoid"), preprocessing=RAW)
        self.assertIn("val_accuracy", job["metrics"])

    def test_the_target_of_an_upload_may_be_several(self):
        dataset = self.daemon.upload("two", b"a,b,c\n" + b"1,2,3\n4,5,7\n2,2,1\n9,1,4\n" * 5, "?target=a,c")
        self.assertEqual(dataset["target"], ["a", "c"])
        self.assertEqual(self.daemon.get("/v1/datasets/two")["target"], ["a", "c"])
        job = self.train("two", dense(4, output="linear"))
        self.assertEqual(job["spec"]["target"], ["a", "c"])

    # ---- the others, made here

    def test_json_lines(self):
        lines = [{"size": {"width": i % 7, "height": i % 3}, "kind": "ab"[i % 7 > 3]} for i in range(80)]
        self.daemon.upload("lines", "\n".join(map(json.dumps, lines)).encode())
        self.daemon.upload("array", gzip.compress(json.dumps(lines).encode()))
        for name in ("lines", "array"):
            self.assertEqual(self.names(self.daemon.get("/v1/datasets/" + name)), ["size.width", "size.height", "kind"])
        job = self.train("lines", dense(16), training={"epochs": 40})
        self.assertGreater(job["metrics"]["val_accuracy"], 0.9)

    def test_raw_planes(self):
        """CIFAR-10's form: a label, then planes."""
        rows = b"".join(bytes([i % 2]) + bytes([200 * (i % 2) + self.chance.randrange(50) for _ in range(3 * 4 * 4)])
                        for i in range(60))
        dataset = self.daemon.upload("raw", rows, "?format=raw&shape=3,4,4&labels=1&layout=chw")
        self.assertEqual((dataset["target"], dataset["columns"][0]["shape"]), ("label", [4, 4, 3]))
        job = self.train("raw", {"layers": [{"type": "flatten"}] + dense(8)["layers"]}, training={"epochs": 20})
        self.assertEqual(job["metrics"]["val_accuracy"], 1)

    def test_archives_of_images(self):
        members = [("%s/%d.png" % ("dark" if i % 2 else "light", i),
                    png(4, 4, 1, [self.chance.randrange(60) + 190 * (i % 2 == 0) for _ in range(16)])) for i in range(60)]
        tarred = self.daemon.upload("tar", gzip.compress(tar(members)))
        zipped = self.daemon.upload("zip", zip_of(members))
        self.assertEqual(tarred["file_sha256"], zipped["file_sha256"])
        self.assertEqual((tarred["target"], tarred["columns"][0]["shape"]), ("label", [4, 4, 1]))
        job = self.train("tar", {"layers": [{"type": "flatten"}] + dense(8)["layers"]}, training={"epochs": 20})
        self.assertEqual(job["metrics"]["val_accuracy"], 1)
        status, headers, image = self.daemon.send("GET", "/v1/datasets/tar/rows/1.png")
        self.assertEqual((status, headers["Content-Type"], image[:4]), (200, "image/png", b"\x89PNG"))
        again = self.daemon.upload("again", tar([("dark/1.png", image)]))
        self.assertEqual(self.daemon.get("/v1/datasets/again/rows")["rows"],
                         self.daemon.get("/v1/datasets/tar/rows?offset=1&limit=1")["rows"])
        self.assertEqual(again["columns"][0]["shape"], [4, 4, 1])
        self.assertEqual(self.daemon.upload("scaled", tar(members), "?size=8x2")["columns"][0]["shape"], [2, 8, 1])

    def test_very_many_features(self):
        rows = "".join("%d %d:1 20000:1\n" % (i % 2, 100 + 100 * (i % 2)) for i in range(40)).encode()
        dataset = self.daemon.upload("wide", rows)
        self.assertEqual(dataset["columns"][0]["shape"], [20000])
        job = self.train("wide", dense(4), training={"epochs": 20})
        self.assertEqual(job["metrics"]["val_accuracy"], 1)

    def test_what_is_wrong_is_said(self):
        for data, query, words in (
                (npy("<f4", "(1000000, 1000000)", b""), "", "cut short"), (npy("|O", "(1,)", b"x"), "", "cannot be read"),
                (b"@relation r\n@attribute a {x}\n@data\ny\n", "", "line 4"), (b'{"a": 1}\n{"a": 2\n', "", "line 2"),
                (b"1 1:1\n1 2:1 1:1\n", "", "line 2"), (b"12345", "?format=raw&shape=3", "multiple of 3"),
                (b"a,b\n1,2\n", "?shape=3", "shape is an option of"), (tar([("1.png", b"x")]), "", "folder"),
                (zip_of([("a.npy", b"x")]), "", "a.npy")):
            with self.assertRaises(Refused, msg=words) as caught:
                self.daemon.upload("wrong", data, query)
            self.assertEqual(caught.exception.status, 422)
            self.assertIn(words, json.loads(caught.exception.body)["detail"])


if __name__ == "__main__":
    main()
