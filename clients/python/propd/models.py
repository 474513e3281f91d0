# SPDX-License-Identifier: Apache-2.0
"""Models: predictions, what they are worth, files, aliases."""
from __future__ import annotations

import io
import os
import pathlib
from typing import Any, BinaryIO, Callable, Iterator, Mapping, Optional, Sequence, Union

from .connection import Connection, path_of
from .predictions import Predictions, answer_type, joined, read_answer, requests_of
from .records import Record, pages

ENDINGS = {"keras": "keras.json"}


class Model(Record):
    """A version of a model, the same one as long as the object is used.

    >>> model = client.model("iris")
    >>> model.predict([[5.1, 3.5, 1.4, 0.2]]).labels
    ['setosa']
    """

    kind = "models"
    shown = ("name", "version", "job", "dataset", "metrics", "aliases")

    @property
    def version(self) -> int:
        return self.data["version"]

    @property
    def metrics(self) -> dict[str, float]:
        return self.data["metrics"]

    @property
    def classes(self) -> Optional[list[Any]]:
        """The labels in the order of the probabilities; None of a model of numbers."""
        return self._description()["classes"]

    @property
    def columns(self) -> Optional[list[str]]:
        """What a row is made of, in its order; None of images and other tensors."""
        return self._description().get("columns")

    def predict(self, rows: Any) -> Predictions:
        """Asks about rows: a list of lists in the order of the columns, of dicts by name, an array or a DataFrame.

        NaN and None are missing values. Many rows go in several requests.
        """
        return _ask(self._connection, self.path, rows, self.columns, {"Accept": answer_type(self.classes)})

    def evaluate(self, dataset: Any = None, rows: Any = None, metrics: Optional[Sequence[str]] = None) -> dict[str, Any]:
        """Metrics on a dataset (that of its job by itself), and for classes the confusion matrix and curves."""
        return self._post(":evaluate", _given(dataset=address(dataset), rows=rows, metrics=metrics), timeout=600)

    def importance(self, **settings: Any) -> dict[str, Any]:
        """By how much a metric gets worse when a column is shuffled: dataset, rows, metric, repeats, seed."""
        settings["dataset"] = address(settings.get("dataset"))
        return self._post(":importance", _given(**settings), timeout=600)

    def trace(self, instance: Any, target: Any = None, values: Optional[int] = None) -> dict[str, Any]:
        """What every layer computes for one row and, with a target, every gradient."""
        return self._post(":trace", _given(instance=instance, target=target, values=values))

    def download(self, path: Optional[Union[str, os.PathLike[str]]] = None, format: str = "safetensors") -> Any:
        """The file as safetensors, onnx, npz, keras or c: its path, or the bytes where none is given.

        A folder gets the file under the model's own name; nothing is left there of a download that breaks off.
        """
        if path is None:
            buffer = io.BytesIO()
            self._file(format, buffer)
            return buffer.getvalue()
        path = pathlib.Path(path)
        if path.is_dir():
            path = path / f"{self.name}@{self.version}.{ENDINGS.get(format, format)}"
        return save(path, lambda file: self._file(format, file))

    def alias(self, name: str) -> None:
        """Has `name`, as in client.model("iris@production"), be this version."""
        self._connection.json("PUT", path_of("v1", "models", self.name, "aliases", name), body={"version": self.version})
        self.refresh()

    def versions(self) -> Iterator[Model]:
        """All versions of the name, the newest first."""
        return pages(self._connection, path_of("v1", "models", self.name, "versions"), "versions", Model, {})

    def change(self, **fields: Any) -> Model:
        """Sets tags={…} or about="…"; None takes one away."""
        return self._change(**fields)

    def _description(self) -> Mapping[str, Any]:
        if "description" not in self.data:  # lists leave it out
            self.refresh()
        return self.data["description"]

    def _file(self, format: str, sink: Any) -> None:
        self._connection.request("GET", self.path + "/file", {"format": format}, sink=sink, headers={"Accept": "*/*"},
                                 timeout=600)


class LiveModel:
    """What a running job has learned so far: predictions by the weights of this moment.

    >>> client.live("iris").predict([[5.1, 3.5, 1.4, 0.2]])  # doctest: +SKIP
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self.name = name

    def predict(self, rows: Any) -> Predictions:
        """As Model.predict, with the columns of a DataFrame by their names."""
        if hasattr(rows, "columns"):
            rows = rows.to_dict("records")
        return _ask(self._connection, path_of("v1", "models", self.name + "@live"), rows, None)

    def __repr__(self) -> str:
        return f"<LiveModel {self.name}@live>"


def address(thing: Any) -> Optional[str]:
    """How a dataset or model is named in a document: records by their id."""
    return thing.id if isinstance(thing, Record) else thing


def save(path: pathlib.Path, write: Callable[[BinaryIO], Optional[str]]) -> pathlib.Path:
    """Has `write` fill a file that gets its name when it is whole: that of `path`, or the one that `write` returns."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w+b") as file:
            name = write(file)
        return part.replace(path.with_name(name or path.name))
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _ask(connection: Connection, path: str, rows: Any, columns: Optional[Sequence[str]],
         headers: Optional[Mapping[str, str]] = None) -> Predictions:
    """What the model at `path` says of rows, in as many requests as they need."""
    parts = []
    for body in requests_of(rows, columns):
        answer = connection.request("POST", path + ":predict", body=body, headers=headers)
        parts.append(read_answer(answer.headers, answer.body, answer.json))
    return joined(parts)


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
