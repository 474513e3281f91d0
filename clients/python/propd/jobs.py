# SPDX-License-Identifier: Apache-2.0
"""Jobs: following, steering, and what they leave behind."""
from __future__ import annotations

import time
from typing import Any, Iterator, Optional, Sequence, Union

from .connection import path_of
from .curve import draw
from .errors import JobFailed
from .models import Model
from .optional import pandas
from .progress import display_of
from .records import Record

ENDED = frozenset({"succeeded", "failed", "cancelled"})
POLL_S = 20


class Job(Record):
    """A job as it was at the last look; wait(), follow() and refresh() look again.

    >>> job = client.train("iris", "dense 16 relu, dense auto softmax", epochs=20)
    >>> job.state, job.epoch, sorted(job.metrics)
    ('succeeded', 20, ['loss', 'train_loss', 'val_accuracy', 'val_loss'])
    """

    kind = "jobs"
    shown = ("name", "state", "progress", "epoch", "epochs", "metrics", "model", "error")

    @property
    def state(self) -> str:
        """queued, running, paused, succeeded, failed or cancelled."""
        return self.data["state"]

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def progress(self) -> float:
        return self.data["progress"]

    @property
    def epoch(self) -> int:
        return self.data["epoch"]

    @property
    def metrics(self) -> dict[str, float]:
        return self.data["metrics"]

    @property
    def best(self) -> Optional[dict[str, Any]]:
        return self.data["best"]

    @property
    def error(self) -> Optional[dict[str, Any]]:
        return self.data["error"]

    @property
    def spec(self) -> dict[str, Any]:
        """The job document with every default written out."""
        if "spec" not in self.data:  # lists leave it out
            self.refresh()
        return self.data["spec"]

    @property
    def model(self) -> Optional[Model]:
        """The model that it made; None as long as there is none."""
        if self.data["model"] is None:
            self.refresh()
        name = self.data["model"]
        return name and Model(self._connection, self._connection.json("GET", path_of("v1", "models", name)))

    def wait(self, timeout: Optional[float] = None, check: bool = True, progress: Optional[bool] = None) -> Job:
        """Waits until it has ended. JobFailed where that is without success (`check`), TimeoutError after `timeout` seconds.

        `progress` None shows a bar on a terminal or in a notebook; True: lines elsewhere, too; False: nothing.
        """
        end = None if timeout is None else time.monotonic() + timeout
        with display_of(self, progress) as show:
            while True:
                self.refresh()
                show(self)
                if self.ended:
                    break
                left = POLL_S if end is None else end - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"job {self.id} is still {self.state} after {timeout:g} s; it goes on")
                self._poll(self.data["seq"], min(left, show.interval or POLL_S))
        if check and self.state != "succeeded":
            raise JobFailed(self)
        return self

    def follow(self, after: int = 0) -> Iterator[dict[str, Any]]:
        """Its events from `after` on (0: all), as they happen, until it has ended; a connection that was lost is taken up again.

        >>> [event["state"] for event in client.job("iris").follow() if event["type"] == "state"]
        ['queued', 'running', 'succeeded']
        """
        while True:
            answer = self._poll(after, POLL_S)
            yield from answer["events"]
            if answer["events"]:
                after = answer["events"][-1]["seq"]
            elif self.refresh().ended:
                return
            if not answer["more"] and answer["events"] and answer["events"][-1]["type"] == "end":
                self.refresh()
                return

    def pause(self) -> Job:
        return self._move(":pause")

    def resume(self) -> Job:
        return self._move(":resume")

    def cancel(self, keep: bool = True) -> Job:
        """Ends it; `keep` leaves its best model."""
        return self._move(":cancel", {"keep": keep})

    def retry(self) -> Job:
        """Has a failed or cancelled job go on from its last checkpoint."""
        return self._move(":retry")

    def change(self, **settings: Any) -> Job:
        """Changes a job that has not ended: learning_rate, schedule, epochs, steps, patience, l1, l2; always priority, tags."""
        return self._change(**settings)

    def verify(self) -> Job:
        """A job that replays this one and compares the model's bytes: .wait().data["verification"]."""
        return Job(self._connection, self._post(":verify", once=True))

    def history(self, metrics: Optional[Union[str, Sequence[str]]] = None, points: int = 500, start: Optional[int] = None,
                stop: Optional[int] = None, bands: bool = False) -> Any:
        """Its curves by step, at most `points` a series from step `start` to `stop`: a DataFrame, without pandas a dict of lists.

        Where steps share a point it is their mean; `bands` adds <metric>_min and <metric>_max.
        """
        table: dict[int, dict[str, Any]] = {}
        names = []
        for series in self.series(metrics, points, start, stop):
            columns = {series["metric"]: "mean"}
            if bands:
                columns.update({f"{series['metric']}_{edge}": edge for edge in ("min", "max")})
            names += columns
            for at, step in enumerate(series["step"]):
                table.setdefault(step, {}).update({name: series[source][at] for name, source in columns.items()})
        steps = sorted(table)
        found = {name: [table[step].get(name) for step in steps] for name in names}
        if pandas is None:
            return {"step": steps, **found}
        return pandas.DataFrame(found, index=pandas.Index(steps, name="step"), dtype=float)

    def series(self, metrics: Optional[Union[str, Sequence[str]]] = None, points: int = 500, start: Optional[int] = None,
               stop: Optional[int] = None) -> list[dict[str, Any]]:
        """The same as the daemon has it: columns step, mean, min, max, first, last for each series."""
        if metrics is not None and not isinstance(metrics, str):
            metrics = ",".join(metrics)
        query = {"metric": metrics, "points": points, "from": start, "to": stop}
        return self._connection.json("GET", self.path + "/history", query)["series"]

    def events(self, after: int = 0) -> list[dict[str, Any]]:
        """Its events until now."""
        found: list[dict[str, Any]] = []
        while True:
            answer = self._poll(after, 0)
            found += answer["events"]
            if not answer["more"]:
                return found
            after = answer["events"][-1]["seq"]

    @property
    def log(self) -> list[str]:
        """What the daemon noted about it, beside states and metrics."""
        return [event["message"] for event in self.events() if event["type"] == "log"]

    def evaluation(self) -> dict[str, Any]:
        """On the validation rows: confusion matrix and curves, or residuals."""
        return self._connection.json("GET", self.path + "/evaluation")

    def histograms(self, layer: Optional[str] = None, epoch: Optional[int] = None) -> list[dict[str, Any]]:
        """Weights, gradients and update ratios by epoch and layer."""
        query = {"layer": layer, "epoch": epoch}
        return self._connection.json("GET", self.path + "/weights/histograms", query)["histograms"]

    def checkpoints(self) -> list[dict[str, Any]]:
        return self._connection.json("GET", self.path + "/checkpoints")["checkpoints"]

    def promote(self, step: int) -> Model:
        """Makes the checkpoint of a step the next version of the job's model."""
        return Model(self._connection, self._post(f"/checkpoints/{step}:promote", once=True))

    def _poll(self, after: int, seconds: float) -> dict[str, Any]:
        query = {"after": after, "wait": max(1, round(seconds)) if seconds else None}
        return self._connection.json("GET", self.path + "/events", query)

    def _move(self, verb: str, body: Any = None) -> Job:
        self.data = self._post(verb, body, once=True)
        return self

    def _repr_html_(self) -> str:
        curve = draw(self.series(("loss", "val_loss"), points=300), title=f"{self.name or self.id}: {self.state}")
        return f"<div>{curve}{super()._repr_html_()}</div>"
