#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every command of propctl on a real daemon, what it says of wrong input, and its exit codes."""
import gzip
import json
import os
import pathlib
import shutil
import struct
import subprocess
import unittest

from propctl import LAYERS, PROGRAM, Propctl
from propd import IRIS, SOURCE, Daemon, draw_digits, main

ROW = ("5.1", "3.5", "1.4", "0.2")
TRAIN = ("train", "--dataset=iris", "--target=species", "--layers", LAYERS, "--learning-rate=0.02", "--epochs=30")


class Commands(unittest.TestCase):
    """One daemon with a dataset, a job and its model."""

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon().__enter__()
        cls.addClassCleanup(cls.daemon.__exit__, None)
        cls.ctl = Propctl(cls.daemon)
        cls.addClassCleanup(cls.ctl.close)
        cls.ctl.run("upload", IRIS)
        cls.ctl.run(*TRAIN, "--name=iris", "--wait")

    def path(self, name, content=None):
        path = pathlib.Path(self.ctl.home, name)
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


class Data(Commands):
    def test_a_file_becomes_a_dataset_of_its_name(self):
        self.assertIn("flowers@1: 150 rows, 5 columns",
                      self.ctl.out("upload", self.path("flowers.csv", IRIS.read_bytes())))
        self.assertEqual(self.daemon.get("/v1/datasets/flowers")["rows"], 150)

    def test_gzip_standard_input_and_options(self):
        packed = self.path("packed.csv.gz", gzip.compress(IRIS.read_bytes()))
        self.ctl.run("upload", packed, "--target=species", "--types=petal_width=category")
        packed = self.daemon.get("/v1/datasets/packed")
        self.assertEqual((packed["target"], packed["columns"][3]["type"]), ("species", "category"))
        self.ctl.run("upload", "-", "--name=piped", "--header=no", stdin=b"1,2\n3,4\n")
        self.assertEqual(self.daemon.get("/v1/datasets/piped")["rows"], 2)

    def test_features_and_labels_are_a_pair(self):
        images, labels = draw_digits(self.ctl.home, 20, 1)
        self.assertIn("digits@1: 20 rows", self.ctl.out("upload", images, labels, "--name=digits"))

    def test_json_is_the_daemons_answer(self):
        self.assertEqual(self.ctl.json("upload", IRIS, "--name=iris")["rows"], 150)
        self.assertEqual(self.ctl.json("dataset", "iris"), self.daemon.get("/v1/datasets/iris"))
        self.assertEqual(self.ctl.json("datasets", "--name=iris"), self.daemon.get("/v1/datasets?name=iris"))

    def test_datasets_are_listed_and_shown(self):
        self.assertRegex(self.ctl.out("datasets", "--name=iris"), r"(?m)^iris +1 +150 ")
        shown = self.ctl.out("dataset", "iris")
        self.assertRegex(shown, r"(?m)^sepal_length +number +0 +35 +4.3 +7.9 +mean 5.843")
        self.assertIn("setosa 50, versicolor 50", shown)
        rows = self.ctl.out("dataset", "iris", "--rows=2", "--offset=148").splitlines()
        self.assertEqual(rows[0].split(), IRIS.read_text().splitlines()[0].split(","))
        self.assertEqual(rows[2].split(), IRIS.read_text().splitlines()[150].replace("3.0", "3").split(","))

    def test_memory_does_not_grow_with_the_file(self):
        path = self.path("large.csv")
        with open(path, "w") as file:
            file.write("x,y\n")
            for _ in range(48):
                file.write("12.25,1\n" * (1 << 17))
        pid = os.posix_spawn(PROGRAM, [str(PROGRAM), "upload", str(path), "--name=large"], self.ctl.environment,
                             file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
        _, status, usage = os.wait4(pid, 0)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0)
        self.assertEqual(self.daemon.get("/v1/datasets/large")["rows"], 48 << 17)
        if "ASAN_OPTIONS" not in os.environ:  # which keeps what was freed
            self.assertLess(usage.ru_maxrss * 1024, path.stat().st_size * 0.8)
        terminal = self.ctl.terminal("upload", path, "--name=large")
        self.assertEqual(terminal.end(), 0)
        self.assertIn(" of 50.3 MB", terminal.plain)  # how far it is
        self.assertIn("large@1: 6291456 rows", terminal.lines()[-2])

    def test_wrong_uploads(self):
        self.assertIn("standard input has no name", self.ctl.run("upload", "-", code=2).err)
        self.assertIn("nothere.csv cannot be read", self.ctl.run("upload", "nothere.csv", code=1).err)
        self.assertIn("is a folder", self.ctl.run("upload", "/tmp", code=2).err)
        self.assertIn("header must be one of", self.ctl.run("upload", IRIS, "--header=maybe", code=1).err)
        self.assertIn("there is no dataset", self.ctl.run("dataset", "nothere", code=1).err)
        self.assertIn("--rows must be a number", self.ctl.run("dataset", "iris", "--rows=x", code=2).err)
        self.assertIn("there is no option --taget=x; did you mean --target?",
                      self.ctl.run("upload", IRIS, "--taget=x", code=2).err)


class Training(Commands):
    def test_check_shows_layers_and_the_document(self):
        words = ("check", "--dataset=iris", "--layers", "a: dense 4 relu, dropout 0.2, dense auto softmax", "--epochs=7",
                 "--set", "training.batch_size=16", "--set=training.seed=3")
        shown = self.ctl.out(*words)
        self.assertRegex(shown, r"(?m)^a +dense +\[4\] +20 ")
        self.assertRegex(shown, r"(?m)^gradient check +passed")
        document = json.loads(self.ctl.out(*words, "--print"))
        self.assertEqual(document, {
            "dataset": "iris", "training": {"epochs": 7, "batch_size": 16, "seed": 3},
            "network": {"layers": [{"name": "a", "type": "dense", "units": 4, "activation": "relu"},
                                   {"type": "dropout", "rate": 0.2},
                                   {"type": "dense", "units": "auto", "activation": "softmax"}]}})
        self.assertEqual(self.ctl.json(*words)["spec"]["training"]["batch_size"], 16)
        self.assertIn("will take about", self.ctl.out("train", *words[1:], "--check"))

    def test_flags_win_over_the_file(self):
        spec = {"dataset": "iris", "training": {"epochs": 3, "optimizer": {"type": "sgd", "momentum": 0.9}},
                "network": {"layers": [{"type": "dense", "units": 3, "activation": "softmax"}]}}
        path = self.path("spec.json", json.dumps(spec))
        taken = json.loads(self.ctl.out("check", path, "--print", "--epochs=5", "--learning-rate=0.1"))
        self.assertEqual(taken["training"], {"epochs": 5, "optimizer": {"type": "sgd", "momentum": 0.9, "learning_rate": 0.1}})
        taken = json.loads(self.ctl.out("check", "-", "--print", "--optimizer=adam", stdin=path.read_bytes()))
        self.assertEqual(taken["training"]["optimizer"], {"type": "adam"})

    def test_train_follow_tells_what_happens(self):
        out = self.ctl.out(*TRAIN, "--name=followed", "--follow")
        self.assertRegex(out, r"(?m)^state +running ")
        self.assertRegex(out, r"(?m)^epoch 30  step 120  .*val_loss")
        self.assertRegex(out.splitlines()[-1], r"^followed succeeded after .*; model followed@1; best val_loss [0-9.]+ at epoch")

    def test_follow_as_json_is_an_event_a_line(self):
        lines = self.ctl.out(*TRAIN, "--name=events", "--follow", "--json").splitlines()
        events = [json.loads(line) for line in lines]
        job = self.daemon.get("/v1/jobs/events")["id"]
        self.assertEqual(events, self.daemon.get("/v1/jobs/%s/events?after=0" % job)["events"])
        self.assertEqual(events[-1]["type"], "end")

    def test_train_without_waiting_names_the_job(self):
        self.assertRegex(self.ctl.out(*TRAIN, "--name=queued"), r"^queued is \w+ as job_\w+; propctl watch job_\w+ shows it$")
        self.assertEqual(self.ctl.json(*TRAIN, "--name=waited", "--wait")["state"], "succeeded")

    def test_answers_are_printed_digit_for_digit(self):
        words = (*TRAIN[1:], "--learning-rate=0.1", "--json")
        for command in ("train", "check"):
            self.assertRegex(self.ctl.out(command, *words), r'"learning_rate": ?0\.1[,}]')

    def test_wrong_documents(self):
        for words, message in (
                (("train",), "what is to be trained?"),
                (("train", "nothere.json"), "nothere.json cannot be read"),
                (("train", self.path("bad.json", '{"dataset": ')), "bad.json:1:"),
                (("train", self.path("list.json", "[]")), "must hold a JSON object"),
                (("check", "--dataset=iris", "--layers=dens 4"), '"dens" is no layer type; did you mean dense?'),
                (("check", "--dataset=iris", "--layers=dense 4 rleu"), "did you mean relu?"),
                (("check", "--dataset=iris", "--set=epochs"), "--set must be PATH=VALUE")):
            with self.subTest(words=words):
                code = 1 if "nothere.json" in words else 2
                self.assertIn(message, self.ctl.run(*words, code=code).err)

    def test_what_the_daemon_refuses_is_shown(self):
        refused = self.ctl.run("train", "--dataset=iris", "--layers=dense 4", "--set=training.epoch=3", code=1)
        self.assertIn("training.epoch is not known; did you mean epochs?", refused.err)
        self.assertEqual(refused.out, "")
        problem = json.loads(self.ctl.run("train", "--dataset=nothere", "--layers=dense 4", "--json", code=1).err)
        self.assertEqual((problem["status"], problem["errors"][0]["pointer"]), (422, "#/dataset"))
        self.assertEqual(problem["detail"], 'dataset must name what is here: there is no dataset "nothere"')

    def test_a_job_that_fails_is_exit_code_4(self):
        words = ("train", "--dataset=iris", "--target=petal_width", "--layers=dense 8, dense auto", "--loss=mse",
                 "--optimizer=sgd", "--learning-rate=1e6", "--epochs=5")
        followed = self.ctl.run(*words, "--follow", code=4).out
        self.assertRegex(followed, r"failed after .*: .*not finite|failed.*diverged")
        self.assertNotIn('{"code"', followed)
        self.assertEqual(json.loads(self.ctl.run(*words, "--wait", "--json", code=4).out)["state"], "failed")


class Jobs(Commands):
    def test_jobs_are_listed_and_shown(self):
        self.assertRegex(self.ctl.out("jobs", "--name=iris"), r"(?m)^iris +succeeded +100 % +30/30 ")
        shown = self.ctl.out("job", "iris")
        self.assertRegex(shown, r"(?m)^state +succeeded$")
        self.assertRegex(shown, r"(?m)^model +iris@1$")
        spec = self.ctl.out("job", "iris", "--spec")
        self.assertEqual(json.loads(spec)["training"]["epochs"], 30)
        self.assertTrue(spec.endswith("}\n"))
        self.assertEqual(self.ctl.json("job", "iris"), self.daemon.get("/v1/jobs/iris"))
        self.assertIn("there are no jobs", self.ctl.out("jobs", "--state=paused"))
        self.assertRegex(self.ctl.out("log", "iris"), r"(?m)state queued  reason submitted$")
        self.assertEqual(self.ctl.json("log", "iris")["events"][0]["type"], "state")
        self.assertRegex(self.ctl.out("watch"), r"(?m)^iris +succeeded ")
        self.assertRegex(self.ctl.out("watch", "iris"), r"(?m)^iris succeeded ")

    def test_pages_that_go_on_are_told(self):
        for name in ("one", "two"):
            self.ctl.run(*TRAIN, "--name=" + name, "--wait")
        self.assertIn("there are more", self.ctl.run("jobs", "--limit=1").err)

    def test_a_job_is_steered(self):
        self.ctl.run(*TRAIN, "--name=long", "--epochs=1000000")
        self.daemon.wait(self.daemon.get("/v1/jobs/long")["id"], states=("running",))
        self.assertRegex(self.ctl.out("set", "long", "learning_rate=0.001", "priority=3"), r"^long \(job_\w+\) is running$")
        self.assertEqual(self.daemon.get("/v1/jobs/long")["priority"], 3)
        self.ctl.run("pause", "long")
        self.daemon.wait("long", states=("paused",))
        self.assertIn("is queued", self.ctl.out("resume", "long"))
        self.ctl.run("cancel", "long", "--discard")
        self.assertEqual(self.daemon.wait("long")["model"], None)
        self.assertIn("is queued", self.ctl.out("retry", "long"))
        self.assertIn(self.ctl.json("cancel", "long")["state"], ("running", "cancelled", "queued"))
        self.daemon.wait("long")
        self.assertIn("cancelled", self.ctl.run("watch", "long", code=4).out)
        self.assertEqual(self.ctl.out("delete", "job", "long"), "deleted\n")

    def test_wrong_steering(self):
        for verb in ("pause", "resume", "cancel", "retry", "watch", "log", "job", "plot"):
            self.assertIn('there is no job "nothere"', self.ctl.run(verb, "nothere", code=1).err)
        self.assertIn("expected KEY=VALUE", self.ctl.run("set", "iris", "epochs", code=2).err)
        self.assertIn("learning_rate must be a number", self.ctl.run("set", "iris", "learning_rate=x", code=1).err)
        self.assertIn("usage: propctl set JOB KEY=VALUE", self.ctl.run("set", "iris", code=2).err)
        self.assertIn("usage: propctl pause JOB", self.ctl.run("pause", "a", "b", code=2).err)
        self.assertIn("succeeded", self.ctl.run("pause", "iris", code=1).err)

    def test_curves_in_the_terminal_and_as_pictures(self):
        chart = self.ctl.out("plot", "iris", "--rows=6", COLUMNS="60").splitlines()
        self.assertEqual(len(chart), 8)
        self.assertIn("━ loss  ━ val_loss", chart[0])
        self.assertTrue(all(len(line) <= 60 for line in chart))
        self.assertTrue(any("\u2801" <= c <= "\u28ff" for c in "".join(chart)))
        self.ctl.run("plot", "iris", "--metrics=loss,learning_rate", "--log", "--svg=a.svg", "--png=a.png", "--width=400")
        svg = self.path("a.svg").read_text()
        self.assertIn("</svg>", svg)
        header = self.path("a.png").read_bytes()[:24]
        self.assertEqual((header[:8], header[16:24]), (b"\x89PNG\r\n\x1a\n", b"\0\0\x01\x90\0\0\x01\xe0"))
        self.assertIn("series", self.ctl.json("plot", "iris"))
        self.assertIn("has no curve of x yet", self.ctl.run("plot", "iris", "--metrics=x", code=1).err)
        self.assertIn("cannot be written", self.ctl.run("plot", "iris", "--svg=/nothere/a.svg", code=1).err)
        self.assertIn("--width must be", self.ctl.run("plot", "iris", "--svg=a.svg", "--width=1", code=2).err)

    def test_two_jobs_are_compared(self):
        self.ctl.run(*TRAIN, "--name=other", "--epochs=20", "--wait")
        shown = self.ctl.out("compare", "iris", "other")
        self.assertRegex(shown, r"(?m)^spec.training.epochs +30 +20$")
        self.assertNotIn("spec.training.batch_size", shown)
        self.assertIn("━ iris loss  ━ other loss", shown)
        rows = {row["path"]: row for row in self.ctl.json("compare", "iris", "other")}
        self.assertEqual(rows["spec.training.epochs"], {"path": "spec.training.epochs", "a": 30, "b": 20})
        self.assertIn("there is no job", self.ctl.run("compare", "iris", "nothere", code=1).err)
        self.assertIn("nothing differs", self.ctl.out("compare", "iris", "iris"))


class Models(Commands):
    def test_models_are_listed_and_shown(self):
        self.assertRegex(self.ctl.out("models", "--name=iris"), r"(?m)^iris +1 ")
        shown = self.ctl.out("model", "iris@1")
        self.assertRegex(shown, r"(?m)^task +classes$")
        self.assertRegex(shown, r"(?m)^dense_1 +dense +\[8\] +40$")
        self.assertEqual(self.ctl.json("model", "iris"), self.daemon.get("/v1/models/iris"))
        self.assertIn("there is no model", self.ctl.run("model", "nothere", code=1).err)

    def test_a_row_of_words_is_predicted(self):
        lines = self.ctl.out("predict", "iris", *ROW).splitlines()
        self.assertEqual(lines[0].split(), ["row", "label", "setosa", "versicolor", "virginica"])
        self.assertEqual(lines[1].split()[:2], ["1", "setosa"])
        self.assertIn("setosa", self.ctl.out("predict", "iris", "petal_length=1.4", "petal_width=0.2"))
        self.assertEqual(self.ctl.json("predict", "iris", *ROW)["labels"], ["setosa"])

    def test_files_of_all_kinds_are_predicted(self):
        rows = [[5.1, 3.5, 1.4, 0.2], [6.3, 3.3, 6.0, 2.5]]
        files = {"a.csv": "\n".join(",".join(map(str, row)) for row in rows) + "\n",
                 "a.json": json.dumps({"instances": rows}),
                 "a.ndjson": "\n\n".join(map(json.dumps, rows)) + "\n"}
        want = self.daemon.post("/v1/models/iris:predict", {"instances": rows})
        for name, content in files.items():
            path = self.path(name, content)
            self.assertEqual(self.ctl.json("predict", "iris", path), want, name)
            form = name.split(".")[1]
            self.assertEqual(self.ctl.json("predict", "iris", "-", "--format=" + form, stdin=path.read_bytes()), want)
        npy = b"\x93NUMPY\x01\0" + b"\x76\0" + b"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 4), }".ljust(117) + b"\n"
        path = self.path("a.npy", npy + struct.pack("<8d", *sum(rows, [])))
        self.assertEqual(self.ctl.json("predict", "iris", path), want)
        table = self.ctl.out("predict", "iris", self.path("a.csv"), "--csv").splitlines()
        self.assertEqual(table[0], "setosa,versicolor,virginica,label")
        self.assertEqual([line.rsplit(",")[-1] for line in table[1:]], want["labels"])

    def test_numbers_below_zero_are_no_options(self):
        self.assertIn("label", self.ctl.out("predict", "iris", "-5.1", "-.5", "1e-3", "0"))

    def test_wrong_predictions(self):
        self.assertIn("has 2 values, expected 4", self.ctl.run("predict", "iris", "1", "2", code=1).err)
        self.assertIn("nothere.csv cannot be read", self.ctl.run("predict", "iris", "nothere.csv", code=1).err)
        self.assertIn("--format must be", self.ctl.run("predict", "iris", "-", "--format=xml", code=2).err)
        self.assertIn("has no column", self.ctl.run("predict", "iris", "petal_width=1", "2", code=2).err)
        self.assertIn("has no rows", self.ctl.run("predict", "iris", self.path("e.ndjson", "\n"), code=2).err)
        self.assertIn("nothere", self.ctl.run("predict", "nothere", *ROW, code=1).err)

    def test_evaluate(self):
        shown = self.ctl.out("evaluate", "iris", "--dataset=iris", "--rows=validation")
        self.assertRegex(shown, r"(?m)^class +precision +recall +f1 +rows +as setosa +as versicolor +as virginica$")
        self.assertRegex(shown, r"(?m)^rows +30$")
        self.assertEqual(self.ctl.json("evaluate", "iris")["rows"], 150)
        self.assertIn("nothere", self.ctl.run("evaluate", "iris", "--dataset=nothere", code=1).err)

    def test_export_is_whole_or_not_there(self):
        for form, ending in (("safetensors", "safetensors"), ("onnx", "onnx"), ("npz", "npz"), ("keras", "json"), ("c", "c")):
            self.assertEqual(self.ctl.out("export", "iris@1", "--format=" + form), "iris@1.%s\n" % ending)
            want = self.daemon.send("GET", "/v1/models/iris@1/file?format=" + form)[2]
            self.assertEqual(self.path("iris@1." + ending).read_bytes(), want)
        self.assertEqual(self.ctl.run("export", "iris", "-o", "-").stdout, self.daemon.send("GET", "/v1/models/iris/file")[2])
        before = set(os.listdir(self.ctl.home))
        self.assertIn("there is no model", self.ctl.run("export", "nothere", "-o", "x.onnx", code=1).err)
        self.assertIn("--format must be", self.ctl.run("export", "iris", "--format=pdf", code=2).err)
        self.assertIn("cannot be written", self.ctl.run("export", "iris", "-o", "/nothere/x", code=1).err)
        self.assertEqual(set(os.listdir(self.ctl.home)), before)

    def test_aliases_and_deletion(self):
        self.ctl.run(*TRAIN, "--name=gone", "--wait")
        self.assertEqual(self.ctl.out("alias", "gone@1", "production"), "gone@production is version 1\n")
        self.assertEqual(self.ctl.json("model", "gone@production")["version"], 1)
        self.assertIn("expected MODEL@VERSION", self.ctl.run("alias", "gone", "production", code=2).err)
        self.assertEqual(self.ctl.out("delete", "alias", "gone@production"), "deleted\n")
        self.assertEqual(self.ctl.out("delete", "model", "gone@1", "--json"), "")
        self.assertIn("there is no model", self.ctl.run("delete", "model", "gone@1", code=1).err)
        self.assertIn("expected dataset, job, model", self.ctl.run("delete", "cat", "x", code=2).err)
        self.assertIn("expected MODEL@ALIAS", self.ctl.run("delete", "alias", "x", code=2).err)
        self.ctl.run("upload", IRIS, "--name=unused")
        self.ctl.run("delete", "dataset", "unused")


class Rest(Commands):
    def test_system_catalog_version_and_backup(self):
        self.assertRegex(self.ctl.out("system"), r"(?m)^cores in use +0 of ")
        self.assertIn("cores", self.ctl.json("system"))
        self.assertRegex(self.ctl.out("catalog"), r"(?m)^layers +dense +every output")
        self.assertRegex(self.ctl.out("catalog", "dense"), r"(?m)^units +integer +required ")
        self.assertIn("did you mean dense", self.ctl.run("catalog", "dens", code=1).err)
        self.assertEqual(self.ctl.json("catalog"), self.daemon.get("/v1/catalog"))
        self.assertTrue(self.ctl.out("version").startswith("propctl "))
        self.assertEqual(self.ctl.json("version")["version"], self.ctl.out("--version").split()[1])
        self.ctl.run("backup", "all.tar")
        self.assertEqual(self.path("all.tar").read_bytes()[257:262], b"ustar")

    def test_every_command_has_help_with_a_right_example(self):
        table = self.ctl.json("help")
        listed = self.ctl.out("help")
        for command in table["commands"]:
            shown = self.ctl.out("help", command["name"])
            if command["name"] != "complete":  # which completes what follows, --help too
                self.assertEqual(shown, self.ctl.out(command["name"], "--help"))
            self.assertIn(command["example"], shown)
            self.assertTrue(command["example"].startswith("propctl " + command["name"]), command)
            self.assertIn("\n%s " % command["name"], listed)
            for option in command["options"]:
                self.assertIn("--" + option["name"], shown)

    def test_the_manual_has_every_command_and_option(self):
        manual = SOURCE / "clients/propctl/propctl.1"
        text = manual.read_text().replace("\\-", "-").replace("\\ ", " ")
        table = self.ctl.json("help")
        for command in table["commands"]:
            start = text.index("\n.SS %s" % (command["name"] + " " + command["words"]).strip())
            section = text[start:].split("\n.SS ")[1] if command["name"] != "check" else text
            for option in command["options"]:
                self.assertIn("--" + option["name"], section, command["name"])
        for option in table["options"]:
            self.assertIn("--" + option["name"], text)
        if shutil.which("mandoc") is None:
            self.skipTest("mandoc is not here")
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", manual], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_unknown_commands_name_the_nearest(self):
        self.assertIn('there is no command "trian"; did you mean train?', self.ctl.run("trian", code=2).err)
        self.assertIn('propctl help lists them', self.ctl.run("xyzzy", code=2).err)
        self.assertIn("the command comes first", self.ctl.run("--json", "jobs", code=2).err)
        self.assertIn("did you mean train?", self.ctl.run("help", "trian", code=2).err)
        self.assertEqual(self.ctl.out(), self.ctl.out("--help"))

    def test_options_that_would_be_ignored_are_refused(self):
        for words, message in (
                (("plot", "iris", "--json", "--svg=a.svg"), "--json and --svg exclude each other"),
                (("plot", "iris", "--json", "--png=a.png"), "--json and --png exclude each other"),
                (("dataset", "iris", "--offset=3"), "--offset is of rows: --rows=10 --offset=3"),
                (("job", "iris", "--json", "--spec"), "--json and --spec exclude each other"),
                (("predict", "iris", *ROW, "--csv", "--json"), "--csv and --json exclude each other"),
                (("token", "list", "laptop"), "expected create laptop or revoke laptop, not list laptop")):
            with self.subTest(words=words):
                done = self.ctl.run(*words, code=2)
                self.assertIn(message, done.err)
                self.assertEqual(done.out, "")

    def test_names_with_any_characters_reach_the_daemon_whole(self):
        for name in ("a?b", "a b", "ä", "%41", "a#b", "a+b", "a&b"):
            problem = json.loads(self.ctl.run("job", name, "--json", code=1).err)
            self.assertIn('"%s"' % name, problem["detail"])
        self.assertIn("an empty segment", self.ctl.run("delete", "model", "..", code=1).err)
        self.assertIn("escaped slash", self.ctl.run("job", "../system", code=1).err)

    def test_completion_offers_what_fits(self):
        def offered(*words):
            return self.ctl.out("complete", *words).split()
        self.assertIn("train", offered("tr"))
        self.assertIn("--dataset=", offered("train", "--d"))
        self.assertIn("--url=", offered("jobs", "-"))
        self.assertIn("iris", offered("train", "--dataset", ""))
        self.assertIn("iris", offered("train", "--dataset="))
        self.assertIn("iris", offered("watch", ""))
        self.assertIn("iris", offered("predict", "--csv", ""))
        self.assertIn("iris", offered("delete", "model", ""))
        self.assertEqual(offered("delete", ""), ["dataset", "job", "model", "alias", "token"])
        self.assertIn("onnx", offered("export", "iris", "--format", ""))
        self.assertEqual(offered("export", "iris", ""), [])
        self.assertEqual(self.ctl.run("complete", "watch", "", PROPD_URL="http://127.0.0.1:1").out, "")

    def complete_in(self, shell, script):
        if shutil.which(shell) is None:
            self.skipTest("%s is not here" % shell)
        environment = dict(self.ctl.environment, PATH="%s:%s" % (PROGRAM.parent, os.environ["PATH"]))
        done = subprocess.run([shell, "-c", script], capture_output=True, text=True, env=environment, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def test_completion_in_bash(self):
        script = """. %s/clients/propctl/completion/propctl.bash
            COMP_WORDS=(propctl %%s) COMP_CWORD=%%d; _propctl; printf '%%%%s\\n' "${COMPREPLY[@]}" """ % SOURCE
        self.assertEqual(self.complete_in("bash", script % ("tra", 1)), ["train"])
        self.assertEqual(self.complete_in("bash", script % ("watch ir", 2)), ["iris"])
        self.assertEqual(self.complete_in("bash", script % ("train --dataset = ir", 4)), ["iris"])
        self.assertEqual(self.complete_in("bash", script % ("export iris --form", 3)), ["--format="])
        offered, made = self.offer_a_command("bash", script % ("watch ''", 2))
        self.assertEqual(offered, [r"\$\(touch\$\{IFS\}%s\)" % made])

    def offer_a_command(self, shell, script):
        """A name that is offered is nothing but a name; gives what the shell makes of it."""
        made = self.path("executed")
        propctl = "propctl() { printf '%%s\\n' '$(touch${IFS}%s)'; }\n" % made
        offered = self.complete_in(shell, propctl + script)
        self.assertFalse(made.exists())
        return offered, made

    def test_completion_in_zsh(self):
        # compadd is what the function of a completion calls at last; here it prints what it would offer.
        script = """compadd() { print -l -- ${@[(i)--]:+${@:$((${@[(i)--]} + 1))}} }
            _files() { }
            words=(propctl %%s); CURRENT=%%d; . %s/clients/propctl/completion/_propctl""" % SOURCE
        self.assertIn("train", self.complete_in("zsh", script % ("tra", 2)))
        self.assertEqual(self.complete_in("zsh", script % ("watch ''", 3)), ["iris"])
        offered, made = self.offer_a_command("zsh", script % ("watch ''", 3))
        self.assertEqual(offered, ["$(touch${IFS}%s)" % made])  # compadd quotes it


if __name__ == "__main__":
    main()
