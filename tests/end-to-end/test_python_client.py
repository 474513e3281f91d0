#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Python client: what it uploads, trains, asks and shows. What can go wrong is in test_python_failures.py."""
import io
import itertools
import json
import os
import pathlib
import pickle
import tempfile
import threading
import time
import unittest
import xml.etree.ElementTree as xml
from unittest import mock

from propd import IRIS, PATIENCE, Daemon, draw_digits, main
import python_client

propd = python_client.load()
from propd_client import curve, layers, predictions, progress  # noqa: E402
from propd_client.optional import numpy, pandas  # noqa: E402

ROWS = [{"x": i / 7, "y": i * i / 3, "kind": "even" if i % 2 == 0 else "odd"} for i in range(20)]
needs_numpy = unittest.skipIf(numpy is None, "numpy is not here")
needs_pandas = unittest.skipIf(pandas is None, "pandas is not here")


class Served(unittest.TestCase):
    """One daemon for all tests of a class, with a client and a model of iris."""

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon()
        cls.daemon.__enter__()
        cls.addClassCleanup(cls.daemon.__exit__, None)
        cls.client = propd.Client("http://127.0.0.1:%d" % cls.daemon.port, patience=30 * PATIENCE)
        cls.addClassCleanup(cls.client.close)
        cls.iris = cls.client.upload(IRIS, target="species")
        cls.job = cls.client.train(cls.iris, "dense 16 relu, dense auto softmax", epochs=60, learning_rate=0.01)
        cls.model = cls.job.model

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="propd-python-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def long_job(self, name):
        """One that ends when it is told to."""
        job = self.client.submit("iris", "dense 16 relu, dense auto softmax", name=name, epochs=10**7)
        self.addCleanup(self.end, job)
        for event in job.follow():
            if event.get("state") == "running":
                return job.refresh()

    def end(self, job):
        if any(one == job for one in self.client.jobs(state=["queued", "running", "paused"])):
            job.cancel()


class Uploads(Served):
    def rows(self, data, name="rows", **options):
        dataset = self.client.upload(data, name, **options)
        self.assertEqual(dataset.rows, 20)
        return self.daemon.get("/v1/datasets/%s/rows?limit=20" % dataset.id)["rows"]

    def csv(self):
        return "x,y,kind\n" + "".join("%r,%r,%s\n" % tuple(row.values()) for row in ROWS)

    def test_the_same_rows_come_out_of_every_form(self):
        path = self.folder / "my-rows.csv"
        path.write_text(self.csv())
        self.assertEqual(self.rows(path), ROWS)
        self.assertEqual(self.rows(str(path)), ROWS)
        self.assertEqual(self.rows(self.csv().encode()), ROWS)
        self.assertEqual(self.rows(io.BytesIO(self.csv().encode())), ROWS)
        self.assertEqual(self.rows(ROWS), ROWS)
        with path.open("rb") as file:
            self.assertEqual(self.client.upload(file).name, "my-rows")

    def test_a_pipe_is_streamed_without_a_length(self):
        reader, writer = os.pipe()

        def write():
            with open(writer, "w") as file:
                file.write(self.csv())

        thread = threading.Thread(target=write)
        thread.start()
        with open(reader, "rb") as pipe:
            self.assertEqual(self.rows(pipe), ROWS)
        thread.join()

    def test_options_reach_the_daemon(self):
        dataset = self.client.upload(b"a;b;c\n1;2;x\n3;-;y\n", "options", target=["a", "c"], types={"b": "category"},
                                     missing="-", separator="semicolon")
        self.assertEqual(dataset.target, ["a", "c"])
        self.assertEqual([(c["type"], c["missing"]) for c in dataset.columns],
                         [("number", 0), ("category", 1), ("category", 0)])

    @needs_pandas
    def test_frames_with_dates_missing_values_and_categories(self):
        frame = pandas.DataFrame(ROWS).assign(day=pandas.date_range("2026-01-01", periods=20), hole=numpy.nan)
        frame.loc[3, "hole"] = 0.1 + 0.2
        rows = self.rows(frame)
        self.assertEqual([{key: row[key] for key in ROWS[0]} for row in rows], ROWS)
        self.assertEqual(rows[3]["hole"], 0.1 + 0.2)
        self.assertIsNone(rows[4]["hole"])
        self.assertTrue(rows[1]["day"].startswith("2026-01-02"))
        self.assertEqual(self.client.dataset("rows").head(20).x.tolist(), frame.x.tolist())

    @needs_numpy
    def test_arrays_and_pairs(self):
        values = numpy.arange(60).reshape(20, 3) / 7
        self.assertEqual([list(row.values()) for row in self.rows(values)], values.tolist())
        self.assertEqual([list(row.values()) for row in self.rows(numpy.asfortranarray(values))], values.tolist())
        labels = ["odd" if i % 2 else "even" for i in range(20)]
        for pair in ((values, numpy.array(labels)), (values, labels)):
            rows = self.rows(pair)
            self.assertEqual([list(row.values()) for row in rows], [[*v, l] for v, l in zip(values.tolist(), labels)])
        self.assertEqual([row["label"] for row in self.rows((values, numpy.arange(20)))], list(range(20)))
        table = numpy.array([(1.5, "a"), (2.5, "b")] * 10, dtype=[("size", float), ("word", "U1")])
        self.assertEqual(self.rows(table)[1], {"size": 2.5, "word": "b"})
        with self.assertRaisesRegex(ValueError, "20 rows of features and 19 labels"):
            self.client.upload((values, labels[1:]), "pair")

    @needs_pandas
    def test_a_frame_and_labels_are_a_pair(self):
        frame = pandas.DataFrame(ROWS)
        dataset = self.client.upload((frame[["x", "y"]], frame.kind), "frame-pair")
        self.assertEqual([column["name"] for column in dataset.columns], ["x", "y", "kind"])
        for labels, name in ((frame.x, "x"), (list(frame.kind), "label")):
            with self.assertRaisesRegex(ValueError, "%s.*rename one" % name):
                self.client.upload((frame[["x", "y"]].assign(label=1), labels), "frame-pair")

    def test_a_pair_of_files_is_pictures_and_their_labels(self):
        images, labels = draw_digits(self.folder, 30, 1)
        dataset = self.client.upload((images, labels), "digits")
        self.assertEqual((dataset.rows, dataset.target), (30, "label"))
        self.assertEqual(dataset.picture(0)[:8], b"\x89PNG\r\n\x1a\n")

    def test_what_cannot_be_uploaded_is_said(self):
        for data, error, words in ((12, TypeError, "a dataset is a path, a file"), (self.folder / "no", OSError, "no file"),
                                   (io.StringIO("a,b"), TypeError, "binary mode"), (b"a,b\n1,2\n", ValueError, "name='iris'")):
            with self.assertRaisesRegex(error, words):
                self.client.upload(data)
        with self.assertRaisesRegex(propd.Refused, "target"):
            self.client.upload(IRIS, "refused", target="absent")

    def test_tags_and_removal(self):
        dataset = self.client.upload(b"a,b\n1,2\n2,3\n", "short-lived").change(tags={"team": "a"}, about="tiny")
        self.assertEqual(self.client.dataset("short-lived").tags, {"team": "a"})
        dataset.delete()
        with self.assertRaises(propd.NotFound):
            self.client.dataset("short-lived")
        with self.assertRaisesRegex(propd.Refused, "409"):
            self.long_job("holds-its-data")
            self.iris.delete()


class Networks(Served):
    def test_functions_know_the_first_fields_of_every_type(self):
        for type in self.client.catalog()["layers"]:
            fields = [field["name"] for field in type["fields"]]
            self.assertLessEqual(set(layers.POSITIONAL[type["name"]]), set(fields))
            self.assertTrue(callable(getattr(propd, type["name"])))

    def test_short_form_and_functions_say_the_same(self):
        for text, made in (("dense 64 relu", propd.dense(64, "relu")), ("dropout 0.2", propd.dropout(0.2)),
                           ("conv2d 8 3 relu same", propd.conv2d(8, 3, "relu", padding="same")),
                           ("lstm 8 bidirectional", propd.lstm(8, bidirectional=True)), ("flatten", propd.flatten()),
                           ("embedding auto 16", propd.embedding("auto", 16)),
                           ("sum: add input=[a,b]", propd.add(name="sum", input=["a", "b"])),
                           ("max_pool2d 2x2", propd.max_pool2d([2, 2]))):
            self.assertEqual(self.client.network(text), {"layers": [made]})

    def test_what_is_wrong_in_a_short_form_is_said(self):
        for text, words in (("dense 64 relu,, dropout 0.2", "is like"), ("", "is like"), ("dens 64", "did you mean dense"),
                            ("dense 64 rleu", "did you mean relu"), ("conv2d 8 [a,b]", "is not expected"),
                            ("flatten 3", "'3' in 'flatten 3' is not expected"),
                            ("dense 64 units=3", "units twice"), ("dense 64 unit=3", "a number for|did you mean")):
            with self.assertRaisesRegex(ValueError, words):
                self.client.network(text)
        for values, fields, words in (((1, 2, 3), {}, "at most 2 values"), ((1,), {"units": 1}, "units twice")):
            with self.assertRaisesRegex(TypeError, words):
                propd.dense(*values, **fields)

    def test_check_tells_what_a_job_would_be(self):
        found = self.client.check("iris", [propd.dense(16, "relu"), "dense auto softmax"], epochs=3)
        self.assertEqual((found["totals"]["parameters"], found["epochs"]), (131, 3))
        self.assertTrue(found["gradient_check"]["passed"])


class Jobs(Served):
    def test_a_trained_job_tells_all_of_itself(self):
        job = self.client.job(self.job.id)
        self.assertEqual((job.state, job.progress, job.epoch, job.error), ("succeeded", 1, 60, None))
        self.assertGreater(job.metrics["val_accuracy"], 0.9)
        self.assertEqual(job.spec["training"]["optimizer"]["learning_rate"], 0.01)
        self.assertEqual(sum(map(sum, job.evaluation()["confusion_matrix"])), 30)
        self.assertEqual(job.histograms(layer="dense_1")[0]["epoch"], 1)
        self.assertEqual(job, self.job)
        self.assertEqual(len({job, self.job, self.model}), 2)
        self.assertIn("state='succeeded'", repr(job))
        self.assertEqual([e["type"] for e in job.follow()], [e["type"] for e in job.events()])
        self.assertEqual(job.events()[-1]["type"], "end")

    def test_history_is_a_table_by_step(self):
        table = self.job.history("loss,val_loss", points=1000)
        if pandas is not None:
            self.assertEqual((len(table), table.index.name, list(table)), (240, "step", ["loss", "val_loss"]))
            self.assertEqual(table.val_loss.count(), 60)
            self.assertEqual(table.val_loss.iloc[-1], self.job.metrics["val_loss"])
        banded = self.job.history(["loss"], points=10, start=100, stop=200, bands=True)
        self.assertEqual(list(banded)[-3:], ["loss", "loss_min", "loss_max"])
        if pandas is not None:
            self.assertTrue((banded.loss_min <= banded.loss).all() and (banded.loss <= banded.loss_max).all())
            self.assertTrue(banded.index.min() >= 100 and banded.index.max() <= 200)

    def test_a_job_is_steered(self):
        job = self.long_job("steered")
        self.settle(job.pause(), "paused")
        job.change(learning_rate=0.0005, tags={"why": "slower"})
        self.assertEqual(job.data["settings"][-1]["changes"], {"learning_rate": 0.0005})
        job.resume()
        with self.assertRaisesRegex(TimeoutError, "it goes on"):
            job.wait(timeout=0.2)
        self.settle(job, "running")
        job.cancel(keep=False)
        with self.assertRaisesRegex(propd.JobFailed, "steered .* cancelled: it was cancelled") as caught:
            job.wait()
        self.assertEqual(caught.exception.job, job)
        self.assertIsNone(job.model)
        self.assertEqual(job.retry().data["attempt"], 2)
        job.cancel()
        self.assertEqual(job.wait(check=False).state, "cancelled")
        job.delete()
        with self.assertRaises(propd.NotFound):
            job.refresh()

    def test_a_change_is_one_request_that_answers_with_the_whole_record(self):
        job = self.long_job("changed")
        self.check_one_request(job, lambda: job.change(priority=3))
        self.check_one_request(job, job.pause)
        self.settle(job, "paused")
        self.check_one_request(job, job.resume)
        self.check_one_request(job, job.cancel)
        job.wait(check=False)
        self.check_one_request(job, job.retry)
        self.check_one_request(self.model, lambda: self.model.change(about="a flower"))
        self.check_one_request(self.iris, lambda: self.iris.change(about="flowers"))

    def check_one_request(self, record, change):
        with mock.patch.object(self.client._connection, "request", wraps=self.client._connection.request) as asked:
            change()
        self.assertEqual(asked.call_count, 1)
        self.assertEqual(set(record.data), set(self.client._connection.json("GET", record.path)))

    def settle(self, job, state):
        end = time.monotonic() + 60 * PATIENCE
        while job.refresh().state != state:
            self.assertFalse(job.ended or time.monotonic() > end, job)
            time.sleep(0.05)

    def test_live_weights_and_checkpoints(self):
        job = self.long_job("living")
        said = self.client.live("living").predict([[5.1, 3.5, 1.4, 0.2]])
        self.assertIn(said.labels[0], self.model.classes)
        job.pause()
        self.settle(job, "paused")
        step = job.checkpoints()[-1]["step"]
        self.assertEqual(job.promote(step).data["lineage"]["step"], step)

    def test_a_diverged_job_says_why(self):
        with self.assertRaisesRegex(propd.JobFailed, "not finite") as caught:
            self.client.train("iris", "dense 64 relu, dense 64 relu, dense auto", target="petal_width", name="diverging",
                              optimizer="sgd", learning_rate=1000, epochs=50, progress=False)
        self.assertEqual(caught.exception.job.error["code"], "diverged")

    def test_the_same_bytes_are_verified(self):
        self.assertTrue(self.job.verify().wait().data["verification"]["verified"])

    def test_lists_go_through_pages_as_they_are_asked_for(self):
        for number in range(7):
            self.client.upload(b"a,b\n1,%d\n" % number, "page-%d" % number)
        with mock.patch.object(self.client._connection, "json", wraps=self.client._connection.json) as asked:
            found = self.client.datasets(name="page-*", sort="name", limit=3)
            self.assertEqual(asked.call_count, 0)
            self.assertEqual([one.name for one in itertools.islice(found, 2)], ["page-0", "page-1"])
            self.assertEqual(asked.call_count, 1)
            self.assertEqual([one.name for one in found], ["page-%d" % n for n in range(2, 7)])
            self.assertEqual(asked.call_count, 3)
        self.assertIn(self.job, list(self.client.jobs(state=["succeeded", "failed"], dataset="iris")))
        self.assertEqual([one.columns[0]["name"] for one in self.client.datasets(name="page-0")], ["a"])

    def test_data_is_uploaded_on_the_way(self):
        job = self.client.train(ROWS, "dense 4 relu, dense auto softmax", name="from-rows", epochs=2, validation=None)
        self.assertEqual((job.spec["dataset"], job.spec["training"]["validation"]), ("from-rows@1", None))


class Models(Served):
    def test_every_form_of_rows_gives_the_same(self):
        rows = [[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3], [5.9, 3.0, 4.2, 1.5]]
        expected = self.daemon.post("/v1/models/iris:predict", {"instances": rows})
        forms = [rows, [dict(zip(self.model.columns, row)) for row in rows], iter(rows)]
        if numpy is not None:
            forms += [numpy.array(rows), numpy.array(rows, dtype=object)]
        if pandas is not None:
            frame = pandas.DataFrame(rows, columns=self.model.columns)
            forms += [frame, frame[reversed(self.model.columns)].assign(more="x")]
        for form in forms:
            said = self.model.predict(form)
            self.assertEqual(said.labels, ["setosa", "virginica", "versicolor"])
            plain = said.values.tolist() if numpy is not None else said.values
            close = [[numpy.float32(v) if numpy is not None else v for v in row] for row in expected["predictions"]]
            self.assertEqual(plain, close)
        self.assertEqual((len(said), list(said)[1][2] > 0.9), (3, True))

    def test_missing_values(self):
        nothing = float("nan")
        said = self.model.predict([[5.1, nothing, 1.4, None], {"petal_width": nothing}])
        if pandas is not None:
            frame = pandas.DataFrame([[5.1, nothing, 1.4, nothing], [nothing] * 4], columns=self.model.columns)
            self.assertEqual(self.model.predict(frame).values.tolist(), said.values.tolist())
            with self.assertRaisesRegex(ValueError, "asks for the columns petal_width, which"):
                self.model.predict(frame.drop(columns="petal_width"))
        with self.assertRaisesRegex(TypeError, r"predict\(\[\[5.1"):
            self.model.predict("5.1,3.5")

    def test_many_rows_go_in_several_requests(self):
        rows = [[5.1, 3.5, 1.4, i / 100] for i in range(25)]
        whole = self.model.predict(rows)
        by_column = [dict(zip(self.model.columns, row)) for row in rows]
        cases = [(rows, 10, 10**6, 3), (rows, 10**6, 320, 2), (by_column, 10**6, 20, 25)]
        if numpy is not None:
            cases.append((numpy.array(rows), 10, 320, 3))
        for form, most_rows, most_bytes, requests in cases:
            with mock.patch.multiple(predictions, ROWS_A_REQUEST=most_rows, BYTES_A_REQUEST=most_bytes), \
                    mock.patch.object(self.client._connection, "request", wraps=self.client._connection.request) as asked:
                parts = self.model.predict(form)
            self.assertEqual(asked.call_count, requests)
            self.assertEqual((list(map(list, parts)), parts.labels), (list(map(list, whole)), whole.labels))
        self.assertEqual(len(self.model.predict([])), 0)

    @needs_numpy
    def test_values_come_in_original_units(self):
        job = self.client.train("iris", "dense 8 relu, dense auto", target="petal_width", name="width", epochs=30,
                                learning_rate=0.01, features={"exclude": ["species"]})
        said = job.model.predict(numpy.array([[5.1, 3.5, 1.4], [6.7, 3.0, 5.2]]))
        self.assertEqual((said.values.shape, said.labels), ((2,), None))
        self.assertTrue(said[0] < 1 < said[1])

    def test_files_go_out_and_come_back(self):
        data = self.model.download()
        path = self.model.download(self.folder)
        self.assertEqual((path.name, path.read_bytes()), ("iris@%d.safetensors" % self.model.version, data))
        self.assertIn(b"#include", self.model.download(self.folder / "iris.c", "c").read_bytes())
        self.assertEqual(self.client.import_model(path, "back").data["sha256"], self.model.data["sha256"])
        with self.assertRaisesRegex(propd.Refused, "format"):
            self.model.download(self.folder / "iris.exe", "exe")
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["iris.c", path.name])

    def test_aliases_versions_and_removal(self):
        again = self.client.train("iris", "dense auto softmax", epochs=1).model
        self.model.alias("best")
        self.assertEqual(self.client.model("iris@best"), self.model)
        self.assertEqual([m.version for m in again.versions()][:2], [again.version, again.version - 1])
        self.assertEqual(self.client.model("iris"), again)
        again.delete()
        self.assertEqual(self.model.change(about="picked").data["about"], "picked")
        with self.assertRaisesRegex(propd.Refused, "409.*best"):
            self.model.delete()

    def test_worth_and_insides(self):
        self.assertGreater(self.model.evaluate(self.iris, rows="validation", metrics=["accuracy"])["metrics"]["accuracy"], 0.9)
        self.assertEqual(len(self.model.importance(repeats=2)["columns"]), 4)
        trace = self.model.trace([5.1, 3.5, 1.4, 0.2], target="setosa", values=2)
        self.assertEqual((trace["label"], len(trace["layers"])), ("setosa", 2))

    def test_a_backup_can_be_restored(self):
        other = self.folder / "propd-backup.tar"
        other.write_text("of another day")
        path = self.client.backup(self.folder)
        self.assertRegex(path.name, r"^propd-backup-\w+\.tar$")
        self.assertEqual(other.read_text(), "of another day")
        self.assertEqual(self.client.backup(self.folder / "mine.tar").name, "mine.tar")
        self.assertEqual(path.read_bytes()[:13], b"manifest.json")
        self.assertEqual(len(list(self.folder.iterdir())), 3)

    def test_system(self):
        self.assertEqual(self.client.system()["version"], self.daemon.get("/v1/system")["version"])

    def test_records_can_be_pickled(self):
        model = pickle.loads(pickle.dumps(self.model))
        self.assertEqual(model.predict([[5.1, 3.5, 1.4, 0.2]]).labels, ["setosa"])

    def test_a_child_does_not_speak_on_its_parents_connection(self):
        self.client.system()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                labels = [self.model.predict([[5.1, 3.5, 1.4, 0.2]] * 3).labels for _ in range(50)]
                code = 0 if labels == [["setosa"] * 3] * 50 else 1
            finally:
                os._exit(code)  # whatever happens: the other tests are the parent's
        for _ in range(50):
            self.assertEqual(self.model.predict([[6.7, 3.0, 5.2, 2.3]]).labels, ["virginica"])
        self.assertEqual(os.waitpid(child, 0)[1], 0)

    def test_threads_share_a_client(self):
        right = []

        def ask(number):
            for _ in range(20):
                said = self.model.predict([[5.1, 3.5, 1.4, 0.2]] * (number + 1))
                right.append(said.labels == ["setosa"] * (number + 1))

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(right, [True] * 120)  # one that raised is missing


class Shown(Served):
    def test_curves_are_svg_with_band_and_escaped_text(self):
        series = self.job.series("loss,val_loss", points=20)
        tree = xml.fromstring(curve.draw(series, "<script>&"))
        kinds = [element.tag.rsplit("}")[-1] for element in tree]
        self.assertEqual((kinds.count("polygon"), kinds.count("polyline")), (2, 2))
        self.assertIn("<script>&", [element.text for element in tree])
        broken = {"metric": "loss", "step": [1, 2, 3], "mean": [1, None, 2], "min": [1, None, 2], "max": [1, None, 2]}
        tree = xml.fromstring(curve.draw([broken]))
        self.assertEqual(sum(element.tag.endswith("polyline") for element in tree), 2)
        self.assertIn("nothing yet", curve.draw([]))

    def test_a_job_is_drawn_in_a_notebook(self):
        shown = []
        handle = mock.Mock(update=lambda job: shown.append(job._repr_html_()))

        def display(job, display_id):
            shown.append(job._repr_html_())
            return handle

        with mock.patch.object(progress, "_notebook", lambda: display):
            self.client.train("iris", "dense auto softmax", epochs=2, name="drawn", progress=True)
        self.assertIn("<svg", shown[0])
        self.assertIn("drawn: succeeded", shown[-1])
        self.assertIn("<caption>propd dataset</caption>", self.iris._repr_html_())

    def test_lines_where_there_is_no_terminal(self):
        text = "import propd; propd.Client().train('iris', 'dense auto softmax', epochs=2, progress=%s)"
        said = python_client.run(text % True, self.daemon).stderr
        self.assertRegex(said, r"iris succeeded 100 % \[####################\] epoch 2/2  loss [\d.]+  val [\d.]+\n$")
        self.assertNotIn("\r", said)
        self.assertEqual(python_client.run(text % None, self.daemon).stderr, "")

    def test_a_bar_on_a_terminal(self):
        said = io.StringIO()
        said.isatty = lambda: True
        with mock.patch("sys.stderr", said):
            self.client.train("iris", "dense auto softmax", epochs=2, name="bar")
        self.assertRegex(said.getvalue(), "^\rbar .*\x1b\\[K\rbar succeeded.*\x1b\\[K\n$|^\rbar succeeded.*\x1b\\[K\n$")

    def test_examples_of_the_documentation(self):
        text = """
import doctest, importlib, sys, propd
client = propd.Client()
total = 0
for name in ("client", "datasets", "jobs", "models", "connection", "documents", "errors", "layers", "predictions",
             "progress", "shortform", "uploads", "curve"):
    module = importlib.import_module("propd." + name)
    result = doctest.testmod(module, extraglobs={"client": client})
    total += result.attempted
    if result.failed:
        sys.exit(1)
print(total)"""
        with Daemon() as daemon:
            result = python_client.run(text, daemon, check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertGreater(int(result.stdout), 25)

    def test_everything_works_without_numpy_and_pandas(self):
        text = """
import sys
sys.modules["numpy"] = sys.modules["pandas"] = None
import json, propd
client = propd.Client()
job = client.train([{"x": i, "y": 3 * i + 1} for i in range(30)], "dense auto", target="y", name="plain", epochs=3)
history = job.history("val_loss", points=2)
said = job.model.predict([[1], {"x": 2}, [float("nan")]])
print(json.dumps([len(history["val_loss"]), len(said), said.labels, client.dataset("plain").head(1)]))"""
        self.assertEqual(json.loads(python_client.run(text, self.daemon).stdout), [2, 3, None, [{"x": 0, "y": 1}]])


if __name__ == "__main__":
    main()
