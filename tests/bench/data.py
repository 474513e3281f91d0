# SPDX-License-Identifier: Apache-2.0
"""The data that is learned from, made once into a folder: features and labels in files that propd and every peer read. What is random comes
from fixed seeds. iris is the demo's; digits come with scikit-learn; drawings (in MNIST's shape) from the project's own program."""
import array
import csv
import json
import math
import pathlib
import random
import struct
import subprocess

DIGITS_PROGRAM = """
import json, sklearn.datasets
digits = sklearn.datasets.load_digits()
print(json.dumps([(digits.data / 16).tolist(), digits.target.tolist()]))
"""


class Missing(Exception):
    """What a data set is made with is not installed."""


def npy(shape, values):
    """A NumPy file of an array.array of floats ("f") or 64-bit integers ("q")."""
    kind = {"f": "<f4", "q": "<i8"}[values.typecode]
    text = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (kind, tuple(shape))
    text += " " * (-(10 + len(text) + 1) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + values.tobytes()


def idx(shape, values):
    """An IDX file of bytes."""
    return struct.pack(">I", 0x800 + len(shape)) + struct.pack(">%dI" % len(shape), *shape) + values


class Data:
    """Makes data sets in `folder`; `python` runs scikit-learn, `digits` draws. `scale` below 1 leaves rows out, for a coarse run."""

    def __init__(self, folder, python, digits, scale=1.0):
        self.folder, self.python, self.digits, self.scale = pathlib.Path(folder), python, digits, scale
        self.folder.mkdir(parents=True, exist_ok=True)

    def rows(self, count):
        return max(1, int(count * self.scale))

    def files(self, name):
        """Paths of its features and labels; Missing says what is not installed."""
        paths = self.folder / (name + "-features"), self.folder / (name + "-labels")
        if not all(path.exists() for path in paths):
            getattr(self, "_" + name.removesuffix("-test"))()
        return paths

    def _write(self, name, features, labels):
        """The features last: what was begun and interrupted is made anew."""
        (self.folder / (name + "-labels")).write_bytes(labels)
        (self.folder / (name + "-features")).write_bytes(features)

    def _write_split(self, name, rows, labels, test):
        """Rows of numbers in a random order; `test` of them are held back."""
        order = list(range(len(rows)))
        random.Random(7).shuffle(order)
        for part, indices in ((name + "-test", order[:test]), (name, order[test:])):
            values = array.array("f", [value for i in indices for value in rows[i]])
            self._write(part, npy([len(indices), len(rows[0])], values),
                        npy([len(indices)], array.array("q", [labels[i] for i in indices])))

    # ---- each of them

    def _iris(self):
        source = pathlib.Path(__file__).resolve().parents[2] / "clients/demo/iris.csv"
        with source.open(newline="") as file:
            lines = [line for line in csv.reader(file) if line][1:]
        rows = [[float(value) for value in line[:4]] for line in lines]
        means = [sum(column) / len(column) for column in zip(*rows)]
        deviations = [math.sqrt(sum((v - m) ** 2 for v in c) / len(c)) for c, m in zip(zip(*rows), means)]
        rows = [[(v - m) / d for v, m, d in zip(row, means, deviations)] for row in rows]
        names = sorted({line[4] for line in lines})
        self._write_split("iris", rows, [names.index(line[4]) for line in lines], 30)

    def _digits(self):
        done = subprocess.run([self.python, "-c", DIGITS_PROGRAM], capture_output=True, text=True)
        if done.returncode != 0:
            raise Missing("its data comes with python3-sklearn")
        self._write_split("digits", *json.loads(done.stdout), 357)

    def _drawings(self):
        for name, rows, seed in (("drawings", 60000, 1), ("drawings-test", 10000, 2)):
            paths = [str(self.folder / (name + end)) for end in ("-features", "-labels")]
            subprocess.run([self.digits, str(self.rows(rows)), str(seed)] + paths, check=True)

    def _table(self):
        chance = random.Random(3)
        factors = [(chance.gauss(0, 1), chance.gauss(0, 1), chance.gauss(0, 1)) for _ in range(16)]
        for name, rows in (("table-test", 20000), ("table", 200000)):
            x, y = array.array("f"), array.array("f")
            for _ in range(self.rows(rows)):
                row = [chance.gauss(0, 1) for _ in range(32)]
                wave = sum(c * math.tanh(a * row[2 * i] + b * row[2 * i + 1]) for i, (a, b, c) in enumerate(factors)) / 4
                x.extend(row)
                y.append(wave + 0.5 * math.sin(2 * row[0]) * row[1] + 0.05 * chance.gauss(0, 1))
            self._write(name, npy([len(y), 32], x), npy([len(y)], y))

    def _colors(self):
        chance, rows = random.Random(4), 4096
        self._write("colors", idx([rows, 32, 32, 3], chance.randbytes(rows * 3072)),
                    idx([rows], bytes(chance.randrange(10) for _ in range(rows))))

    def _noise(self, name, shape):
        chance = random.Random(name)
        values = array.array("f", (chance.random() - 0.5 for _ in range(math.prod(shape))))
        self._write(name, npy(shape, values), npy(shape[:1], array.array("f", (chance.random() for _ in range(shape[0])))))

    def _series(self):
        self._noise("series", [2048, 30, 16])

    def _tokens(self):
        self._noise("tokens", [512, 64, 64])

    def csv(self, columns):
        """A file of numbers with six decimals under a line of names: 60 MB."""
        path = self.folder / "numbers.csv"
        if not path.exists():
            chance, part = random.Random(5), self.folder / "numbers.part"
            with part.open("w") as file:
                file.write(",".join("x%d" % i for i in range(columns)) + "\n")
                for _ in range(self.rows(200000)):
                    file.write(",".join(["%.6f" % (8 * chance.random() - 4) for _ in range(columns)]) + "\n")
            part.rename(path)
        return path

    def columns(self, rows):
        """A table of so many rows of 16 numbers; for curves, so not kept."""
        chance = random.Random(rows)
        x = array.array("f", (chance.random() for _ in range(rows * 16)))
        return npy([rows, 16], x), npy([rows], array.array("f", (chance.random() for _ in range(rows))))
