# SPDX-License-Identifier: Apache-2.0
"""A PyTorch module from a list of layers as propd has them, for those types that the workloads use."""
import torch.nn as nn

ACTIVATIONS = {"linear": None, "softmax": None, "relu": nn.ReLU, "gelu": nn.GELU}  # softmax is in the loss


class Last(nn.Module):
    """What a recurrent layer gives after the last step."""

    def __init__(self, over):
        super().__init__()
        self.over = over

    def forward(self, x):
        return self.over(x)[0][:, -1]


def _dense(layer, shape):
    return nn.Linear(shape[-1], layer["units"]), shape[:-1] + [layer["units"]]


def _conv2d(layer, shape):
    height, width, channels = shape
    size = layer["kernel_size"]
    pad = size // 2 if layer.get("padding") == "same" else 0
    shape = [height + 2 * pad - size + 1, width + 2 * pad - size + 1, layer["filters"]]
    return nn.Conv2d(channels, layer["filters"], size, padding=pad, bias=layer.get("use_bias", True)), shape


def _max_pool2d(layer, shape):
    return nn.MaxPool2d(2), [shape[0] // 2, shape[1] // 2, shape[2]]


def _batch_norm(layer, shape):
    return nn.BatchNorm2d(shape[-1]), shape


def _average(layer, shape):
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), shape[-1:]


def _flatten(layer, shape):
    count = 1
    for n in shape:
        count *= n
    return nn.Flatten(), [count]


def _lstm(layer, shape):
    return Last(nn.LSTM(shape[-1], layer["units"], batch_first=True)), [layer["units"]]


def _gru(layer, shape):
    return Last(nn.GRU(shape[-1], layer["units"], batch_first=True)), [layer["units"]]


def _transformer(layer, shape):
    """propd has it in several layers: attention and dense ones, normalized before, added to what went in."""
    return nn.TransformerEncoderLayer(shape[-1], layer["heads"], layer["units"], dropout=0, activation="gelu", batch_first=True,
                                      norm_first=True), shape


MAKERS = {"dense": _dense, "conv2d": _conv2d, "max_pool2d": _max_pool2d, "batch_norm": _batch_norm, "flatten": _flatten,
          "global_average_pool2d": _average, "lstm": _lstm, "gru": _gru, "transformer": _transformer,
          "activation": lambda layer, shape: (nn.Identity(), shape)}


def network(layers, shape):
    modules = []
    for layer in layers:
        module, shape = MAKERS[layer["type"]](layer, shape)
        activation = ACTIVATIONS[layer.get("activation", "linear")]
        modules += [module] + ([activation()] if activation else [])
    return nn.Sequential(*modules)
