#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Layers over time beside PyTorch: rows a second of training and prediction on one thread each, in processor time, alternating; medians.
Both train on a batch of random numbers that is in memory, with an mse and Adam. OpenBLAS takes a processor that it does not know for a
very old one: PyTorch gets the kernels that are fastest here.

    RUNS=5 SECONDS=2 PYTHON=/usr/bin/python3 tests/bench/bench_sequence.py build/tests/bench/bench_network
    (packages: python3-torch python3-numpy libopenblas0-pthread)
"""
import json
import os
import statistics
import subprocess
import sys

RUNS, SECONDS = int(os.environ.get("RUNS", "5")), float(os.environ.get("SECONDS", "2"))
PYTHON = os.environ.get("PYTHON", "python3")

BLOCK = [{"type": "layer_norm"}, {"type": "attention", "heads": 4, "name": "attention"},
         {"type": "add", "input": ["in", "attention"], "name": "seen"}, {"type": "layer_norm"},
         {"type": "dense", "units": 256, "activation": "gelu"}, {"type": "dense", "units": 64, "name": "out"},
         {"type": "add", "input": ["seen", "out"]}, {"type": "flatten"}, {"type": "dense", "units": 1}]

# A name: rows, our layers, PyTorch's module.
WORKLOADS = {
    "lstm 64, 30 steps of 16 channels, batch 32": (32, [30, 16], [{"type": "lstm", "units": 64}, {"type": "dense", "units": 1}], """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.over, self.out = nn.LSTM(16, 64, batch_first=True), nn.Linear(64, 1)
    def forward(self, x):
        return self.out(self.over(x)[0][:, -1])
"""),
    "gru 64, 30 steps of 16 channels, batch 32": (32, [30, 16], [{"type": "gru", "units": 64}, {"type": "dense", "units": 1}], """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.over, self.out = nn.GRU(16, 64, batch_first=True), nn.Linear(64, 1)
    def forward(self, x):
        return self.out(self.over(x)[0][:, -1])
"""),
    "transformer block, width 64, 4 heads, 64 tokens, batch 32": (
        32, [64, 64], [{"type": "dense", "units": 64, "name": "in"}] + BLOCK, """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner, self.out = nn.Linear(64, 64), nn.Linear(64 * 64, 1)
        self.block = nn.TransformerEncoderLayer(64, 4, 256, dropout=0, activation="gelu", batch_first=True, norm_first=True)
    def forward(self, x):
        return self.out(self.block(self.inner(x)).flatten(1))
"""),
}

PYTORCH = """
import json, statistics, time, torch, torch.nn as nn
torch.set_num_threads(1)
%s
net, x = Net(), torch.randn(*%r)
y = torch.randn_like(net(x))
optimizer = torch.optim.Adam(net.parameters(), foreach=True)
def train():
    optimizer.zero_grad(set_to_none=True)
    nn.functional.mse_loss(net(x), y).backward()
    optimizer.step()
def predict():
    with torch.inference_mode():
        net(x)
def measure(run, seconds):
    rates = []
    for _ in range(15):
        begin = now = time.process_time()
        runs = 0
        while now < begin + seconds / 15:
            run()
            runs, now = runs + 1, time.process_time()
        rates.append(runs * len(x) / (now - begin))
    return statistics.median(rates)
measure(train, %r / 4)
training = measure(train, %r)
net.eval()
print(json.dumps({"training_rows_s": training, "prediction_rows_s": measure(predict, %r / 2)}))
"""


def output(command, **environment):
    done = subprocess.run(command, env={**os.environ, **environment}, text=True, capture_output=True)
    if done.returncode != 0:
        sys.exit((done.stderr.strip().splitlines() or ["%s failed" % command[0]])[-1])
    return json.loads(done.stdout)


def pytorch(name, seconds, core):
    rows, shape, _, module = WORKLOADS[name]
    environment = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **({"OPENBLAS_CORETYPE": core} if core else {})}
    return output([PYTHON, "-c", PYTORCH % (module, [rows] + shape, seconds, seconds, seconds)], **environment)


def propd(name):
    rows, shape, layers, _ = WORKLOADS[name]
    return output([sys.argv[1], json.dumps({"input": shape, "layers": layers}), str(rows), str(SECONDS)])


def main():
    largest = list(WORKLOADS)[-1]

    def speed(core):
        try:
            return pytorch(largest, 0.5, core)["training_rows_s"]
        except SystemExit:  # instructions that this processor has not
            return 0 if core else sys.exit("PyTorch does not run: %s" % sys.exc_info()[1])

    core = max(("", "SKYLAKEX", "ZEN", "HASWELL"), key=speed)
    print("PyTorch is fastest with OpenBLAS's kernels for %s" % (core or "the processor it sees"), flush=True)
    for name in WORKLOADS:
        pairs = [(propd(name), pytorch(name, SECONDS, core)) for _ in range(RUNS)]
        for what in ("training_rows_s", "prediction_rows_s"):
            a, b = (statistics.median(pair[i][what] for pair in pairs) for i in (0, 1))
            ratio = statistics.median(p[what] / q[what] for p, q in pairs)
            print(json.dumps({"workload": name, "figure": what, "propd": round(a), "pytorch": round(b), "ratio": round(ratio, 2)}),
                  flush=True)


if __name__ == "__main__":
    main()
