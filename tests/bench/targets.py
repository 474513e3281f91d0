# SPDX-License-Identifier: Apache-2.0
"""What propd is meant to reach, row by row. A target reads one number out of a row and holds it against a limit."""
import dataclasses
import typing


@dataclasses.dataclass
class Target:
    text: str
    read: typing.Callable  # a row's number, None where it was not measured
    limit: float
    least: bool = True  # else: at the most

    def reached(self, row):
        """True, False, or None where it was not measured."""
        value = self.read(row)
        if value is None:
            return None
        return value >= self.limit if self.least else value <= self.limit


def _ratio(row, peer):
    return row["peers"][peer]["ratio"] if peer in row.get("peers", {}) else None


def times(factor, peer):
    return Target("≥ %g × %s" % (factor, peer), lambda row: _ratio(row, peer), factor)


def times_the_best(factor):
    return Target("≥ %g × the best peer" % factor, lambda row: min((p["ratio"] for p in row["peers"].values()), default=None), factor)


def peak(share):
    return Target("≥ %g %% of the peak" % (100 * share), lambda row: row.get("peak_share"), share)


def at_least(value, unit):
    return Target("≥ %s %s" % ("{:,}".format(value), unit), lambda row: row["propd"], value)


def at_most(value, unit):
    return Target("≤ %s %s" % ("{:,}".format(value), unit), lambda row: row["propd"], value, False)


def p99_at_most(value):
    return Target("p99 ≤ %g ms" % value, lambda row: row.get("p99_ms"), value, False)


def share(value):
    return Target("≥ %g %%" % (100 * value), lambda row: row["propd"], value)


WITHIN = Target("within half a point of PyTorch's", lambda row: row["propd"] - row["peer"], -0.005)

# (section, what, threads): targets; threads None where a row has none.
TARGETS = {
    ("products", "forward", 1): [share(0.95)], ("products", "forward", 2): [share(0.92)],
    ("products", "d_input", 1): [share(0.93)], ("products", "d_input", 2): [share(0.89)],
    ("products", "d_kernel", 1): [share(0.90)], ("products", "d_kernel", 2): [share(0.85)],
    ("training", "w1", 1): [times(90, "PyTorch")], ("training", "w1", 2): [times(90, "PyTorch")],
    ("training", "w2", 1): [times(15, "PyTorch")], ("training", "w2", 2): [times(15, "PyTorch")],
    ("training", "w3", 1): [peak(0.80), times(1.8, "PyTorch")], ("training", "w3", 2): [peak(0.78), times_the_best(2)],
    ("training", "w4", 1): [peak(0.80), times(1.6, "PyTorch")], ("training", "w4", 2): [peak(0.77), times_the_best(2)],
    ("training", "w5", 1): [times(2.5, "PyTorch")], ("training", "w5", 2): [times(3, "PyTorch")],
    ("training", "w6", 1): [times(2, "PyTorch")], ("training", "w6", 2): [times(2.2, "PyTorch")],
    ("serving", "predict c1 p50", None): [at_most(110, "us")],
    ("serving", "predict c16", None): [at_least(20000, "requests/s")],
    ("serving", "predict c64", None): [at_least(40000, "requests/s"), times(5, "FastAPI + PyTorch")],
    ("serving", "predict c64 p99", None): [at_most(5000, "us")],
    ("serving", "healthz c16", None): [times(0.9, "bare libmicrohttpd")],
    ("serving", "healthz c64", None): [times(0.9, "bare libmicrohttpd")],
    ("serving", "predict c1 p99 while every core trains", None): [times(0.5, "propd idle")],
    ("jobs", "tiny job, submit to succeeded", None): [at_most(8, "ms")],
    ("jobs", "tiny jobs queued at once", None): [at_least(500, "jobs/s")],
    ("jobs", "durable submissions", None): [at_least(3000, "jobs/s"), p99_at_most(20)],
    ("ingest", "csv numbers", None): [at_least(700, "MB/s")],
    ("history", "append", None): [at_least(1000000, "points/s")],
    ("history", "500 points of the whole", None): [at_most(10, "ms")],
    ("history", "500 points of any part", None): [at_most(10, "ms")],
}


def _own(row):
    """A target that came with the figure itself."""
    unit = row.get("unit", "")
    return [at_most(row["target"], unit) if row.get("better") == "lower" else at_least(row["target"], unit)]


def of(section, row):
    """The row's targets."""
    if section == "accuracy":
        return [] if row["unit"] == "mean squared error" else [WITHIN]  # R² judges values, in points as accuracy does classes
    if section == "sequence":
        return [times(2, "PyTorch")]
    if "target" in row:
        return _own(row)
    return TARGETS.get((section, row["what"], row.get("threads")), [])
