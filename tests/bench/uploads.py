# SPDX-License-Identifier: Apache-2.0
"""Uploads of a table of numbers as CSV over HTTP, until it is ready, beside readers that only bring it into memory; then the parts of it, by
bench_ingest."""
import contextlib
import time

import external
import results
from peers import Failed
from propd import Daemon

SECTION = "ingest"
COLUMNS = 33


def _body(bench, run):
    """The file, of other bytes in each run: those that propd has already it would not read again."""
    head, rest = bench.data.csv(COLUMNS).read_bytes().split(b"\n", 1)
    return head.replace(b"x0", b"x0_%d" % run, 1) + b"\n" + rest


def _upload_mb_s(daemon, body, run):
    start = time.perf_counter()
    daemon.upload("numbers-%d" % run, body)
    return len(body) / 1e6 / (time.perf_counter() - start)


def _beside_readers(bench):
    path = bench.data.csv(COLUMNS)
    size = path.stat().st_size / 1e6
    with contextlib.ExitStack() as stack:
        daemon = stack.enter_context(Daemon(log="off"))
        readers = {name: stack.enter_context(bench.peers.worker(name, 1, name)) for name in ("pandas", "NumPy") if bench.peers.has(name)}
        ours, theirs = [], {name: [] for name in readers}
        for run in range(bench.runs):
            ours.append(_upload_mb_s(daemon, _body(bench, run), run))
            for name, reader in readers.items():
                theirs[name].append(size / reader.ask({"path": str(path)})["seconds"])
    return bench.results.add(SECTION, what="upload", title="%.0f MB of numbers as CSV, upload to ready" % size, unit="MB/s",
                             **results.compare(ours, theirs))


def run(bench):
    bench.results.begin(SECTION, **bench.facts())
    try:
        bench.say(bench.line(_beside_readers(bench)))
    except Failed as problem:
        bench.results.skip(SECTION, "upload", str(problem))
    external.run(bench, SECTION, False)
