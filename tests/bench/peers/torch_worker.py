#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""PyTorch beside propd: torch_worker.py THREADS. Its lines: a workload as workloads.py describes it with the way to train it in "mode", then as
often as wanted {"seconds": s}, answered with the samples a second, or {"epochs": n, "seed": s}, answered with the metrics of the test rows.

Modes: eager (a DataLoader that shuffles, optimizers as they come), tuned (whole batches gathered by index, the optimizer's passes fused
over tensors, gradients dropped), jit (tuned and scripted), channels_last (tuned, images in the layout that oneDNN likes)."""
import sys
import time

import arrays
import torch
import torch.nn.functional as F
from torch_network import network

THREADS = int(sys.argv[1])
torch.set_num_threads(THREADS)


def initialize(module):
    """As propd begins (Glorot and Bengio, 2010), so that what differs is the training."""
    if isinstance(module, (torch.nn.Linear, torch.nn.Conv2d)):
        torch.nn.init.xavier_uniform_(module.weight)
        torch.nn.init.zeros_(module.bias)


class Worker:
    read_last = None, None

    def start(self, workload):
        self.workload, self.mode, self.batch = workload, workload["mode"], workload["batch"]
        self.x, self.y = self.read_once(workload["features"], workload["labels"]) if "features" in workload else self.noise()
        self.reset(0)
        self.batches = self.endless()
        for _ in range(3):
            self.step(*next(self.batches))
        return {}

    # ---- data

    def noise(self):
        shape = [self.batch] + self.workload["input"]
        return torch.randn(shape), torch.randn(self.batch, 1)

    def read_once(self, features, labels):
        """Of one data set after the other: modes are tried on the same one."""
        key = features, self.mode == "channels_last", self.workload["input"]
        if self.read_last[0] != key:
            self.read_last = None, None  # its memory, before there is another
            self.read_last = key, self.read(features, labels)
        return self.read_last[1]

    def read(self, features, labels):
        x, y = torch.from_numpy(arrays.read(features)), torch.from_numpy(arrays.read(labels, True))
        x = x.view([len(x)] + self.workload["input"])
        if x.dim() == 4:  # images come with their channels last
            x = x.permute(0, 3, 1, 2)
            x = x.contiguous(memory_format=torch.channels_last if self.mode == "channels_last" else torch.contiguous_format)
        return x, y.long() if self.workload["task"] == "classes" else y.float().view(len(y), -1)

    def epoch(self):
        """One, of batches in a new order."""
        if self.mode == "eager":
            yield from torch.utils.data.DataLoader(torch.utils.data.TensorDataset(self.x, self.y), self.batch, shuffle=True)
        elif len(self.x) == self.batch:  # one batch that is there already: nothing to gather
            yield self.x, self.y
        else:
            order = torch.randperm(len(self.x))
            for i in range(0, len(order), self.batch):
                rows = order[i:i + self.batch]
                yield self.x.index_select(0, rows), self.y.index_select(0, rows)

    def endless(self):
        while True:
            yield from self.epoch()

    # ---- training

    def reset(self, seed):
        torch.manual_seed(seed)
        self.network = network(self.workload["peer_layers"], self.workload["input"])
        if self.mode == "channels_last":
            self.network = self.network.to(memory_format=torch.channels_last)
        if self.mode == "jit":
            self.network = torch.jit.script(self.network)
        options = dict(self.workload["optimizer"], **({} if self.mode == "eager" else {"foreach": True}))
        kind, options["lr"] = options.pop("type"), options.pop("learning_rate")
        self.optimizer = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[kind](self.network.parameters(), **options)
        self.loss = F.cross_entropy if self.workload["task"] == "classes" else F.mse_loss

    def step(self, x, y):
        self.optimizer.zero_grad(set_to_none=self.mode != "eager")
        self.loss(self.network(x), y).backward()
        self.optimizer.step()
        return len(x)

    def measure(self, seconds):
        samples, start = 0, time.perf_counter()
        now = start
        while now < start + seconds:
            samples += self.step(*next(self.batches))
            now = time.perf_counter()
        return {"samples_s": samples / (now - start)}

    def evaluate(self, epochs, seed):
        self.reset(seed)
        self.network.apply(initialize)
        for _ in range(epochs):
            for x, y in self.epoch():
                self.step(x, y)
        self.network.eval()
        x, y = self.read(self.workload["test_features"], self.workload["test_labels"])
        with torch.inference_mode():
            out = torch.cat([self.network(part) for part in x.split(500)])
        if self.workload["task"] == "classes":
            return {"accuracy": (out.argmax(1) == y).double().mean().item()}
        error = F.mse_loss(out, y).item()
        return {"r2": 1 - error / y.var(unbiased=False).item(), "mse": error}

    def handle(self, line):
        if "seconds" in line:
            return self.measure(line["seconds"])
        return self.evaluate(line["epochs"], line["seed"]) if "epochs" in line else self.start(line)


arrays.answer(Worker().handle)
