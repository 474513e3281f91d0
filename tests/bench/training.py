# SPDX-License-Identifier: Apache-2.0
"""Training beside the peers: samples a second of jobs submitted over HTTP, with their history, metrics and checkpoints on, and what is learned
in the same number of epochs."""
import contextlib
import statistics

import data
import machine
import results
import workloads
from peers import TORCH_IMAGE_MODES, TORCH_MODES, Failed
from propd import Daemon

MANY_EPOCHS = 10 ** 7
METRICS = {"classes": {"accuracy": "accuracy"}, "values": {"r2": "R²", "mse": "mean squared error"}}
SMALL_FLOPS = 100000  # of a sample: below it, a share of the peak says nothing


def upload(daemon, bench, name):
    daemon.upload_pair(name, *bench.data.files(name))


class Peer:
    """One of the programs that learn a workload: asked for a number of seconds, says how many samples a second it took."""

    def __init__(self, bench, name, workload, threads, worker=None):
        self.name, self.form = name, None
        files = bench.data.files(workload.data)
        self.owned = worker is None
        self.worker = worker or bench.peers.worker(name, threads, *self._arguments(name, workload, files))
        self.lines = name in ("FANN", "dlib")
        self.description = dict(workload.description(), features=str(files[0]), labels=str(files[1]))

    def _arguments(self, name, workload, files):
        if name == "FANN":
            widths = [layer["units"] for layer in workload.layers if layer["type"] == "dense"]
            inputs = 1
            for n in workload.input:
                inputs *= n
            return [*files, workload.task, inputs, *widths]
        return [*files, workload.peer_network, workload.batch] if name == "dlib" else []

    def start(self, seconds, modes):
        """The way to train that is fastest counts, for a peer that has several."""
        if self.name == "PyTorch":
            speeds = {}
            for mode in modes:
                with contextlib.suppress(Failed):
                    self.worker.ask(dict(self.description, mode=mode))
                    speeds[mode] = self.rate(seconds)
            if not speeds:
                raise Failed("PyTorch trains it in none of its ways")
            self.form = max(speeds, key=speeds.get)
            self.worker.ask(dict(self.description, mode=self.form))
        elif not self.lines:
            self.worker.ask(self.description)

    def rate(self, seconds):
        return self.worker.ask(str(seconds) if self.lines else {"seconds": seconds})["samples_s"]

    def close(self):
        if self.owned:
            self.worker.close()


def propd_rate(daemon, workload, threads, seconds):
    document = workloads.job(workload, workload.data, threads, MANY_EPOCHS, limits={"seconds": seconds})
    return daemon.train(document, 600)["samples_per_s"]


def peers_of(bench, workload, threads, torch):
    """Those that are installed; FANN has one thread whatever it is told, scikit-learn's small products gain nothing by a second."""
    for name in workload.peers:
        if threads > 1 and (name == "FANN" or name == "scikit-learn" and workload.key in ("w1", "w2")):
            continue
        if name == "PyTorch" and torch is not None:
            yield Peer(bench, name, workload, threads, torch)
        elif name != "PyTorch" and bench.peers.has(name):
            yield Peer(bench, name, workload, threads)


def measure(bench, section, daemon, workload, threads, torch, peak):
    upload(daemon, bench, workload.data)
    modes = TORCH_IMAGE_MODES if any(layer["type"] == "conv2d" for layer in workload.layers) else TORCH_MODES
    peers = list(peers_of(bench, workload, threads, torch))
    ours, theirs = [], {peer.name: [] for peer in peers}
    try:
        for peer in peers:
            peer.start(bench.seconds / 2, modes[:1] if bench.quick else modes)
        for _ in range(bench.runs):
            ours.append(propd_rate(daemon, workload, threads, bench.seconds))
            for peer in peers:
                theirs[peer.name].append(peer.rate(bench.seconds))
    finally:
        for peer in peers:
            peer.close()
    row = dict(results.compare(ours, theirs), what=workload.key, title=workload.title, threads=threads, unit="samples/s")
    for peer in peers:
        if peer.form:
            row["peers"][peer.name]["form"] = peer.form
    if peak and workload.flops > SMALL_FLOPS:
        row["peak_share"] = row["propd"] * workload.flops / 1e9 / peak
    bench.say(bench.line(bench.results.add(section, **row)))


def rates(bench, section, chosen):
    """Each workload on one thread and on two."""
    bench.results.begin(section, **bench.facts())
    for threads in bench.thread_counts():
        with machine.pinned(threads), contextlib.ExitStack() as stack:
            peak = bench.peak(threads)
            torch = stack.enter_context(bench.peers.worker("PyTorch", threads)) if bench.peers.has("PyTorch") else None
            daemon = stack.enter_context(Daemon(log="off"))
            for workload in chosen:
                try:
                    measure(bench, section, daemon, workload, threads, torch, peak)
                except (data.Missing, Failed) as problem:
                    bench.say("%s is left out: %s" % (workload.key, problem))
                    bench.results.skip(section, workload.key, str(problem))


# ---- what is learned

def propd_metrics(daemon, workload, threads, epochs, seed):
    """Of the test rows."""
    job = daemon.train(workloads.job(workload, workload.data, threads, epochs, seed=seed), 1800)
    wanted = list(METRICS[workload.task])
    answer = daemon.post("/v1/models/%s:evaluate" % job["model"], {"dataset": workload.data + "-test", "metrics": wanted})
    return answer["metrics"]


def _learn(bench, daemon, torch, workload, threads, epochs, seeds):
    """(propd's metrics, PyTorch's), a dictionary a seed."""
    upload(daemon, bench, workload.data)
    upload(daemon, bench, workload.data + "-test")
    description = dict(workload.description(), mode="tuned")
    for part, name in (("", workload.data), ("test_", workload.data + "-test")):
        files = bench.data.files(name)
        description.update({part + "features": str(files[0]), part + "labels": str(files[1])})
    torch.ask(description)
    ours = [propd_metrics(daemon, workload, threads, epochs, seed) for seed in range(1, seeds + 1)]
    return ours, [torch.ask({"epochs": epochs, "seed": seed}) for seed in range(1, seeds + 1)]


def _add_metrics(bench, section, daemon, torch, workload, threads):
    """A row a metric, means over the seeds."""
    # A quick run learns a part of the large sets, once.
    epochs, seeds = (1, 1) if bench.quick and workload.epochs < 50 else (workload.epochs, workload.seeds)
    try:
        ours, theirs = _learn(bench, daemon, torch, workload, threads, epochs, seeds)
    except (data.Missing, Failed) as problem:
        bench.results.skip(section, workload.key, str(problem))
        return
    for metric, name in METRICS[workload.task].items():
        row = bench.results.add(section, what=workload.key, title=workload.title, unit=name, epochs=epochs, seeds=seeds,
                                propd=statistics.fmean(each[metric] for each in ours),
                                peer=statistics.fmean(each[metric] for each in theirs))
        bench.say("%(what)s, %(unit)s after %(epochs)d epochs: propd %(propd).4f, PyTorch %(peer).4f" % row)


def accuracy(bench, section="accuracy"):
    """Accuracy, or R² and the error, on test rows, of propd and of PyTorch after the same epochs."""
    bench.results.begin(section, **bench.facts())
    if not bench.peers.has("PyTorch"):
        bench.results.skip(section, "accuracy", "PyTorch is not installed")
        return
    # A second thread only holds small steps up.
    small = [each for each in workloads.TRAINING if each.epochs >= 50]
    large = [each for each in workloads.TRAINING if 0 < each.epochs < 50]
    for threads, chosen in ((1, small), (max(bench.thread_counts()), large)):
        with machine.pinned(threads), bench.peers.worker("PyTorch", threads) as torch, Daemon(log="off") as daemon:
            for workload in chosen:
                _add_metrics(bench, section, daemon, torch, workload, threads)
