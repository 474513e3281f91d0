# SPDX-License-Identifier: Apache-2.0
"""What is trained: networks, data, optimizers and floating-point operations of each workload. Layers stand as in a job's document; where
PyTorch has one module for several of them, `peer_layers` says so."""
import dataclasses

ADAM = {"type": "adam", "learning_rate": 0.001}
SGD = {"type": "sgd", "learning_rate": 0.05, "momentum": 0.9}
POOL, FLATTEN = {"type": "max_pool2d"}, {"type": "flatten"}


@dataclasses.dataclass
class Workload:
    key: str
    title: str
    data: str  # of data.MAKERS; its test rows, where it has some, are <data>-test
    input: list  # a row's shape
    task: str  # "classes" or "values"
    layers: list
    optimizer: dict
    batch: int
    epochs: int = 0  # for the accuracy; 0: the data is noise
    seeds: int = 1  # runs that the accuracy is a mean of
    flops: int = 0  # a sample: forward, by the kernels, by the inputs but for the first layer's
    peers: tuple = ("PyTorch",)
    peer_layers: list = None
    peer_network: str = None  # dlib's name for it

    def description(self):
        """What a peer's program is told."""
        return {"layers": self.layers, "peer_layers": self.peer_layers or self.layers, "input": self.input, "task": self.task,
                "batch": self.batch, "optimizer": self.optimizer}


def dense(units, activation="relu"):
    return {"type": "dense", "units": units, "activation": activation}


def mlp(*units, output="softmax"):
    return [dense(n) for n in units[:-1]] + [dense(units[-1], output)]


def conv(filters, size, **more):
    return dict({"type": "conv2d", "filters": filters, "kernel_size": size, "activation": "relu"}, **more)


def same(filters, **more):
    return conv(filters, 3, padding="same", **more)


def normalized(filters):
    return [same(filters, activation="linear", use_bias=False), {"type": "batch_norm"}, {"type": "activation", "activation": "relu"}]


LENET = [conv(6, 5, padding="same"), POOL, conv(16, 5), POOL, FLATTEN] + mlp(120, 84, 10)
CNN = [same(32), POOL, same(64), POOL, same(128), {"type": "global_average_pool2d"}, dense(10, "softmax")]
NORMALIZED = normalized(32) + [POOL] + normalized(64) + [{"type": "global_average_pool2d"}, dense(10, "softmax")]

TRANSFORMER = [
    {"type": "dense", "units": 64, "name": "in"}, {"type": "layer_norm"}, {"type": "attention", "heads": 4, "name": "attention"},
    {"type": "add", "input": ["in", "attention"], "name": "seen"}, {"type": "layer_norm"}, dense(256, "gelu"),
    {"type": "dense", "units": 64, "name": "out"}, {"type": "add", "input": ["seen", "out"]}, FLATTEN, {"type": "dense", "units": 1}]
TRANSFORMER_PEER = [{"type": "dense", "units": 64}, {"type": "transformer", "heads": 4, "units": 256}, FLATTEN,
                    {"type": "dense", "units": 1}]

TRAINING = [
    Workload("w1", "iris 4-16-3, batch 16, SGD", "iris", [4], "classes", mlp(16, 3), SGD, 16, 200, 20, 544,
             ("PyTorch", "scikit-learn", "FANN")),
    Workload("w2", "digits 64-128-10, batch 32, Adam", "digits", [64], "classes", mlp(128, 10), ADAM, 32, 50, 3, 40448,
             ("PyTorch", "scikit-learn", "FANN")),
    Workload("w3", "28×28 digits 784-512-256-10, batch 128, Adam", "drawings", [28, 28, 1], "classes", [FLATTEN] + mlp(512, 256, 10),
             ADAM, 128, 5, 1, 2407424, ("PyTorch", "scikit-learn", "FANN", "dlib"), peer_network="mlp"),
    Workload("w4", "table 32-256-256-1, batch 256, Adam", "table", [32], "values", mlp(256, 256, 1, output="linear"), ADAM, 256, 3, 1,
             427520, ("PyTorch", "scikit-learn", "FANN")),
    Workload("w5", "LeNet on 28×28 digits, batch 64, Adam", "drawings", [28, 28, 1], "classes", LENET, ADAM, 64, 3, 1, 2263920,
             ("PyTorch", "dlib"), peer_network="lenet"),
    Workload("w6", "conv 32-64-128 on 3×32×32, batch 64, SGD", "colors", [32, 32, 3], "classes", CNN, SGD, 64, flops=60167168,
             peers=("PyTorch", "dlib"), peer_network="cnn"),
]

SEQUENCE = [
    Workload("lstm", "LSTM 64, 30 steps of 16 channels, batch 32", "series", [30, 16], "values",
             [{"type": "lstm", "units": 64}, {"type": "dense", "units": 1}], ADAM, 32),
    Workload("gru", "GRU 64, 30 steps of 16 channels, batch 32", "series", [30, 16], "values",
             [{"type": "gru", "units": 64}, {"type": "dense", "units": 1}], ADAM, 32),
    Workload("transformer", "transformer block, width 64, 4 heads, 64 tokens, batch 32", "tokens", [64, 64], "values", TRANSFORMER, ADAM,
             32, peer_layers=TRANSFORMER_PEER),
    Workload("batch_norm", "conv 32-64 with batch normalization, 3×32×32, batch 64", "colors", [32, 32, 3], "classes", NORMALIZED,
             SGD, 64),
]


def job(workload, dataset, threads, epochs, **training):
    """The document of a job that learns from all rows of a data set as they are."""
    layers = workload.layers
    if len(workload.input) == 2:  # [rows, time, channels] comes as images of one channel
        layers = [{"type": "reshape", "shape": workload.input}] + layers
    return {"dataset": dataset, "threads": threads, "network": {"layers": layers},
            "preprocessing": {"numeric": "none", "target": "none"},
            "training": dict({"epochs": epochs, "batch_size": workload.batch, "optimizer": workload.optimizer, "validation": None},
                             **training)}
