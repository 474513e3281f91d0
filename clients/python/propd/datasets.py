# SPDX-License-Identifier: Apache-2.0
"""Datasets: what they hold, and a look at their rows."""
from __future__ import annotations

from typing import Any, Optional

from .connection import path_of
from .optional import pandas
from .records import Record


class Dataset(Record):
    """A version of a dataset.

    >>> iris = client.upload("clients/demo/iris.csv", target="species")
    >>> iris.rows, iris.columns[0]["name"], iris.address
    (150, 'sepal_length', 'iris@1')
    """

    kind = "datasets"
    shown = ("name", "version", "rows", "target", "bytes", "format")

    @property
    def version(self) -> int:
        return self.data["version"]

    @property
    def rows(self) -> int:
        return self.data["rows"]

    @property
    def target(self) -> Any:
        return self.data["target"]

    @property
    def address(self) -> str:
        """name@version, which stays this version whatever is uploaded later."""
        return f"{self.name}@{self.version}"

    @property
    def columns(self) -> list[dict[str, Any]]:
        """Columns with type, missing values, statistics, histogram or categories."""
        if "columns" not in self.data:  # lists leave them out
            self.refresh()
        return self.data["columns"]

    def head(self, limit: int = 10, offset: int = 0) -> Any:
        """Some rows: a DataFrame where pandas is installed, else a list of dicts."""
        rows = self._connection.json("GET", self.path + "/rows", {"limit": limit, "offset": offset})["rows"]
        return rows if pandas is None else pandas.DataFrame(rows)

    def picture(self, row: int, column: Optional[str] = None) -> bytes:
        """A row of images as PNG."""
        answer = self._connection.request("GET", f"{self.path}{path_of('rows', row)}.png", {"column": column},
                                          headers={"Accept": "image/png"})
        return answer.body

    def change(self, **fields: Any) -> Dataset:
        """Sets tags={…} or about="…"; None takes one away."""
        return self._change(**fields)
