"""The short way in for images: what `Pixel` does, without a request and a handler being made for each hit."""

import asyncio
import math
import time
from http.client import responses
from typing import TYPE_CHECKING, Any, cast

from tornado.escape import parse_qs_bytes
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
    format_timestamp,
)
from tornado.iostream import IOStream
from tornado.web import Application

from handlers.collect.beacon import GIF, PLAIN, TO_ANYBODY, answer_to, telling
from utilities.model.errors import BadHit, FoyerError, HitRejected, Overloaded, StoreDown, TooLarge
from utilities.pageviews.collect.beacon import MOST_BYTES, MOST_FIELDS, NoUrl, Said, of_query
from utilities.pageviews.collect.collector import Collector

if TYPE_CHECKING:  # a process that only collects has a smaller one
    from handlers.base.authenticator import Door

WAY = "/a.gif?"


class Lane(HTTPServerConnectionDelegate):
    """Stands before the application; everything but the plainest request for the image goes on to it."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.collector: Collector = app.settings["collector"]
        self.door = cast("Door", app.settings["door"])
        self.usual = {**app.settings["headers"], **TO_ANYBODY}
        told = {**self.usual, "Content-Type": "image/gif", "Content-Length": str(len(GIF))}
        self.head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        self.good = b""
        self.second = 0

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        return Request(self, server_conn, request_conn)

    def on_close(self, server_conn: object) -> None:
        self.app.on_close(server_conn)

    def takes(self, line: RequestStartLine, headers: HTTPHeaders) -> bool:
        """Whether the answer is the same for whoever asks: no body, nothing special about the connection."""
        return (
            line.path.startswith(WAY)
            and line.method == "GET"
            and line.version == "HTTP/1.1"
            and headers.get("Connection", "keep-alive").lower() == "keep-alive"
            and "Content-Length" not in headers
            and "Transfer-Encoding" not in headers
            and headers.get("Host", "") in self.door.hosts
        )

    def image(self) -> bytes:
        """Every good answer, on the wire; its date is of this second."""
        now = int(time.time())
        if now != self.second:
            self.second = now
            self.good = f"HTTP/1.1 200 OK\r\n{self.head}Date: {format_timestamp(now)}\r\n\r\n".encode("latin-1") + GIF
        return self.good

    async def answer(self, query: str, headers: HTTPHeaders, connection: HTTPConnection) -> None:
        stream: IOStream = cast(Any, connection).stream
        refused = ResponseStartLine("", 500, responses[500]), HTTPHeaders({"Content-Length": "0"})
        good = False
        try:
            peer: str = cast(Any, connection).context.remote_ip or ""
            address = self.door.addresses.client(peer, headers.get("X-Forwarded-For", ""))
            agent = headers.get("User-Agent", "")
            await self.collector.take(said(query), address, agent, telling(headers))
            good = True
        except (HitRejected, Overloaded, StoreDown) as error:
            refused = self.refused(error)
        finally:  # whatever goes wrong: an answer that never comes would hold the connection
            if not good:
                connection.write_headers(*refused)
            elif not stream.closed():
                stream.write(self.image())
            connection.finish()

    def refused(self, error: FoyerError) -> tuple[ResponseStartLine, HTTPHeaders]:
        status, wait = answer_to(error)
        status = 404 if isinstance(error, NoUrl) else status
        told = HTTPHeaders({**self.usual, "Content-Type": PLAIN, "Content-Length": "0"})
        told["Date"] = format_timestamp(time.time())
        if wait:
            told["Retry-After"] = str(math.ceil(wait))
        return ResponseStartLine("", status, responses[status]), told


class Request(HTTPMessageDelegate):
    """One request, until it is known who answers it."""

    def __init__(self, lane: Lane, server_conn: object, connection: HTTPConnection) -> None:
        self.lane = lane
        self.server_conn = server_conn
        self.connection = connection
        self.other: HTTPMessageDelegate | None = None

    def headers_received(self, start_line: object, headers: HTTPHeaders) -> "asyncio.Future[None] | None":
        line = cast(RequestStartLine, start_line)
        if self.lane.takes(line, headers):
            self.query, self.headers = line.path[len(WAY) :], headers
            return None
        self.other = self.lane.app.start_request(self.server_conn, self.connection)
        return cast("asyncio.Future[None] | None", self.other.headers_received(line, headers))

    def data_received(self, chunk: bytes) -> "asyncio.Future[None] | None":
        return cast("asyncio.Future[None] | None", self.other.data_received(chunk)) if self.other else None

    def finish(self) -> None:
        if self.other:
            self.other.finish()
            return
        self.task = asyncio.create_task(self.lane.answer(self.query, self.headers, self.connection))

    def on_connection_close(self) -> None:
        if self.other:
            self.other.on_connection_close()


def said(query: str) -> Said:
    if len(query) > MOST_BYTES:
        raise TooLarge("the query is too long")
    try:
        return of_query(parse_qs_bytes(query, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise BadHit("the query is no query") from None
