# SPDX-License-Identifier: Apache-2.0
"""Models as files of other formats: what a C file says is what :predict says, archives are NumPy's, and what was exported comes in again."""
import base64
import ctypes
import json
import pathlib
import random
import shutil
import struct
import subprocess
import tempfile
import unittest

from propd import Daemon, IRIS, Refused, dense, draw_digits

NUMPY = "import json, sys, numpy; a = numpy.load(sys.argv[1]); print(json.dumps({k: [list(a[k].shape), str(a[k].dtype), float(a[k].sum())] for k in a}))"
CONVOLUTION = {"layers": [
    {"type": "conv2d", "filters": 4, "kernel_size": 3, "strides": 2, "activation": "relu"},
    {"type": "batch_norm"}, {"type": "max_pool2d"}, {"type": "flatten"},
    {"type": "dense", "units": "auto", "activation": "softmax"}]}


def numpy_python():
    """An interpreter that has numpy; skips the test where there is none."""
    for python in ("python3", "/usr/bin/python3"):
        if shutil.which(python) and subprocess.run([python, "-c", "import numpy"], capture_output=True).returncode == 0:
            return python
    raise unittest.SkipTest("no Python here has numpy")


def people(rows):
    """A table with missing values, categories, booleans, dates and a number to learn."""
    draw = random.Random(3)
    lines = ["age,city,married,since,income"]
    for _ in range(rows):
        age = draw.choice(["", "%d" % draw.randint(18, 80)])
        city = draw.choice(["Rome", "Oslo", "S\u00e3o Paulo", ""])
        lines.append("%s,%s,%s,20%02d-0%d-11,%d" % (age, city, draw.choice(["yes", "no"]), draw.randint(10, 24),
                                                    draw.randint(1, 9), 20000 + 300 * int(age or 40)))
    return ("\n".join(lines) + "\n").encode()


class Travel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.daemon = cls.enterClassContext(Daemon()) if hasattr(cls, "enterClassContext") else Daemon().start()
        cls.daemon.upload("iris", IRIS)
        cls.iris = cls.train("iris", dense(8))

    @classmethod
    def tearDownClass(cls):
        if not hasattr(cls, "enterClassContext"):
            cls.daemon.__exit__(None)
        cls.folder.cleanup()

    @classmethod
    def train(cls, dataset, network, **more):
        return cls.daemon.train({"dataset": dataset, "network": network, "training": {"epochs": 4}, **more})["model"]

    def file(self, model, kind):
        status, headers, body = self.daemon.send("GET", "/v1/models/%s/file?format=%s" % (model, kind))
        self.assertEqual(status, 200, body[:500])
        return body, headers

    def compile(self, model):
        """The C file as a shared library, after its self-test said that all is well."""
        body, headers = self.file(model, "c")
        self.assertIn("%s.c" % model, headers["Content-Disposition"])
        source = pathlib.Path(self.folder.name, model.replace("@", "_") + ".c")
        source.write_bytes(body)
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if compiler is None:
            self.skipTest("no C compiler is here")
        flags = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror"]
        program, library = source.with_suffix(".test"), source.with_suffix(".so")
        subprocess.run([compiler, *flags, "-DPROPD_SELF_TEST", source, "-o", program, "-lm"], check=True)
        said = subprocess.run([program], capture_output=True, text=True)
        self.assertEqual((said.returncode, said.stdout), (0, "ok 8 rows\n"), said.stdout)
        subprocess.run([compiler, *flags, "-O2", "-fPIC", "-shared", source, "-o", library, "-lm"], check=True)
        return ctypes.CDLL(str(library))

    def check_iris_row(self, library, row):
        class Prediction(ctypes.Structure):
            _fields_ = [("values", ctypes.c_float * 3), ("class_index", ctypes.c_int), ("label", ctypes.c_char_p)]
        prediction = Prediction()
        self.assertEqual(library.iris_predict((ctypes.c_double * 4)(*row), ctypes.byref(prediction)), 0)
        said = self.daemon.post("/v1/models/%s:predict" % self.iris, {"instances": [row]})
        self.assertEqual(prediction.label.decode(), said["labels"][0])
        for value, expected in zip(prediction.values, said["predictions"][0]):
            self.assertAlmostEqual(value, expected, delta=1e-6)

    def test_a_c_file_predicts_what_the_daemon_predicts(self):
        library = self.compile(self.iris)
        for row in ([5.1, 3.5, 1.4, 0.2], [6.7, 3.1, 5.6, 2.4], [0, -1, 1e6, 3]):
            self.check_iris_row(library, row)

    def test_a_table_with_categories_and_missing_values_is_the_same_in_c(self):
        self.daemon.upload("people", people(120))
        model = self.train("people", {"layers": [{"type": "dense", "units": 6, "activation": "gelu"},
                                                 {"type": "dense", "units": 1}]})
        library = self.compile(model)

        class Row(ctypes.Structure):
            _fields_ = [("age", ctypes.c_double), ("city", ctypes.c_char_p), ("married", ctypes.c_int),
                        ("since", ctypes.c_double)]
        for row, sent in ((Row(33, "S\u00e3o Paulo".encode(), 1, 1420934400), [33, "S\u00e3o Paulo", True, "2015-01-11"]),
                          (Row(float("nan"), None, -1, float("nan")), [None, None, None, None]),
                          (Row(50, b"Paris", 0, 1704067200), [50, "Paris", False, "2024-01-01"])):
            value = ctypes.c_float()
            self.assertEqual(library.people_predict(ctypes.byref(row), ctypes.byref(value)), 0)
            said = self.daemon.post("/v1/models/%s:predict" % model, {"instances": [sent]})["predictions"][0]
            self.assertAlmostEqual(value.value / said, 1, delta=1e-5)

    def test_images_and_sequences_are_the_same_in_c(self):
        images, labels = draw_digits(self.folder.name, 60, 1)
        self.daemon.upload_pair("digits", images, labels)
        self.compile(self.train("digits", CONVOLUTION))
        self.daemon.upload("steps", b"load\n" + b"".join(b"%d\n" % (i % 7) for i in range(60)))
        self.compile(self.train("steps", {"layers": [{"type": "gru", "units": 4, "bidirectional": True},
                                                     {"type": "dense", "units": 1}]}, window={"length": 5}))

    def test_an_archive_is_numpys_and_comes_in_again(self):
        body, headers = self.file(self.iris, "npz")
        self.assertEqual(headers["Content-Type"], "application/zip")
        path = pathlib.Path(self.folder.name, "iris.npz")
        path.write_bytes(body)
        said = json.loads(subprocess.run([numpy_python(), "-c", NUMPY, path], check=True, capture_output=True).stdout)
        self.assertEqual(said["dense_1/kernel"][:2], [[4, 8], "float32"])
        self.assertEqual(said["propd.json"][1], "uint8")
        self.check_import(body, "npz")

    def check_import(self, body, kind):
        made = self.daemon.call("POST", "/v1/models?name=again-" + kind, body)
        self.assertEqual(made["sha256"], self.daemon.get("/v1/models/" + self.iris)["sha256"])
        self.assertEqual(self.file(made["id"], "safetensors")[0], self.file(self.iris, "safetensors")[0])

    def test_keras_json_has_the_weights_and_comes_in_again(self):
        body, _ = self.file(self.iris, "keras")
        document = json.loads(body)
        self.assertEqual([layer["class_name"] for layer in document["config"]["layers"]], ["InputLayer", "Dense", "Dense"])
        kernel = document["propd"]["weights"]["dense_1"][0]
        self.assertEqual((kernel["shape"], len(base64.b64decode(kernel["data"]))), ([4, 8], 4 * 8 * 4))
        self.check_import(body, "keras")

    def test_a_model_out_of_keras_is_taken(self):
        weight = [{"shape": [2, 1], "data": base64.b64encode(struct.pack("<2f", 2, -1)).decode()},
                  {"shape": [1], "data": base64.b64encode(struct.pack("<f", 0.5)).decode()}]
        document = {"class_name": "Sequential", "keras_version": "3.5.0", "backend": "torch", "config": {"layers": [
            {"class_name": "InputLayer", "config": {"batch_shape": [None, 2], "name": "input_layer"}},
            {"class_name": "Dense", "config": {"name": "out", "units": 1, "activation": "linear"}}]},
            "propd": {"weights": {"out": weight}}}
        made = self.daemon.call("POST", "/v1/models?name=keras", json.dumps(document))
        said = self.daemon.post("/v1/models/%s:predict" % made["id"], {"instances": [[3, 4]]})
        self.assertEqual(said["predictions"], [2.5])
        del document["propd"]
        with self.assertRaises(Refused) as refused:
            self.daemon.call("POST", "/v1/models?name=keras", json.dumps(document))
        self.assertEqual(refused.exception.status, 422)
        self.assertIn("has no weights", refused.exception.body)

    def test_what_a_format_cannot_say_is_refused_by_layer(self):
        branches = {"layers": [{"type": "dense", "units": 4, "name": "left"},
                               {"type": "dense", "units": 4, "input": "input", "name": "right"},
                               {"type": "add", "input": ["left", "right"]},
                               {"type": "dense", "units": "auto", "activation": "softmax"}]}
        model = self.train("iris", branches)
        status, _, body = self.daemon.send("GET", "/v1/models/%s/file?format=keras" % model)
        self.assertEqual(status, 422)
        self.assertIn(b'layer \\"right\\"', body)
        self.compile(model)


if __name__ == "__main__":
    unittest.main()
