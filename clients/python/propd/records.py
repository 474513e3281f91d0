# SPDX-License-Identifier: Apache-2.0
"""What datasets, jobs and models have in common: a record of the daemon, and lists of them."""
from __future__ import annotations

from html import escape
from typing import Any, Callable, Iterator, Mapping, Optional, TypeVar

from .connection import Connection, path_of

One = TypeVar("One")


class Record:
    """A record as it was at the last look, in `data`; refresh() looks again. Its main fields are attributes."""

    kind = ""  # in paths: datasets, jobs, models
    shown: tuple[str, ...] = ()

    def __init__(self, connection: Connection, data: Mapping[str, Any]) -> None:
        self._connection = connection
        self.data: dict[str, Any] = dict(data)

    @property
    def id(self) -> str:
        return self.data["id"]

    @property
    def name(self) -> Optional[str]:
        return self.data["name"]

    @property
    def tags(self) -> dict[str, str]:
        return self.data.get("tags") or {}

    @property
    def path(self) -> str:
        """Where it is on the daemon."""
        return path_of("v1", self.kind, self.id)

    def refresh(self: One) -> One:
        """Looks again; gives itself."""
        self.data = self._connection.json("GET", self.path)
        return self

    def delete(self) -> None:
        """Removes it from the daemon; Refused (409) while something needs it."""
        self._connection.request("DELETE", self.path)

    def _post(self, verb: str, body: Any = None, once: bool = False, **options: Any) -> Any:
        return self._connection.json("POST", self.path + verb, body={} if body is None else body, once=once, **options)

    def _change(self: One, **fields: Any) -> One:
        self.data = self._connection.json("PATCH", self.path, body=fields)
        return self

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.id == other.id and self._connection.url == other._connection.url

    def __hash__(self) -> int:
        return hash((self._connection.url, self.id))

    def __repr__(self) -> str:
        fields = [f"{name}={self.data[name]!r}" for name in self.shown if self.data.get(name) is not None]
        return f"<{type(self).__name__} {self.id}{''.join(' ' + field for field in fields)}>"

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(str(self.data[name]))}</td></tr>"
                       for name in ("id",) + self.shown if self.data.get(name) is not None)
        return f"<table><caption>propd {escape(type(self).__name__.lower())}</caption>{rows}</table>"


def pages(connection: Connection, path: str, key: str, make: Callable[[Connection, Mapping[str, Any]], One],
          filters: Mapping[str, Any]) -> Iterator[One]:
    """The records of a list, a page at a time as they are asked for."""
    query = {name: ",".join(value) if isinstance(value, (list, tuple)) else value for name, value in filters.items()}
    while True:
        page = connection.json("GET", path, query)
        for data in page[key]:
            yield make(connection, data)
        if page["next"] is None:
            return
        query["cursor"] = page["next"]
