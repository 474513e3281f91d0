# SPDX-License-Identifier: Apache-2.0
"""Rows as lines of text and as tables in Markdown."""
import targets

REACHED = {True: "yes", False: "no", None: "not measured"}


def number(value, unit=""):
    """Three or four digits that count, thousands in groups; shares of the peak as per cent."""
    if unit == "of the peak":
        return "%.0f %%" % (100 * value)
    if unit in ("accuracy", "R²", "mean squared error"):
        return "%.4f" % value
    if abs(value) >= 1000:
        digits = len("%d" % abs(value)) - 4
        return "{:,}".format(round(value / 10 ** max(0, digits)) * 10 ** max(0, digits))
    return "%.3g" % value


def factor(ratio):
    return "%.0f" % ratio if ratio >= 100 else "%.3g" % ratio


def line(row):
    """For who watches a run."""
    head = " ".join([row["what"]] + (["on %d thread%s" % (row["threads"], "s" * (row["threads"] > 1))] if row.get("threads") else []))
    parts = ["propd %s %s" % (number(row["propd"], row["unit"]), row["unit"])]
    if "peak_share" in row:
        parts.append("%.0f %% of the peak" % (100 * row["peak_share"]))
    for name, peer in row["peers"].items():
        form = " (%s)" % peer["form"] if "form" in peer else ""
        parts.append("%s%s %s, ratio %s" % (name, form, number(peer["value"], row["unit"]), factor(peer["ratio"])))
    return "%s: %s" % (head, "; ".join(parts))


def verdict(section, row):
    """(targets, whether reached) as two cells."""
    listed = targets.of(section, row)
    return "; ".join(t.text for t in listed), "; ".join(REACHED[t.reached(row)] for t in listed)


def grid(head, lines):
    """A table in Markdown; the first column to the left, numbers to the right."""
    out = ["| %s |" % " | ".join(head), "|%s|" % "|".join(["---"] + ["---:"] * (len(head) - 1))]
    return "\n".join(out + ["| %s |" % " | ".join(cells) for cells in lines]) + "\n"


def _peer_cell(row, name):
    if name not in row["peers"]:
        return ""
    peer = row["peers"][name]
    return "%s (%s ×)" % (number(peer["value"], row["unit"]), factor(peer["ratio"]))


def _own_cell(row):
    own = number(row["propd"], row["unit"])
    if "peak_share" in row:
        own += " (%.0f %% of the peak)" % (100 * row["peak_share"])
    return own + (" (p99 %s ms)" % number(row["p99_ms"]) if "p99_ms" in row else "")


def comparison(section, rows):
    """A row of figures a line, a column a peer: its figure and how many times that propd is."""
    names = list(dict.fromkeys(name for row in rows for name in row["peers"]))
    head = ["", "threads", "unit", "propd"] + names + ["target", "reached"]
    lines = []
    for row in rows:
        lines.append([row.get("title", row["what"]), str(row.get("threads", "")), row["unit"], _own_cell(row)]
                     + [_peer_cell(row, name) for name in names] + list(verdict(section, row)))
    kept = [i for i in range(len(head)) if i in (0, 3) or any(cells[i] for cells in lines)]
    return grid([head[i] for i in kept], [[cells[i] for i in kept] for cells in lines])


def accuracy(rows):
    lines = [[row["title"], str(row["epochs"]), row["unit"], number(row["propd"], row["unit"]), number(row["peer"], row["unit"])]
             + list(verdict("accuracy", row)) for row in rows]
    return grid(["", "epochs", "of the test rows", "propd", "PyTorch", "target", "reached"], lines)


def curve(row):
    """The points of a curve, a line a series."""
    head = ["%s (%s)" % (row["unit"], row["x_unit"])] + ["{:,}".format(x) for x in row["x"]]
    return grid(head, [[name] + [number(value) for value in values] for name, values in row["series"].items()])


def profiles(rows):
    """A workload a line, with the functions that take most of its time."""
    lines = ["| | |", "|---|---|"]
    lines += ["| %s | %s |" % (row["title"], ", ".join("`%s` %.0f %%" % (name, 100 * share) for share, name in row["functions"]))
              for row in rows]
    return "\n".join(lines) + "\n"


def shapes(row):
    """Shares of the peak of each layer and batch: forward / by the input / by the kernel, a table for propd and for each peer."""
    measured = {(each["shape"], each["batch"]): each["figures"] for each in row["shapes"]}
    layers, batches = (list(dict.fromkeys(key[i] for key in measured)) for i in (0, 1))

    def cell(name, layer, batch):
        figures = measured[layer, batch]
        peak = figures["propd"]["peak"] or 1
        return " / ".join("%.0f" % (100 * figures[name][product] / peak) for product in ("forward", "d_input", "d_kernel"))

    out = []
    for name in row["shapes"][0]["figures"]:
        head = ["%s, %d thread%s" % (name, row["threads"], "s" * (row["threads"] > 1))] + ["batch %d" % batch for batch in batches]
        out.append(grid(head, [[layer] + [cell(name, layer, batch) for batch in batches] for layer in layers]))
    return "\n".join(out)
