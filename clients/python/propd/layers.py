# SPDX-License-Identifier: Apache-2.0
"""A function for each type of layer.

>>> dense(64, "relu", name="first")
{'type': 'dense', 'units': 64, 'activation': 'relu', 'name': 'first'}
"""
from __future__ import annotations

from typing import Any, Callable

Layer = dict[str, Any]

# What values without a name are, in their order. All other fields are given by name; the daemon checks them, and
# `propd.Client().catalog()["layers"]` lists them with their help.
POSITIONAL: dict[str, tuple[str, ...]] = {
    "dense": ("units", "activation"),
    "activation": ("activation",),
    "dropout": ("rate",),
    "flatten": (),
    "reshape": ("shape",),
    "add": (),
    "multiply": (),
    "concat": ("axis",),
    "batch_norm": ("momentum",),
    "layer_norm": ("epsilon",),
    "conv1d": ("filters", "kernel_size", "activation"),
    "conv2d": ("filters", "kernel_size", "activation"),
    "conv2d_transpose": ("filters", "kernel_size", "activation"),
    "max_pool1d": ("pool_size",),
    "max_pool2d": ("pool_size",),
    "average_pool1d": ("pool_size",),
    "average_pool2d": ("pool_size",),
    "global_max_pool1d": (),
    "global_max_pool2d": (),
    "global_average_pool1d": (),
    "global_average_pool2d": (),
    "upsampling2d": ("size",),
    "zero_padding2d": ("padding",),
    "gaussian_noise": ("stddev",),
    "embedding": ("vocabulary", "units"),
    "positional_embedding": (),
    "lstm": ("units",),
    "gru": ("units",),
    "attention": ("heads", "units"),
    "column_embeddings": ("columns",),
}


def layer(type: str, *values: Any, **fields: Any) -> Layer:
    """A layer of any type that the daemon has; values without a name are taken in the order of POSITIONAL.

    >>> layer("conv2d", 32, 3, "relu", padding="same")
    {'type': 'conv2d', 'filters': 32, 'kernel_size': 3, 'activation': 'relu', 'padding': 'same'}
    """
    names = POSITIONAL.get(type, ())
    if len(values) > len(names):
        expected = f"at most {len(names)} values without a name ({', '.join(names)})" if names else "its fields by name"
        raise TypeError(f"a layer {type!r} takes {expected}, not {values!r}")
    made = dict(zip(names, values))
    twice = sorted(made.keys() & fields.keys())
    if twice:
        raise TypeError(f"a layer {type!r} is given {', '.join(twice)} twice")
    return {"type": type, **made, **fields}


def _maker(type: str) -> Callable[..., Layer]:
    def make(*values: Any, **fields: Any) -> Layer:
        return layer(type, *values, **fields)

    make.__name__ = make.__qualname__ = type
    order = ", ".join(POSITIONAL[type] + ("field=…",))
    make.__doc__ = f"A layer {type!r}: {type}({order}); the catalog of the daemon lists its fields."
    return make


MAKERS = {type: _maker(type) for type in POSITIONAL}
globals().update(MAKERS)
