#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random golden cases: documents for reference.py with every layer, activation, loss, optimizer and schedule that it knows.

    generate.py --seed 1 --count 1000 FOLDER            # write documents (Python alone)
    generate.py --run FOLDER                            # what PyTorch makes of each (reference.py's packages)
    GOLDEN_CASES=FOLDER tests/engine/test_golden        # compare
    generate.py --pick 60 FOLDER CASES                  # copy the most different ones

A document is a function of (seed, number, the lists below). Networks grow from the input: pieces that take the shape at hand, plain layers
and small graphs, until one closes them with the target's width.

--run takes away what says nothing about an engine of float32: cases that are not finite, and those where PyTorch's own float32, or a
change of first weights, data and gradients in their last places, moves a result by more than a third of what test_golden.c allows. A
max_pool with two nearly equal cells, a relu at 0, lion where a gradient is nearly zero: on such an edge any rounding decides.
"""
import argparse
import json
import os
import random
import shutil
import sys

ACTIVATIONS = ["linear", "relu", "leaky_relu", "elu", "selu", "gelu", "gelu_tanh", "silu", "mish", "sigmoid", "hard_sigmoid", "tanh",
               "softplus", "softsign", "softmax", "log_softmax", {"type": "leaky_relu", "alpha": 0.2}, {"type": "elu", "alpha": 0.5}]
ELEMENTS, WEIGHTS, NUMBERS = 256, 2500, 4000  # of a sample between two layers, of a network, of the input data


def product(shape):
    result = 1
    for size in shape:
        result *= size
    return result


def pair(value):
    return list(value) if isinstance(value, list) else [value, value]


class Network:
    """A document that grows. `shape` is that of the newest layer, or of the one that `at` names."""

    def __init__(self, draw, shape):
        self.draw, self.layers, self.shape, self.weights = draw, [], list(shape), 0
        self.at = self.newest = "input"
        self.shapes = {"input": list(shape)}

    def add(self, kind, out, weights=0, /, **fields):
        """A layer on the current one, or on what fields["input"] names, with outputs of shape `out`; its name."""
        count = 1 + sum(l["type"] == kind for l in self.layers)
        name = "%s_%d" % (kind, count)
        if self.draw.random() < 0.2:
            name = fields["name"] = "%s.%s%d" % (self.draw.choice("abcxyz"), kind[:4], len(self.layers))
        if "input" not in fields and self.at != self.newest:
            fields["input"] = self.at
        self.layers.append({"type": kind, **fields})
        self.newest = self.at = name
        self.shape, self.shapes[name] = list(out), list(out)
        self.weights += weights
        return name

    def go_back(self, name):
        self.at, self.shape = name, self.shapes[name]

    def activation(self):
        return {"activation": self.draw.choice(ACTIVATIONS)} if self.draw.random() < 0.7 else {}

    def penalties(self, bias):
        """Regularization of a layer with weights, now and then."""
        names = ["l1", "l2"] + (["bias_l1", "bias_l2"] if bias else [])
        return {n: self.draw.choice([0.001, 0.01]) for n in names if self.draw.random() < 0.06}

    # ---- layers; each says whether it took the shape

    def dense(self, units=None, **fields):
        units = units or self.draw.randint(1, 12)
        bias = self.draw.random() < 0.85
        if self.draw.random() < 0.15 or not bias:
            fields["use_bias"] = bias
        fields = {**self.activation(), **self.penalties(bias), **fields}
        self.add("dense", self.shape[:-1] + [units], (self.shape[-1] + bias) * units, units=units, **fields)

    def activate(self):
        self.add("activation", self.shape, activation=self.draw.choice(ACTIVATIONS))

    def batch_norm(self):
        fields = {n: v for n, v in (("momentum", 0.3), ("epsilon", 0.001)) if self.draw.random() < 0.3}
        self.add("batch_norm", self.shape, 2 * self.shape[-1], **fields)

    def layer_norm(self):
        if self.shape[-1] < 3:  # of two numbers nothing is left but a sign
            return False
        fields = {"epsilon": 0.001} if self.draw.random() < 0.3 else {}
        self.add("layer_norm", self.shape, 2 * self.shape[-1], **fields)

    def convolution(self):
        sides = self.shape[:-1]
        kind = "conv%dd" % len(sides)
        kernel = [self.draw.randint(1, min(4, n)) for n in sides]
        dilation = [self.draw.choice([1, 1, 1, 2]) for _ in sides]
        strides = [self.draw.choice([1, 1, 2, 3]) for _ in sides]
        padding = self.draw.choice(["valid", "same"])
        if padding == "valid" and any(n < d * (k - 1) + 1 for n, d, k in zip(sides, dilation, kernel)):
            return False
        groups = self.draw.choice([g for g in (1, 1, 2, 3) if self.shape[-1] % g == 0])
        filters = groups * self.draw.randint(1, 6 // groups)
        if padding == "same":
            out = [-(-n // s) for n, s in zip(sides, strides)]
        else:
            out = [(n - d * (k - 1) - 1) // s + 1 for n, d, k, s in zip(sides, dilation, kernel, strides)]
        bias = self.draw.random() < 0.85
        fields = {"filters": filters, "kernel_size": self.sizes(kernel), **self.activation(), **self.penalties(bias)}
        for name, value, default in (("strides", strides, 1), ("dilation", dilation, 1)):
            if any(v != default for v in value):
                fields[name] = self.sizes(value)
        fields.update({n: v for n, v, d in (("padding", padding, "valid"), ("groups", groups, 1), ("use_bias", bias, True)) if v != d})
        self.add(kind, out + [filters], product(kernel) * self.shape[-1] // groups * filters + bias * filters, **fields)

    def sizes(self, values):
        """A list, or one number where all are that."""
        return values[0] if len(set(values)) == 1 and self.draw.random() < 0.7 else values

    def transpose(self):
        if len(self.shape) != 3:
            return False
        strides = [self.draw.randint(1, 2) for _ in range(2)]
        kernel = [self.draw.randint(s, 3) for s in strides]
        padding = self.draw.choice(["valid", "same"])
        filters = self.draw.randint(1, 4)
        out = [n * s if padding == "same" else (n - 1) * s + k for n, s, k in zip(self.shape, strides, kernel)]
        fields = {"filters": filters, "kernel_size": self.sizes(kernel), "strides": self.sizes(strides), "padding": padding}
        self.add("conv2d_transpose", out + [filters], (product(kernel) * self.shape[-1] + 1) * filters,
                 **fields, **self.activation(), **self.penalties(True))

    def pool(self):
        sides = self.shape[:-1]
        size = [self.draw.randint(1, min(3, n)) for n in sides]
        strides = [self.draw.randint(1, 3) for _ in sides] if self.draw.random() < 0.5 else size
        padding = self.draw.choice(["valid", "same"])
        out = [-(-n // s) if padding == "same" else (n - k) // s + 1 for n, k, s in zip(sides, size, strides)]
        fields = {} if padding == "valid" else {"padding": padding}
        if size != [2] * len(sides) or self.draw.random() < 0.5:
            fields["pool_size"] = self.sizes(size)
        if strides is not size:
            fields["strides"] = self.sizes(strides)
        self.add("%s_pool%dd" % (self.draw.choice(["max", "average"]), len(sides)), out + self.shape[-1:], **fields)

    def global_pool(self):
        self.add("global_%s_pool%dd" % (self.draw.choice(["max", "average"]), len(self.shape) - 1), self.shape[-1:])

    def upsampling(self):
        if len(self.shape) != 3:
            return False
        size = [self.draw.randint(1, 3) for _ in range(2)]
        fields = {} if size == [2, 2] else {"size": self.sizes(size)}
        self.add("upsampling2d", [self.shape[0] * size[0], self.shape[1] * size[1], self.shape[2]], **fields)

    def zero_padding(self):
        if len(self.shape) != 3:
            return False
        by = [self.draw.randint(0, 2) for _ in range(2)]
        fields = {} if by == [1, 1] else {"padding": self.sizes(by)}
        self.add("zero_padding2d", [self.shape[0] + 2 * by[0], self.shape[1] + 2 * by[1], self.shape[2]], **fields)

    def positional_embedding(self):
        if len(self.shape) != 2:
            return False
        self.add("positional_embedding", self.shape, product(self.shape), **self.penalties(False))

    def recurrent(self, last=False):
        if len(self.shape) != 2:
            return False
        kind, units = self.draw.choice(["lstm", "gru"]), self.draw.randint(1, 8)
        both, sequences = self.draw.random() < 0.4, not last and self.draw.random() < 0.6
        parts = 4 if kind == "lstm" else 3
        fields = {n: True for n, v in (("bidirectional", both), ("return_sequences", sequences)) if v}
        width = units * (2 if both else 1)
        self.add(kind, [self.shape[0], width] if sequences else [width],
                 (1 + both) * parts * units * (self.shape[-1] + units + (1 if kind == "lstm" else 2)),
                 units=units, **fields, **self.penalties(True))

    def attention(self, **fields):
        if len(self.shape) != 2:
            return False
        channels = self.shape[-1]
        units = self.draw.choice([channels, channels, self.draw.randint(1, 12)])
        if units != channels or self.draw.random() < 0.2:
            fields["units"] = units
        fields["heads"] = self.draw.choice([h for h in range(1, units + 1) if units % h == 0 and h <= 6])
        if self.draw.random() < 0.5:
            fields["causal"] = True
        self.add("attention", self.shape, 4 * channels * units + 3 * units + channels, **fields, **self.penalties(True))

    def reshape(self):
        count = product(self.shape)
        rank = self.draw.randint(1, 3)
        shape = [count]
        for _ in range(rank - 1):
            divisors = [d for d in range(2, 13) if shape[-1] % d == 0 and shape[-1] > d]
            if not divisors:
                break
            first = self.draw.choice(divisors)
            shape = shape[:-1] + [first, shape[-1] // first]
        self.add("reshape", shape, shape=shape)

    def flatten(self):
        self.add("flatten", [product(self.shape)])

    # ---- small graphs

    def branch(self, start, shape):
        """From `start` to something of `shape`: its name."""
        self.go_back(start)
        if len(shape) == 3 and self.draw.random() < 0.6:
            kernel = [self.draw.randint(1, 3) for _ in range(2)]
            return self.add("conv2d", shape, (product(kernel) * self.shape[-1] + 1) * shape[-1], filters=shape[-1],
                            kernel_size=kernel, padding="same", **self.activation())
        if len(shape) == 2 and self.draw.random() < 0.4:
            self.attention()
            if self.shape == shape:
                return self.at
        if self.draw.random() < 0.4:
            self.dense()
        self.dense(shape[-1])
        return self.at

    def residual(self):
        """x + f(x), x · f(x), or with a second branch."""
        start, shape = self.at, self.shape
        ends = [self.branch(start, shape) for _ in range(self.draw.randint(1, 2))]
        inputs = ends + ([start] if len(ends) == 1 or self.draw.random() < 0.6 else [])
        if start == "input" and len(ends) == 1 and self.draw.random() < 0.5:
            inputs = inputs + [ends[0]]
        self.draw.shuffle(inputs)
        self.add(self.draw.choice(["add", "add", "multiply"]), shape, input=inputs)

    def side_by_side(self):
        start, shape = self.at, self.shape
        widths = [self.draw.randint(1, 5) for _ in range(self.draw.randint(1, 2))]
        inputs = [start] + [self.branch(start, shape[:-1] + [w]) for w in widths]
        self.draw.shuffle(inputs)
        self.add("concat", shape[:-1] + [sum(self.shapes[i][-1] for i in inputs)], input=inputs)

    def transformer_block(self):
        if len(self.shape) != 2 or self.shape[-1] < 3:
            return False
        start = self.at
        if self.draw.random() < 0.5:
            self.layer_norm()
        self.attention()
        seen = self.add("add", self.shape, input=[start, self.at])
        channels = self.shape[-1]
        self.layer_norm()
        self.dense(2 * channels)
        self.dense(channels)
        self.add("add", self.shape, input=[seen, self.at])

    def grow(self, without):
        """One piece more, of those that this shape takes."""
        anywhere = [self.dense, self.activate, self.batch_norm, self.layer_norm, self.residual, self.side_by_side, self.reshape]
        sequence = [self.convolution, self.pool, self.recurrent, self.recurrent, self.attention, self.positional_embedding,
                    self.transformer_block]
        image = [self.convolution, self.convolution, self.convolution, self.pool, self.pool, self.transpose, self.upsampling,
                 self.zero_padding]
        pieces = anywhere + {1: [], 2: sequence, 3: image}[len(self.shape)]
        before = (list(self.layers), self.at, list(self.shape), dict(self.shapes), self.weights, self.newest)
        refused = self.draw.choice(pieces)() is False
        if refused or product(self.shape) > ELEMENTS or self.weights > WEIGHTS or any(l["type"] in without for l in self.layers):
            self.layers, self.at, self.shape, self.shapes, self.weights, self.newest = before

    def close(self, width, activation, without):
        """The output: `width` numbers after `activation`."""
        if len(self.shape) > 1:
            choices = [self.flatten, self.flatten]
            if not any("pool" in t for t in without):
                choices.append(self.global_pool)
            if len(self.shape) == 2 and not {"lstm", "gru"} & set(without):
                choices.append(lambda: self.recurrent(last=True))
            self.draw.choice(choices)()
        self.dense(width, activation=activation)
        if activation == "linear":
            del self.layers[-1]["activation"]


# ---------------------------------------------------------------- training

def draw_loss(draw):
    """(loss, target, output activation, more of training)"""
    kind = draw.choice(["categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy", "mse", "mae", "huber", "log_cosh",
                        "hinge", "kl_divergence", "poisson", "focal"])
    classes, width = draw.randint(2, 5), draw.randint(1, 4)
    if kind == "categorical_crossentropy":
        more = {"label_smoothing": draw.choice([0.05, 0.1, 0.3])} if draw.random() < 0.35 else {}
        if draw.random() < 0.3:
            more["class_weights"] = [round(draw.uniform(0.3, 3), 2) for _ in range(classes)]
        return kind, {"kind": "class", "size": classes}, "softmax", more
    if kind == "focal":
        loss = {"type": kind, "gamma": draw.choice([0, 1, 2, 3.5])} if draw.random() < 0.6 else kind
        return loss, {"kind": "class", "size": classes}, "softmax", {}
    if kind == "kl_divergence":
        return kind, {"kind": "distribution", "size": classes}, "softmax", {}
    if kind == "binary_crossentropy":
        return kind, {"kind": "binary", "size": width}, "sigmoid", {}
    if kind == "hinge":
        return kind, {"kind": "binary", "size": width}, draw.choice(["linear", "tanh"]), {}
    if kind == "poisson":
        return kind, {"kind": "count", "size": width}, "softplus", {}
    if kind == "huber" and draw.random() < 0.5:
        kind = {"type": kind, "delta": draw.choice([0.3, 0.7, 2])}
    return kind, {"kind": "real", "size": width}, draw.choice(["linear", "linear", "tanh", "silu", "softsign"]), {}


def draw_optimizer(draw, without):
    kinds = ["sgd", "adagrad", "adadelta", "rmsprop", "adam", "amsgrad", "adamw", "nadam", "lion"]
    kind = draw.choice([k for k in kinds if k not in without])
    options = {}

    def maybe(share, **values):
        if draw.random() < share:
            options.update(values)

    maybe(0.35, weight_decay=draw.choice([0.001, 0.01, 0.1]))
    if kind == "sgd":
        maybe(0.6, momentum=draw.choice([0.5, 0.9]))
        if "momentum" in options:
            maybe(0.5, nesterov=True)
    elif kind == "rmsprop":
        maybe(0.3, alpha=0.9)
        maybe(0.3, momentum=0.5)
        maybe(0.3, centered=True)
    elif kind == "adadelta":
        maybe(0.4, rho=0.8)
    elif kind == "adagrad":
        maybe(0.3, lr_decay=0.05)
        maybe(0.4, initial_accumulator_value=0.1)
    else:
        maybe(0.3, beta_1=0.8)
        maybe(0.3, beta_2=0.95)
        if kind == "nadam":
            maybe(0.3, momentum_decay=0.01)
    if kind not in ("sgd", "lion"):
        maybe(0.4, epsilon=draw.choice([1e-6, 1e-4, 1e-2]))
    rates = {"sgd": [0.01, 0.1], "adadelta": [1, 0.3], "lion": [1e-4, 1e-3]}.get(kind, [0.001, 0.01])
    maybe(0.8, learning_rate=draw.choice(rates))
    return {"type": kind, **options} if options else kind


def draw_schedule(draw, units, per, without):
    """None, or a schedule of `units` units."""
    if draw.random() < 0.4:
        return None
    kinds = ["constant", "step", "multi_step", "exponential", "cosine", "polynomial"]
    kind = draw.choice([k for k in kinds if k not in without])
    options = {"per": "step"} if per == "step" else draw.choice([{}, {"per": "epoch"}])
    if units > 2 and draw.random() < 0.4:
        options["warmup"] = draw.randint(1, units - 2)
    if kind == "step":
        options.update(step_size=draw.randint(1, 2), gamma=draw.choice([0.5, 0.1]))
    elif kind == "multi_step":
        options.update(milestones=sorted(draw.sample(range(1, units + 2), 2)), gamma=draw.choice([0.5, 0.2]))
    elif kind == "exponential":
        options["gamma"] = draw.choice([0.9, 0.5])
    elif kind in ("cosine", "polynomial"):
        options.update({"final": 0.0001} if draw.random() < 0.5 else {})
        options.update({"power": draw.choice([2, 0.5])} if kind == "polynomial" and draw.random() < 0.5 else {})
    return {"type": kind, **options} if options else kind


def draw_input(draw, without):
    """(input, a function that begins the network)"""
    if draw.random() < 0.2 and "embedding" not in without:
        vocabulary, units = draw.randint(3, 12), draw.randint(2, 8)
        shape = [draw.randint(2, 10)]
        return ({"kind": "tokens", "vocabulary": vocabulary, "shape": shape},
                lambda net: net.add("embedding", shape + [units], vocabulary * units, vocabulary=vocabulary, units=units,
                                    **net.penalties(False)))
    shape = draw.choice([[draw.randint(1, 20)], [draw.randint(1, 12), draw.randint(1, 8)],
                         [draw.randint(2, 8), draw.randint(2, 8), draw.randint(1, 4)]])
    return {"kind": "normal", "shape": shape}, lambda net: None


def draw_case(seed, number, without):
    draw = random.Random("%d %d" % (seed, number))
    data, begin = draw_input(draw, without)
    loss, target, activation, more = draw_loss(draw)
    net = Network(draw, data["shape"])
    begin(net)
    for _ in range(draw.randint(1, 6)):
        net.grow(without)
    net.close(target["size"], activation, without)
    batch = draw.randint(5, 16)
    rows = min(batch * draw.randint(1, 3) + draw.choice([0, 0, 3, batch // 2]), max(6, NUMBERS // product(data["shape"])))
    batch = min(batch, rows)
    if rows % batch == 1 or rows % batch == 2:  # batch statistics of so few say little, and PyTorch refuses one
        rows -= rows % batch
    steps = draw.randint(3, 8)
    per_epoch = -(-rows // batch)
    per = draw.choice(["step", "epoch"])
    training = {"loss": loss, "optimizer": draw_optimizer(draw, without), "batch_size": batch, **more}
    schedule = draw_schedule(draw, steps if per == "step" else -(-steps // per_epoch), per, without)
    if schedule:
        training["schedule"] = schedule
    for name, values, share in (("clip_norm", [0.1, 1], 0.15), ("clip_value", [0.01, 0.1], 0.1), ("l1", [0.001], 0.08), ("l2", [0.01], 0.12)):
        if draw.random() < share:
            training[name] = draw.choice(values)
    return {"network": {"layers": net.layers}, "training": training, "input": {**data, "rows": rows}, "target": target, "steps": steps,
            "seed": draw.randrange(1 << 31)}


# ---------------------------------------------------------------- running

TOLERANCES = {"out": 1e-5, "grad": 1e-5, "losses": 1e-5, "final": 5e-5}  # of tests/engine/test_golden.c
SHARE = 1 / 3


def largest_share(exact, other):
    """The largest difference between two results, as a share of what test_golden.c allows."""
    worst, kinds = 0.0, {}
    for name, a in exact.items():
        kinds.setdefault(name.split("/")[0], []).append(float(abs(a).max()))
    for name, a in exact.items():
        kind = name.split("/")[0]
        if kind == "init":
            continue
        scale = max(float(abs(a).max()), max(kinds[kind]) / 10 if "/" in name else 0)
        off = float(abs(a - other[name]).max())
        worst = max(worst, off / (TOLERANCES[kind] * scale) if off > 0 else 0)
    return worst


def train_shaken(reference, case, exact, seed):
    """Trains with first weights, data and gradients changed in their last places."""
    np, torch = reference.np, reference.torch
    noise = np.random.default_rng(seed)
    x, y, net = reference.build(case)
    cancels = case["training"]["loss"] in ("mae", "hinge")  # gradients of ±1 make exact zeros that other orders of a sum do not
    largest = max(float(abs(a).max()) for n, a in exact.items() if n.startswith("grad/"))

    def shake(gradient):
        scale = 1e-7 * max(float(gradient.abs().max()), largest / 10)
        return gradient + scale * torch.tensor(noise.standard_normal(gradient.shape)) * ((gradient != 0) | cancels)

    for weight in net.params.values():
        with torch.no_grad():
            weight.mul_(torch.tensor(1 + 6e-8 * noise.standard_normal(weight.shape)))
        weight.register_hook(shake)
    if case["input"]["kind"] != "tokens":
        x = x.astype(np.float64) * (1 + 6e-8 * noise.standard_normal(x.shape))
    return reference.train(case, x, y, net)


def run_case(reference, path):
    """Writes what PyTorch makes of a case, or says why it takes it away."""
    np, torch = reference.np, reference.torch
    case = json.load(open(path))
    x, y, net = reference.build(case)
    exact = reference.train(case, x, y, net)
    if not all(np.isfinite(a).all() for a in exact.values()):
        return "not finite"
    if max(float(abs(a).max()) for a in exact.values()) > 1e4:
        return "out of hand"
    results = [train_shaken(reference, case, exact, seed) for seed in (1, 2)]
    reference.set_type(torch.float32)
    x, y, net = reference.build(case)
    results.append(reference.train(case, x, y, net))
    reference.set_type(torch.float64)
    if not max(largest_share(exact, r) for r in results) <= SHARE:
        return "on an edge"
    reference.write(case, x, y, exact, path[:-5] + ".safetensors")
    return None


def run(folder):
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import reference
    counts = {}
    for name in sorted(f for f in os.listdir(folder) if f.endswith(".json")):
        path = os.path.join(folder, name)
        gone = run_case(reference, path)
        counts[gone or "kept"] = counts.get(gone or "kept", 0) + 1
        if gone:
            os.remove(path)
    print(", ".join("%s: %d" % item for item in sorted(counts.items())))


# ---------------------------------------------------------------- picking

def features_of(case):
    """What a case tries, as words."""
    words, training = set(), case["training"]
    for layer in case["network"]["layers"]:
        kind = layer["type"]
        words.add(kind)
        for key, value in layer.items():
            if key in ("type", "name", "units", "filters", "vocabulary", "shape"):
                continue
            if key == "activation":
                words.add("activation %s" % (value if isinstance(value, str) else value["type"] + " of its own"))
            elif key == "input":
                words.add("graph %s" % (kind if isinstance(value, list) else "branch"))
            elif isinstance(value, (list, int)) and not isinstance(value, bool):
                words.add("%s %s %s" % (kind, key, "uneven" if isinstance(value, list) and len(set(value)) > 1 else pair(value)[0]))
            else:
                words.add("%s %s %s" % (kind, key, value if isinstance(value, (bool, str)) else ""))
    for key in ("loss", "optimizer", "schedule"):
        value = training.get(key, "none")
        value = value if isinstance(value, dict) else {"type": value}
        words.add("%s %s" % (key, value["type"]))
        words |= {"%s %s %s" % (key, value["type"], o) for o in value if o != "type"}
    words |= {k for k in ("label_smoothing", "class_weights", "clip_norm", "clip_value", "l1", "l2") if k in training}
    words.add("rank %d" % len(case["input"]["shape"]))
    words.add("short batch" if case["input"]["rows"] % training["batch_size"] else "whole batches")
    return words


def pick(count, folder, to):
    """Greedy: the case with the most that was not there, pairs of things counting a little; small cases before large ones."""
    cases = {}
    for name in sorted(f[:-5] for f in os.listdir(folder) if f.endswith(".json")):
        if os.path.exists(os.path.join(folder, name + ".safetensors")):
            cases[name] = features_of(json.load(open(os.path.join(folder, name + ".json"))))
    seen, picked = set(), []

    def gain(name):
        words = sorted(cases[name])
        new = [w for w in words if w not in seen]
        pairs = sum((a, b) not in seen for i, a in enumerate(words) for b in words[i + 1:])
        size = os.path.getsize(os.path.join(folder, name + ".safetensors"))
        return (len(new) + 0.02 * pairs) / (1 + size / 40000)

    while cases and len(picked) < count:
        best = max(sorted(cases), key=gain)
        words = sorted(cases.pop(best))
        seen.update(words)
        seen.update((a, b) for i, a in enumerate(words) for b in words[i + 1:])
        picked.append(best)
    os.makedirs(to, exist_ok=True)
    for name in picked:
        for ending in (".json", ".safetensors"):
            shutil.copyfile(os.path.join(folder, name + ending), os.path.join(to, name + ending))
    print("%d cases with %d things" % (len(picked), sum(isinstance(w, str) for w in seen)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--without", default="", help="types of layers, optimizers and schedules to leave out, with commas between")
    parser.add_argument("--run", action="store_true")
    parser.add_argument("--pick", type=int)
    parser.add_argument("folder")
    parser.add_argument("to", nargs="?")
    arguments = parser.parse_args()
    os.makedirs(arguments.folder, exist_ok=True)
    without = [t for t in arguments.without.split(",") if t]
    for number in range(arguments.count):
        with open(os.path.join(arguments.folder, "random-%d-%04d.json" % (arguments.seed, number)), "w") as file:
            json.dump(draw_case(arguments.seed, number, without), file, indent=1)
    if arguments.run:
        run(arguments.folder)
    if arguments.pick is not None:
        pick(arguments.pick, arguments.folder, arguments.to)


if __name__ == "__main__":
    main()
