"""The pretend internet as one server: Google, the networks and an OpenID provider under one address."""

from pathlib import Path
from types import TracebackType

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from demo.faults import AdminHandler, Faults


class Internet:
    """Use as `async with Internet(folder) as internet`: listens on loopback until left.

    `environment` holds the variables that point Foyer at it; `faults` makes it misbehave.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder
        self.port = port
        self.faults = Faults()
        self.environment: dict[str, str] = {}

    async def __aenter__(self) -> "Internet":
        sockets = bind_sockets(self.port, "127.0.0.1")
        self.port = sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        rules = [(r"/__admin/(?:faults/?|calls)?(.*)", AdminHandler, {"faults": self.faults})]
        self.server = HTTPServer(Application(rules))  # type: ignore[arg-type]
        self.server.add_sockets(sockets)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.stop()
        await self.server.close_all_connections()
