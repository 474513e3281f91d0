# SPDX-License-Identifier: Apache-2.0
"""The way to a daemon: uploading, training, and finding what is there."""
from __future__ import annotations

import json
import os
import pathlib
import re
import sys
from typing import Any, BinaryIO, Iterator, Mapping, Optional, Sequence, Union

from .connection import Connection, path_of
from .datasets import Dataset
from .documents import Network, document, network_of
from .jobs import Job
from .models import LiveModel, Model, address, save
from .records import Record, pages
from .uploads import body_of

DEFAULT_URL = "http://127.0.0.1:8420"


class Client:
    """Speaks to the daemon at `url`: by itself PROPD_URL or http://127.0.0.1:8420, with the token of PROPD_TOKEN.

    `ca_file` holds the certificate authority for HTTPS where the system does not know it. A connection that is lost is
    tried again for `patience` seconds; nothing is done twice by that.

    >>> client = Client()
    >>> iris = client.upload("clients/demo/iris.csv", target="species")
    >>> job = client.train(iris, "dense 16 relu, dense auto softmax", epochs=60, learning_rate=0.01, batch_size=16)
    >>> job.model.predict([[5.1, 3.5, 1.4, 0.2]]).labels
    ['setosa']
    """

    def __init__(self, url: Optional[str] = None, token: Optional[str] = None, ca_file: Optional[str] = None,
                 patience: float = 10.0) -> None:
        self._connection = Connection(url or os.environ.get("PROPD_URL") or DEFAULT_URL,
                                      token or os.environ.get("PROPD_TOKEN"), ca_file, patience)
        self._catalog_layers: Optional[list[dict[str, Any]]] = None

    @property
    def url(self) -> str:
        return self._connection.url

    def upload(self, data: Any, name: Optional[str] = None, target: Union[str, Sequence[str], None] = None,
               types: Optional[Mapping[str, str]] = None, **options: Any) -> Dataset:
        """Makes a dataset of a path, binary file, bytes, array, DataFrame, list of dicts, or pair (features, labels).

        A file gives its name by itself. `types` is like {"zip": "category"}; options: missing, header, separator, format,
        shape, dtype, layout, size, labels. The same bytes, name and options stay the same version.
        """
        body = body_of(data)
        name = name or body.name
        if name is None:
            raise ValueError("this data has no name of its own: upload(data, name='iris')")
        query = {**options, "target": target if target is None or isinstance(target, str) else ",".join(target),
                 "types": None if types is None else json.dumps(dict(types))}
        if body.content_type.startswith("multipart/"):
            made = self._connection.json("POST", "/v1/datasets", {"name": name, **query}, body, once=True, timeout=600)
        else:
            made = self._connection.json("PUT", path_of("v1", "datasets", name), query, body, timeout=600)
        return Dataset(self._connection, made)

    def submit(self, dataset: Any, network: Network, target: Any = None, **settings: Any) -> Job:
        """Puts a job into the queue. See train() for what it takes."""
        return self.submit_document(self._document(dataset, network, target, settings))

    def submit_document(self, document: Mapping[str, Any]) -> Job:
        """The same for a whole job document, as /v1/jobs takes it."""
        return Job(self._connection, self._connection.json("POST", "/v1/jobs", body=dict(document), once=True))

    def train(self, dataset: Any, network: Network, target: Any = None, progress: Optional[bool] = None,
              timeout: Optional[float] = None, **settings: Any) -> Job:
        """Trains and waits: JobFailed where that ends without success.

        `dataset` is a Dataset, the name of one, or data, which is uploaded first. `network` is a short form, a list of layers
        or a document. Settings are those of the job document: epochs, batch_size, optimizer, learning_rate, validation,
        early_stopping, … of its training; name, preprocessing, window, threads, tags, … of the job.

        Ctrl-C leaves the job running and says how to come back to it.
        """
        job = self.submit(dataset, network, target, **settings)
        try:
            return job.wait(timeout, progress=progress)
        except KeyboardInterrupt:
            print(f"\njob {job.id} goes on: client.job({job.id!r}).wait() follows it again, .cancel() ends it",
                  file=sys.stderr)
            raise

    def check(self, dataset: Any, network: Network, target: Any = None, **settings: Any) -> dict[str, Any]:
        """What a job would be, without running it: layers, parameters, memory, duration, a check of the gradients."""
        return self._connection.json("POST", "/v1/networks:check",
                                     body=self._document(dataset, network, target, settings))

    def _document(self, dataset: Any, network: Network, target: Any, settings: Mapping[str, Any]) -> dict[str, Any]:
        if not isinstance(dataset, (str, Record)):
            dataset = self.upload(dataset, settings.get("name"))
        settings = {name: address(value) for name, value in settings.items()}
        return document(address(dataset), self.network(network), target, **settings)

    def network(self, network: Network) -> dict[str, Any]:
        """The network document of a short form, a list of layers, or a document.

        >>> Client().network("dense 64 relu, dropout 0.2")
        {'layers': [{'type': 'dense', 'units': 64, 'activation': 'relu'}, {'type': 'dropout', 'rate': 0.2}]}
        """
        return network_of(network, self._types)

    def _types(self) -> list[dict[str, Any]]:
        """The catalog's layers, asked for once."""
        if self._catalog_layers is None:
            self._catalog_layers = self.catalog()["layers"]
        return self._catalog_layers

    def dataset(self, name: str) -> Dataset:
        """By name (the newest version), name@version or id."""
        return Dataset(self._connection, self._connection.json("GET", path_of("v1", "datasets", name)))

    def job(self, name: str) -> Job:
        """By name (the newest) or id."""
        return Job(self._connection, self._connection.json("GET", path_of("v1", "jobs", name)))

    def model(self, name: str) -> Model:
        """By name (the newest version), name@version, name@alias or id."""
        return Model(self._connection, self._connection.json("GET", path_of("v1", "models", name)))

    def live(self, name: str) -> LiveModel:
        """What the newest running job of this name, or the job of this id, has learned so far."""
        return LiveModel(self._connection, name)

    def datasets(self, **filters: Any) -> Iterator[Dataset]:
        """All datasets, the newest first, a page at a time. Filters: name, tag, created_after, created_before, sort, limit."""
        return pages(self._connection, "/v1/datasets", "datasets", Dataset, filters)

    def jobs(self, **filters: Any) -> Iterator[Job]:
        """As datasets(); also state (one, or a list), dataset."""
        return pages(self._connection, "/v1/jobs", "jobs", Job, filters)

    def models(self, **filters: Any) -> Iterator[Model]:
        """As datasets(); also job, dataset."""
        return pages(self._connection, "/v1/models", "models", Model, filters)

    def import_model(self, data: Any, name: Optional[str] = None) -> Model:
        """Makes a model of a file: safetensors, ONNX, NPZ or Keras JSON, as a path, a binary file or bytes."""
        body = body_of(data)
        made = self._connection.json("POST", "/v1/models", {"name": name or body.name}, body, once=True, timeout=600)
        return Model(self._connection, made)

    def catalog(self) -> dict[str, Any]:
        """Every layer, loss, optimizer, schedule, … with its fields, defaults and help."""
        return self._connection.json("GET", "/v1/catalog")

    def system(self) -> dict[str, Any]:
        """Cores, memory, queue, versions of the daemon."""
        return self._connection.json("GET", "/v1/system")

    def backup(self, path: Union[str, os.PathLike[str]]) -> pathlib.Path:
        """Writes a whole backup; a folder gets it under the name that the daemon gives. For propd --restore."""
        path = pathlib.Path(path)
        in_folder = path.is_dir()

        def write(file: BinaryIO) -> Optional[str]:
            answer = self._connection.request("GET", "/v1/backup", sink=file, headers={"Accept": "*/*"}, timeout=600)
            given = re.search(r'filename="([\w.-]+)"', answer.headers.get("Content-Disposition", ""))
            return given[1] if in_folder and given else None

        return save(path / "propd-backup.tar" if in_folder else path, write)

    def close(self) -> None:
        """Closes this thread's connection; the next call opens another."""
        self._connection.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.url!r})"
