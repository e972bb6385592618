"""Fault injection by path, and counts of requests."""

import asyncio
import gzip
import json
import socket
import struct
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, RequestHandler

Doing = Literal[
    "status",
    "latency",
    "hang",
    "drip",
    "reset",
    "close",
    "html",
    "truncate",
    "body",
    "length",
    "gzip",
    "merge",
    "swell",
]

PORTAL = "<html><title>Sign in to Wi-Fi</title><body>captive portal</body></html>"


@dataclass
class Fault:
    """One fault.

    `status`: answer `status` with `body` · `latency`: wait `seconds`, then answer as usual · `hang`: wait `seconds`,
    then close · `drip`: a byte of `body` every `seconds` · `reset`: end the connection with RST · `close`: close
    before any answer · `html`: 200 with a page · `truncate`: `body` with twice its Content-Length · `body`: 200 with
    `body` · `length`: `body` with a Content-Length ten bytes short · `gzip`: a gzip header with another body ·
    `merge`: the usual answer with the object in `body` merged in (null removes a key) · `swell`: the usual answer with
    its `rows` repeated until there are `rows` of them.
    """

    doing: Doing
    count: int = -1  # how many requests fail; -1 for all
    seconds: float = 0.0
    status: int = 503
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    rows: int = 10_000


class Faults:
    """The faults by path prefix (the longest that matches wins), and the requests counted by path."""

    def __init__(self) -> None:
        self.by_prefix: dict[str, Fault] = {}
        self.calls: Counter[str] = Counter()
        self.running: Counter[str] = Counter()
        self.most_running: Counter[str] = Counter()

    def inject(self, prefix: str, fault: Fault) -> None:
        self.by_prefix[prefix] = fault

    def clear(self) -> None:
        self.by_prefix.clear()
        self.calls.clear()
        self.most_running.clear()

    def count(self, prefix: str) -> int:
        """Returns how many requests had a path that starts with `prefix`."""
        return sum(calls for path, calls in self.calls.items() if path.startswith(prefix))

    def begin(self, path: str) -> Fault | None:
        """Counts a request and returns its fault; None for none."""
        self.calls[path] += 1
        self.running[path] += 1
        self.most_running[path] = max(self.most_running[path], self.running[path])
        return self.take(path)

    def take(self, path: str) -> Fault | None:
        for prefix in sorted(self.by_prefix, key=len, reverse=True):
            fault = self.by_prefix[prefix]
            if path.startswith(prefix) and fault.count != 0:
                fault.count -= 1 if fault.count > 0 else 0
                return fault
        return None


class FaultyHandler(RequestHandler):
    """Base of all handlers of the pretend internet: counts the request and executes the fault of its path."""

    injected: Fault | None = None

    def initialize(self, faults: Faults, **parts: Any) -> None:
        self.faults = faults
        self.gone = asyncio.Event()
        for name, part in parts.items():
            setattr(self, name, part)

    async def prepare(self) -> None:
        self.injected = self.faults.begin(self.request.path)
        if self.injected is not None:
            await self.misbehave(self.injected)

    def on_finish(self) -> None:
        self.faults.running[self.request.path] -= 1

    async def misbehave(self, fault: Fault) -> None:
        """Waits, disconnects or answers; `merge` and `swell` only change what `json` writes later."""
        for name, value in fault.headers.items():
            self.set_header(name, value)
        if fault.doing == "latency":
            await self.pause(fault.seconds)
        elif fault.doing in ("hang", "reset", "close"):
            await self.pause(fault.seconds)
            self.cut(reset=fault.doing == "reset")
        elif fault.doing == "drip":
            await self.drip(fault.body or "{" + " " * 10_000, fault.seconds or 1.0)
        elif fault.doing in ("truncate", "length", "gzip"):
            await self.raw(fault)
        elif fault.doing in ("status", "html", "body"):
            await self.instead(fault)

    async def pause(self, seconds: float) -> None:
        """Waits, but no longer than the client is connected."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.gone.wait(), seconds)

    def on_connection_close(self) -> None:
        self.gone.set()

    async def instead(self, fault: Fault) -> None:
        """Sends a complete answer in place of the usual one."""
        self.set_status(fault.status if fault.doing == "status" else 200)
        body = fault.body or (PORTAL if fault.doing == "html" else "")
        if not body and fault.doing == "status":
            body = self.refusal(fault.status)
        if body.startswith(("{", "[")):
            self.set_header("Content-Type", "application/json; charset=UTF-8")
        elif fault.doing == "html" or body.startswith("<"):
            self.set_header("Content-Type", "text/html; charset=UTF-8")
        await self.finish(body)

    def refusal(self, status: int) -> str:
        """Returns the body for a status when the fault has none."""
        return ""

    async def drip(self, body: str, seconds: float) -> None:
        self.set_header("Content-Type", "application/json")
        try:
            for character in body:
                self.write(character)
                await self.flush()
                await self.pause(seconds)
        except StreamClosedError:
            self._finished = True
            self.on_finish()
            return
        await self.finish()

    async def raw(self, fault: Fault) -> None:
        """Sends an answer with wrong headers, which Tornado would not send."""
        body = (fault.body or '{"rows": [' + '{"x": 1}, ' * 50).encode()
        length, coding = len(body), ""
        if fault.doing == "gzip":
            body = gzip.compress(body)[:10] + b"this is not gzip at all"
            length, coding = len(body), "Content-Encoding: gzip\r\n"
        elif fault.doing == "truncate":
            length = len(body) * 2
        else:
            length -= 10
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{coding}Content-Length: {length}\r\n\r\n"
        stream = self.request.connection.stream  # type: ignore[union-attr]
        if not stream.closed():
            await asyncio.wait({asyncio.ensure_future(stream.write(head.encode() + body))}, timeout=5)
        self.cut(reset=False)

    def cut(self, *, reset: bool) -> None:
        """Closes the connection without an answer."""
        stream = self.request.connection.stream  # type: ignore[union-attr]
        if reset and stream.socket is not None:
            stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        stream.close()
        self._finished = True
        self.on_finish()

    def json(self, body: object, *, status: int = 200) -> None:
        """Writes the usual answer, or the one that the fault changes."""
        if self.injected is not None and isinstance(body, dict):
            body = altered(body, self.injected)
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.write(self.spelled(body))

    def spelled(self, body: object) -> str:
        """Returns JSON in this host's format."""
        return json.dumps(body, indent=2, ensure_ascii=False)


def altered(body: dict[str, Any], fault: Fault) -> dict[str, Any]:
    """Returns the answer with `merge` or `swell` applied."""
    if fault.doing == "merge":
        return merged(body, json.loads(fault.body or "{}"))
    if fault.doing == "swell" and body.get("rows"):
        rows = body["rows"] * (fault.rows // len(body["rows"]) + 1)
        return body | {"rows": rows[: fault.rows], "rowCount": fault.rows}
    return body


def merged(document: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Applies a JSON merge patch (RFC 7386)."""
    result = {key: value for key, value in document.items() if key not in patch or patch[key] is not None}
    for key, value in patch.items():
        if isinstance(value, dict):
            inner = result.get(key)
            result[key] = merged(inner if isinstance(inner, dict) else {}, value)
        elif value is not None:
            result[key] = value
    return result


class AdminHandler(RequestHandler):
    """`PUT /__admin/faults/<path>` with a Fault as JSON, `DELETE /__admin/faults`, `GET /__admin/calls`."""

    def initialize(self, faults: Faults) -> None:
        self.faults = faults

    def put(self, path: str) -> None:
        try:
            self.faults.inject("/" + path.lstrip("/"), Fault(**json.loads(self.request.body)))
        except (TypeError, ValueError) as error:
            raise HTTPError(400, str(error)) from error
        self.set_status(204)

    def delete(self, path: str) -> None:
        self.faults.clear()
        self.set_status(204)

    def get(self, path: str) -> None:
        self.write(dict(self.faults.calls))
