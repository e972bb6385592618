"""ClickHouse over HTTP: a server on loopback before the engine in this process, which can be made to fail."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import zstandard
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from utilities.pageviews.sql.dialect import CLICKHOUSE_SETTINGS

INSERT = re.compile(rb"INSERT INTO (\S+) \(([^)]*)\) FORMAT Native\n", re.IGNORECASE)


@dataclass
class HttpFaults:
    """How the server fails; each request looks here."""

    is_silent: bool = False  # accepts the request and never answers
    drop_before: int = 0  # so many inserts are not executed, and their connection is closed
    drop_after: int = 0  # so many inserts are executed, and their connection is closed without an answer
    error: tuple[int, int, str] | None = None  # status, ClickHouse's code (0 for a proxy's answer), text
    requests: int = 0
    released: threading.Event = field(default_factory=threading.Event)  # set when silent requests may end


class ClickHouseHttpServer(ThreadingHTTPServer):
    """Listens on a free loopback port, the same one after `start_again`."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, engine: Client, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), ClickHouseRequest)
        self.engine = engine
        self.faults = HttpFaults()
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://secret-user:secret-word@127.0.0.1:{self.server_port}/default"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Does nothing: clients that go away are part of the tests."""


class ClickHouseRequest(BaseHTTPRequestHandler):
    """One connection."""

    server: ClickHouseHttpServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        body, faults = self.read_body(), self.server.faults
        faults.requests += 1
        if faults.is_silent:
            faults.released.wait()
            self.close_connection = True
            return
        if faults.error:
            status, code, text = faults.error
            self.answer(status, text.encode(), {"X-ClickHouse-Exception-Code": str(code)} if code else {})
            return
        is_insert = INSERT.match(body) is not None
        if is_insert and faults.drop_before:
            faults.drop_before -= 1
            self.close_connection = True
            return
        try:
            with self.server.lock:
                answer = self.execute(body)
        except DatabaseError as error:
            self.answer(500, str(error).encode(), {"X-ClickHouse-Exception-Code": str(error.code or 1)})
            return
        if is_insert and faults.drop_after:
            faults.drop_after -= 1
            self.close_connection = True
            return
        self.answer(200, answer, {})

    def read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        encoding = self.headers.get("Content-Encoding", "")
        if encoding == "lz4":
            import lz4.frame  # is not installed where the client does not use it

            return bytes(lz4.frame.decompress(body))
        return zstandard.ZstdDecompressor().decompressobj().decompress(body) if encoding == "zstd" else body

    def execute(self, body: bytes) -> bytes:
        fields = dict(parse_qsl(urlsplit(self.path).query))
        if match := INSERT.match(body):
            names = [name.strip("` ") for name in match[2].decode().split(",")]
            self.server.engine.raw_insert(match[1].decode(), names, body[match.end() :], fmt="Native")
            return b""
        sql = body.decode() or fields["query"]
        values = {name.removeprefix("param_"): value for name, value in fields.items() if name.startswith("param_")}
        settings = {name: fields[name] for name in CLICKHOUSE_SETTINGS if name in fields}
        return self.server.engine.raw_query(sql, parameters=values or None, settings=settings)

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Logs nothing."""


@contextmanager
def run_clickhouse_http(engine: Client, port: int = 0) -> Iterator[ClickHouseHttpServer]:
    server = ClickHouseHttpServer(engine, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.faults.released.set()
    with suppress(OSError):
        server.shutdown()
        server.server_close()
    thread.join()
