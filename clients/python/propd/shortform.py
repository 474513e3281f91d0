# SPDX-License-Identifier: Apache-2.0
"""The short form of a network, the one that propctl takes: 'dense 64 relu, dropout 0.2, dense auto softmax'.

What words mean is the daemon's catalog's: a number is the next field that takes one, those that are required first; a word is
a choice, a switch, or what a field takes in place of a number; `field=value` names the field, `name:` in front the layer.
"""
from __future__ import annotations

import difflib
import json
import re
from typing import Any, Mapping, Optional, Sequence

EXAMPLE = "'dense 64 relu, dropout 0.2, dense auto softmax'"
SIZES = re.compile(r"\d+(x\d+)+")
LIST = re.compile(r"\[([^\[].*?),?\]")  # of names without quotation marks, as input=[a,b]


def parse(text: str, types: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The layers that a text says. `types` are the catalog's "layers".

    >>> types = client.catalog()["layers"]
    >>> parse("first: conv2d 8 3x3 relu same, flatten, dense auto softmax use_bias=false", types)
    ... # doctest: +NORMALIZE_WHITESPACE
    [{'name': 'first', 'type': 'conv2d', 'filters': 8, 'kernel_size': [3, 3], 'activation': 'relu', 'padding': 'same'},
     {'type': 'flatten'}, {'type': 'dense', 'units': 'auto', 'activation': 'softmax', 'use_bias': False}]
    """
    parts = [part.strip() for part in re.split(r",(?![^\[]*\])", text)]
    if not all(parts):
        raise ValueError(f"a network in short form is like {EXAMPLE}, not {text!r}")
    common = set.intersection(*({field["name"] for field in type["fields"]} for type in types))
    return [_Layer(part, types, common).made for part in parts]


class _Layer:
    """One layer as it is read, word by word."""

    def __init__(self, text: str, types: Sequence[Mapping[str, Any]], common: set[str]) -> None:
        self.text = text
        self.common = common  # what every type has (name, input, l1, …) is given by name alone
        self.made: dict[str, Any] = {}
        words = text.split()
        if words[0].endswith(":") and len(words) > 1:
            self.made["name"] = words.pop(0)[:-1]
        known = {type["name"]: type["fields"] for type in types}
        if words[0] not in known:
            raise ValueError(f"{words[0]!r} in {text!r} is no layer type{_nearest(words[0], known)}; "
                             f"layers are as in {EXAMPLE}")
        self.made["type"] = words[0]
        self.fields: list[Mapping[str, Any]] = known[words[0]]
        for word in words[1:]:
            self._take(word)

    def _take(self, word: str) -> None:
        name, equals, text = word.partition("=")
        if equals:
            self._set(name, _value(text), word)
        elif _is_number(_value(word)):
            field = self._next_number()
            self._set(field and field["name"], _value(word), word)
        else:
            self._take_name(word)

    def _take_name(self, word: str) -> None:
        for field in filter(self._open, self.fields):
            if field["type"] == "boolean" and field["name"] == word:
                return self._set(word, True, word)
            if word in field.get("choices", ()) or field.get("word") == word:
                return self._set(field["name"], word, word)
        self._set(None, word, word)

    def _set(self, name: Optional[str], value: Any, word: str) -> None:
        if name not in [field["name"] for field in self.fields]:
            raise ValueError(f"{word!r} in {self.text!r} is not expected{_nearest(name or word, self._names())}: "
                             f"expected is {self._expected()}")
        if name in self.made:
            raise ValueError(f"{word!r} in {self.text!r} gives {name} twice")
        self.made[name] = value

    def _open(self, field: Mapping[str, Any]) -> bool:
        return field["name"] not in self.made and field["name"] not in self.common

    def _next_number(self) -> Optional[Mapping[str, Any]]:
        open = [field for field in self.fields if self._open(field) and field["type"] in ("integer", "number", "sizes")]
        return next((field for field in open if field["required"]), open[0] if open else None)

    def _names(self) -> list[str]:
        choices = [choice for field in self.fields for choice in field.get("choices", ())]
        return [field["name"] for field in self.fields] + choices

    def _expected(self) -> str:
        number = self._next_number()
        parts = [f"a number for {number['name']}, "] if number else []
        if any(field["name"] == "activation" for field in self.fields):
            parts.append("an activation, ")
        return "".join(parts) + "or field=value with one of: " + ", ".join(field["name"] for field in self.fields)


def _is_number(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_is_number, value))
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _value(word: str) -> Any:
    """
    >>> [_value(word) for word in ("64", "0.2", "true", "3x3", "[1,2]", "same", "[a,b]")]
    [64, 0.2, True, [3, 3], [1, 2], 'same', ['a', 'b']]
    """
    if SIZES.fullmatch(word):
        return [int(size) for size in word.split("x")]
    try:
        return json.loads(word)
    except ValueError:
        names = LIST.fullmatch(word)
        return word if names is None else [_value(name) for name in names[1].split(",")]


def _nearest(word: str, known: Any) -> str:
    found = difflib.get_close_matches(word, list(known), 1)
    return f" (did you mean {found[0]}?)" if found else ""
