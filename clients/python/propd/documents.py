# SPDX-License-Identifier: Apache-2.0
"""Job documents out of what Python code likes to write."""
from __future__ import annotations

from typing import Any, Callable, Mapping, Optional, Sequence, Union

from .layers import Layer
from .shortform import parse

# A short form, a list of layers (each may be one), or a whole network document.
Network = Union[str, "Sequence[Union[str, Layer]]", Layer]
Types = Callable[[], Sequence[Mapping[str, Any]]]

# Fields of the document itself; every other setting belongs to its "training".
OF_THE_JOB = frozenset({"name", "features", "window", "preprocessing", "initial_model", "priority", "threads", "tags",
                        "webhook"})


def network_of(network: Network, types: Types) -> Layer:
    """The network document; `types` gives the catalog's layers, where a short form has to be read.

    >>> network_of(["dense 64 relu", {"type": "dropout", "rate": 0.2}], lambda: client.catalog()["layers"])
    {'layers': [{'type': 'dense', 'units': 64, 'activation': 'relu'}, {'type': 'dropout', 'rate': 0.2}]}
    """
    if isinstance(network, Mapping):
        return dict(network)
    layers: list[Layer] = []
    for one in [network] if isinstance(network, str) else network:
        layers += parse(one, types()) if isinstance(one, str) else [one]
    return {"layers": layers}


def document(dataset: str, network: Layer, target: Optional[Union[str, Sequence[str]]] = None,
             **settings: Any) -> Layer:
    """A job document. Settings are fields of the job (name, preprocessing, window, threads, tags, …) or of its training.

    `learning_rate` goes to the optimizer, which may be a name.

    >>> document("iris", {"layers": []}, "species", epochs=50, optimizer="adam", learning_rate=0.01, threads=2)
    ... # doctest: +NORMALIZE_WHITESPACE
    {'dataset': 'iris', 'network': {'layers': []}, 'target': 'species', 'threads': 2,
     'training': {'epochs': 50, 'optimizer': {'type': 'adam', 'learning_rate': 0.01}}}
    """
    made: Layer = {"dataset": dataset, "network": network}
    if target is not None:
        made["target"] = target
    training = dict(settings.pop("training", None) or {})
    for name, value in settings.items():
        (made if name in OF_THE_JOB else training)[name] = value
    rate = training.pop("learning_rate", None)
    if rate is not None:
        training["optimizer"] = {**_typed(training.get("optimizer", "adam")), "learning_rate": rate}
    if training:
        made["training"] = training
    return made


def _typed(entry: Union[str, Layer]) -> Layer:
    return {"type": entry} if isinstance(entry, str) else dict(entry)
