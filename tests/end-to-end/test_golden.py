#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The golden cases over HTTP: the first weights imported as a model, the data uploaded, trained from there, the weights taken
back out. The C tests run every case; here are those whose steps are whole epochs. Rows of numbers go up as a CSV file, images and
sequences as a pair of NumPy arrays."""
import json
import pathlib
import struct
import sys
import unittest

from propd import SOURCE, Daemon, main, read_safetensors, write_safetensors

sys.path.insert(0, str(SOURCE / "tests/data"))
from make_formats import npy  # noqa: E402

CASES = SOURCE / "tests/golden/cases"


def columns_of(shape, values):
    """Rows of a flat list of shape [rows] or [rows, width]."""
    width = shape[1] if len(shape) > 1 else 1
    return [values[i:i + width] for i in range(0, len(values), width)]


def table(x, y, whole):
    """A CSV file: x1 … xn and the targets y1 … yk, whole numbers as such; %.9g gives a float back exactly."""
    rows_x, rows_y = columns_of(*x), columns_of(*y)
    names_x = ["x%d" % (i + 1) for i in range(len(rows_x[0]))]
    names_y = ["y%d" % (i + 1) for i in range(len(rows_y[0]))]
    lines = [",".join(names_x + names_y)]
    for a, b in zip(rows_x, rows_y):
        lines.append(",".join(["%.9g" % v for v in a] + ["%d" % v if whole else "%.9g" % v for v in b]))
    return "\n".join(lines).encode() + b"\n", names_y


def array(tensor, code):
    """A NumPy file of float32 ("f") or int32 ("i")."""
    shape, values = tensor
    values = [int(v) for v in values] if code == "i" else values
    return npy("<%s4" % code, "(%s,)" % ", ".join(map(str, shape)), struct.pack("<%d%s" % (len(values), code), *values))


def first_states(tensors):
    """Moving averages of batch_norm layers, of which a case holds the last: 0 and 1."""
    states = {}
    for name, (shape, values) in tensors.items():
        if name.startswith("final/") and name.endswith(("/moving_mean", "/moving_variance")):
            states[name[6:]] = shape, [float(name.endswith("variance"))] * len(values)
    return states


def after_reshape(network, shape):
    """The same network behind a reshape: an array [n, a, b] is taken for images of one channel."""
    layers, count = [{"type": "reshape", "shape": shape, "name": "sequence"}], 0
    for layer in network["layers"]:
        layer = dict(layer)
        if layer["type"] == "reshape":  # the names are counted
            count += 1
            layer.setdefault("name", "reshape_%d" % count)
        if "input" in layer:
            names = layer["input"] if isinstance(layer["input"], list) else [layer["input"]]
            layer["input"] = ["sequence" if name == "input" else name for name in names]
        layers.append(layer)
    return {"layers": layers}


class Golden(unittest.TestCase):
    def test_cases(self):
        paths = sorted(CASES.glob("*.json"))
        self.assertGreater(len(paths), 40)
        with Daemon() as daemon:
            for path in paths:
                case = json.loads(path.read_text())
                per_epoch = -(-case["input"]["rows"] // case["training"]["batch_size"])
                if case["steps"] % per_epoch == 0:
                    with self.subTest(path.stem):
                        self.run_case(daemon, path.stem, case, case["steps"] // per_epoch)

    def run_case(self, daemon, name, case, epochs):
        tensors, _ = read_safetensors(path_of(name).read_bytes())
        first = {k[5:]: v for k, v in tensors.items() if k.startswith("init/")}
        first.update(first_states(tensors))
        file = write_safetensors(first, {"propd.network": json.dumps(case["network"]),
                                         "propd.input": json.dumps({"shape": case["input"]["shape"]})})
        daemon.call("POST", "/v1/models?name=first-" + name, file, {"Content-Type": "application/octet-stream"})
        training = dict(case["training"], epochs=epochs, shuffle=False, validation=None)
        document = {"dataset": name, "network": case["network"], "training": training,
                    "preprocessing": {"numeric": "none", "target": "none"}, "initial_model": "first-" + name}
        whole = case["target"]["kind"] in ("class", "binary", "count")
        if len(case["input"]["shape"]) == 1:
            data, document["target"] = table(tensors["x"], tensors["y"], whole)
            daemon.upload(name, data)
        else:
            if len(case["input"]["shape"]) == 2:
                document["network"] = after_reshape(case["network"], case["input"]["shape"])
            daemon.upload_pair(name, array(tensors["x"], "f"), array(tensors["y"], "i" if whole else "f"))
        job = daemon.train(document)
        _, _, last = daemon.send("GET", "/v1/models/%s/file" % job["model"])
        self.check_weights(read_safetensors(last)[0], tensors)
        history = daemon.get("/v1/jobs/%s/history?metric=loss&points=1000" % job["id"])
        self.check_close(history["series"][0]["mean"], tensors["losses"][1], 1e-5, max(map(abs, tensors["losses"][1])))

    def check_weights(self, weights, tensors):
        """As tests/golden/README.md measures: by the tensor's largest value, or a tenth of the largest of all."""
        final = {k[6:]: v for k, v in tensors.items() if k.startswith("final/")}
        largest = max(max(map(abs, values)) for _, values in final.values())
        self.assertEqual(set(weights), set(final))
        for name, (shape, values) in final.items():
            self.assertEqual(weights[name][0], shape)
            self.check_close(weights[name][1], values, 5e-5, max(max(map(abs, values)), largest / 10))

    def check_close(self, got, wanted, tolerance, scale):
        worst = max(abs(a - b) for a, b in zip(got, wanted))
        self.assertEqual(len(got), len(wanted))
        self.assertLessEqual(worst, tolerance * scale)


def path_of(name):
    return pathlib.Path(CASES, name + ".safetensors")


if __name__ == "__main__":
    main()
