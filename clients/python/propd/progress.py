# SPDX-License-Identifier: Apache-2.0
"""What is shown while a job is waited for: a bar on a terminal, the curve in a notebook, lines elsewhere."""
from __future__ import annotations

import shutil
import sys
from typing import Any, Optional, TextIO


class Silent:
    """Shows nothing. `interval` is after how many seconds a display wants to be called again; None: when something happens."""

    interval: Optional[float] = None

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __call__(self, job: Any) -> None:
        pass

    def close(self) -> None:
        pass


class Bar(Silent):
    """One line of a terminal, written over."""

    interval = 1.0

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._open = False

    def __call__(self, job: Any) -> None:
        self._stream.write("\r" + line_of(job, shutil.get_terminal_size().columns - 1) + "\x1b[K")
        self._stream.flush()
        self._open = True

    def close(self) -> None:
        if self._open:
            self._stream.write("\n")
            self._stream.flush()


class Lines(Silent):
    """A line when the state has changed or another tenth is done."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last: Any = None

    def __call__(self, job: Any) -> None:
        now = job.state, int(job.progress * 10)
        if now != self._last:
            self._last = now
            print(line_of(job), file=self._stream, flush=True)


class Notebook(Silent):
    """The job with its curve, drawn again in one cell."""

    interval = 1.0

    def __init__(self, display: Any) -> None:
        self._display = display
        self._handle: Any = None

    def __call__(self, job: Any) -> None:
        if self._handle is None:
            self._handle = self._display(job, display_id=True)
        else:
            self._handle.update(job)


def display_of(job: Any, progress: Optional[bool]) -> Silent:
    """What fits where we run; see Job.wait()."""
    if progress is False or (job.ended and progress is None):
        return Silent()
    display = _notebook()
    if display is not None:
        return Notebook(display)
    if sys.stderr.isatty():
        return Bar(sys.stderr)
    return Lines(sys.stderr) if progress else Silent()


def line_of(job: Any, width: int = 1000) -> str:
    """A job in one line.

    >>> class Job: name, id, state, progress, epoch = "iris", "job_1", "running", 0.5, 5
    >>> Job.data = {"epochs": 10, "eta_s": 2.0}; Job.metrics = {"loss": 0.25, "val_loss": 0.5}
    >>> line_of(Job)
    'iris running  50 % [##########          ] epoch 5/10  loss 0.25  val 0.5  2 s left'
    """
    filled = "#" * int(job.progress * 20)
    words = [f"{job.name or job.id} {job.state} {job.progress * 100:3.0f} % [{filled:20}] epoch {job.epoch}/{job.data['epochs']}"]
    for name, shown in (("loss", "loss"), ("val_loss", "val")):
        if job.metrics.get(name) is not None:
            words.append(f"{shown} {job.metrics[name]:.4g}")
    if job.data["eta_s"] is not None:
        words.append(f"{job.data['eta_s']:.3g} s left")
    return "  ".join(words)[:width]


def _notebook() -> Optional[Any]:
    """IPython's display function, in a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):
        return None
    from IPython.display import display
    return display
