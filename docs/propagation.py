#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fills the worked example of docs/propagation.md with what a running daemon answers to POST /v1/models/{m}:trace.

    build/propd --data /tmp/propagation & docs/propagation.py http://127.0.0.1:8420

Every number is also computed here, by the formulas that stand beside it; where the two differ nothing is written.
"""
import json
import math
import pathlib
import re
import struct
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
MARKED = re.compile(r"(<!-- example: (\w+) -->\n```text\n).*?(```\n)", re.DOTALL)
ROWS = [([0, 0], "even"), ([0, 1], "odd"), ([1, 0], "odd"), ([1, 1], "even")]
CLASSES = ["even", "odd"]
RATE = 0.5
CLOSE = 1e-5
NETWORK = {"layers": [{"type": "dense", "units": 2, "activation": "tanh"},
                      {"type": "dense", "units": "auto", "activation": "softmax"}]}
TENSORS = ("dense_1/kernel", "dense_1/bias", "dense_2/kernel", "dense_2/bias")


class Daemon:
    def __init__(self, url):
        self.url = url.rstrip("/")

    def bytes(self, path, body=None, method=None):
        request = urllib.request.Request(self.url + path, body, method=method)
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def call(self, path, document=None):
        return json.loads(self.bytes(path, None if document is None else json.dumps(document).encode()))

    def train(self, name, epochs, **more):
        """A model of the four rows after so many updates, each on all of them."""
        job = self.call("/v1/jobs", {
            "name": name, "dataset": "parity", "network": NETWORK, "preprocessing": {"numeric": "none"},
            "training": {"validation": None, "epochs": epochs, "batch_size": 4, "seed": 3,
                         "optimizer": {"type": "sgd", "learning_rate": RATE}}, **more})
        while job["state"] not in ("succeeded", "failed"):
            time.sleep(0.02)
            job = self.call("/v1/jobs/" + job["id"])
        return job["model"]

    def tensors(self, model):
        """{name: rows of numbers} of the model's file."""
        data = self.bytes("/v1/models/%s/file?format=safetensors" % model)
        size, = struct.unpack("<Q", data[:8])
        header = json.loads(data[8:8 + size])
        found = {}
        for name in header.keys() - {"__metadata__"}:
            begin, end = header[name]["data_offsets"]
            values = struct.unpack("<%df" % ((end - begin) // 4), data[8 + size + begin:8 + size + end])
            found[name] = shaped(values, header[name]["shape"])
        return found


def shaped(values, shape):
    if len(shape) == 1:
        return list(values)
    return [list(values[i * shape[1]:(i + 1) * shape[1]]) for i in range(shape[0])]


def product(vector, matrix):
    return [sum(v * row[j] for v, row in zip(vector, matrix)) for j in range(len(matrix[0]))]


def transposed(matrix):
    return [list(column) for column in zip(*matrix)]


def outer(one, other):
    return [[a * b for b in other] for a in one]


def flat(values):
    return [number for value in values for number in flat(value)] if isinstance(values, list) else [values]


class Example:
    """One row through the network, forward and backward: as the daemon traces it, and by the formulas."""

    def __init__(self, weights, trace, x, label):
        self.x = x
        y = [float(name == label) for name in CLASSES]
        w1, b1, w2, b2 = (weights[name] for name in TENSORS)
        first, last = trace["layers"]
        self.take("z1", first["pre_activation"], [a + b for a, b in zip(product(x, w1), b1)])
        self.take("h", first["activation"], [math.tanh(z) for z in self.z1])
        self.take("z2", last["pre_activation"], [a + b for a, b in zip(product(self.h, w2), b2)])
        powers = [math.exp(z) for z in self.z2]
        self.take("p", last["activation"], [power / sum(powers) for power in powers])
        self.take("loss", trace["loss"]["value"], -math.log(self.p[y.index(1)]))
        self.take("d_z2", last["d_pre_activation"], [a - b for a, b in zip(self.p, y)])
        self.take("d_w2", last["gradients"]["dense_2/kernel"], outer(self.h, self.d_z2))
        self.take("d_b2", last["gradients"]["dense_2/bias"], self.d_z2)
        self.take("d_h", first["d_output"], product(self.d_z2, transposed(w2)))
        self.take("d_z1", first["d_pre_activation"], [d * (1 - h * h) for d, h in zip(self.d_h, self.h)])
        self.take("d_w1", first["gradients"]["dense_1/kernel"], outer(x, self.d_z1))
        self.take("d_b1", first["gradients"]["dense_1/bias"], self.d_z1)
        self.take("d_x", trace["d_input"], product(self.d_z1, transposed(w1)))

    def take(self, name, traced, computed):
        """Keeps the daemon's numbers, if they are those of the formula."""
        if isinstance(traced, dict):
            traced = shaped(traced["values"], traced["shape"])
        for one, other in zip(flat(traced), flat(computed), strict=True):
            if abs(one - other) > CLOSE:
                raise SystemExit("%s is %s by the daemon and %s by its formula" % (name, traced, computed))
        setattr(self, name, traced)


def number(value):
    return "%.4f" % (value + 0.0 if abs(value) >= 5e-5 else 0.0)


def show(value):
    if isinstance(value, list):
        return "[" + ", ".join(show(one) for one in value) + "]"
    return number(value)


def lines(*pairs):
    width = max(len(left) for left, _ in pairs)
    return "".join("%-*s = %s\n" % (width, left, show(right)) for left, right in pairs)


def example(url):
    """{name of a block: its text}"""
    daemon = Daemon(url)
    table = "a,b,parity\n" + "".join("%d,%d,%s\n" % (*x, label) for x, label in ROWS)
    daemon.bytes("/v1/datasets/parity?target=parity", table.encode(), "PUT")
    model = daemon.train("parity", 1)
    weights = daemon.tensors(model)
    traced = [Example(weights, daemon.call("/v1/models/%s:trace" % model, {"instance": x, "target": label}), x, label)
              for x, label in ROWS]
    after = daemon.tensors(daemon.train("parity-next", 1, initial_model=model))
    one = traced[2]
    return {
        "weights": lines(*((name, weights[name]) for name in TENSORS)),
        "forward": lines(("x", [float(v) for v in one.x]), ("z1 = x W1 + b1", one.z1), ("h  = tanh(z1)", one.h),
                         ("z2 = h W2 + b2", one.z2), ("p  = softmax(z2)", one.p), ("L  = -ln p[odd]", one.loss)),
        "backward": lines(("dL/dz2 = p - y", one.d_z2), ("dL/dW2 = h^T dL/dz2", one.d_w2), ("dL/db2 = dL/dz2", one.d_b2),
                          ("dL/dh  = dL/dz2 W2^T", one.d_h), ("dL/dz1 = dL/dh * (1 - h^2)", one.d_z1),
                          ("dL/dW1 = x^T dL/dz1", one.d_w1), ("dL/db1 = dL/dz1", one.d_b1),
                          ("dL/dx  = dL/dz1 W1^T", one.d_x)),
        "update": update(weights["dense_2/kernel"], traced, after["dense_2/kernel"]),
    }


def update(before, traced, after):
    """The step on all four rows, for the last kernel."""
    rows = len(traced)
    mean = shaped([sum(values) / rows for values in zip(*(flat(one.d_w2) for one in traced))], [2, 2])
    for w, d, found in zip(flat(before), flat(mean), flat(after), strict=True):
        if abs(w - RATE * d - found) > CLOSE:
            raise SystemExit("an update gave %s, not %s - %g * %s" % (after, before, RATE, mean))
    each = [("dL/dW2 of row %d" % (i + 1), one.d_w2) for i, one in enumerate(traced)]
    return lines(("W2 before", before), *each, ("their mean", mean), ("W2 after = before - 0.5 * mean", after))


def main(url):
    path = HERE / "propagation.md"
    blocks = example(url)
    text, count = MARKED.subn(lambda found: found[1] + blocks[found[2]] + found[3], path.read_text())
    if count != len(blocks):
        raise SystemExit("%s has %d marked blocks, expected one for each of %s" % (path, count, ", ".join(blocks)))
    path.write_text(text)
    print("filled", path)


if __name__ == "__main__":
    main(sys.argv[1])
