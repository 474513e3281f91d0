#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reference for the engine's numbers: trains a network document with PyTorch, in float64 or float32.

    apt-get install --no-install-recommends python3-torch
    reference.py CASE.json OUT.safetensors     # write one golden case
    reference.py --all CASES_DIR OUT_DIR       # every *.json of a folder

A case is {"network": {...}, "training": {...}, "input": {"shape": [...], "kind": "normal"|"tokens", "rows": n},
"target": {"kind": "class"|"binary"|"real", "size": k}, "steps": n}, in the words of job documents.
Batches are taken in order, rows wrapping at an epoch's end, with no shuffling and no validation split.

The file it writes holds, as safetensors, float32 (targets of class kind: int32):
    x, y                          the data, [rows, ...]
    init/<layer>/<tensor>         the first weights
    out                           the output for the first batch at the first weights, training mode off
    grad/<layer>/<tensor>         the gradient of the first batch's loss (penalties included)
    losses                        [steps] loss of each step's batch before its update (penalties included)
    final/<layer>/<tensor>        the weights after the last step
Its metadata holds the case itself. Computed in float64, rounded to float32 at the end.
"""
import json, math, os, struct, sys
import numpy as np
import torch
import torch.nn.functional as F

DT = torch.float64
torch.set_default_dtype(DT)


def set_type(kind):
    """float64, what the cases hold, or float32, to see which of them rounding decides."""
    global DT
    DT = kind
    torch.set_default_dtype(kind)


# ---------------------------------------------------------------- safetensors
def save_safetensors(path, tensors, metadata):
    header, at, blobs = {"__metadata__": metadata}, 0, []
    for name, a in tensors.items():
        a = np.ascontiguousarray(a)
        kind = {"float32": "F32", "int32": "I32"}[str(a.dtype)]
        header[name] = {"dtype": kind, "shape": list(a.shape), "data_offsets": [at, at + a.nbytes]}
        at += a.nbytes
        blobs.append(a.tobytes())
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def load_safetensors(path):
    raw = open(path, "rb").read()
    n = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:8 + n])
    meta = header.pop("__metadata__", {})
    kinds = {"F32": "<f4", "I32": "<i4", "F64": "<f8", "I64": "<i8", "U8": "u1"}
    out = {}
    for name, h in header.items():
        a, b = h["data_offsets"]
        out[name] = np.frombuffer(raw[8 + n + a:8 + n + b], kinds[h["dtype"]]).reshape(h["shape"])
    return out, meta


# ---------------------------------------------------------------- activations
def activate(a, x):
    if a is None:
        return x
    p = a if isinstance(a, dict) else {"type": a}
    t = p["type"]
    return {
        "linear": lambda: x, "relu": lambda: F.relu(x), "leaky_relu": lambda: F.leaky_relu(x, p.get("alpha", 0.01)),
        "elu": lambda: F.elu(x, p.get("alpha", 1.0)), "selu": lambda: F.selu(x), "gelu": lambda: F.gelu(x),
        "gelu_tanh": lambda: F.gelu(x, approximate="tanh"), "silu": lambda: F.silu(x), "mish": lambda: F.mish(x),
        "sigmoid": lambda: torch.sigmoid(x), "hard_sigmoid": lambda: F.hardsigmoid(x), "tanh": lambda: torch.tanh(x),
        "softplus": lambda: F.softplus(x), "softsign": lambda: F.softsign(x),
        "softmax": lambda: torch.softmax(x, -1), "log_softmax": lambda: torch.log_softmax(x, -1),
    }[t]()


def pair(v):
    return list(v) if isinstance(v, (list, tuple)) else [v, v]


def same_pad(n, k, s, d):
    total = max((-(-n // s) - 1) * s + d * (k - 1) + 1 - n, 0)
    return total // 2, total - total // 2


# ---------------------------------------------------------------- the network
class Net:
    """A network document as a function of named weights. `shape` is one sample's, batch left out."""

    def __init__(self, doc, shape, auto_units, rng):
        self.layers, self.params, self.buffers, self.rng = [], {}, {}, rng
        self.shapes, counts, prev = {"input": list(shape)}, {}, "input"
        for l in doc["layers"]:
            l = dict(l)
            counts[l["type"]] = counts.get(l["type"], 0) + 1
            l.setdefault("name", "%s_%d" % (l["type"], counts[l["type"]]))
            l["from"] = l["input"] if isinstance(l.get("input"), list) else [l.get("input", prev)]
            if l.get("units") == "auto":
                l["units"] = auto_units
            self.shapes[l["name"]] = self.declare(l, [self.shapes[i] for i in l["from"]])
            self.layers.append(l)
            prev = l["name"]
        self.out_shape = self.shapes[prev]

    def new(self, l, name, shape, scale=None, value=None):
        if value is not None:
            a = np.full(shape, float(value))
        else:
            a = self.rng.standard_normal(shape) * scale
        a = a.astype(np.float32).astype(np.float64)  # exactly what the file will hold
        self.params[l["name"] + "/" + name] = torch.tensor(a, dtype=DT, requires_grad=True)

    def declare(self, l, ins):
        t, s = l["type"], ins[0]
        if t == "dense":
            self.new(l, "kernel", [s[-1], l["units"]], 1 / math.sqrt(s[-1]))
            if l.get("use_bias", True):
                self.new(l, "bias", [l["units"]], 0.1)
            return s[:-1] + [l["units"]]
        if t in ("conv1d", "conv2d"):
            nd = 1 if t == "conv1d" else 2
            k, st, d = [pair(l.get(f, v))[:nd] for f, v in (("kernel_size", None), ("strides", 1), ("dilation", 1))]
            g, fl = l.get("groups", 1), l["filters"]
            self.new(l, "kernel", k + [s[-1] // g, fl], 1 / math.sqrt(s[-1] // g * np.prod(k)))
            if l.get("use_bias", True):
                self.new(l, "bias", [fl], 0.1)
            if l.get("padding", "valid") == "same":
                sp = [-(-n // q) for n, q in zip(s[:nd], st)]
            else:
                sp = [(n - e * (c - 1) - 1) // q + 1 for n, c, q, e in zip(s[:nd], k, st, d)]
            return sp + [fl]
        if t == "conv2d_transpose":
            k, st = pair(l["kernel_size"]), pair(l.get("strides", 1))
            self.new(l, "kernel", k + [l["filters"], s[-1]], 1 / math.sqrt(s[-1] * k[0] * k[1]))
            self.new(l, "bias", [l["filters"]], 0.1)
            if l.get("padding", "valid") == "same":
                return [n * q for n, q in zip(s[:2], st)] + [l["filters"]]
            return [(n - 1) * q + c for n, q, c in zip(s[:2], st, k)] + [l["filters"]]
        if t.endswith(("pool1d", "pool2d")):
            if t.startswith("global"):
                return [s[-1]]
            nd = int(t[-2])
            k = pair(l.get("pool_size", 2))[:nd]
            st = pair(l.get("strides", l.get("pool_size", 2)))[:nd]
            if l.get("padding", "valid") == "same":
                return [-(-n // q) for n, q in zip(s[:nd], st)] + [s[-1]]
            return [(n - c) // q + 1 for n, c, q in zip(s[:nd], k, st)] + [s[-1]]
        if t == "flatten":
            return [int(np.prod(s))]
        if t == "reshape":
            return list(l["shape"])
        if t == "upsampling2d":
            a, b = pair(l.get("size", 2))
            return [s[0] * a, s[1] * b, s[2]]
        if t == "zero_padding2d":
            a, b = pair(l.get("padding", 1))
            return [s[0] + 2 * a, s[1] + 2 * b, s[2]]
        if t == "batch_norm":
            self.new(l, "gamma", [s[-1]], value=1)
            self.new(l, "beta", [s[-1]], value=0)
            self.buffers[l["name"] + "/moving_mean"] = torch.zeros(s[-1])
            self.buffers[l["name"] + "/moving_variance"] = torch.ones(s[-1])
            return s
        if t == "layer_norm":
            self.new(l, "gamma", [s[-1]], value=1)
            self.new(l, "beta", [s[-1]], value=0)
            return s
        if t in ("activation", "dropout", "gaussian_noise"):
            return s
        if t == "embedding":
            self.new(l, "embeddings", [l["vocabulary"], l["units"]], 0.5)
            return s + [l["units"]]
        if t == "positional_embedding":
            self.new(l, "embeddings", s, 0.2)
            return s
        if t in ("lstm", "gru"):
            u, g = l["units"], 4 if t == "lstm" else 3
            for way in (["forward", "backward"] if l.get("bidirectional") else [None]):
                p = way + "_" if way else ""
                self.new(l, p + "kernel", [s[-1], g * u], 1 / math.sqrt(s[-1]))
                self.new(l, p + "recurrent_kernel", [u, g * u], 1 / math.sqrt(u))
                self.new(l, p + "bias", [g * u], 0.1)
                if t == "gru":
                    self.new(l, p + "recurrent_bias", [g * u], 0.1)
            w = u * (2 if l.get("bidirectional") else 1)
            return [s[0], w] if l.get("return_sequences") else [w]
        if t == "attention":
            u = l.get("units", s[-1])
            for n in ("query", "key", "value"):
                self.new(l, n + "_kernel", [s[-1], u], 1 / math.sqrt(s[-1]))
                self.new(l, n + "_bias", [u], 0.1)
            self.new(l, "output_kernel", [u, s[-1]], 1 / math.sqrt(u))
            self.new(l, "output_bias", [s[-1]], 0.1)
            return s
        if t in ("add", "multiply"):
            return s
        if t == "concat":
            return s[:-1] + [sum(i[-1] for i in ins)]
        raise ValueError("layer type " + t)

    # x: [batch, ...]; returns (output, pre-activation of the output layer)
    def run(self, x, train):
        vals, logits = {"input": x}, None
        for l in self.layers:
            y = self.apply(l, [vals[i] for i in l["from"]], train)
            logits = y
            vals[l["name"]] = activate(l.get("activation"), y)
        return vals[self.layers[-1]["name"]], logits

    def P(self, l, n):
        return self.params[l["name"] + "/" + n]

    def apply(self, l, xs, train):
        t, x = l["type"], xs[0]
        if t == "dense":
            y = x @ self.P(l, "kernel")
            return y + self.P(l, "bias") if l.get("use_bias", True) else y
        if t in ("conv1d", "conv2d"):
            nd = 1 if t == "conv1d" else 2
            k, st, d = [pair(l.get(f, v))[:nd] for f, v in (("kernel_size", None), ("strides", 1), ("dilation", 1))]
            w = self.P(l, "kernel")
            w = (w.permute(2, 1, 0) if nd == 1 else w.permute(3, 2, 0, 1)).contiguous()
            z = x.movedim(-1, 1)
            if l.get("padding", "valid") == "same":
                pads = []
                for i in reversed(range(nd)):
                    pads += same_pad(z.shape[2 + i], k[i], st[i], d[i])
                z = F.pad(z, pads)
            if max(k) == 1:  # PyTorch 1.13 damages its memory where strides go over single cells of float64
                z, st = z[(slice(None), slice(None)) + tuple(slice(None, None, e) for e in st)], 1
            b = self.P(l, "bias") if l.get("use_bias", True) else None
            z = (F.conv1d if nd == 1 else F.conv2d)(z, w, b, stride=st, dilation=d, groups=l.get("groups", 1))
            return z.movedim(1, -1)
        if t == "conv2d_transpose":
            k, st = pair(l["kernel_size"]), pair(l.get("strides", 1))
            w = self.P(l, "kernel").permute(3, 2, 0, 1)
            z = F.conv_transpose2d(x.movedim(-1, 1), w, self.P(l, "bias"), stride=st)
            if l.get("padding", "valid") == "same":  # what conv2d "same" of the output's size would have taken in
                h, v = x.shape[1] * st[0], x.shape[2] * st[1]
                a, b = same_pad(h, k[0], st[0], 1), same_pad(v, k[1], st[1], 1)
                z = F.pad(z, (0, max(0, v + b[0] - z.shape[3]), 0, max(0, h + a[0] - z.shape[2])))
                bias = self.P(l, "bias")[None, :, None, None]
                if z.shape[2] > (x.shape[1] - 1) * st[0] + k[0] or z.shape[3] > (x.shape[2] - 1) * st[1] + k[1]:
                    raise ValueError("kernel smaller than its stride: not in the reference")
                z = z[:, :, a[0]:a[0] + h, b[0]:b[0] + v]
            return z.movedim(1, -1)
        if t.startswith("global"):
            dims = tuple(range(1, x.dim() - 1))
            return x.amax(dims) if "max" in t else x.mean(dims)
        if t.endswith(("pool1d", "pool2d")):
            nd = int(t[-2])
            k = pair(l.get("pool_size", 2))[:nd]
            st = pair(l.get("strides", l.get("pool_size", 2)))[:nd]
            z = x.movedim(-1, 1)
            if l.get("padding", "valid") == "same":
                pads = []
                for i in reversed(range(nd)):
                    pads += same_pad(z.shape[2 + i], k[i], st[i], 1)
                if "max" in t:
                    z = F.pad(z, pads, value=-math.inf)
                else:  # the mean over the cells inside
                    ones = F.pad(torch.ones_like(z), pads)
                    f = F.avg_pool1d if nd == 1 else F.avg_pool2d
                    return (f(F.pad(z, pads), k, st) / f(ones, k, st)).movedim(1, -1)
            f = {("max", 1): F.max_pool1d, ("max", 2): F.max_pool2d, ("average", 1): F.avg_pool1d,
                 ("average", 2): F.avg_pool2d}[("max" if "max" in t else "average", nd)]
            return f(z, k, st).movedim(1, -1)
        if t == "flatten":
            return x.reshape(x.shape[0], -1)
        if t == "reshape":
            return x.reshape([x.shape[0]] + list(l["shape"]))
        if t == "upsampling2d":
            a, b = pair(l.get("size", 2))
            return x.repeat_interleave(a, 1).repeat_interleave(b, 2)
        if t == "zero_padding2d":
            a, b = pair(l.get("padding", 1))
            return F.pad(x, (0, 0, b, b, a, a))
        if t == "batch_norm":
            z = x.movedim(-1, 1)
            z = F.batch_norm(z, self.buffers[l["name"] + "/moving_mean"], self.buffers[l["name"] + "/moving_variance"],
                             self.P(l, "gamma"), self.P(l, "beta"), train, l.get("momentum", 0.1), l.get("epsilon", 1e-5))
            return z.movedim(1, -1)
        if t == "layer_norm":
            return F.layer_norm(x, x.shape[-1:], self.P(l, "gamma"), self.P(l, "beta"), l.get("epsilon", 1e-5))
        if t in ("activation",):
            return x
        if t == "embedding":
            return self.P(l, "embeddings")[x.long()]
        if t == "positional_embedding":
            return x + self.P(l, "embeddings")
        if t in ("lstm", "gru"):
            ways = []
            for way in (["forward", "backward"] if l.get("bidirectional") else [None]):
                p = way + "_" if way else ""
                z = x.flip(1) if way == "backward" else x
                h = self.recur(l, t, p, z)
                ways.append((h.flip(1) if way == "backward" else h) if l.get("return_sequences") else h[:, -1])
            return torch.cat(ways, -1)
        if t == "attention":
            q, k, v = [x @ self.P(l, n + "_kernel") + self.P(l, n + "_bias") for n in ("query", "key", "value")]
            b, n, u = q.shape
            hd = l["heads"]
            q, k, v = [a.reshape(b, n, hd, u // hd).transpose(1, 2) for a in (q, k, v)]
            s = q @ k.transpose(-1, -2) / math.sqrt(u // hd)
            if l.get("causal"):
                s = s.masked_fill(torch.ones(n, n, dtype=torch.bool).triu(1), -math.inf)
            y = (torch.softmax(s, -1) @ v).transpose(1, 2).reshape(b, n, u)
            return y @ self.P(l, "output_kernel") + self.P(l, "output_bias")
        if t == "add":
            return sum(xs[1:], x)
        if t == "multiply":
            for o in xs[1:]:
                x = x * o
            return x
        if t == "concat":
            return torch.cat(xs, -1)
        raise ValueError("layer type " + t)

    def recur(self, l, t, p, x):
        u = l["units"]
        xs = x @ self.P(l, p + "kernel") + self.P(l, p + "bias")
        h, c, hs = x.new_zeros(x.shape[0], u), x.new_zeros(x.shape[0], u), []
        for i in range(x.shape[1]):
            r = h @ self.P(l, p + "recurrent_kernel")
            if t == "lstm":
                a = (xs[:, i] + r).split(u, 1)
                c = torch.sigmoid(a[1]) * c + torch.sigmoid(a[0]) * torch.tanh(a[2])
                h = torch.sigmoid(a[3]) * torch.tanh(c)
            else:
                a, b = xs[:, i].split(u, 1), (r + self.P(l, p + "recurrent_bias")).split(u, 1)
                rt, z = torch.sigmoid(a[0] + b[0]), torch.sigmoid(a[1] + b[1])
                n = torch.tanh(a[2] + rt * b[2])
                h = (1 - z) * n + z * h
            hs.append(h)
        return torch.stack(hs, 1)

    def penalty(self, training):
        total = 0.0
        for l in self.layers:
            for n in [k for k in self.params if k.startswith(l["name"] + "/")]:
                w, bias = self.params[n], n.endswith("bias")
                if n.endswith(("gamma", "beta")):
                    continue
                l1 = l.get("bias_l1", 0) if bias else l.get("l1", training.get("l1", 0))
                l2 = l.get("bias_l2", 0) if bias else l.get("l2", training.get("l2", 0))
                if l1:
                    total = total + l1 * w.abs().sum()
                if l2:
                    total = total + l2 * (w * w).sum()
        return total


# ---------------------------------------------------------------- losses
def loss_of(training, out, logits, y, last):
    spec = training.get("loss")
    p = spec if isinstance(spec, dict) else {"type": spec}
    t, a = p["type"], last.get("activation")
    sm = training.get("label_smoothing", 0)
    if t == "categorical_crossentropy":
        lg = logits if a == "softmax" else torch.log(out)
        cw = training.get("class_weights")
        w = torch.tensor(cw, dtype=DT) if cw else None
        if w is None:
            return F.cross_entropy(lg, y.long(), label_smoothing=sm)
        each = F.cross_entropy(lg, y.long(), label_smoothing=sm, reduction="none")
        return (each * w[y.long()]).mean()  # weighted samples, mean over the batch
    if t == "focal":
        lp = torch.log_softmax(logits, -1).gather(1, y.long()[:, None])[:, 0]
        return (-(1 - lp.exp()) ** p.get("gamma", 2) * lp).mean()
    y = y.reshape(out.shape)
    if t == "binary_crossentropy":
        return F.binary_cross_entropy_with_logits(logits, y) if a == "sigmoid" else F.binary_cross_entropy(out, y)
    return {
        "mse": lambda: F.mse_loss(out, y), "mae": lambda: F.l1_loss(out, y),
        "huber": lambda: F.huber_loss(out, y, delta=p.get("delta", 1.0)),
        "log_cosh": lambda: ((out - y) + F.softplus(-2 * (out - y)) - math.log(2)).mean(),
        "hinge": lambda: F.relu(1 - (2 * y - 1) * out).mean(),
        "kl_divergence": lambda: (torch.xlogy(y, y) - y * torch.log(out)).sum(-1).mean(),
        "poisson": lambda: (out - y * torch.log(out + 1e-8)).mean(),
    }[t]()


# ---------------------------------------------------------------- optimizers
class Lion:
    def __init__(self, ps, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        self.ps, self.param_groups, self.b, self.wd = ps, [{"lr": lr}], betas, weight_decay
        self.m = [torch.zeros_like(p) for p in ps]

    def zero_grad(self):
        for p in self.ps:
            p.grad = None

    @torch.no_grad()
    def step(self):
        lr, (b1, b2) = self.param_groups[0]["lr"], self.b
        for p, m in zip(self.ps, self.m):
            p.mul_(1 - lr * self.wd)
            p.add_((b1 * m + (1 - b1) * p.grad).sign(), alpha=-lr)
            m.mul_(b2).add_(p.grad, alpha=1 - b2)


def optimizer_of(training, ps):
    o = training.get("optimizer", "adam")
    o = dict(o) if isinstance(o, dict) else {"type": o}
    t, lr = o.pop("type"), o.pop("learning_rate", None)
    k = {}
    if lr is None:
        lr = 0.01 if t == "sgd" else 1e-4 if t == "lion" else 1e-3
    if "beta_1" in o or "beta_2" in o:
        k["betas"] = (o.pop("beta_1", 0.9), o.pop("beta_2", 0.99 if t == "lion" else 0.999))
    if "epsilon" in o:
        k["eps"] = o.pop("epsilon")
    k.update(o)
    c = {"sgd": torch.optim.SGD, "adagrad": torch.optim.Adagrad, "adadelta": torch.optim.Adadelta,
         "rmsprop": torch.optim.RMSprop, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW,
         "nadam": torch.optim.NAdam, "lion": Lion}
    if t == "amsgrad":
        return torch.optim.Adam(ps, lr=lr, amsgrad=True, **k)
    return c[t](ps, lr=lr, **k)


def rate_at(training, base, step, per_epoch, total):
    """Learning rate of update `step` (from 0)."""
    s = training.get("schedule")
    if not s:
        return base
    s = s if isinstance(s, dict) else {"type": s}
    unit = (lambda n: n) if s.get("per", "epoch") == "step" else (lambda n: n // per_epoch)
    t, i = s["type"], unit(step)
    last = total if s.get("per", "epoch") == "step" else -(-total // per_epoch)
    w = s.get("warmup", 0)
    if w and i < w:
        return base * (i + 1) / w
    i, last = i - w, last - w
    if t == "constant":
        return base
    if t == "step":
        return base * s["gamma"] ** (i // s["step_size"])
    if t == "multi_step":
        return base * s["gamma"] ** sum(i >= m for m in s["milestones"])
    if t == "exponential":
        return base * s["gamma"] ** i
    if t == "cosine":
        f = s.get("final", 0.0)
        return f + (base - f) * (1 + math.cos(math.pi * i / last)) / 2
    if t == "polynomial":
        f = s.get("final", 0.0)
        return f + (base - f) * (1 - i / last) ** s.get("power", 1)
    raise ValueError("schedule " + t)


# ---------------------------------------------------------------- one case
def build(case, seed=7):
    rng = np.random.default_rng(case.get("seed", seed))
    i, t = case["input"], case["target"]
    n = i["rows"]
    if i.get("kind") == "tokens":
        x = rng.integers(0, i["vocabulary"], [n] + i["shape"]).astype(np.float32)
    else:
        x = rng.standard_normal([n] + i["shape"]).astype(np.float32)
    if t["kind"] == "class":
        y = rng.integers(0, t["size"], n).astype(np.int32)
    elif t["kind"] == "binary":
        y = rng.integers(0, 2, [n, t["size"]]).astype(np.float32)
    elif t["kind"] == "distribution":
        y = rng.dirichlet(np.ones(t["size"]), n).astype(np.float32)
    elif t["kind"] == "count":
        y = rng.poisson(2, [n, t["size"]]).astype(np.float32)
    else:
        y = rng.standard_normal([n, t["size"]]).astype(np.float32)
    return x, y, Net(case["network"], i["shape"], t["size"], rng)


def train(case, x, y, net):
    tr = case["training"]
    X, Y = torch.tensor(x.astype(np.float64), dtype=DT), torch.tensor(y.astype(np.float64), dtype=DT)
    n, bs = len(X), tr.get("batch_size", 32)
    per_epoch = -(-n // bs)
    steps = case["steps"]
    ps = list(net.params.values())
    opt = optimizer_of(tr, ps)
    base = opt.param_groups[0]["lr"]
    res = {"init/" + k: v.detach().numpy().copy() for k, v in net.params.items()}
    with torch.no_grad():
        res["out"] = net.run(X[:bs], False)[0].numpy().copy()
    losses = []
    for s in range(steps):
        a = (s % per_epoch) * bs
        xb, yb = X[a:a + bs], Y[a:a + bs]
        opt.zero_grad()
        out, logits = net.run(xb, True)
        loss = loss_of(tr, out, logits, yb, net.layers[-1]) + net.penalty(tr)
        loss.backward()
        if s == 0:
            res.update({"grad/" + k: v.grad.numpy().copy() for k, v in net.params.items()})
        losses.append(float(loss))
        if tr.get("clip_norm"):
            norm = math.sqrt(sum(float((p.grad ** 2).sum()) for p in ps))
            if norm > tr["clip_norm"]:
                for p in ps:
                    p.grad.mul_(tr["clip_norm"] / norm)
        if tr.get("clip_value"):
            for p in ps:
                p.grad.clamp_(-tr["clip_value"], tr["clip_value"])
        opt.param_groups[0]["lr"] = rate_at(tr, base, s, per_epoch, steps)
        opt.step()
    res["losses"] = np.array(losses)
    res.update({"final/" + k: v.detach().numpy().copy() for k, v in net.params.items()})
    res.update({"final/" + k: v.numpy().copy() for k, v in net.buffers.items()})
    return res


def write(case, x, y, res, dst):
    out = {"x": x, "y": y}
    out.update({k: v.astype(np.float32) for k, v in res.items()})
    save_safetensors(dst, out, {"case": json.dumps(case)})


def main(src, dst):
    case = json.load(open(src))
    x, y, net = build(case)
    res = train(case, x, y, net)
    write(case, x, y, res, dst)
    print("%-28s loss %.6f -> %.6f  weights %d" % (
        os.path.basename(src), res["losses"][0], res["losses"][-1], sum(v.numel() for v in net.params.values())))


if __name__ == "__main__":
    if sys.argv[1] == "--all":
        os.makedirs(sys.argv[3], exist_ok=True)
        for f in sorted(os.listdir(sys.argv[2])):
            if f.endswith(".json"):
                main(os.path.join(sys.argv[2], f), os.path.join(sys.argv[3], f[:-5] + ".safetensors"))
    else:
        main(sys.argv[1], sys.argv[2])
