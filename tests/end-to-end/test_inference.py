# SPDX-License-Identifier: Apache-2.0
"""Predictions in every dialect: the Open Inference Protocol with its vectors, as its clients send them, TensorFlow Serving's
form, CSV and NPY, what a running job trains, and checkpoints as models."""
import base64
import gzip
import json
import struct
import time
import unittest
import zlib

import propd
from propd import IRIS, Daemon, Refused, dense

# A model that gives 0.75 and 0.125 for [1, 2] and [-0.5, 0.25].
VECTOR_NETWORK = {"layers": [{"type": "dense", "name": "out", "units": 1}]}
VECTOR_MODEL = propd.write_safetensors(
    {"out/bias": ([1], [0.125]), "out/kernel": ([2, 1], [0.125, 0.25])},
    {"propd.network": json.dumps(VECTOR_NETWORK), "propd.input": json.dumps({"shape": [2]})})
VECTOR_JSON = (b'{"id":"42","inputs":[{"name":"input","shape":[2,2],"datatype":"FP32","parameters":{"binary_data_size":16}}],'
               b'"outputs":[{"name":"output","parameters":{"binary_data":true}}]}')
VECTOR_BYTES = bytes.fromhex("0000803f00000040000000bf0000803e")
ANSWER_JSON = (b'{"model_name":"xor","model_version":"1","id":"42","outputs":[{"name":"output","datatype":"FP32",'
               b'"shape":[2,1],"parameters":{"binary_data_size":8}}]}')
ANSWER_BYTES = bytes.fromhex("0000403f0000003e")

IRIS_ROW = [5.1, 3.5, 1.4, 0.2]
COLUMNS = ["sepal_length", "sepal_width", "petal_length", "petal_width"]

MIXED = "size,color,note,hot,target\n" + "".join(
    "%s,%s,%s,%s,%g\n" % ("" if i % 9 == 4 else i % 7 + 0.5, ["red", "green", "blue"][i % 3], "word%d and more" % i,
                          ["true", "false"][i % 2], i % 7 * 2 + i % 3) for i in range(90))


def npy(shape, values, code="<f4", fortran=False):
    """A file of NumPy's version 1.0."""
    letters = {"<f4": "f", "<f8": "d", "<i4": "i", "|u1": "B"}
    header = "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }" % (code, fortran, tuple(shape))
    header += " " * (-(10 + len(header) + 1) % 64) + "\n"
    return (b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
            + struct.pack("<%d%s" % (len(values), letters[code]), *values))


def read_npy(data):
    size, = struct.unpack("<H", data[8:10])
    header = eval(data[10:10 + size])  # our own answer
    return header["shape"], struct.unpack("<%df" % ((len(data) - 10 - size) // 4), data[10 + size:])


def tensor(name, shape, datatype, **rest):
    return dict(name=name, shape=shape, datatype=datatype, **rest)


class Inference(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(cores=2, max_predict_body="1M").start()
        cls.addClassCleanup(cls.daemon.__exit__, None)
        cls.daemon.call("POST", "/v1/models?name=xor", VECTOR_MODEL)
        cls.daemon.upload("iris", IRIS)
        for _ in range(2):
            cls.daemon.train({"dataset": "iris", "target": "species", "network": dense(8), "training": {"epochs": 8}})
        cls.daemon.upload("mixed", MIXED.encode())
        cls.daemon.train({"dataset": "mixed", "target": "target", "features": {"include": ["size", "color", "hot"]},
                          "network": {"layers": [{"type": "dense", "units": "auto"}]}, "training": {"epochs": 3}})

    def infer(self, body, headers=None, model="xor", status=200):
        """(headers by lower-case name, bytes)"""
        if isinstance(body, dict):
            body = json.dumps(body).encode()
        found, heads, answer = self.daemon.send("POST", "/v2/models/%s/infer" % model, body, headers)
        self.assertEqual(found, status, answer)
        heads = {name.lower(): value for name, value in heads.items()}
        if status >= 400:
            self.assertEqual(heads["content-type"], "application/json")
            self.assertEqual(list(json.loads(answer)), ["error"])
        return heads, answer

    def predict(self, model, body, headers=None):
        return self.daemon.call("POST", "/v1/models/%s:predict" % model, body, headers)

    # ---- Open Inference Protocol

    def test_the_vector_gives_its_bytes(self):
        self.assertEqual((len(VECTOR_JSON), len(ANSWER_JSON)), (172, 148))
        for name in ("Inference-Header-Content-Length", "inference-header-content-length"):
            heads, answer = self.infer(VECTOR_JSON + VECTOR_BYTES, {name: "172"})
            self.assertEqual(answer, ANSWER_JSON + ANSWER_BYTES)
            self.assertEqual(heads["inference-header-content-length"], "148")
            self.assertEqual(heads["content-type"], "application/octet-stream")

    def test_any_content_type_and_none_will_do(self):
        for kind in ("application/octet-stream", "application/json", "application/x-www-form-urlencoded", "text/whatever"):
            _, answer = self.infer(VECTOR_JSON + VECTOR_BYTES,
                                   {"Content-Type": kind, "Inference-Header-Content-Length": "172"})
            self.assertEqual(answer, ANSWER_JSON + ANSWER_BYTES)

    def test_what_is_no_request_is_refused(self):
        whole = VECTOR_JSON + VECTOR_BYTES
        for size in ("173", "189", "-1", "abc", "", "1e2", "18446744073709551617"):
            self.infer(whole, {"Inference-Header-Content-Length": size}, status=400)
        self.infer(whole[:-1], {"Inference-Header-Content-Length": "172"}, status=400)
        self.infer(whole + b"x", {"Inference-Header-Content-Length": "172"}, status=400)
        data = [1, 2, -0.5, 0.25]
        bad = [
            tensor("input", [2, 2], "FP32", data=data, parameters={"binary_data_size": 16}),
            tensor("input", [2, 2], "FP32"),
            tensor("input", [2, 2], "FP16", data=data),
            tensor("input", [2, 2], "BF16", data=data),
            tensor("input", [2, 3], "FP32", data=data),
            tensor("input", [4294967296, 4294967296], "FP32", data=data),
            tensor("input", [-2, -2], "FP32", data=data),
            tensor("input", [2.5, 2], "FP32", data=data),
            tensor("input", [], "FP32", data=data),
            tensor("input", [4], "FP32", data=data),
            tensor("other", [2, 2], "FP32", data=data),
            tensor("input", [2, 2], "FP32", data=["1", "2", "3", "4"]),
            tensor("input", [2, 2], "UINT8", data=[256, 0, 0, 0]),
            tensor("input", [2, 2], "INT32", data=[0.5, 0, 0, 0]),
            tensor("input", [2, 2], "FP32", data=[1e300, 0, 0, 0]),
            tensor("input", [2, 2], "FP32", data=data, parameters={"binary_data_size": -1}),
            tensor("input", [2, 2], "FP32", parameters={"shared_memory_region": "a", "binary_data_size": 0}),
            tensor("input", [2, 2], "FP32", data=data, surplus=1),
            {"name": "input"}, 5]
        for entry in bad:
            self.infer({"inputs": [entry]}, status=400)
        _, answer = self.infer({"inputs": [tensor("input", [2, 2], "BYTES", data=["1", "2", "3", "4"])]}, status=400)
        self.assertIn("numbers only, not texts", json.loads(answer)["error"])
        good = tensor("input", [2, 2], "FP32", data=data)
        for body in ([good], {"inputs": []}, {"inputs": good}, {"inputs": [good, good]}, {"input": [good]},
                     {"inputs": [good], "id": 7}, {"inputs": [good], "outputs": [{"name": "nothing"}]},
                     {"inputs": [good], "outputs": [{"name": "labels"}]},
                     {"inputs": [good], "outputs": [{"name": "output"}, {"name": "output"}]},
                     {"inputs": [good], "outputs": [{"name": "output", "parameters": {"classification": 0}}]},
                     {"inputs": [good], "parameters": {"binary_data_output": "yes"}},
                     {"inputs": [good], "parameters": {"sequence_id": 3}}):
            self.infer(json.dumps(body).encode(), status=400)
        self.infer({"inputs": [good]}, model="nobody", status=404)
        self.infer({"inputs": [good]}, model="xor/versions/7", status=404)
        places = (("/v2/models/xor/versions/none", 404), ("/v2/models/nobody/ready", 404), ("/v2/nothing", 404),
                  ("/v2/models/a%2Fb/ready", 400), ("/v2/models/a%00b", 400), ("/v2/models/" + "a" * 3000, 414))
        for place, wanted in places:
            status, heads, answer = self.daemon.send("GET", place)
            self.assertEqual((status, heads["Content-Type"], list(json.loads(answer))), (wanted, "application/json", ["error"]))

    def test_sizes_of_binary_data_are_compared(self):
        def body(shape, size, datatype="FP32", data=None):
            text = json.dumps({"inputs": [tensor("input", shape, datatype, parameters={"binary_data_size": size})]}).encode()
            return text + (data if data is not None else bytes(size)), {"Inference-Header-Content-Length": str(len(text))}
        self.infer(*body([2, 3], 16), status=400)
        self.infer(*body([2, 2], 12), status=400)
        self.infer(*body([0, 2], 0))
        self.infer(*body([1, 2], 9, "BYTES", struct.pack("<I", 1) + b"1" + struct.pack("<I", 9)), status=400)
        self.infer(*body([1, 2], 3, "BYTES", b"\x01\x00\x00"), status=400)
        _, answer = self.infer(*body([1, 2], 2, "UINT8", b"\x01\x02"))
        self.assertEqual(json.loads(answer)["outputs"][0]["data"], [0.75])
        _, answer = self.infer(*body([1, 2], 4, "FP16", struct.pack("<2e", 1, 2)))
        self.assertEqual(json.loads(answer)["outputs"][0]["data"], [0.75])

    def test_a_raw_request_is_one_row_and_its_answer_bytes(self):
        heads, answer = self.infer(VECTOR_BYTES[:8], {"Inference-Header-Content-Length": "0"})
        size = int(heads["inference-header-content-length"])
        self.assertEqual(answer[size:], ANSWER_BYTES[:4])
        self.assertEqual(json.loads(answer[:size])["outputs"][0]["shape"], [1, 1])
        self.infer(VECTOR_BYTES, {"Inference-Header-Content-Length": "0"}, status=400)
        self.infer(VECTOR_BYTES[:12], {"Inference-Header-Content-Length": "0"}, status=400)
        self.infer(b"", {"Inference-Header-Content-Length": "0"}, status=400)
        self.infer(VECTOR_BYTES, {"Inference-Header-Content-Length": "0"}, model="mixed", status=400)

    def test_nested_and_flat_data_are_the_same(self):
        answers = {self.infer({"inputs": [tensor("input", [2, 2], kind, data=data)]})[1]
                   for kind in ("FP32", "FP64") for data in ([1, 2, -0.5, 0.25], [[1, 2], [-0.5, 0.25]])}
        self.assertEqual(len(answers), 1)
        answer = json.loads(answers.pop())
        self.assertEqual(answer, {"model_name": "xor", "model_version": "1", "outputs": [
            {"name": "output", "datatype": "FP32", "shape": [2, 1], "data": [0.75, 0.125]}]})

    def test_bodies_and_answers_are_packed(self):
        whole = VECTOR_JSON + VECTOR_BYTES
        for coding, pack, unpack in (("gzip", gzip.compress, gzip.decompress), ("deflate", zlib.compress, zlib.decompress)):
            heads, answer = self.infer(pack(whole), {"Content-Encoding": coding, "Accept-Encoding": coding,
                                                     "Inference-Header-Content-Length": "172"})
            self.assertEqual(heads["content-encoding"], coding)
            self.assertEqual(heads["inference-header-content-length"], "148")
            self.assertEqual(heads["vary"], "Accept-Encoding")
            self.assertEqual(unpack(answer), ANSWER_JSON + ANSWER_BYTES)
        self.infer(whole, {"Content-Encoding": "br", "Inference-Header-Content-Length": "172"}, status=415)
        self.infer(whole, {"Content-Encoding": "gzip", "Inference-Header-Content-Length": "172"}, status=400)
        self.infer(gzip.compress(whole)[:-5], {"Content-Encoding": "gzip"}, status=400)
        self.infer(gzip.compress(bytes(64 << 20)), {"Content-Encoding": "gzip"}, status=413)

    def test_answers_without_bytes_are_indented_where_it_is_asked_for(self):
        body = json.dumps({"inputs": [tensor("input", [2, 2], "FP32", data=[1, 2, -0.5, 0.25])]})
        plain = self.daemon.call("POST", "/v2/models/xor/infer", body)
        for accepted, unpack in (("identity", bytes), ("gzip", gzip.decompress)):
            _, _, answer = self.daemon.send("POST", "/v2/models/xor/infer?pretty", body, {"Accept-Encoding": accepted})
            self.assertTrue(unpack(answer).startswith(b'{\n  "model_name"'), answer)
            self.assertEqual(json.loads(unpack(answer)), plain)
        _, _, answer = self.daemon.send("POST", "/v2/models/xor/infer?pretty", VECTOR_JSON + VECTOR_BYTES,
                                        {"Inference-Header-Content-Length": "172"})
        self.assertEqual(answer, ANSWER_JSON + ANSWER_BYTES)

    def test_binary_output_is_asked_for_each_or_all(self):
        entry = tensor("input", [1, 4], "FP32", data=IRIS_ROW)
        cases = ((None, None, ()), (True, None, ("output", "labels")), (True, [("output", False), ("labels", None)], ("labels",)),
                 (False, [("output", True)], ("output",)), (None, [("labels", True)], ("labels",)))
        for default, outputs, binary in cases:
            body = {"inputs": [entry]}
            if default is not None:
                body["parameters"] = {"binary_data_output": default}
            if outputs:
                body["outputs"] = [dict(name=n, **({} if b is None else {"parameters": {"binary_data": b}})) for n, b in outputs]
            heads, answer = self.infer(body, model="iris")
            size = int(heads.get("inference-header-content-length", len(answer)))
            document = json.loads(answer[:size])
            found = tuple(o["name"] for o in document["outputs"] if "data" not in o)
            self.assertEqual(found, binary)
            self.assertEqual(sum(o.get("parameters", {}).get("binary_data_size", 0) for o in document["outputs"]),
                             len(answer) - size)
            if binary and binary[-1] == "labels":
                self.assertEqual(answer[-10:], struct.pack("<I", 6) + b"setosa")

    def test_classification_names_the_most_probable(self):
        body = {"inputs": [tensor("input", [1, 4], "FP64", data=IRIS_ROW)],
                "outputs": [{"name": "output", "parameters": {"classification": 2}}]}
        output = json.loads(self.infer(body, model="iris")[1])["outputs"][0]
        self.assertEqual((output["datatype"], output["shape"]), ("BYTES", [1, 2]))
        predictions = self.predict("iris", {"instances": [IRIS_ROW]})["predictions"][0]
        first = [entry.split(":") for entry in output["data"]]
        self.assertEqual(first[0], [repr(max(predictions))[:len(first[0][0])], "0", "setosa"])
        self.assertGreater(float(first[0][0]), float(first[1][0]))

    def test_health_metadata_and_index_are_what_clients_read(self):
        get = self.daemon.get
        self.assertEqual(get("/v2"), get("/v2/"))
        self.assertIn("binary_tensor_data", get("/v2")["extensions"])
        self.assertTrue(get("/v2/health/live")["live"])
        self.assertTrue(get("/v2/health/ready")["ready"])
        self.assertEqual(get("/v2/models/%78or/ready"), {"name": "xor", "ready": True})
        self.assertEqual(get("/v2/models/xor"), {
            "name": "xor", "versions": ["1"], "platform": "propd_native",
            "inputs": [{"name": "input", "datatype": "FP32", "shape": [-1, 2]}],
            "outputs": [{"name": "output", "datatype": "FP32", "shape": [-1, 1]}]})
        iris = get("/v2/models/iris/versions/2")
        self.assertEqual(iris["versions"], ["1", "2"])
        self.assertEqual(iris["outputs"][1], {"name": "labels", "datatype": "BYTES", "shape": [-1]})
        self.assertEqual([(i["name"], i["datatype"], i["shape"]) for i in get("/v2/models/mixed")["inputs"]],
                         [("size", "FP64", [-1]), ("color", "BYTES", [-1]), ("hot", "BOOL", [-1])])
        self.assertEqual(sorted(get("/v2/models")["models"]), ["iris", "mixed", "xor"])
        index = self.daemon.post("/v2/repository/index")
        self.assertEqual(sorted((m["name"], m["version"], m["state"]) for m in index),
                         [("iris", "1", "READY"), ("iris", "2", "READY"), ("mixed", "1", "READY"), ("xor", "1", "READY")])
        status, heads, answer = self.daemon.send("GET", "/v2/models/xor/infer")
        self.assertEqual((status, heads["Allow"]), (405, "POST"))
        self.assertIn("error", json.loads(answer))

    def test_columns_of_other_kinds_are_inputs_of_their_own(self):
        rows = [{"size": 2.5, "color": "red", "hot": True}, {"size": None, "color": "blue", "hot": False}]
        expected = self.predict("mixed", {"instances": rows})["predictions"]
        entries = [tensor("color", [2], "BYTES", data=["red", "blue"]), tensor("hot", [2, 1], "BOOL", data=[True, False]),
                   tensor("size", [2], "FP64", data=[2.5, None])]
        self.assertEqual(json.loads(self.infer({"inputs": entries}, model="mixed")[1])["outputs"][0]["data"], expected)
        color = struct.pack("<I", 3) + b"red" + struct.pack("<I", 4) + b"blue"
        parts = [("color", "BYTES", color), ("hot", "BOOL", b"\1\0"), ("size", "FP32", struct.pack("<2f", 2.5, float("nan")))]
        text = json.dumps({"inputs": [tensor(n, [2], t, parameters={"binary_data_size": len(d)}) for n, t, d in parts]}).encode()
        body = text + b"".join(d for _, _, d in parts)
        _, answer = self.infer(body, {"Inference-Header-Content-Length": str(len(text))}, model="mixed")
        self.assertEqual(json.loads(answer)["outputs"][0]["data"], expected)
        for wrong in (entries[:2], entries + [tensor("colour", [2], "BYTES", data=["a", "b"])],
                      entries[:2] + [tensor("size", [3], "FP64", data=[1, 2, 3])]):
            self.infer({"inputs": wrong}, model="mixed", status=400)

    def test_statistics_count_rows_and_batches(self):
        def stats(place):
            return self.daemon.get("/v2/models%s/stats" % place)["model_stats"]
        before = stats("/xor")[0]
        self.infer(VECTOR_JSON + VECTOR_BYTES, {"Inference-Header-Content-Length": "172"})
        self.infer(b"{", status=400)
        after = stats("/xor/versions/1")[0]
        self.assertEqual(after["inference_count"] - before["inference_count"], 2)
        self.assertEqual(after["execution_count"] - before["execution_count"], 1)
        self.assertEqual(after["inference_stats"]["success"]["count"] - before["inference_stats"]["success"]["count"], 1)
        self.assertEqual(after["inference_stats"]["fail"]["count"] - before["inference_stats"]["fail"]["count"], 1)
        self.assertGreater(after["last_inference"], 1e12)
        self.assertGreater(after["inference_stats"]["compute_infer"]["ns"], 0)
        self.assertEqual(len(stats("/iris")), 2)
        self.assertEqual(len(stats("")), 4)

    # ---- TensorFlow Serving's form

    def test_versions_and_labels_stand_in_the_path(self):
        body = {"signature_name": "serving_default", "instances": [IRIS_ROW]}
        newest = self.predict("iris", body)
        self.assertEqual(newest["version"], 2)
        self.assertEqual(self.daemon.call("POST", "/v1/models/iris/versions/2:predict", body), newest)
        self.assertEqual(self.daemon.call("POST", "/v1/models/iris/versions/1:predict", body)["version"], 1)
        self.assertEqual(self.daemon.get("/v1/models/iris/versions/1")["model_version_status"][0]["state"], "AVAILABLE")
        for place in ("versions/9", "versions/x", "labels/nobody"):
            with self.assertRaises(Refused) as refused:
                self.daemon.call("POST", "/v1/models/iris/%s:predict" % place, body)
            self.assertEqual((refused.exception.status, list(json.loads(refused.exception.body))), (404, ["error"]))

    def test_inputs_give_outputs_and_instances_predictions(self):
        rows = self.predict("iris", {"instances": [IRIS_ROW, IRIS_ROW]})
        for inputs in ([IRIS_ROW, IRIS_ROW], {name: [value, value] for name, value in zip(COLUMNS, IRIS_ROW)}):
            columns = self.predict("iris", {"inputs": inputs})
            self.assertEqual(columns["outputs"], rows["predictions"])
            self.assertEqual(columns["labels"], rows["labels"])
        self.assertEqual(columns["predictions"], columns["outputs"])

    def test_bytes_come_as_base64(self):
        plain = self.predict("mixed", {"instances": [{"size": 1, "color": "red", "hot": True}]})
        coded = base64.b64encode(b"red").decode()
        self.assertEqual(self.predict("mixed", {"instances": [{"size": 1, "color": {"b64": coded}, "hot": True}]}), plain)
        floats = base64.b64encode(struct.pack("<2f", 1, 2)).decode()
        self.assertEqual(self.predict("xor", {"instances": [{"b64": floats}]})["predictions"], [0.75])
        for wrong in ("####", base64.b64encode(b"abc").decode()):
            with self.assertRaises(Refused):
                self.predict("xor", {"instances": [{"b64": wrong}]})

    # ---- CSV and NPY

    def numbers(self, body, headers=None, model="iris"):
        """The text of the predictions as it was sent."""
        status, _, answer = self.daemon.send("POST", "/v1/models/%s:predict" % model, body, headers)
        self.assertEqual(status, 200, answer)
        return answer.split(b'"predictions":')[1].split(b',"labels"')[0]

    def test_lists_objects_csv_and_npy_give_the_same_text(self):
        rows = [IRIS_ROW, [6.25, 2.5, 4.75, 1.5], [7, 3, 6, 2]]
        expected = self.numbers(json.dumps({"instances": rows}))
        objects = [dict(zip(COLUMNS, row)) for row in rows]
        header = "petal_width;sepal_length;petal_length;sepal_width\n" + "".join(
            "%r;%r;%r;%r\r\n" % (r[3], r[0], r[2], r[1]) for r in rows)
        plain = "\n".join(",".join(map(repr, row)) for row in rows)
        flat = [value for row in rows for value in row]
        turned = [row[i] for i in range(4) for row in rows]
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.assertEqual(self.numbers(json.dumps({"instances": objects})), expected)
        for body, headers in ((header, {"Content-Type": "text/csv"}), (header, form), (plain, None),
                              (plain, {"Content-Type": "text/csv; charset=utf-8"}),
                              (npy([3, 4], flat, "<f8"), {"Content-Type": "application/x-npy"}),
                              (npy([3, 4], flat, "<f8"), {"Content-Type": "application/octet-stream"}),
                              (npy([3, 4], flat, "<f8"), form),
                              (npy([3, 4], turned, "<f8", fortran=True), None)):
            self.assertEqual(self.numbers(body, headers), expected)
        self.assertEqual(self.numbers(npy([4], IRIS_ROW, "<f8")), self.numbers(json.dumps({"instances": [IRIS_ROW]})))
        self.assertEqual(self.numbers(npy([1, 4], [7, 3, 6, 2], "<i4")), self.numbers(json.dumps({"instances": [rows[2]]})))

    def test_missing_values_are_the_same_in_all_forms(self):
        def text(body, headers=None):
            return json.loads(self.daemon.send("POST", "/v1/models/mixed:predict", body, headers)[2])["predictions"]
        expected = text(json.dumps({"instances": [{"size": None, "color": "red", "hot": True}]}))
        for cell in ("", "NA", "null"):
            self.assertEqual(text("color,size,hot\nred,%s,true\n" % cell), expected)
        missing = self.numbers(json.dumps({"instances": [[None, 3.5, 1.4, 0.2]]}))
        self.assertEqual(self.numbers(",3.5,1.4,0.2"), missing)
        self.assertEqual(self.numbers(npy([1, 4], [float("nan"), 3.5, 1.4, 0.2], "<f8")), missing)

    def test_predictions_go_out_as_csv_ndjson_and_npy(self):
        body = json.dumps({"instances": [IRIS_ROW, [7, 3, 6, 2]]})
        expected = json.loads(self.daemon.send("POST", "/v1/models/iris:predict", body)[2])
        status, heads, answer = self.daemon.send("POST", "/v1/models/iris:predict", body, {"Accept": "text/csv"})
        lines = answer.decode().split("\r\n")
        self.assertEqual((status, heads["Content-Type"]), (200, "text/csv; charset=utf-8"))
        self.assertEqual(lines[0], "setosa,versicolor,virginica,label")
        self.assertEqual([float(v) for v in lines[1].split(",")[:3]], expected["predictions"][0])
        self.assertEqual([line.split(",")[3] for line in lines[1:3]], expected["labels"])
        _, heads, answer = self.daemon.send("POST", "/v1/models/iris:predict", body, {"Accept": "application/x-ndjson"})
        self.assertEqual(heads["Content-Type"], "application/x-ndjson")
        self.assertEqual([json.loads(line) for line in answer.decode().splitlines()],
                         [{"prediction": p, "label": l} for p, l in zip(expected["predictions"], expected["labels"])])
        _, heads, answer = self.daemon.send("POST", "/v1/models/iris:predict", body, {"Accept": "application/x-npy"})
        shape, values = read_npy(answer)
        self.assertEqual((heads["Content-Type"], shape), ("application/x-npy", (2, 3)))
        singles = [struct.unpack("<f", struct.pack("<f", v))[0] for row in expected["predictions"] for v in row]
        self.assertEqual(list(values), singles)
        self.assertEqual(self.daemon.send("POST", "/v1/models/iris:predict", body, {"Accept": "image/png"})[0], 406)
        self.assertEqual(self.daemon.send("POST", "/v1/models/iris:predict", body, {"Content-Type": "image/png"})[0], 415)

    # ---- what is not finite, and what is nearly right

    def test_an_output_that_overflows_is_null_and_said(self):
        answer = self.predict("xor", {"instances": [[3e38, 3e38], [1, 2]], "signature_name": "serving_default"})
        self.assertEqual(answer["predictions"], [1.125e38, 0.75])
        large = propd.write_safetensors(
            {"out/bias": ([1], [0.0]), "out/kernel": ([2, 1], [3e38, 3e38])},
            {"propd.network": json.dumps(VECTOR_NETWORK), "propd.input": json.dumps({"shape": [2]})})
        self.daemon.call("POST", "/v1/models?name=large", large)
        try:
            answer = self.predict("large", {"instances": [[9, 9], [0, 0]]})
            self.assertEqual((answer["predictions"], answer["nonfinite"]), ([None, 0], "inf"))
            body = {"inputs": [tensor("input", [2, 2], "FP32", data=[9, 9, 0, 0])]}
            document = json.loads(self.infer(body, model="large")[1])
            self.assertEqual(document["outputs"][0]["data"], [None, 0])
            self.assertTrue(document["parameters"]["nonfinite"])
            body["outputs"] = [{"name": "output", "parameters": {"binary_data": True}}]
            self.assertEqual(self.infer(body, model="large")[1][-8:], struct.pack("<2f", float("inf"), 0))
        finally:
            self.daemon.call("DELETE", "/v1/models/large")

    def test_what_is_nearly_right_is_shown_what_is_right(self):
        cases = (([IRIS_ROW], "bare list"), ({"instance": [IRIS_ROW]}, "did you mean \"instances\""),
                 ({"data": [IRIS_ROW]}, "\"instances\""), ({"instances": IRIS_ROW}, "each row is a list"),
                 ({"instances": [IRIS_ROW[:3]]}, "has 3 values, expected 4: [sepal_length, sepal_width"),
                 ({"instances": [{"sepal_lenght": 1}]}, "did you mean \"sepal_length\""),
                 ({"instances": [["a", 1, 2, 3]]}, "must be a number"), (dict(zip(COLUMNS, IRIS_ROW)), "the body is a row"),
                 ({"instances": dict(zip(COLUMNS, IRIS_ROW))}, "not a row"), ({"instances": []}, "at least one row"),
                 ({}, "must have one of"), ({"instances": [IRIS_ROW], "inputs": [IRIS_ROW]}, "not both"),
                 ({"instances": [IRIS_ROW], "signature_name": "other"}, "serving_default"),
                 ({"instances": [[[5.1, 3.5, 1.4, 0.2]]]}, "instances[0]"), ("{\"instances\": [[NaN]]}", "line 1"))
        for body, words in cases:
            with self.assertRaises(Refused) as refused:
                self.predict("iris", body if isinstance(body, str) else json.dumps(body))
            message = json.loads(refused.exception.body)["error"]
            self.assertIn(words, message)
            example = message.split("a right body is ")[1]
            self.assertEqual(len(self.predict("iris", example)["predictions"]), 1, example)

    # ---- running jobs and checkpoints

    def test_a_running_job_predicts_and_its_checkpoint_becomes_a_model(self):
        job = self.daemon.submit({"dataset": "iris", "target": "species", "name": "runner", "network": dense(8),
                                  "training": {"epochs": 10000000, "batch_size": 50, "checkpoint": {"every_s": 1}}})
        self.daemon.wait(job, 30, ("running",))
        body = {"instances": [IRIS_ROW]}
        first = self.predict("runner@live", body)
        self.assertEqual((first["model"], first["version"], first["job"]), ("runner", "live", job))
        for _ in range(100):
            time.sleep(0.2)
            later = self.daemon.call("POST", "/v1/models/%s/versions/live:predict" % job, body)
            if later["step"] > first["step"]:
                break
        self.assertGreater(later["step"], first["step"])
        self.assertNotEqual(later["predictions"], first["predictions"])
        entry = {"inputs": [tensor("input", [1, 4], "FP32", data=IRIS_ROW)]}
        document = json.loads(self.infer(entry, model="runner/versions/live")[1])
        self.assertEqual((document["model_version"], document["parameters"]["job"]), ("live", job))
        self.assertEqual(self.daemon.get("/v2/models/runner/versions/live")["versions"], ["live"])
        trace = self.daemon.post("/v1/models/runner@live:trace", {"instance": IRIS_ROW, "target": "setosa"})
        self.assertEqual((trace["model"], trace["version"], trace["job"]), ("runner", "live", job))
        self.assertGreaterEqual(trace["step"], later["step"])
        for kind, key in ("evaluate", "metrics"), ("importance", "columns"):
            measured = self.daemon.post("/v1/models/runner@live:" + kind, {"dataset": "iris"})
            self.assertEqual((measured["model"], measured["version"], measured["job"]), ("runner", "live", job))
            self.assertIn(key, measured)
        kept = []
        for _ in range(100):
            kept = self.daemon.get("/v1/jobs/%s/checkpoints" % job)["checkpoints"]
            if kept:
                break
            time.sleep(0.1)
        self.daemon.post("/v1/jobs/%s:pause" % job)
        self.daemon.wait(job, 30, ("paused",))
        kept = self.daemon.get("/v1/jobs/%s/checkpoints" % job)["checkpoints"]
        self.assertGreater(kept[0]["bytes"], 0)
        step = kept[-1]["step"]
        model = self.daemon.post("/v1/jobs/%s/checkpoints/%d:promote" % (job, step))
        self.assertEqual((model["name"], model["version"], model["lineage"]["step"]), ("runner", 1, step))
        self.assertEqual(self.predict("runner", body)["version"], 1)
        for target in ("/v1/jobs/%s/checkpoints/%d:promote" % (job, step + 1), "/v1/jobs/%s/checkpoints/x:promote" % job,
                       "/v1/models/runner@live:predict", "/v1/models/nobody@live:predict"):
            with self.assertRaises(Refused) as refused:
                self.daemon.post(target, body if "predict" in target else None)
            self.assertEqual(refused.exception.status, 404)
        self.daemon.post("/v1/jobs/%s:cancel" % job, {"keep": False})
        self.daemon.call("DELETE", "/v1/models/runner")


if __name__ == "__main__":
    propd.main()
