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

FaultKind = Literal[
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

    kind: FaultKind
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

    def count_requests(self, prefix: str) -> int:
        """Returns how many requests had a path that starts with `prefix`."""
        return sum(calls for path, calls in self.calls.items() if path.startswith(prefix))

    def begin_request(self, path: str) -> Fault | None:
        """Counts a request and returns its fault; None for none."""
        self.calls[path] += 1
        self.running[path] += 1
        self.most_running[path] = max(self.most_running[path], self.running[path])
        return self._take_fault(path)

    def _take_fault(self, path: str) -> Fault | None:
        for prefix in sorted(self.by_prefix, key=len, reverse=True):
            fault = self.by_prefix[prefix]
            if path.startswith(prefix) and fault.count != 0:
                fault.count -= 1 if fault.count > 0 else 0
                return fault
        return None


class FaultyHandler(RequestHandler):
    """Base of all handlers of the simulated internet: counts the request and executes the fault of its path."""

    injected: Fault | None = None

    def initialize(self, faults: Faults, **parts: Any) -> None:
        self.faults = faults
        self.disconnected = asyncio.Event()
        for name, part in parts.items():
            setattr(self, name, part)

    async def prepare(self) -> None:
        self.injected = self.faults.begin_request(self.request.path)
        if self.injected is not None:
            await self.execute_fault(self.injected)

    def on_finish(self) -> None:
        self.faults.running[self.request.path] -= 1

    async def execute_fault(self, fault: Fault) -> None:
        """Waits, disconnects or answers; `merge` and `swell` only change what `json` writes later."""
        for name, value in fault.headers.items():
            self.set_header(name, value)
        if fault.kind == "latency":
            await self.wait_connected(fault.seconds)
        elif fault.kind in ("hang", "reset", "close"):
            await self.wait_connected(fault.seconds)
            self.disconnect(reset=fault.kind == "reset")
        elif fault.kind == "drip":
            await self.send_slowly(fault.body or "{" + " " * 10_000, fault.seconds or 1.0)
        elif fault.kind in ("truncate", "length", "gzip"):
            await self.send_wrong_headers(fault)
        elif fault.kind in ("status", "html", "body"):
            await self.send_replacement(fault)

    async def wait_connected(self, seconds: float) -> None:
        """Waits, but no longer than the client is connected."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.disconnected.wait(), seconds)

    def on_connection_close(self) -> None:
        self.disconnected.set()

    async def send_replacement(self, fault: Fault) -> None:
        """Sends a complete answer in place of the usual one."""
        self.set_status(fault.status if fault.kind == "status" else 200)
        body = fault.body or (PORTAL if fault.kind == "html" else "")
        if not body and fault.kind == "status":
            body = self.error_body(fault.status)
        if body.startswith(("{", "[")):
            self.set_header("Content-Type", "application/json; charset=UTF-8")
        elif fault.kind == "html" or body.startswith("<"):
            self.set_header("Content-Type", "text/html; charset=UTF-8")
        await self.finish(body)

    def error_body(self, status: int) -> str:
        """Returns the body for a status when the fault has none."""
        return ""

    async def send_slowly(self, body: str, seconds: float) -> None:
        self.set_header("Content-Type", "application/json")
        try:
            for character in body:
                self.write(character)
                await self.flush()
                await self.wait_connected(seconds)
        except StreamClosedError:
            self._finished = True
            self.on_finish()
            return
        await self.finish()

    async def send_wrong_headers(self, fault: Fault) -> None:
        """Sends an answer with wrong headers, which Tornado would not send."""
        body = (fault.body or '{"rows": [' + '{"x": 1}, ' * 50).encode()
        length, coding = len(body), ""
        if fault.kind == "gzip":
            body = gzip.compress(body)[:10] + b"this is not gzip at all"
            length, coding = len(body), "Content-Encoding: gzip\r\n"
        elif fault.kind == "truncate":
            length = len(body) * 2
        else:
            length -= 10
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{coding}Content-Length: {length}\r\n\r\n"
        stream = self.request.connection.stream  # type: ignore[union-attr]
        if not stream.closed():
            await asyncio.wait({asyncio.ensure_future(stream.write(head.encode() + body))}, timeout=5)
        self.disconnect(reset=False)

    def disconnect(self, *, reset: bool) -> None:
        """Closes the connection without an answer."""
        stream = self.request.connection.stream  # type: ignore[union-attr]
        if reset and stream.socket is not None:
            stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        stream.close()
        self._finished = True
        self.on_finish()

    def write_json(self, body: object, *, status: int = 200) -> None:
        """Writes the usual answer, or the one that the fault changes."""
        if self.injected is not None and isinstance(body, dict):
            body = apply_fault(body, self.injected)
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.write(self.format_json(body))

    def format_json(self, body: object) -> str:
        """Returns JSON in this host's format."""
        return json.dumps(body, indent=2, ensure_ascii=False)


def apply_fault(body: dict[str, Any], fault: Fault) -> dict[str, Any]:
    """Returns the answer with `merge` or `swell` applied."""
    if fault.kind == "merge":
        return merge_patch(body, json.loads(fault.body or "{}"))
    if fault.kind == "swell" and body.get("rows"):
        rows = body["rows"] * (fault.rows // len(body["rows"]) + 1)
        return body | {"rows": rows[: fault.rows], "rowCount": fault.rows}
    return body


def merge_patch(document: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Applies a JSON merge patch (RFC 7386)."""
    result = {key: value for key, value in document.items() if key not in patch or patch[key] is not None}
    for key, value in patch.items():
        if isinstance(value, dict):
            inner = result.get(key)
            result[key] = merge_patch(inner if isinstance(inner, dict) else {}, value)
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
