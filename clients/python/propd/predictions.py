# SPDX-License-Identifier: Apache-2.0
"""Rows on their way to a model, and what it makes of them."""
from __future__ import annotations

import io
import itertools
from typing import Any, Iterable, Iterator, Optional, Sequence

from .optional import numpy, pandas
from .uploads import JSON, NPY, Body, encoded, npy

# A request is kept well below the daemon's default of 64 MiB (--max-predict-body).
BYTES_A_REQUEST = 32 << 20
ROWS_A_REQUEST = 10_000


class Predictions:
    """What a model said, a row a row: `values` (probabilities, or numbers in original units) and, of classes, `labels`.

    Behaves like its values: len(), indexing, iteration, numpy.asarray().

    >>> Predictions([[0.9, 0.1], [0.2, 0.8]], ["no", "yes"])
    Predictions(['no', 'yes'])
    """

    def __init__(self, values: Any, labels: Optional[list[Any]] = None) -> None:
        self.values = values
        self.labels = labels

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, at: Any) -> Any:
        return self.values[at]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values)

    def __array__(self, dtype: Any = None, copy: Optional[bool] = None) -> Any:
        return numpy.array(self.values, dtype=dtype)

    def __repr__(self) -> str:
        shown = self.labels if self.labels is not None else getattr(self.values, "tolist", lambda: self.values)()
        return f"Predictions({shown!r})" if len(shown) <= 10 else f"<Predictions of {len(shown)} rows>"


def requests_of(rows: Any, columns: Optional[Sequence[str]]) -> Iterator[Body]:
    """The bodies that ask about these rows: NPY of numbers, else JSON. `columns` are the model's, None of tensors."""
    if pandas is not None and isinstance(rows, pandas.DataFrame):
        rows = _of_frame(rows, columns)
    if numpy is not None and isinstance(rows, numpy.ndarray):
        if rows.dtype.kind in "biuf":
            yield from _npy_bodies(rows)
            return
        rows = rows.tolist()
    if isinstance(rows, (str, bytes, dict)):
        raise TypeError("rows are a list of lists, a list of dicts, an array or a DataFrame, as in predict([[5.1, 3.5, 1.4, 0.2]])")
    yield from _json_bodies(rows)


def answer_type(classes: Optional[Sequence[Any]]) -> str:
    """What to accept: JSON brings labels, NPY is faster."""
    return JSON if classes or numpy is None else NPY


def read_answer(headers: Any, body: bytes, document: Any) -> Predictions:
    if headers.get("Content-Type", "").startswith(NPY):
        values = numpy.load(io.BytesIO(body), allow_pickle=False)
        return Predictions(values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values)
    answer = document()
    values = answer["predictions"]
    if numpy is not None:
        values = numpy.array(values, dtype=numpy.float32)  # None, of what is not finite, becomes NaN
    return Predictions(values, answer.get("labels"))


def joined(parts: Sequence[Predictions]) -> Predictions:
    if len(parts) == 1:
        return parts[0]
    labels = None
    if parts and parts[0].labels is not None:
        labels = list(itertools.chain.from_iterable(part.labels for part in parts))
    if numpy is not None:
        return Predictions(numpy.concatenate([part.values for part in parts]) if parts else numpy.empty(0, "f4"), labels)
    return Predictions(list(itertools.chain.from_iterable(part.values for part in parts)), labels)


def _npy_bodies(array: Any) -> Iterator[Body]:
    if array.dtype.kind == "b":
        array = array.astype("u1")
    rows = max(1, BYTES_A_REQUEST // max(1, array[:1].nbytes))
    for start in range(0, len(array), rows):
        yield Body.of_bytes(npy(array[start:start + rows]), NPY)


def _json_bodies(rows: Iterable[Any]) -> Iterator[Body]:
    some: list[bytes] = []
    size = 0
    for row in rows:
        text = encoded(_cleaned(row))
        if some and (len(some) >= ROWS_A_REQUEST or size + len(text) > BYTES_A_REQUEST):
            yield _instances(some)
            some, size = [], 0
        some.append(text)
        size += len(text) + 1
    if some:
        yield _instances(some)


def _instances(rows: Sequence[bytes]) -> Body:
    return Body.of_bytes(b'{"instances":[' + b",".join(rows) + b"]}", JSON)


def _of_frame(frame: Any, columns: Optional[Sequence[str]]) -> Any:
    """An array in the model's order where all is numbers, else dicts by column."""
    if columns is None:
        return frame.to_numpy()
    absent = [name for name in columns if name not in frame.columns]
    if absent:
        raise ValueError(f"the model asks for the columns {', '.join(absent)}, which this DataFrame has not; "
                         f"it has {', '.join(map(str, frame.columns))}")
    chosen = frame[list(columns)]
    if all(getattr(kind, "kind", "O") in "biuf" for kind in chosen.dtypes):
        return chosen.to_numpy(dtype=float, na_value=float("nan"))
    return chosen.to_dict("records")


def _cleaned(row: Any) -> Any:
    """Missing values as null."""
    if isinstance(row, dict):
        return {name: _cleaned(value) for name, value in row.items()}
    if isinstance(row, (list, tuple)):
        return [_cleaned(value) for value in row]
    missing = pandas is not None and row is pandas.NaT
    return None if missing or (not hasattr(row, "__len__") and row != row) else row
