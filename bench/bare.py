"""The baseline: a bare Tornado server that writes given bytes, and a bare stream that broadcasts them."""

import argparse
import asyncio
import json
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.iostream import StreamClosedError
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

GIF = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
WALLS: set["Stream"] = set()


class Page(RequestHandler):
    def initialize(self, body: bytes, headers: dict[str, str]) -> None:
        self.body = body
        self.headers = headers

    def get(self) -> None:
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        for name, value in self.headers.items():
            self.set_header(name, value)
        self.finish(self.body)


class Pixel(RequestHandler):
    """The least that a beacon can do: answer, and forget."""

    def get(self) -> None:
        self.set_header("Content-Type", "image/gif")
        self.set_header("Cache-Control", "private, no-cache")
        self.finish(GIF)


class Stream(RequestHandler):
    """Server-sent events, as one would write them first."""

    async def get(self) -> None:
        self.set_header("Content-Type", "text/event-stream")
        self.write(": hello\n\n")
        await self.flush()
        WALLS.add(self)
        self.closed = asyncio.Event()
        await self.closed.wait()

    def on_connection_close(self) -> None:
        WALLS.discard(self)
        self.closed.set()

    async def send(self, body: bytes) -> None:
        try:
            self.write(body)
            await self.flush()
        except StreamClosedError:
            WALLS.discard(self)


class Send(RequestHandler):
    """`POST /send`: broadcasts the body to every stream."""

    async def post(self) -> None:
        await asyncio.gather(*(wall.send(self.request.body) for wall in WALLS))
        self.finish(str(len(WALLS)))


async def main(body: bytes, headers: dict[str, str]) -> None:
    application = Application(
        [
            (r"/page", Page, {"body": body, "headers": headers}),
            (r"/body", Page, {"body": body, "headers": {}}),
            (r"/a\.gif", Pixel),
            (r"/stream", Stream),
            (r"/send", Send),
        ],
        log_function=lambda _: None,
    )
    sockets = bind_sockets(0, "127.0.0.1", backlog=2048)
    server = HTTPServer(application)
    server.add_sockets(sockets)
    print(sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--body", type=Path)
    parser.add_argument("--headers", type=json.loads, default={}, help="as JSON; a page is written with them too")
    given = parser.parse_args()
    asyncio.run(main(given.body.read_bytes() if given.body else b"", given.headers))
