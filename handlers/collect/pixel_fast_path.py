"""Serves GET /a.gif without creating an HTTPServerRequest and a RequestHandler (measured in bench/ingest.py)."""

import asyncio
import math
import time
from http.client import responses
from typing import TYPE_CHECKING, Any, cast

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

from handlers.base.open_requests import OpenRequests
from handlers.collect.beacon import (
    CROSS_ORIGIN_HEADERS,
    PIXEL_GIF,
    TEXT_CONTENT_TYPE,
    classifier_headers,
    hit_error_status,
    parse_or_count,
    parse_pixel_query,
)
from utilities.model.errors import FoyerError, HitRejected, Overloaded, StoreDown
from utilities.pageviews.collect.beacon import MissingUrl
from utilities.pageviews.collect.collector import Collector

if TYPE_CHECKING:  # a collector-only process has CollectorAuth
    from handlers.base.authenticator import Authenticator

PIXEL_PATH = "/a.gif?"


class PixelFastPath(HTTPServerConnectionDelegate):
    """Answers plain requests for the pixel; passes all others to the application, whose PixelHandler does the same."""

    def __init__(self, app: Application, requests: OpenRequests) -> None:
        self.app = app
        self.requests = requests
        self.collector: Collector = app.settings["collector"]
        self.authenticator = cast("Authenticator", app.settings["authenticator"])
        self.collector.warning_sources.append(self.authenticator.addresses.proxy_warning)
        self.common_headers = {**app.settings["headers"], **CROSS_ORIGIN_HEADERS}
        headers = {**self.common_headers, "Content-Type": "image/gif", "Content-Length": str(len(PIXEL_GIF))}
        self.header_lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.response = b""
        self.response_second = 0  # the time in the Date header

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        self.requests.wait_for_request(server_conn)
        return PixelRequest(self, server_conn, request_conn)

    def on_close(self, server_conn: object) -> None:
        self.requests.remove_connection(server_conn)
        self.app.on_close(server_conn)

    def can_answer(self, line: RequestStartLine, headers: HTTPHeaders) -> bool:
        """Whether it is a plain request for the pixel: no body, keep-alive, an allowed host."""
        return (
            line.path.startswith(PIXEL_PATH)
            and not self.requests.is_stopping
            and line.method == "GET"
            and line.version == "HTTP/1.1"
            and headers.get("Connection", "keep-alive").lower() == "keep-alive"
            and "Content-Length" not in headers
            and "Transfer-Encoding" not in headers
            and headers.get("Host", "") in self.authenticator.hosts
        )

    def pixel_response(self) -> bytes:
        """Returns the bytes of the success response; they are built once a second, for the Date header."""
        now = int(time.time())
        if now != self.response_second:
            self.response_second = now
            head = f"HTTP/1.1 200 OK\r\n{self.header_lines}Date: {format_timestamp(now)}\r\n\r\n"
            self.response = head.encode("latin-1") + PIXEL_GIF
        return self.response

    async def answer_pixel(self, query: str, headers: HTTPHeaders, connection: HTTPConnection) -> None:
        """Collects the hit and writes the response."""
        stream: IOStream = cast(Any, connection).stream
        failure = ResponseStartLine("", 500, responses[500]), HTTPHeaders({"Content-Length": "0"})
        is_stored = False
        try:
            peer: str = cast(Any, connection).context.remote_ip or ""
            address = self.authenticator.addresses.client_address(peer, headers.get("X-Forwarded-For", ""))
            agent = headers.get("User-Agent", "")
            payload = parse_or_count(lambda: parse_pixel_query(query), self.collector)
            await self.collector.collect_hit(payload, address, agent, classifier_headers(headers))
            is_stored = True
        except (HitRejected, Overloaded, StoreDown) as error:
            failure = self.error_response(error)
        finally:  # also after an unexpected error: without a response the connection would stay open
            if not is_stored:
                connection.write_headers(*failure)
            elif self.requests.is_stopping:  # Tornado adds `Connection: close`
                connection.write_headers(*self.last_response(), PIXEL_GIF)
            elif not stream.closed():
                stream.write(self.pixel_response())
            connection.finish()

    def last_response(self) -> tuple[ResponseStartLine, HTTPHeaders]:
        """Returns the start line and headers for a stored hit while the server stops."""
        headers = HTTPHeaders({**self.common_headers, "Content-Type": "image/gif"})
        headers["Content-Length"] = str(len(PIXEL_GIF))
        return ResponseStartLine("", 200, responses[200]), headers

    def error_response(self, error: FoyerError) -> tuple[ResponseStartLine, HTTPHeaders]:
        """Returns the start line and headers for a rejected hit, the same as PixelHandler's."""
        status, retry_seconds = hit_error_status(error)
        status = 404 if isinstance(error, MissingUrl) else status
        headers = HTTPHeaders({**self.common_headers, "Content-Type": TEXT_CONTENT_TYPE, "Content-Length": "0"})
        headers["Date"] = format_timestamp(time.time())
        if retry_seconds:
            headers["Retry-After"] = str(math.ceil(retry_seconds))
        return ResponseStartLine("", status, responses[status]), headers


class PixelRequest(HTTPMessageDelegate):
    """One request: answered by the fast path, or passed to the application once its headers are read."""

    def __init__(self, fast_path: PixelFastPath, server_conn: object, connection: HTTPConnection) -> None:
        self.fast_path = fast_path
        self.server_conn = server_conn
        self.connection = connection
        self.delegate: HTTPMessageDelegate | None = None

    def headers_received(self, start_line: object, headers: HTTPHeaders) -> "asyncio.Future[None] | None":
        line = cast(RequestStartLine, start_line)
        self.fast_path.requests.begin_request(self.server_conn, self.connection)
        if self.fast_path.can_answer(line, headers):
            self.query, self.headers = line.path[len(PIXEL_PATH) :], headers
            return None
        self.delegate = self.fast_path.app.start_request(self.server_conn, self.connection)
        return cast("asyncio.Future[None] | None", self.delegate.headers_received(line, headers))

    def data_received(self, chunk: bytes) -> "asyncio.Future[None] | None":
        return cast("asyncio.Future[None] | None", self.delegate.data_received(chunk)) if self.delegate else None

    def finish(self) -> None:
        if self.delegate:
            self.delegate.finish()
            return
        self.task = asyncio.create_task(self.fast_path.answer_pixel(self.query, self.headers, self.connection))

    def on_connection_close(self) -> None:
        if self.delegate:
            self.delegate.on_connection_close()
