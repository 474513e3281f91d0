#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of the measurements, what they keep and what is made of it; nothing is measured here."""
import array
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parents[1] / "end-to-end")]
import data  # noqa: E402
import external  # noqa: E402
import machine  # noqa: E402
import matrix  # noqa: E402
import peers  # noqa: E402
import profiles  # noqa: E402
import report  # noqa: E402
import results  # noqa: E402
import table  # noqa: E402
import targets  # noqa: E402
import workloads  # noqa: E402
from propd import main  # noqa: E402

BUILD = pathlib.Path(os.environ.get("BUILD", "build"))
PYTHON = os.environ.get("PYTHON", "/usr/bin/python3")


def row(ratio, **more):
    return dict({"what": "w3", "title": "an MLP, batch 128", "threads": 1, "unit": "samples/s", "propd": 30512.4,
                 "peers": {"PyTorch": {"value": 15000.0, "ratio": ratio, "form": "tuned"}}}, **more)


def kept(section, *rows):
    machine = {"processor": "a processor", "instruction_set": "AVX2", "cores": 2, "memory_gib": 4.0, "system": "Debian", "kernel": "6",
               "date": "2026-01-02", "commit": "abc", "quick": False, "peers": {"PyTorch": "1.13"}}
    return {"machine": machine, "sections": {section: {"date": "2026-01-02", "commit": "abc", "rows": list(rows)}}}


class Arithmetic(unittest.TestCase):
    def test_the_ratio_is_the_median_of_pairs_not_of_sums(self):
        self.assertEqual(results.ratio([10, 20, 90], [10, 40, 30]), 1)
        self.assertEqual(results.ratio([1, 2, 3, 4], [1, 1, 1, 1]), 2.5)

    def test_of_times_the_lesser_is_better(self):
        self.assertEqual(results.ratio([2, 2, 2], [6, 4, 8], higher_is_better=False), 3)

    def test_runs_without_a_partner_are_refused(self):
        with self.assertRaises(ValueError):
            results.ratio([1, 2], [1])

    def test_a_comparison_has_medians_and_the_spread(self):
        figures = results.compare([100, 110, 90], {"other": [50, 50, 60]})
        self.assertEqual((figures["propd"], figures["runs"]), (100, 3))
        self.assertAlmostEqual(figures["spread"], 0.2)
        self.assertEqual(figures["peers"]["other"], {"value": 50, "ratio": 2})

    def test_products_are_summed_up_by_geometric_means(self):
        def shape(peak, own, other):
            return {"figures": {"propd": {"peak": peak, "forward": own}, "OpenBLAS": {"forward": other}}}
        summary = matrix.summary([shape(100, 80, 40), shape(200, 40, 80)], "forward")
        self.assertAlmostEqual(summary["propd"], 0.4)
        self.assertAlmostEqual(summary["peers"]["OpenBLAS"]["value"], 0.4)
        self.assertAlmostEqual(summary["peers"]["OpenBLAS"]["ratio"], 1)


class Targets(unittest.TestCase):
    def test_each_target_decides_at_its_limit(self):
        two = targets.times(2, "PyTorch")
        self.assertEqual([two.reached(row(r)) for r in (1.99, 2, 3)], [False, True, True])
        few = targets.at_most(10, "ms")
        self.assertEqual([few.reached({"propd": v}) for v in (9, 10, 10.1)], [True, True, False])

    def test_what_was_not_measured_is_neither_reached_nor_missed(self):
        self.assertIsNone(targets.times(2, "dlib").reached(row(3)))
        self.assertIsNone(targets.peak(0.8).reached(row(3)))
        self.assertIsNone(targets.times_the_best(2).reached(dict(row(3), peers={})))

    def test_the_best_peer_is_the_one_that_is_least_behind(self):
        both = row(9, peers={"PyTorch": {"value": 1, "ratio": 9}, "dlib": {"value": 2, "ratio": 1.5}})
        self.assertFalse(targets.times_the_best(2).reached(both))

    def test_accuracy_may_be_half_a_point_less(self):
        wanted, = targets.of("accuracy", {"unit": "accuracy"})
        self.assertTrue(wanted.reached({"propd": 0.976, "peer": 0.98}))
        self.assertFalse(wanted.reached({"propd": 0.974, "peer": 0.98}))
        self.assertEqual(len(targets.of("accuracy", {"unit": "R²"})), 1)
        self.assertEqual(targets.of("accuracy", {"unit": "mean squared error"}), [])

    def test_every_workload_has_a_target(self):
        for workload in workloads.TRAINING:
            for threads in (1, 2):
                self.assertTrue(targets.of("training", {"what": workload.key, "threads": threads}), workload.key)

    def test_a_figure_may_bring_its_own(self):
        wanted, = targets.of("serving", {"what": "p50", "propd": 120, "target": 110, "better": "lower", "unit": "µs"})
        self.assertEqual((wanted.text, wanted.reached({"propd": 120})), ("≤ 110 µs", False))


class Tables(unittest.TestCase):
    def test_numbers_have_four_digits_and_groups(self):
        self.assertEqual([table.number(v) for v in (0.01234, 9.876, 123.4, 1234, 21234567)],
                         ["0.0123", "9.88", "123", "1,234", "21,230,000"])
        self.assertEqual(table.number(0.951, "of the peak"), "95 %")

    def test_columns_without_an_entry_are_left_out(self):
        lines = table.comparison("training", [row(2.03, peak_share=0.81)]).splitlines()
        self.assertEqual(lines[0], "|  | threads | unit | propd | PyTorch | target | reached |")
        self.assertEqual(lines[2], "| an MLP, batch 128 | 1 | samples/s | 30,510 (81 % of the peak) | 15,000 (2.03 ×) | ≥ 80 % of the peak; "
                                   "≥ 1.8 × PyTorch | yes; yes |")
        self.assertNotIn("threads", table.comparison("ingest", [dict(row(2), threads="", what="csv")]).splitlines()[0])

    def test_products_are_shown_layer_by_layer(self):
        figures = {"propd": {"peak": 200, "forward": 180, "d_input": 150, "d_kernel": 100},
                   "oneDNN": {"forward": 100, "d_input": 50, "d_kernel": 20}}
        text = table.shapes({"threads": 2, "shapes": [{"shape": "64-128", "batch": 16, "figures": figures}]})
        self.assertEqual([line for line in text.splitlines() if "64-128" in line], ["| 64-128 | 90 / 75 / 50 |", "| 64-128 | 50 / 25 / 10 |"])
        self.assertIn("| propd, 2 threads | batch 16 |", text)

    def test_the_page_has_each_section_and_says_what_is_missing(self):
        page = report.page(kept("training", row(2), {"what": "w2", "skipped": "its data comes with python3-sklearn"}), ["training"])
        for words in ("## Training", "| an MLP, batch 128 |", "![Training](training.svg)", "PyTorch 1.13",
                      "Not measured: w2: its data comes with python3-sklearn."):
            self.assertIn(words, page)
        self.assertNotIn("Measured on", page)

    def test_the_page_says_how_far_runs_lie_apart(self):
        some = kept("training", row(2, runs=5, spread=0.02), row(2, runs=5, spread=0.04), row(2, runs=5, spread=0.3))
        some["sections"]["training"]["runs"] = 5
        self.assertIn("propd's 5 runs of a figure lie 4 % apart", report.page(some, []))

    def test_the_page_of_a_busy_machine_says_so(self):
        some = kept("training", row(2))
        for busy, said in ((0.05, False), (1.3, True)):
            some["sections"]["training"]["busy"] = busy
            self.assertEqual("Others used 1.3 of the cores" in report.page(some, []), said)

    def test_a_section_of_another_day_says_so(self):
        old = kept("training", row(2))
        old["sections"]["training"]["commit"] = "before"
        self.assertIn("Measured on 2026-01-02, propd before.", report.page(old, []))


class Keeping(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_what_was_measured_survives_an_interruption(self):
        first = results.Results(self.folder / "results.json", {"cores": 2})
        first.begin("training")
        first.add("training", what="w1", propd=1)
        again = results.Results(self.folder / "results.json", {"cores": 2})
        again.begin("history")
        sections = json.loads((self.folder / "results.json").read_text())["sections"]
        self.assertEqual(sections, {"training": {"rows": [{"what": "w1", "propd": 1}]}, "history": {"rows": []}})

    def test_lines_of_other_programs_become_rows(self):
        rows = []
        for text in ("progress", "{broken", '{"bench": "serving", "what": "c16", "propd": 20, "peer": "Flask", "peer_value": 5, "ratio": 4}',
                     '{"bench": "serving", "what": "c16", "propd": 20, "peer": "FastAPI", "peer_value": 10, "ratio": 2}',
                     '{"bench": "jobs", "what": "p99", "value": 7.5, "unit": "ms", "p99": 9}',
                     '{"bench": "ingest", "what": "csv", "mb_s": 700}', '{"bench": "ingest", "what": "csv", "seconds": 1}'):
            line = external.read_line(text)
            if line is not None:
                external.add_line(rows, line)
        self.assertEqual([(r["what"], r["propd"], list(r["peers"])) for r in rows], [("c16", 20, ["Flask", "FastAPI"]), ("p99", 7.5, []), ("csv", 700, [])])
        self.assertEqual((rows[2]["unit"], rows[1]["p99_ms"]), ("MB/s", 9))
        self.assertIn("| 7.5 (p99 9 ms) |", table.comparison("jobs", rows[1:2]))

    def test_a_latency_decides_beside_a_rate(self):
        wanted = targets.of("jobs", {"what": "durable submissions"})
        self.assertEqual([t.reached({"propd": 4000, "p99_ms": 25}) for t in wanted], [True, False])

    def test_of_times_a_ratio_of_others_is_turned(self):
        line = external.read_line('{"bench": "serving", "what": "p50", "propd": 100, "peer": "x", "peer_value": 400, "ratio": 0.25, "unit": "us"}')
        self.assertEqual(line["ratio"], 4)

    def test_what_perf_prints_becomes_functions_and_shares(self):
        text = "# Overhead  Symbol\n#\n    35.84%  [.] tile_2_6\n     1.20%  [.] 0x000000ff\n\n     0.50%  [.] step_adam\n"
        self.assertEqual(profiles.read_report(text), [[0.3584, "tile_2_6"], [0.012, "0x000000ff"], [0.005, "step_adam"]])

    def test_threads_go_to_cores_of_their_own_first(self):
        pairs = {0: "0-1", 1: "0-1", 2: "2-3", 3: "2-3"}
        self.assertEqual(machine.spread_out([0, 1, 2, 3], pairs.get), [0, 2, 1, 3])

    def test_pinning_holds_what_is_started_and_ends(self):
        before = os.sched_getaffinity(0)
        with machine.pinned(1):
            shown = machine.output(sys.executable, "-c", "import os; print(len(os.sched_getaffinity(0)))")
        self.assertEqual((shown, os.sched_getaffinity(0)), ("1", before))

    def test_a_program_that_spins_makes_the_machine_busy(self):
        with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as spinning:
            busy = machine.busy(0.5)
            spinning.kill()
        self.assertGreater(busy, 0.3)
        self.assertLessEqual(busy, os.cpu_count())

    def test_arrays_are_what_numpy_and_mnist_have(self):
        file = data.npy([2, 3], array.array("f", range(6)))
        start = 10 + struct.unpack("<H", file[8:10])[0]
        self.assertEqual((start % 64, b"'shape': (2, 3)" in file[:start]), (0, True))
        self.assertEqual(struct.unpack("<6f", file[start:]), tuple(range(6)))
        self.assertEqual(data.idx([2, 3], bytes(6)), bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3]) + bytes(6))

    def test_iris_is_standardized_and_the_same_each_time(self):
        made = []
        for part in ("a", "b"):
            paths = data.Data(self.folder / part, PYTHON, "digits").files("iris")
            made.append([path.read_bytes() for path in paths])
        self.assertEqual(made[0], made[1])
        start = 10 + struct.unpack("<H", made[0][0][8:10])[0]
        values = struct.unpack("<480f", made[0][0][start:])  # 120 rows, the others are held back
        self.assertLess(abs(sum(values) / 480), 0.1)

    def test_a_peer_that_ends_says_its_last_words(self):
        with peers.Worker("one", [sys.executable, "-c", "import sys; sys.exit('no such thing')"], None) as worker:
            with self.assertRaises(peers.Failed) as caught:
                worker.ask("anything")
        self.assertEqual(str(caught.exception), "one ended: no such thing")

    def test_kernels_answer_a_shape_with_a_line(self):
        command = [str(BUILD / "tests/bench/bench_kernels"), "--shapes", "2", "1"]
        done = subprocess.run(command, input="16 4 16\n32 8 3\n", capture_output=True, text=True)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(answers), 2, done.stderr)
        for answer in answers:
            self.assertTrue(all(answer[key] > 0 for key in matrix.PRODUCTS), answer)

    def test_the_same_results_give_the_same_plots(self):
        if subprocess.run([PYTHON, "-c", "import matplotlib"], capture_output=True).returncode != 0:
            self.skipTest("python3-matplotlib is not installed")
        curve = {"curve": "width", "title": "A step", "x": [64, 128], "x_unit": "units", "unit": "µs", "series": {"propd": [1.5, 7]}}
        (self.folder / "results.json").write_text(json.dumps(kept("training", row(2), curve)))
        drawn = []
        for part in ("a", "b"):
            (self.folder / part).mkdir()
            report.make(results.Results(self.folder / "results.json"), self.folder / part, PYTHON, lambda text: None)
            drawn.append({path.name: path.read_bytes() for path in (self.folder / part).iterdir()})
        self.assertEqual(set(drawn[0]), {"README.md", "training.svg", "growth-width.svg"})
        self.assertEqual(drawn[0], drawn[1])


if __name__ == "__main__":
    main()
