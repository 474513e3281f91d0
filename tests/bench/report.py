# SPDX-License-Identifier: Apache-2.0
"""Makes a page and its plots of kept results."""
import pathlib
import subprocess

import results
import table

HERE = pathlib.Path(__file__).resolve().parent

BUSY = 0.1  # cores that others may use before the page says so

# A section: its heading, and what its figures are.
SECTIONS = {
    "products": ("Matrix products", "Geometric means over the layers 64-128, 784-128, 784-512, 512-256, 512-512 and 1024-1024 at batches of 16 to "
                 "256: the share of the processor's peak of multiply-adds in single precision, which is measured in the same moments. forward: "
                 "X·W with bias and ReLU (the peers: without ReLU); d_input: dY·Wᵀ; d_kernel: Xᵀ·dY."),
    "training": ("Training", "Samples a second of jobs submitted over HTTP, with their history, metrics and checkpoints on. In brackets: how many "
                 "times a peer's speed propd reaches, the median of the alternating pairs."),
    "accuracy": ("What is learned", "The same network, initialization, batch and optimizer after the same number of epochs, on rows held back: the mean "
                 "of some seeds (20 of iris, whose 30 rows make leaps of 3 points). propd's by `POST /v1/models/{m}:evaluate`."),
    "sequence": ("Layers over time, and normalized convolutions", "Measured as training is."),
    "serving": ("Serving", "784-512-256-10, a row of 784 numbers a request."),
    "ingest": ("Uploads", "An upload over HTTP until the data set is ready (types found, statistics, columns on disk), beside readers that only bring the "
               "numbers into memory; then the parts of an import, in processor time."),
    "jobs": ("Jobs", "Submitting and running many."),
    "history": ("Histories", "Three series, appended by 1,000 steps; then one of them looked at, at any zoom."),
    "profile": ("Where the time goes", "The functions in which the daemon is seen most while it trains on one thread."),
    "growth": ("How time grows", ""),
}


def _machine(facts):
    versions = ", ".join("%s %s" % pair for pair in facts.get("peers", {}).items())
    return ("%s (%s), %d cores, %.1f GiB, %s, Linux %s; %s, propd %s.%s\n" % (
        facts["processor"], facts["instruction_set"], facts["cores"], facts["memory_gib"], facts["system"], facts["kernel"], facts["date"],
        facts["commit"], " Peers: %s." % versions if versions else ""))


def _notes(section, kept, facts):
    """What else must be known about a section's figures."""
    lines = ["Not measured: %s: %s.\n" % (row["what"], row["skipped"]) for row in kept["rows"] if "skipped" in row]
    spreads = [row["spread"] for row in kept["rows"] if row.get("runs", 1) > 1 and "spread" in row]
    if spreads:
        lines.append("propd's %d runs of a figure lie %.0f %% apart from the least to the most (the median over the figures).\n"
                     % (kept["runs"], 100 * results.median(spreads)))
    if (kept.get("date"), kept.get("commit")) != (facts["date"], facts["commit"]):
        lines.append("Measured on %s, propd %s.\n" % (kept.get("date"), kept.get("commit")))
    if kept.get("busy", 0) > BUSY:
        lines.append("Others used %.1f of the cores when this began: the figures say little.\n" % kept["busy"])
    return lines


def _section(name, kept, facts, plots):
    heading, words = SECTIONS[name]
    rows = [row for row in kept["rows"] if "propd" in row]
    curves = [row for row in kept["rows"] if "curve" in row]
    out = ["## %s\n" % heading] + ([words + "\n"] if words else [])
    if rows:
        out.append(table.accuracy(rows) if name == "accuracy" else table.comparison(name, rows))
    profiles = [row for row in kept["rows"] if "functions" in row]
    if profiles:
        out.append(table.profiles(profiles))
    if name in plots:
        out.append("![%s](%s.svg)\n" % (heading, name))
    shapes = [row for row in kept["rows"] if "shapes" in row]
    if shapes:
        out.append("<details><summary>Each layer and batch: forward / d_input / d_kernel, per cent of the peak</summary>\n")
        out += [table.shapes(row) for row in shapes] + ["</details>\n"]
    for row in curves:
        out += ["### %s\n" % row["title"], table.curve(row)]
        if "growth-" + row["curve"] in plots:
            out.append("![%s](growth-%s.svg)\n" % (row["title"], row["curve"]))
    return out + _notes(name, kept, facts)


def page(kept, plots):
    """The whole page; `plots`: the names of those that were drawn."""
    facts = kept["machine"]
    out = ["# Measurements\n", "<!-- Made by tests/bench/bench.py report: tests/bench/README.md. -->\n", _machine(facts)]
    if facts.get("quick"):
        out.append("A quick run: coarse figures, less data.\n")
    for name in SECTIONS:
        if name in kept["sections"]:
            out += _section(name, kept["sections"][name], facts, plots)
    return "\n".join(out)


def make(kept, folder, python, say):
    """Writes README.md and the plots, where matplotlib is installed, into `folder`."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([python, str(HERE / "plot.py"), str(kept.path), str(folder)], capture_output=True, text=True)
    if done.returncode != 0:
        say("no plots (apt-get install python3-matplotlib): %s" % (done.stderr.strip().splitlines() or ["it said nothing"])[-1])
    (folder / "README.md").write_text(page(kept.kept, done.stdout.split()))
    say("%s" % (folder / "README.md"))
