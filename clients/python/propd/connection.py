# SPDX-License-Identifier: Apache-2.0
"""HTTP with one daemon: a kept connection a thread, TLS, the token, and what is tried again."""
from __future__ import annotations

import http.client
import json
import os
import socket
import ssl
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any, BinaryIO, Mapping, Optional
from urllib.parse import quote, urlencode, urlsplit

from .errors import ConnectionLost, refusal
from .uploads import Body

BLOCK = 1 << 18
# What a connection that is gone looks like. ssl.SSLError is an OSError, and is told apart below.
LOST = (OSError, http.client.HTTPException)


@dataclass
class Answer:
    """Status, headers and the whole body of an answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


class Connection:
    """Requests to the daemon at `url`. Safe to use from several threads, and after a fork.

    A request that was interrupted is tried again for `patience` seconds from then on, if its body can be read again. That
    does nothing twice: a POST that makes or moves something carries an idempotency key, all other requests may be repeated.
    """

    def __init__(self, url: str, token: Optional[str] = None, ca_file: Optional[str] = None,
                 patience: float = 10.0) -> None:
        parts = urlsplit(url if "://" in url else "http://" + url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
            raise ValueError(f"the address must be like http://127.0.0.1:8420, not {_without_user(url)}")
        if parts.username is not None:
            raise ValueError("a token or password does not belong into a URL: Client(url, token=…) or PROPD_TOKEN")
        self.host, self.port = parts.hostname, parts.port or {"http": 80, "https": 443}[parts.scheme]
        shown = f"[{self.host}]" if ":" in self.host else self.host
        self.url = f"{parts.scheme}://{shown}:{self.port}"
        self.patience = patience
        self._token = token
        self._ca_file = ca_file
        self._context = ssl.create_default_context(cafile=ca_file) if parts.scheme == "https" else None
        self._kept = threading.local()
        self._spoken = False

    def __getstate__(self) -> dict[str, Any]:
        """For pickle: without the token, which is taken from PROPD_TOKEN where it is unpickled."""
        return {"url": self.url, "ca_file": self._ca_file, "patience": self.patience}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__init__(token=os.environ.get("PROPD_TOKEN"), **state)

    def __deepcopy__(self, _: Any) -> Connection:
        return self

    def __repr__(self) -> str:
        return f"<Connection {self.url}>"

    def request(self, method: str, path: str, query: Optional[Mapping[str, Any]] = None, body: Any = None,
                headers: Optional[Mapping[str, str]] = None, once: bool = False, timeout: float = 60.0,
                sink: Optional[BinaryIO] = None) -> Answer:
        """The answer; Refused where it is an error. `body` is a document for JSON or a Body.

        `once`: a POST that must not be done twice, which gets an idempotency key. `sink` takes the body of an answer that is none.
        """
        body = body if body is None or isinstance(body, Body) else Body.of_document(body)
        sent = self._headers(body, headers, once)
        target = path + _query(query)
        # The end is counted from the first failure: a poll or an upload may have lasted longer than the patience before it.
        end: Optional[float] = None
        delay, tried = 0.05, 0
        while True:
            try:
                answer = self._once(method, target, body, sent, timeout, sink)
            except LOST as error:
                self.close()
                end = end or time.monotonic() + self.patience
                self._give_up(error, body, tried, end)
            else:
                pause = _pause_asked(answer, tried)
                end = end or time.monotonic() + self.patience
                if pause is None or time.monotonic() + pause > end or not _again(body):
                    return _checked(answer, method, path, tried)
                delay = max(delay, pause)
            time.sleep(delay)
            delay = min(2 * delay, 1.0)
            tried += 1

    def json(self, method: str, path: str, query: Optional[Mapping[str, Any]] = None, body: Any = None,
             **options: Any) -> Any:
        """The answer's document."""
        return self.request(method, path, query, body, **options).json()

    def close(self) -> None:
        """Closes this thread's connection; the next request opens another."""
        kept = getattr(self._kept, "connection", None)
        if kept is not None and self._kept.process == os.getpid():
            kept.close()
        self._kept.connection = None

    def _headers(self, body: Optional[Body], more: Optional[Mapping[str, str]], once: bool) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": "propd-python"}
        if self._token:
            headers["Authorization"] = "Bearer " + self._token
        if body is not None:
            headers["Content-Type"] = body.content_type
            headers.update({"Transfer-Encoding": "chunked"} if body.length is None
                           else {"Content-Length": str(body.length)})
        if once:
            headers["Idempotency-Key"] = uuid.uuid4().hex
        headers.update(more or {})
        return headers

    def _open(self, timeout: float) -> http.client.HTTPConnection:
        kept = getattr(self._kept, "connection", None)
        if kept is None or self._kept.process != os.getpid():
            kept = (http.client.HTTPConnection(self.host, self.port, timeout=timeout) if self._context is None else
                    http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=self._context))
            self._kept.connection, self._kept.process = kept, os.getpid()
        kept.timeout = timeout
        if kept.sock is not None:
            kept.sock.settimeout(timeout)
        return kept

    def _once(self, method: str, target: str, body: Optional[Body], headers: Mapping[str, str], timeout: float,
              sink: Optional[BinaryIO]) -> Answer:
        connection = self._open(timeout)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if body is None and method in ("POST", "PUT", "PATCH"):
                connection.putheader("Content-Length", "0")
            connection.endheaders()
            refused_early = body is not None and not _send(connection, body)
            response = connection.getresponse()
            self._spoken = True
            content = _read(response, sink)
        except BaseException:
            # Also on Ctrl-C: half an answer must not be taken for the next one's.
            self.close()
            raise
        if refused_early:
            self.close()
        return Answer(response.status, response.headers, content)

    def _give_up(self, error: Exception, body: Optional[Body], tried: int, end: float) -> None:
        """Raises unless the request may be sent again."""
        if isinstance(error, ssl.SSLCertVerificationError):
            raise ConnectionLost(f"{self.url} shows a certificate that is not trusted ({error.verify_message}): name its "
                                 "authority, as in Client(url, ca_file='ca.pem')") from error
        if not self._spoken:
            raise ConnectionLost(f"no propd answers at {self.url} ({_reason(error)}): start one with 'propd --data ./data', "
                                 "or say where it is, as in Client('http://host:8420') or PROPD_URL") from error
        # Before Python 3.10 socket.timeout is no TimeoutError.
        timed_out = isinstance(error, (TimeoutError, socket.timeout))
        if timed_out or not _again(body) or time.monotonic() >= end:
            raise ConnectionLost(f"the connection to {self.url} was lost ({_reason(error)}) and did not come back "
                                 f"after {tried + 1} attempts") from error


def path_of(*parts: Any) -> str:
    """A path whose parts are names; what has to be quoted is.

    >>> path_of("v1", "models", "iris@2") + ":predict"
    '/v1/models/iris@2:predict'
    >>> path_of("v1", "jobs", "a/b")
    '/v1/jobs/a%2Fb'
    """
    return "".join("/" + quote(str(part), safe="@") for part in parts)


def _query(query: Optional[Mapping[str, Any]]) -> str:
    given = {key: ("true" if value is True else "false" if value is False else value)
             for key, value in (query or {}).items() if value is not None}
    return "?" + urlencode(given) if given else ""


def _again(body: Optional[Body]) -> bool:
    return body is None or body.again


def _send(connection: http.client.HTTPConnection, body: Body) -> bool:
    """Whether the daemon took all of it; one that refuses an upload answers before it has ended."""
    try:
        for block in body.open():
            if not block:
                continue
            connection.send(block if body.length is not None else b"%x\r\n%b\r\n" % (len(block), block))
        if body.length is None:
            connection.send(b"0\r\n\r\n")
    except (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):  # the last is what TLS makes of the first
        return False
    return True


def _read(response: http.client.HTTPResponse, sink: Optional[BinaryIO]) -> bytes:
    if sink is None or response.status >= 300:
        return response.read()
    sink.seek(0)
    sink.truncate()
    size = 0
    while True:
        block = response.read(BLOCK)
        if not block:
            break
        sink.write(block)
        size += len(block)
    expected = response.headers.get("Content-Length")
    if expected is not None and size != int(expected):
        raise http.client.IncompleteRead(b"", int(expected) - size)
    return b""


def _pause_asked(answer: Answer, tried: int) -> Optional[float]:
    """Seconds after which the daemon wants to be asked again; None: this is the answer."""
    if answer.status in (429, 503):
        asked = answer.headers.get("Retry-After", "")
        return float(asked) if asked.isdigit() else 1.0
    # The first of two attempts with one key is still at work.
    if answer.status == 409 and tried > 0 and b"Idempotency-Key" in answer.body:
        return 0.1
    return None


def _checked(answer: Answer, method: str, path: str, tried: int) -> Answer:
    gone = method == "DELETE" and answer.status == 404 and tried > 0  # by the attempt whose answer was lost
    if answer.status >= 400 and not gone:
        raise refusal(f"{method} {path}", answer.status, answer.body)
    return answer


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _without_user(url: str) -> str:
    return url.rsplit("@", 1)[-1]
