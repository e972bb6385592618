"""Ill habits on demand: what to do wrong, on which path, how often; and a log of who asked what."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, RequestHandler

Doing = Literal["status", "latency", "hang", "drip", "reset", "close", "html", "truncate", "body"]


@dataclass
class Fault:
    """One ill habit.

    `status`: answer `status` with `body` · `latency`: wait `seconds`, then answer as usual · `hang`: wait `seconds`,
    then close · `drip`: a byte of `body` every `seconds` · `reset`: cut the connection with RST · `close`: close
    before any answer · `html`: 200 with a page · `truncate`: half of `body`, promised whole · `body`: 200 with `body`.
    """

    doing: Doing
    count: int = -1  # how many requests it meets; -1 for ever
    seconds: float = 0.0
    status: int = 503
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


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
        """How many requests have begun with `prefix`."""
        return sum(calls for path, calls in self.calls.items() if path.startswith(prefix))

    def take(self, path: str) -> Fault | None:
        for prefix in sorted(self.by_prefix, key=len, reverse=True):
            if path.startswith(prefix):
                fault = self.by_prefix[prefix]
                if fault.count == 0:
                    continue
                fault.count -= 1 if fault.count > 0 else 0
                return fault
        return None


class FaultyHandler(RequestHandler):
    """Every handler of the pretend internet: counts the request and does what was injected for its path."""

    def initialize(self, faults: Faults, **parts: Any) -> None:
        self.faults = faults
        for name, part in parts.items():
            setattr(self, name, part)

    async def prepare(self) -> None:
        path = self.request.path
        self.faults.calls[path] += 1
        self.faults.running[path] += 1
        self.faults.most_running[path] = max(self.faults.most_running[path], self.faults.running[path])
        fault = self.faults.take(path)
        if fault is not None:
            await self.misbehave(fault)

    def on_finish(self) -> None:
        self.faults.running[self.request.path] -= 1

    async def misbehave(self, fault: Fault) -> None:
        for name, value in fault.headers.items():
            self.set_header(name, value)
        if fault.doing == "latency":
            await asyncio.sleep(fault.seconds)
        elif fault.doing in ("hang", "reset", "close"):
            await asyncio.sleep(fault.seconds)
            self.cut(reset=fault.doing == "reset")
        elif fault.doing == "drip":
            await self.drip(fault.body or "{" + " " * 10_000, fault.seconds or 1.0)
        elif fault.doing == "truncate":
            body = fault.body or '{"rows": [' + '{"x": 1}, ' * 50
            self.set_header("Content-Length", str(len(body) * 2))
            self.set_header("Content-Type", "application/json")
            self.request.connection.stream.write(  # type: ignore[attr-defined]
                f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body) * 2}\r\n\r\n{body}".encode()
            )
            await asyncio.sleep(0.05)
            self.cut(reset=False)
        else:
            self.set_status(fault.status if fault.doing == "status" else 200)
            if fault.doing == "html":
                self.set_header("Content-Type", "text/html; charset=UTF-8")
            elif fault.body.startswith(("{", "[")):
                self.set_header("Content-Type", "application/json; charset=UTF-8")
            page = "<html><title>Sign in to Wi-Fi</title><body>captive portal</body></html>"
            await self.finish(fault.body or (page if fault.doing == "html" else ""))

    async def drip(self, body: str, seconds: float) -> None:
        self.set_header("Content-Type", "application/json")
        try:
            for character in body:
                self.write(character)
                await self.flush()
                await asyncio.sleep(seconds)
        except StreamClosedError:
            return
        await self.finish()

    def cut(self, *, reset: bool) -> None:
        """Ends the connection without an answer."""
        import socket
        import struct

        stream = self.request.connection.stream  # type: ignore[attr-defined]
        if reset and stream.socket is not None:
            stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        stream.close()
        self._finished = True
        self.on_finish()

    def json(self, body: object, *, status: int = 200) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.write(json.dumps(body, indent=2, ensure_ascii=False))


class AdminHandler(RequestHandler):
    """`PUT /__admin/faults/<path>` with a Fault as JSON, `DELETE /__admin/faults`, `GET /__admin/calls`."""

    def initialize(self, faults: Faults) -> None:
        self.faults = faults

    def put(self, path: str) -> None:
        try:
            self.faults.inject("/" + path, Fault(**json.loads(self.request.body)))
        except (TypeError, ValueError) as error:
            raise HTTPError(400, str(error)) from error
        self.set_status(204)

    def delete(self, path: str) -> None:
        self.faults.clear()
        self.set_status(204)

    def get(self, path: str) -> None:
        self.write(dict(self.faults.calls))
