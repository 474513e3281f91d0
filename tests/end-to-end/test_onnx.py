#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ONNX files: onnxruntime gives what :predict gives on the same raw rows, and an import gives the model back."""
import json
import math
import os
import random
import shutil
import struct
import subprocess
import tempfile
import unittest

from propd import IRIS, Daemon, dense, draw_digits, main, node

TOLERANCE = 1e-5
ROWS = 5
ACTIVATIONS = ["linear", "relu", "leaky_relu", "elu", "selu", "gelu", "gelu_tanh", "silu", "mish", "sigmoid",
               "hard_sigmoid", "tanh", "softplus", "softsign", "softmax", "log_softmax"]


def layer(kind, **fields):
    return dict(fields, type=kind)


def output(activation="softmax"):
    return layer("dense", units="auto", activation=activation)


# Networks by the shape of their input, float tensors: each layer type, and what its options change in the graph.
NETWORKS = {
    "activations": ([2, 3], [layer("flatten")] + [layer("dense", units=8, activation=a) for a in ACTIVATIONS[:8]] +
                    [output()]),
    "more activations": ([2, 3], [layer("flatten")] +
                         [layer("dense", units=8, activation=a) for a in ACTIVATIONS[8:]] + [output("log_softmax")]),
    "activation layers": ([3, 4], [layer("activation", activation={"type": "leaky_relu", "alpha": 0.3}),
                                   layer("activation", activation={"type": "elu", "alpha": 0.7}),
                                   layer("activation", activation="softmax"), layer("dense", units=3, use_bias=False),
                                   layer("dense", units=4), layer("flatten"), output()]),
    "convolutions": ([7, 6, 2], [
        layer("conv2d", filters=4, kernel_size=[3, 2], padding="same", strides=[2, 1], activation="relu"),
        layer("conv2d", filters=6, kernel_size=3, padding="same", groups=2, dilation=2, activation="gelu"),
        layer("batch_norm"), layer("conv2d", filters=4, kernel_size=2, activation="softmax", use_bias=False),
        layer("max_pool2d", pool_size=2, padding="same"), layer("flatten"), output()]),
    "strides beyond kernels": ([9, 8, 1], [layer("conv2d", filters=3, kernel_size=1, strides=3, padding="same"),
                                           layer("conv2d_transpose", filters=2, kernel_size=1, strides=2, padding="same"),
                                           layer("global_max_pool2d"), output()]),
    "sequences of windows": ([11, 3], [
        layer("conv1d", filters=6, kernel_size=3, padding="same", strides=2, groups=3),
        layer("batch_norm"), layer("average_pool1d", pool_size=3, strides=2, padding="same"),
        layer("conv1d", filters=5, kernel_size=2, dilation=2, padding="same"),
        layer("max_pool1d", pool_size=2, strides=1), layer("global_max_pool1d"), output()]),
    "images larger": ([4, 3, 2], [
        layer("conv2d_transpose", filters=3, kernel_size=[3, 2], strides=[2, 3], padding="same", activation="tanh"),
        layer("conv2d_transpose", filters=2, kernel_size=3, strides=2), layer("upsampling2d", size=[1, 2]),
        layer("zero_padding2d", padding=[2, 1]), layer("average_pool2d", pool_size=3, strides=2, padding="same"),
        layer("layer_norm"), layer("global_average_pool2d"), output()]),
    "branches": ([5, 4, 2], [
        layer("conv2d", filters=3, kernel_size=3, padding="same", name="a"),
        layer("conv2d", filters=3, kernel_size=1, input="input", name="b"), layer("add", input=["a", "b", "a"], name="sum"),
        layer("multiply", input=["sum", "b"], name="product"), layer("concat", input=["product", "input"], name="wide"),
        layer("concat", input=["wide", "wide"], axis=0), layer("gaussian_noise", stddev=0.1), layer("dropout", rate=0.3),
        layer("reshape", shape=[10, 20]), layer("global_average_pool1d"), layer("batch_norm"), output()]),
    "recurrent": ([6, 3], [layer("lstm", units=4, return_sequences=True), layer("gru", units=5, return_sequences=True),
                           layer("lstm", units=3), output()]),
    "both directions": ([6, 3], [layer("lstm", units=4, return_sequences=True, bidirectional=True),
                                 layer("gru", units=3, return_sequences=True, bidirectional=True),
                                 layer("gru", units=5, bidirectional=True), output()]),
    "last states of both": ([6, 3], [layer("lstm", units=4, bidirectional=True), output()]),
    "attention": ([7, 6], [layer("positional_embedding"), layer("attention", heads=2), layer("layer_norm"),
                           layer("attention", heads=3, units=12, causal=True), layer("global_max_pool1d"), output()]),
}


def npy(shape, values, kind="<f4"):
    header = "{'descr': '%s', 'fortran_order': False, 'shape': %r, }" % (kind, tuple(shape))
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    code = {"<f4": "f", "<i8": "q"}[kind]
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + \
        struct.pack("<%d%s" % (len(values), code), *values)


def flat(value):
    if isinstance(value, list):
        return [number for part in value for number in flat(part)]
    return [value]


def nested(values, shape):
    if not shape:
        return values[0]
    step = len(values) // shape[0]
    return [nested(values[i * step:(i + 1) * step], shape[1:]) for i in range(shape[0])]


def tensor(values, dims, kind="float32"):
    return {"type": kind, "dims": dims, "data": values}


class Onnx(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon()
        cls.daemon.__enter__()
        cls.addClassCleanup(cls.daemon.__exit__, None)

    def file(self, model, kind="onnx"):
        status, _, data = self.daemon.send("GET", "/v1/models/%s/file?format=%s" % (model, kind))
        self.assertEqual(status, 200, data)
        return data

    def run_onnx(self, data, inputs):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.onnx")
            with open(path, "wb") as file:
                file.write(data)
            try:
                ran = node("run_onnx.js", path, input=json.dumps(inputs).encode())
            except subprocess.CalledProcessError as failed:
                self.fail(failed.stderr.decode())
        self.assertEqual(ran.stderr, b"")  # onnxruntime warns of what it does not like there
        return json.loads(ran.stdout)["outputs"]

    def check_numbers(self, got, expected):
        self.assertEqual(len(got), len(expected))
        for a, b in zip(got, expected):
            self.assertTrue(math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE), "%r is not %r" % (a, b))

    def check(self, model, instances, inputs):
        """Predicts both ways, then from an import of the file; gives the prediction."""
        data = self.file(model)
        expected = self.daemon.post("/v1/models/%s:predict" % model, {"instances": instances})
        outputs = self.run_onnx(data, inputs)
        self.check_numbers(outputs["predictions"]["data"], flat(expected["predictions"]))
        self.assertEqual(outputs["predictions"]["dims"][0], len(instances))
        self.assertEqual(outputs["labels"]["data"] if "labels" in outputs else None, expected.get("labels"))
        self.check_import(model, data, instances, expected)
        return expected

    def check_import(self, model, data, instances, expected):
        back = self.daemon.call("POST", "/v1/models?name=back", data)
        self.assertEqual(back["sha256"], self.daemon.get("/v1/models/" + model)["sha256"])
        again = self.daemon.post("/v1/models/%s:predict" % back["id"], {"instances": instances})
        self.assertEqual(again["predictions"], expected["predictions"])
        self.assertEqual(again.get("labels"), expected.get("labels"))
        self.assertEqual(self.file(back["id"], "safetensors"), self.file(model, "safetensors"))

    def train_tensors(self, name, shape, layers):
        draw = random.Random(name)
        count = math.prod(shape)
        if len(shape) == 2:  # tensors of two axes are images of one channel
            layers = [layer("reshape", shape=shape)] + layers
        features = [draw.gauss(0, 1) for _ in range(40 * count)]
        self.daemon.upload_pair("tensors", npy([40] + shape, features), npy([40], [i % 3 for i in range(40)], "<i8"))
        return self.daemon.train({"name": "net", "dataset": "tensors", "network": {"layers": layers},
                                  "training": {"epochs": 2, "batch_size": 8, "validation": None}})["model"]

    def test_every_layer(self):
        for name, (shape, layers) in NETWORKS.items():
            with self.subTest(name):
                model = self.train_tensors(name, shape, layers)
                draw = random.Random("rows of " + name)
                values = [draw.gauss(0, 1) for _ in range(ROWS * math.prod(shape))]
                self.check(model, nested(values, [ROWS] + shape), {"input": tensor(values, [ROWS] + shape)})

    def test_iris_by_columns(self):
        self.daemon.upload("iris", IRIS)
        model = self.daemon.train({"dataset": "iris", "network": dense(8), "training": {"epochs": 5}})["model"]
        instances = [[5.1, 3.5, 1.4, 0.2], [6.3, 2.9, 5.6, 1.8], [-3, 200.5, 0, 1e6]]
        columns = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
        inputs = {c: tensor([row[i] for row in instances], [3, 1]) for i, c in enumerate(columns)}
        self.assertIsInstance(self.check(model, instances, inputs)["labels"][0], str)

    def test_table_of_all_columns(self):
        """Numbers and booleans with and without missing values, categories in each way, a date: nulls and the unseen too."""
        draw = random.Random(3)
        lines = ["size,weight,fresh,sold,colour,grade,shop,when,price,tax"]
        for i in range(120):
            size, colour = draw.gauss(50, 9), draw.choice(["red", "green", "blue", "grün"])
            lines.append(",".join(map(str, [
                size, "" if i % 7 == 0 else draw.random(), draw.choice(["true", "false"]),
                "" if i % 11 == 0 else draw.choice(["true", "false"]), colour, draw.choice("ABC"),
                "" if i % 13 == 0 else draw.choice("pqrs"), "2024-%02d-%02dT%02d:00:00" % (i % 12 + 1, i % 28 + 1, i % 24),
                3 * size + len(colour), size / 7])))
        self.daemon.upload("table", "\n".join(lines).encode())
        ways = {"grade": {"categorical": "ordinal"}, "shop": {"categorical": "embedding"}, "size": {"numeric": "min_max"}}
        model = self.daemon.train({"dataset": "table", "target": ["price", "tax"], "preprocessing": {"columns": ways},
                                   "network": dense(8, output="linear"), "training": {"epochs": 3}})["model"]
        instances = [
            {"size": 50.5, "weight": 0.25, "fresh": True, "sold": False, "colour": "red", "grade": "B", "shop": "q",
             "when": "2024-03-01T07:00:00"},
            {"size": None, "weight": None, "fresh": None, "sold": None, "colour": None, "grade": None, "shop": None,
             "when": None},
            {"size": 1e9, "weight": 0.5, "fresh": False, "sold": True, "colour": "pink", "grade": "Z", "shop": "z",
             "when": "1969-12-31T23:00:00"},
            {"size": -3.25, "weight": 0, "fresh": False, "sold": True, "colour": "grün", "grade": "A", "shop": "s",
             "when": "2000-02-29T12:00:00"}]
        seconds = [1709276400, None, -3600, 951825600]
        kinds = {"colour": "string", "grade": "string", "shop": "string", "when": "float64"}
        inputs = {}
        for column in instances[0]:
            values = seconds if column == "when" else [row[column] for row in instances]
            values = [float(v) if isinstance(v, bool) else v for v in values]
            if kinds.get(column) == "string":
                values = [v or "" for v in values]
            inputs[column] = tensor(values, [4, 1], kinds.get(column, "float32"))
        answer = self.check(model, instances, inputs)
        self.assertEqual(len(answer["predictions"][0]), 2)

    def test_two_classes_by_one_output(self):
        lines = ["x,good"] + ["%g,%d" % (i / 10, i % 20 > 9) for i in range(100)]
        for labels in [("0", "1"), ("no", "yes"), ("false", "true"), ("3", "7")]:
            with self.subTest(labels):
                text = "\n".join(lines[:1] + [line[:-1] + labels[int(line[-1])] for line in lines[1:]])
                self.daemon.upload("two", text.encode())
                model = self.daemon.train({"dataset": "two", "network": {"layers": [
                    layer("dense", units=4, activation="tanh"), layer("dense", units=1, activation="sigmoid")]},
                    "training": {"epochs": 30, "loss": "binary_crossentropy"}})["model"]
                instances = [[0.2], [1.7], [3.3], [None]]
                self.check(model, instances, {"x": tensor([row[0] for row in instances], [4, 1])})

    def test_windows(self):
        lines = ["day,value,kind"] + ["%d,%g,%s" % (i, math.sin(i / 5), "ab"[i % 2]) for i in range(90)]
        self.daemon.upload("series", "\n".join(lines).encode())
        model = self.daemon.train({"dataset": "series", "target": "value", "window": {"length": 4, "by": "day"},
                                   "features": {"include": ["value", "kind"]},
                                   "network": {"layers": [layer("gru", units=4), output("linear")]},
                                   "training": {"epochs": 2}})["model"]
        instances = [[[0.1, "a"], [0.2, "b"], [None, "a"], [0.4, "c"]], [[-1, "b"], [-0.5, None], [0, "b"], [2.5, "a"]]]
        inputs = {"value": tensor([row[0] for window in instances for row in window], [2, 4]),
                  "kind": tensor([row[1] or "" for window in instances for row in window], [2, 4], "string")}
        self.check(model, instances, inputs)

    def test_images_of_bytes(self):
        with tempfile.TemporaryDirectory() as folder:
            images, labels = draw_digits(folder, 200, 1)
            with open(images, "rb") as one, open(labels, "rb") as other:
                self.daemon.upload_pair("digits", one.read(), other.read())
        model = self.daemon.train({"dataset": "digits", "network": {"layers": [
            layer("conv2d", filters=4, kernel_size=3, strides=2, padding="same", activation="relu"),
            layer("max_pool2d"), layer("flatten"), output()]}, "training": {"epochs": 1}})["model"]
        draw = random.Random(4)
        values = [draw.randrange(256) for _ in range(2 * 784)]
        answer = self.check(model, nested(values, [2, 28, 28]), {"input": tensor(values, [2, 28, 28])})
        self.assertIsInstance(answer["labels"][0], int)

    def test_what_onnx_cannot_say_is_refused(self):
        lines = ["words,kind"] + ["some words %d are here,%s" % (i, "ab"[i % 2]) for i in range(40)]
        self.daemon.upload("texts", "\n".join(lines).encode(), "?types=words=text")
        model = self.daemon.train({"dataset": "texts", "network": dense(4), "training": {"epochs": 1}})["model"]
        status, _, answer = self.daemon.send("GET", "/v1/models/%s/file?format=onnx" % model)
        self.assertEqual(status, 422)
        self.assertIn('column \\"words\\"', answer.decode())

    def test_damaged_files_are_refused(self):
        self.daemon.upload("iris", IRIS)
        data = self.file(self.daemon.train({"dataset": "iris", "network": dense(8), "training": {"epochs": 1}})["model"])
        for size in [3, 20, len(data) // 2, len(data) - 1]:
            status, _, _ = self.daemon.send("POST", "/v1/models", data[:size])
            self.assertIn(status, (400, 422))

    def test_models_of_pytorch(self):
        program = next((p for p in ("python3", "/usr/bin/python3") if shutil.which(p) and subprocess.run(
            [p, "-c", "import torch.onnx"], capture_output=True).returncode == 0), None)
        if program is None:
            self.skipTest("no Python with torch (Debian: python3-torch)")
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([program, os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch_models.py"), folder],
                           check=True, capture_output=True)
            names = sorted(name[:-5] for name in os.listdir(folder) if name.endswith(".onnx"))
            self.assertGreater(len(names), 10)
            for name in names:
                with self.subTest(name):
                    with open(os.path.join(folder, name + ".onnx"), "rb") as file:
                        model = self.daemon.call("POST", "/v1/models?name=torch", file.read())["id"]
                    with open(os.path.join(folder, name + ".json")) as file:
                        expected = json.load(file)
                    answer = self.daemon.post("/v1/models/%s:predict" % model, {"instances": expected["instances"]})
                    self.check_numbers(flat(answer["predictions"]), flat(expected["predictions"]))
                    rows = flat(expected["instances"])
                    dims, inner = [], expected["instances"]
                    while isinstance(inner, list):
                        dims, inner = dims + [len(inner)], inner[0]
                    self.check(model, expected["instances"], {"input": tensor(rows, dims)})


if __name__ == "__main__":
    main()
