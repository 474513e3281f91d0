#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Models that PyTorch exports as ONNX, with rows and what PyTorch makes of them: torch_models.py FOLDER.

Rows and outputs are written as propd has them, batch first and channels last."""
import json
import pathlib
import sys
import warnings

import torch
from torch import nn


class LastState(nn.Module):
    """The last state of a recurrent layer, by its own output."""

    def __init__(self, cell, *sizes, **options):
        super().__init__()
        self.cell, self.out = cell(*sizes, batch_first=True, **options), nn.Linear(sizes[1], 2)

    def forward(self, x):
        state = self.cell(x)[1]
        return self.out((state[0] if isinstance(state, tuple) else state)[-1])


class LastStep(nn.Module):
    """The last step of all states, with time first."""

    def __init__(self):
        super().__init__()
        self.cell, self.out = nn.LSTM(3, 4), nn.Linear(4, 2)

    def forward(self, x):
        return self.out(self.cell(x)[0][-1])


class BothDirections(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.out = nn.GRU(3, 4, num_layers=2, batch_first=True, bidirectional=True), nn.Linear(8, 2)

    def forward(self, x):
        return self.out(self.cell(x)[0])


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 7, stride=2, padding=3, bias=False)
        self.norm, self.pool = nn.BatchNorm2d(8), nn.MaxPool2d(3, stride=2, padding=1)
        self.a, self.b = nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1, groups=4)
        self.down = nn.Conv2d(8, 12, 1, stride=2)
        self.out = nn.Linear(12, 5)

    def forward(self, x):
        x = self.pool(torch.relu(self.norm(self.stem(x))))
        x = torch.relu(x + self.b(torch.relu(self.a(x))))
        return torch.softmax(self.out(self.down(x).mean([2, 3])), 1)


class View(nn.Module):
    """A flattened image by sizes that the graph computes."""

    def __init__(self):
        super().__init__()
        self.conv, self.out = nn.Conv2d(2, 3, 3, padding=1), nn.Linear(3 * 5 * 4, 4)

    def forward(self, x):
        x = self.conv(x)
        return self.out(x.view(x.size(0), -1))


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.norm, self.out = nn.Embedding(9, 6), nn.LayerNorm(6), nn.Linear(6, 3)

    def forward(self, ids):
        return self.out(self.norm(self.table(ids)).mean(1))


FIRST, LAST = "channels first", "as they are"
MODELS = {
    "dense": (nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 8, bias=False), nn.Tanh(), nn.LeakyReLU(0.2), nn.ELU(),
                            nn.Linear(8, 3), nn.Softmax(1)), [4], LAST),
    "activations": (nn.Sequential(nn.Linear(4, 8), nn.Sigmoid(), nn.SELU(), nn.Softplus(), nn.SiLU(),
                                  nn.Hardsigmoid(), nn.Linear(8, 3), nn.LogSoftmax(1)), [4], LAST),
    "images": (nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                             nn.Dropout(), nn.Linear(4 * 4 * 3, 5)), [3, 8, 6], FIRST),
    "strides": (nn.Sequential(nn.Conv2d(2, 4, (3, 2), stride=2, padding=(1, 0), dilation=(1, 2)), nn.Tanh(),
                              nn.AvgPool2d(2, stride=1, padding=1),
                              nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)), [2, 9, 8], FIRST),
    "upsampling": (nn.Sequential(nn.ConvTranspose2d(2, 3, 4, stride=2, padding=1), nn.ReLU(),
                                 nn.ConvTranspose2d(3, 2, 3, stride=3), nn.Upsample(scale_factor=2, mode="nearest"),
                                 nn.Conv2d(2, 1, 1)), [2, 3, 4], FIRST),
    "residual": (Residual(), [3, 32, 32], FIRST),
    "view": (View(), [2, 5, 4], FIRST),
    "sequences": (nn.Sequential(nn.Conv1d(3, 4, 3, padding=1), nn.BatchNorm1d(4), nn.GELU(),
                                nn.MaxPool1d(2), nn.Flatten(), nn.Linear(4 * 5, 2)), [3, 10], FIRST),
    "lstm": (LastState(nn.LSTM, 3, 4), [6, 3], LAST),
    "gru": (LastState(nn.GRU, 3, 4), [6, 3], LAST),
    "last step": (LastStep(), [6, 3], "time first"),
    "both directions": (BothDirections(), [6, 3], LAST),
    "words": (Words(), [5], "ids"),
}
ROWS = 3


def batch_of(shape, order):
    if order == "ids":
        return torch.randint(0, 9, [ROWS] + shape)
    x = torch.randn([ROWS] + shape)
    return x.transpose(0, 1).contiguous() if order == "time first" else x


def as_here(x, order):
    if order == FIRST and x.dim() > 2:
        x = x.movedim(1, -1)
    return (x.transpose(0, 1) if order == "time first" and x.dim() > 2 else x).tolist()


def main():
    folder = pathlib.Path(sys.argv[1])
    warnings.simplefilter("ignore")
    torch.manual_seed(1)
    for name, (model, shape, order) in MODELS.items():
        x = batch_of(shape, order)
        for module in model.modules():
            if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
                nn.init.normal_(module.running_mean)
                nn.init.uniform_(module.running_var, 0.5, 2)
        model.eval()
        batch_axis = 1 if order == "time first" else 0
        torch.onnx.export(model, x, str(folder / (name + ".onnx")), input_names=["x"], output_names=["y"],
                          dynamic_axes={"x": {batch_axis: "n"}, "y": {0: "n"}}, opset_version=17)
        with torch.no_grad():
            expected = as_here(model(x), order)
        (folder / (name + ".json")).write_text(json.dumps({"instances": as_here(x, order), "predictions": expected}))


if __name__ == "__main__":
    main()
