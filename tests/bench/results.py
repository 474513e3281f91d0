# SPDX-License-Identifier: Apache-2.0
"""Figures as they are gathered: medians of runs, ratios of pairs, and the file that keeps them, written after each so that an interrupted run
keeps what it has."""
import json
import math
import os
import pathlib
import statistics

median = statistics.median


def ratio(ours, theirs, higher_is_better=True):
    """The median of the pairs' ratios; above 1 where ours is better."""
    pairs = list(zip(ours, theirs, strict=True))
    return median(a / b if higher_is_better else b / a for a, b in pairs)


def geometric_mean(values):
    return math.exp(sum(math.log(value) for value in values) / len(values))


def compare(ours, peers, higher_is_better=True):
    """A row's figures: {"propd": median, "spread": …, "peers": {name: {"value", "ratio"}}} of the runs of each in turn."""
    return {"propd": median(ours), "spread": (max(ours) - min(ours)) / median(ours), "runs": len(ours),
            "peers": {name: {"value": median(runs), "ratio": ratio(ours, runs, higher_is_better)} for name, runs in peers.items()}}


class Results:
    """`sections`: a name to {"rows": [...]}; rows and curves are plain dictionaries."""

    def __init__(self, path, facts=None):
        self.path = pathlib.Path(path)
        self.kept = {"machine": {}, "sections": {}}
        if self.path.exists():
            self.kept = json.loads(self.path.read_text())
        if facts is not None:  # of peers that only earlier runs asked, it stays known what they were
            self.kept["machine"] = dict(facts, peers=self.kept["machine"].get("peers", {}))

    def begin(self, section, **settings):
        """What the section had before is gone."""
        self.kept["sections"][section] = dict(settings, rows=[])
        self.save()

    def add(self, section, **row):
        self.kept["sections"][section]["rows"].append(row)
        self.save()
        return row

    def skip(self, section, what, why):
        self.add(section, what=what, skipped=why)

    def save(self):
        """The old file or the new one, never a part."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(self.kept, indent=1, ensure_ascii=False) + "\n")
        os.replace(part, self.path)
