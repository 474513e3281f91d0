# SPDX-License-Identifier: Apache-2.0
"""What a request carries, and how paths, files, arrays and tables become it. Files are streamed."""
from __future__ import annotations

import csv
import io
import itertools
import json
import os
import pathlib
import re
import uuid
from typing import Any, Callable, Iterable, Iterator, Optional

from .optional import numpy, pandas

BLOCK = 1 << 18
NPY = "application/x-npy"
JSON = "application/json"
PLAIN = "application/octet-stream"


class Body:
    """The body of a request: `open()` gives its blocks, `length` is None where nobody knows it beforehand.

    `again` says whether open() may be called a second time.
    """

    def __init__(self, open: Callable[[], Iterable[bytes]], length: Optional[int], content_type: str = PLAIN,
                 again: bool = True, name: Optional[str] = None) -> None:
        self.open = open
        self.length = length
        self.content_type = content_type
        self.again = again
        self.name = name  # what a dataset made of it is called by itself

    @classmethod
    def of_bytes(cls, data: bytes, content_type: str = PLAIN) -> Body:
        return cls(lambda: (data,), len(data), content_type)

    @classmethod
    def of_document(cls, document: Any) -> Body:
        return cls.of_bytes(encoded(document), JSON)

    @classmethod
    def of_path(cls, path: str | os.PathLike[str]) -> Body:
        path = pathlib.Path(path)
        if not path.is_file():
            raise FileNotFoundError(f"there is no file {str(path)!r}")
        return cls(lambda: _blocks_of_path(path), path.stat().st_size, name=_stem(path.name))

    @classmethod
    def of_file(cls, file: Any) -> Body:
        if isinstance(file, io.TextIOBase):
            raise TypeError("a file to upload must be opened in binary mode, as open(path, 'rb') does")
        name = getattr(file, "name", None)
        name = _stem(os.path.basename(name)) if isinstance(name, str) else None
        if not (hasattr(file, "seekable") and file.seekable()):
            return cls(lambda: _blocks(file), None, again=False, name=name)
        start = file.tell()
        end = file.seek(0, os.SEEK_END)
        file.seek(start)
        return cls(lambda: _blocks(file, start), end - start, name=name)

    @classmethod
    def of_parts(cls, parts: dict[str, Body]) -> Body:
        """A multipart form with a file a part, as curl -F sends it."""
        edge = "propd-" + uuid.uuid4().hex
        heads = {name: f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
                       f"Content-Type: {PLAIN}\r\n\r\n".encode() for name in parts}
        tail = f"--{edge}--\r\n".encode()

        def blocks() -> Iterator[bytes]:
            for name, part in parts.items():
                yield heads[name]
                yield from part.open()
                yield b"\r\n"
            yield tail

        lengths = [part.length for part in parts.values()]
        length = (None if None in lengths else
                  sum(lengths) + sum(len(head) + 2 for head in heads.values()) + len(tail))
        return cls(blocks, length, f"multipart/form-data; boundary={edge}", all(part.again for part in parts.values()),
                   next(iter(parts.values())).name)


def body_of(data: Any) -> Body:
    """What is uploaded of a path, binary file, bytes, NumPy array, DataFrame, list of dicts, or pair (features, labels).

    >>> body = body_of([{"x": 1, "y": "a"}, {"x": 2, "y": "b"}])
    >>> b"".join(body.open())
    b'{"x": 1, "y": "a"}\\n{"x": 2, "y": "b"}\\n'
    """
    if isinstance(data, Body):
        return data
    if isinstance(data, (str, os.PathLike)):
        return Body.of_path(data)
    if isinstance(data, (bytes, bytearray, memoryview)):
        return Body.of_bytes(bytes(data))
    if hasattr(data, "read"):
        return Body.of_file(data)
    if pandas is not None and isinstance(data, pandas.DataFrame):
        return Body.of_bytes(data.to_csv(index=False).encode(), "text/csv")
    if isinstance(data, tuple) and len(data) == 2:
        return _pair(*data)
    if isinstance(data, list) and data and all(isinstance(row, dict) for row in data):
        return Body.of_bytes(b"".join(encoded(row) + b"\n" for row in data), "application/x-ndjson")
    if numpy is not None and isinstance(data, (numpy.ndarray, list)):
        return _array(numpy.asarray(data))
    raise TypeError("a dataset is a path, a file opened in binary mode, bytes, a NumPy array, a DataFrame, a list of dicts, "
                    f"or a pair (features, labels) of these, not {type(data).__name__}")


def encoded(document: Any) -> bytes:
    """The bytes of a JSON document."""
    return json.dumps(document, default=plain, allow_nan=False).encode()


def npy(array: Any) -> bytes:
    """The bytes of an NPY file."""
    buffer = io.BytesIO()
    numpy.save(buffer, numpy.ascontiguousarray(array), allow_pickle=False)
    return buffer.getvalue()


def csv_body(names: Iterable[str], columns: Iterable[Iterable[Any]]) -> Body:
    """A table of columns as CSV; numbers with all their digits, None and NaN as empty cells."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(zip(*([_cell(value) for value in column] for column in columns)))
    return Body.of_bytes(text.getvalue().encode(), "text/csv")


def plain(value: Any) -> Any:
    """For json.dumps(default=…): arrays, NumPy's numbers, dates and what describes itself by `document()`."""
    if hasattr(value, "document"):
        return value.document()
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _pair(features: Any, labels: Any) -> Body:
    if isinstance(features, (str, os.PathLike, bytes)) or hasattr(features, "read"):
        return Body.of_parts({"features": body_of(features), "labels": body_of(labels)})
    if pandas is not None and isinstance(features, pandas.DataFrame):
        name = str(getattr(labels, "name", None) or "label")
        if name in map(str, features.columns):
            raise ValueError(f"the labels are called {name!r}, and so is a column of the features: rename one")
        return body_of(features.assign(**{name: numpy.asarray(labels)}))
    if numpy is None:
        raise TypeError("a pair (features, labels) of lists needs numpy; without it upload a file or a list of dicts")
    features, labels = numpy.asarray(features), numpy.asarray(labels)
    if len(features) != len(labels):
        raise ValueError(f"{len(features)} rows of features and {len(labels)} labels are no pair")
    if features.ndim == 2 and "O" in _kinds(features) + _kinds(labels):
        names = [f"column_{i + 1}" for i in range(features.shape[1])] + ["label"]
        return csv_body(names, itertools.chain(features.T.tolist(), [labels.tolist()]))
    return Body.of_parts({"features": _array(features), "labels": _array(labels)})


def _array(array: Any) -> Body:
    if array.dtype.names:
        return csv_body(array.dtype.names, [array[name].tolist() for name in array.dtype.names])
    if "O" not in _kinds(array):
        return Body.of_bytes(npy(array), NPY)
    if array.ndim != 2:
        raise TypeError(f"an array of {array.dtype} with {array.ndim} axes is no table: give [rows, columns], or numbers")
    return csv_body([f"column_{i + 1}" for i in range(array.shape[1])], array.T.tolist())


def _kinds(array: Any) -> str:
    """'O' where an array holds other things than numbers."""
    return "N" if array.dtype.kind in "biuf" else "O"


def _cell(value: Any) -> Any:
    if value is None or value != value:
        return ""
    return repr(value) if isinstance(value, float) else value


def _blocks(file: Any, start: Optional[int] = None) -> Iterator[bytes]:
    if start is not None:
        file.seek(start)
    while True:
        block = file.read(BLOCK)
        if not block:
            return
        yield block


def _blocks_of_path(path: pathlib.Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from _blocks(file)


def _stem(name: str) -> Optional[str]:
    """A file's name without its endings.

    >>> _stem("iris.csv.gz"), _stem("data.v2.csv"), _stem(".csv")
    ('iris', 'data.v2', None)
    """
    stem = re.sub(r"\.(gz|tgz)$", "", name)
    stem = re.sub(r"\.[A-Za-z][A-Za-z0-9]{0,7}$", "", stem)
    return stem or None
