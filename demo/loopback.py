"""A server on loopback, in the process that uses it."""

from pathlib import Path
from types import TracebackType
from typing import Self

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from demo.faults import Faults


class LoopbackServer:
    """Use as `async with`: listens on `port` (0 for a free one) until left.

    `address` is its URL, `environment` has the settings for Foyer, `faults` injects faults.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder
        self.port = port
        self.faults = Faults()
        self.environment: dict[str, str] = {}

    def make_application(self) -> Application:
        """Returns the application, and sets `environment`; `address` is set by then."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        sockets = bind_sockets(self.port, "127.0.0.1")
        self.port = sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.server = HTTPServer(self.make_application())
        self.server.add_sockets(sockets)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.stop()
        await self.server.close_all_connections()
