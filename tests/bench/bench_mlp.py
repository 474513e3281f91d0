#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An MLP beside PyTorch: 784-512-256-10, ReLU, Adam, batch 128, on 60,000 digits drawn by the project's own program, on one thread
each, pinned to one core, alternating; samples/s, medians, and the median ratio of the pairs. propd trains through HTTP with its
history and checkpoints on.

    RUNS=5 EPOCHS=3 PYTHON=/usr/bin/python3 tests/bench/bench_mlp.py      (packages: python3-torch python3-numpy libopenblas0-pthread)
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "end-to-end"))
from propd import Daemon, dense, draw_digits  # noqa: E402

RUNS, EPOCHS = int(os.environ.get("RUNS", "5")), int(os.environ.get("EPOCHS", "3"))
PYTHON = os.environ.get("PYTHON", "python3")

# PyTorch at its best on a CPU: whole batches gathered by index, the optimizer's passes fused over tensors, gradients dropped.
PYTORCH = """
import sys, time, numpy as np, torch, torch.nn as nn
torch.set_num_threads(1)
images, labels, epochs = sys.argv[1], sys.argv[2], int(sys.argv[3])
x = torch.from_numpy(np.fromfile(images, np.uint8)[16:].reshape(-1, 784).astype(np.float32) / 255)
y = torch.from_numpy(np.fromfile(labels, np.uint8)[8:].astype(np.int64))
net = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10))
optimizer = torch.optim.Adam(net.parameters(), foreach=True)
times = []
for epoch in range(epochs):
    start, order = time.perf_counter(), torch.randperm(len(x))
    for i in range(0, len(x), 128):
        rows = order[i:i + 128]
        optimizer.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(net(x.index_select(0, rows)), y.index_select(0, rows)).backward()
        optimizer.step()
    times.append(time.perf_counter() - start)
print(len(x) / sorted(times)[len(times) // 2])
"""


def run_propd(daemon):
    job = daemon.train({"dataset": "digits", "network": {"layers": [{"type": "flatten"}] + dense(512, 256)["layers"]},
                        "training": {"epochs": EPOCHS, "batch_size": 128, "validation": None}}, 900)
    return job["samples_per_s"]


def run_pytorch(images, labels, core, epochs):
    environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    environment.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    if core:
        environment["OPENBLAS_CORETYPE"] = core
    done = subprocess.run([PYTHON, "-c", PYTORCH, images, labels, str(epochs)], env=environment, text=True,
                          capture_output=True)
    if done.returncode != 0:
        sys.exit("PyTorch did not run (apt-get install python3-torch python3-numpy, PYTHON=/usr/bin/python3): "
                 + done.stderr.strip().splitlines()[-1])
    return float(done.stdout)


def best_core(images, labels):
    """OpenBLAS takes a processor that it does not know for a very old one: the kernels that are fastest here, "" for its own choice."""
    cores = ("", "SKYLAKEX", "COOPERLAKE", "ZEN", "HASWELL")
    return max(cores, key=lambda core: run_pytorch(images, labels, core, 1))


def main():
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # inherited by both
    pairs = []
    with tempfile.TemporaryDirectory() as folder, Daemon(log="off") as daemon:
        images, labels = draw_digits(folder, 60000, 1)
        daemon.upload_pair("digits", images, labels)
        core = best_core(images, labels)
        print("PyTorch is fastest with OpenBLAS's kernels for %s" % (core or "the processor it sees"))
        for _ in range(RUNS):
            pairs.append((run_propd(daemon), run_pytorch(images, labels, core, EPOCHS)))
            print("propd %8.0f   PyTorch %8.0f   ratio %.2f" % (*pairs[-1], pairs[-1][0] / pairs[-1][1]), flush=True)
    ours, theirs = zip(*pairs)
    print(json.dumps({"workload": "784-512-256-10, batch 128, Adam, 1 thread", "propd_samples_s": round(statistics.median(ours)),
                      "pytorch_samples_s": round(statistics.median(theirs)),
                      "ratio": round(statistics.median(a / b for a, b in pairs), 2)}))


if __name__ == "__main__":
    main()
