#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Plots of kept results: plot.py RESULTS.json FOLDER writes SVG files and prints their names. The same results give the same bytes."""
import json
import pathlib
import sys
import textwrap

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, PercentFormatter  # noqa: E402

# Okabe and Ito's colours, which those can tell apart who see fewer.
COLORS = {"propd": "#0072B2", "PyTorch": "#D55E00", "scikit-learn": "#E69F00", "FANN": "#009E73", "dlib": "#CC79A7", "OpenBLAS": "#56B4E9",
          "oneDNN": "#999999"}
OTHERS = ("#D55E00", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#999999")
RATIO_SECTIONS = {"training": "Training: propd's speed over a peer's", "sequence": "Layers over time, normalized convolutions: propd's speed over a peer's",
                  "serving": "Serving: propd over a peer", "ingest": "Uploads: propd over a peer"}
LEVELS = (1, 2, 5)


def color(name):
    return COLORS.get(name) or OTHERS[sum(map(ord, name)) % len(OTHERS)]


def plain(value, _=None):
    return "{:,.0f}".format(value) if value >= 1 else "%g" % value


def save(figure, folder, name):
    figure.savefig(folder / (name + ".svg"), facecolor="white", metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)
    print(name)


def figures(section):
    return [row for row in section["rows"] if "propd" in row]


def name_of(row):
    """The start of its title, in lines that fit beside an axis."""
    return textwrap.fill(row["title"].split(",")[0], 24)


def draw_ratios(rows, title, name, folder):
    """A group of bars a row, a bar a peer, to the right of 1 where propd is better; a panel for each number of threads."""
    rows = [row for row in rows if row["peers"]]
    if not rows:
        return
    panels = sorted({row.get("threads", 0) for row in rows})
    names = list(dict.fromkeys(name_of(row) for row in rows))
    peers = list(dict.fromkeys(peer for row in rows for peer in row["peers"]))
    figure, axes = plt.subplots(1, len(panels), figsize=(4.4 * len(panels) + 1.4, 1.4 + 0.62 * len(names)), sharey=True, sharex=True,
                                squeeze=False)
    ratios = [peer["ratio"] for row in rows for peer in row["peers"].values()]
    for axis, threads in zip(axes[0], panels):
        for row in rows:
            if row.get("threads", 0) == threads:
                draw_group(axis, row, names.index(name_of(row)))
        frame(axis, min(ratios), max(ratios))
        if threads:
            axis.set_title("%d thread%s" % (threads, "s" * (threads > 1)), fontsize=10)
    axes[0][0].set_yticks(range(len(names)), names)
    axes[0][0].set_ylim(len(names) - 0.5, -0.5)
    handles = [plt.Rectangle((0, 0), 1, 1, color=color(peer)) for peer in peers]
    figure.suptitle(title, fontsize=11)
    figure.tight_layout()
    figure.legend(handles, peers, loc="upper center", ncol=len(peers), frameon=False, bbox_to_anchor=(0.5, 0))
    save(figure, folder, name)


def draw_group(axis, row, place):
    """A row's bars, from 1 to the ratio."""
    height = 0.8 / max(2, len(row["peers"]))
    for k, (peer, result) in enumerate(row["peers"].items()):
        y = place + (k - (len(row["peers"]) - 1) / 2) * height
        axis.barh(y, result["ratio"] - 1, height * 0.9, left=1, color=color(peer))
        axis.annotate("%.3g" % result["ratio"], (max(result["ratio"], 1), y), (3, 0), textcoords="offset points", va="center", fontsize=7)


def frame(axis, low, high):
    """An axis of ratios, in powers."""
    axis.axvline(1, color="black", linewidth=1)
    axis.set_xscale("log")
    axis.set_xlim(min(0.7, low * 0.8), max(2, high) * 2)
    narrow = max(2, high) / min(0.7, low) < 30
    axis.xaxis.set_major_locator(LogLocator(subs=LEVELS if narrow else (1,)))
    axis.xaxis.set_major_formatter(FuncFormatter(plain))
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.set_xlabel("times as good as the peer (log scale)")
    axis.grid(axis="x", linewidth=0.4, alpha=0.6)
    axis.set_axisbelow(True)


def draw_products(rows, folder):
    """Shares of the peak, a group a product and number of threads."""
    if not rows:
        return
    names = ["propd"] + list(dict.fromkeys(name for row in rows for name in row["peers"]))
    figure, axis = plt.subplots(figsize=(8, 3.8))
    width = 0.8 / len(names)
    for k, name in enumerate(names):
        shares = [row["propd"] if name == "propd" else row["peers"].get(name, {"value": 0})["value"] for row in rows]
        bars = axis.bar([i + (k - (len(names) - 1) / 2) * width for i in range(len(rows))], shares, width * 0.92, color=color(name), label=name)
        axis.bar_label(bars, ["%.0f" % (100 * share) for share in shares], fontsize=7, padding=1)
    axis.set_xticks(range(len(rows)), ["%s\n%d thread%s" % (row["what"], row["threads"], "s" * (row["threads"] > 1)) for row in rows])
    axis.yaxis.set_major_formatter(PercentFormatter(1))
    axis.set_ylim(0, 1.1)
    axis.set_ylabel("share of the multiply-add peak")
    axis.set_title("Matrix products: geometric mean over layers and batches", fontsize=11)
    axis.legend(ncol=len(names), frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.18))
    axis.grid(axis="y", linewidth=0.4, alpha=0.6)
    axis.set_axisbelow(True)
    save(figure, folder, "products")


def draw_curve(row, folder):
    """A line a series; both axes in powers, but for threads."""
    if not row["x"]:
        return
    figure, axis = plt.subplots(figsize=(6, 3.6))
    for name, values in row["series"].items():
        axis.plot(row["x"][:len(values)], values, marker="o", color=color(name), label=name)
    if row["curve"] == "threads":
        axis.set_xticks(row["x"])
        axis.set_ylim(bottom=0)
    else:
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_xticks(row["x"])
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.minorticks_off()
        widen(axis, [value for values in row["series"].values() for value in values])
    axis.xaxis.set_major_formatter(FuncFormatter(plain))
    axis.yaxis.set_major_formatter(FuncFormatter(plain))
    axis.set_xlabel(row["x_unit"])
    axis.set_ylabel(row["unit"])
    axis.set_title(row["title"], fontsize=11)
    if len(row["series"]) > 1:
        axis.legend(frameon=False)
    axis.grid(linewidth=0.4, alpha=0.6)
    save(figure, folder, "growth-" + row["curve"])


def widen(axis, values):
    """At least a decade high, with ticks at 1, 2 and 5 of it where it is not much higher."""
    low, high = min(values), max(values)
    if high / low < 10:
        low, high = low / (10 * low / high) ** 0.5, high * (10 * low / high) ** 0.5
    axis.set_ylim(low * 0.8, high * 1.25)
    if high / low < 1000:
        ticks = [level * 10.0 ** power for power in range(-12, 13) for level in LEVELS]
        axis.set_yticks([tick for tick in ticks if low * 0.8 <= tick <= high * 1.25])


def main():
    matplotlib.rcParams.update({"svg.hashsalt": "propd", "svg.fonttype": "path", "font.size": 9, "axes.spines.top": False,
                                "axes.spines.right": False})
    kept = json.loads(pathlib.Path(sys.argv[1]).read_text())["sections"]
    folder = pathlib.Path(sys.argv[2])
    for name, title in RATIO_SECTIONS.items():
        if name in kept:
            draw_ratios(figures(kept[name]), title, name, folder)
    draw_products(figures(kept.get("products", {"rows": []})), folder)
    for section in kept.values():
        for row in section["rows"]:
            if "curve" in row:
                draw_curve(row, folder)


if __name__ == "__main__":
    main()
