# SPDX-License-Identifier: Apache-2.0
"""Matrix products beside OpenBLAS and oneDNN: shares of the processor's multiply-add peak, which is measured in the same moments."""
import contextlib

import machine
import results
from peers import Failed, Worker

SHAPES = ((64, 128), (784, 128), (784, 512), (512, 256), (512, 512), (1024, 1024))
BATCHES = (16, 32, 64, 128, 256)
PRODUCTS = ("forward", "d_input", "d_kernel")
TRIES = 8  # of some hundred microseconds, the best of which counts


def _median_of(answers):
    """A shape's answers, one a run: {key: median}."""
    return {key: results.median(answer[key] for answer in answers) for key in answers[0] if key != "set"}


def _measure_shape(bench, workers, batch, depth, columns):
    """{name: {product: GFLOP/s}} of medians, all taking turns."""
    answers = {name: [] for name in workers}
    for _ in range(bench.runs):
        for name, worker in workers.items():
            answers[name].append(worker.ask("%d %d %d" % (batch, depth, columns)))
    return {name: _median_of(each) for name, each in answers.items()}


def _workers(bench, threads, stack):
    own = [str(bench.program("tests/bench/bench_kernels")), "--shapes", str(threads), str(TRIES)]
    workers = {"propd": stack.enter_context(Worker("bench_kernels", own, None))}
    for name in ("OpenBLAS", "oneDNN"):
        if bench.peers.has(name):
            workers[name] = stack.enter_context(bench.peers.worker(name, threads, threads, TRIES))
    return workers


def summary(shapes, product):
    """A row's figures of the shapes' GFLOP/s: geometric means over the shapes of shares of the peak, and of ratios."""
    names = [name for name in shapes[0]["figures"] if name != "propd"]

    def share(name):
        return results.geometric_mean([s["figures"][name][product] / (s["figures"]["propd"]["peak"] or 1) for s in shapes])

    peers = {name: {"value": share(name), "ratio": results.geometric_mean(
        [s["figures"]["propd"][product] / s["figures"][name][product] for s in shapes])} for name in names}
    return {"propd": share("propd"), "peers": peers}


def run(bench, section="products"):
    bench.results.begin(section, **bench.facts())
    for threads in bench.thread_counts():
        with machine.pinned(threads), contextlib.ExitStack() as stack:
            shapes = []
            try:
                workers = _workers(bench, threads, stack)
                for depth, columns in SHAPES[::3] if bench.quick else SHAPES:
                    for batch in BATCHES[::2] if bench.quick else BATCHES:
                        shapes.append({"shape": "%d-%d" % (depth, columns), "batch": batch,
                                       "figures": _measure_shape(bench, workers, batch, depth, columns)})
                    bench.say("%d-%d on %d thread%s" % (depth, columns, threads, "s" * (threads > 1)))
            except Failed as problem:
                bench.results.skip(section, "products", str(problem))
                continue
        for product in PRODUCTS:
            row = bench.results.add(section, what=product, threads=threads, unit="of the peak", runs=bench.runs,
                                    **summary(shapes, product))
            bench.say(bench.line(row))
        bench.results.add(section, what="shapes", threads=threads, shapes=shapes)
