# SPDX-License-Identifier: Apache-2.0
"""What the daemon or the way to it refuses, as exceptions; all of them are PropdError."""
from __future__ import annotations

import json
from typing import Any, Mapping


class PropdError(Exception):
    """The base of what the daemon or the way to it refuses; what is wrong in a call is a ValueError, TypeError or OSError."""


class ConnectionLost(PropdError):
    """No answer came: nobody listens at the address, or the connection broke and did not come back."""


class Refused(PropdError):
    """The daemon's answer is an error.

    >>> error = Refused("POST /v1/jobs", 422, {"code": "invalid", "detail": "network is required",
    ...                                        "errors": [{"pointer": "#/network", "detail": "network is required"}]})
    >>> print(error)
    POST /v1/jobs: 422: network is required (#/network)
    >>> error.code, error.errors[0]["pointer"]
    ('invalid', '#/network')
    >>> print(Refused("GET /v1/jobs", 422, {"detail": "limit must be an integer", "errors": [{"detail": "limit must be an integer"}]}))
    GET /v1/jobs: 422: limit must be an integer
    """

    def __init__(self, request: str, status: int, problem: Mapping[str, Any]) -> None:
        self.request = request
        self.status = status
        self.code: str = problem.get("code", "")
        self.detail: str = problem.get("detail") or problem.get("error") or problem.get("title") or "no reason given"
        self.errors: list[dict[str, str]] = list(problem.get("errors", ()))
        self.request_id: str = problem.get("request_id", "")
        self.problem = dict(problem)
        super().__init__(f"{request}: {status}: {self._reasons()}")

    def __reduce__(self):
        return type(self), (self.request, self.status, self.problem)

    def _reasons(self) -> str:
        pointers = [(error.get("pointer", ""), error.get("detail", "")) for error in self.errors]
        if len(pointers) == 1 and pointers[0][1] == self.detail:
            return self.detail + (f" ({pointers[0][0]})" if pointers[0][0] else "")
        return "".join([self.detail] + [f"\n  {pointer}: {detail}" for pointer, detail in pointers])


class NotFound(Refused):
    """There is no such dataset, job, model or version (or it is another owner's)."""


class NotAllowed(Refused):
    """No token, one that does not count, or one without the scope that is needed."""


class JobFailed(PropdError):
    """A job that was waited for ended without success; `.job` is that job."""

    def __init__(self, job: Any) -> None:
        self.job = job
        reason = (job.error or {}).get("message") or f"it was {job.state}"
        super().__init__(f"job {job.name or job.id} ({job.id}) {job.state}: {reason}")

    def __reduce__(self):
        return type(self), (self.job,)


def refusal(request: str, status: int, body: bytes) -> Refused:
    """The exception for an answer of 4xx or 5xx.

    >>> refusal("GET /v1/jobs/x", 404, b'{"detail": "there is no job \\\\"x\\\\""}')
    NotFound('GET /v1/jobs/x: 404: there is no job "x"')
    """
    try:
        problem = json.loads(body)
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        problem = {"detail": body[:500].decode("utf-8", "replace").strip()}
    kind = {401: NotAllowed, 403: NotAllowed, 404: NotFound}.get(status, Refused)
    return kind(request, status, problem)
