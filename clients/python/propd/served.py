# SPDX-License-Identifier: Apache-2.0
"""A model's file that answers wherever it is unpickled: the daemon gets the model when it is asked first."""
from __future__ import annotations

import threading
import uuid
import weakref
from typing import Any, Optional

from .client import Client
from .errors import NotFound, PropdError
from .models import Model
from .predictions import Predictions


class ServedModel:
    """Holds the bytes of a model and, while it is used, the model on the daemon, which goes when this object goes.

    `model` is one that is there already; `keep` leaves it there at the end.
    """

    def __init__(self, client: Client, file: bytes, model: Optional[Model] = None, keep: bool = False) -> None:
        self.client = client
        self.file = file
        self.keep = keep
        self._lock = threading.Lock()
        self._model: Optional[Model] = None
        self._removal: Optional[weakref.finalize] = None
        if model is not None:
            self._take(model)

    def __getstate__(self) -> dict[str, Any]:
        return {"client": self.client, "file": self.file}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state)

    def __deepcopy__(self, memo: dict[int, Any]) -> ServedModel:
        return ServedModel(self.client, self.file)

    @property
    def model(self) -> Model:
        """The model, imported where it is not there."""
        with self._lock:
            if self._model is None:
                self._take(self.client.import_model(self.file, "sklearn-" + uuid.uuid4().hex))
            return self._model

    def predict(self, rows: Any) -> Predictions:
        model = self.model
        try:
            return model.predict(rows)
        except NotFound:
            # Somebody removed it, or the daemon is another one by now. What another thread has imported since then stays.
            with self._lock:
                if self._model is model:
                    self._release()
            return self.model.predict(rows)

    def _take(self, model: Model) -> None:
        self._model = model
        if not self.keep:
            self._removal = weakref.finalize(self, _remove, model)

    def _release(self) -> None:
        if self._removal is not None:
            self._removal.detach()
        self._model = None


def _remove(model: Model) -> None:
    """At the end of an object nobody can be told that the daemon is gone."""
    try:
        model.delete()
    except PropdError:
        pass
