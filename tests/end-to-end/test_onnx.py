#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ONNX files: onnxruntime gives what :predict gives on the same raw rows, and an import gives the model back."""
import json
import math
import os
import random
import struct
import tempfile
import unittest

from propd import IRIS, Daemon, Refused, dense, main, node

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
    "activations": ([6], [layer("dense", units=8, activation=a) for a in ACTIVATIONS[:8]] + [output()]),
    "more activations": ([6], [layer("dense", units=8, activation=a) for a in ACTIVATIONS[8:]] + [output("log_softmax")]),
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
                                           layer("flatten"), output()]),
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
            ran = node("run_onnx.js", path, input=json.dumps(inputs).encode())
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


if __name__ == "__main__":
    main()
