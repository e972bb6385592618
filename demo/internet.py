"""The pretend internet as one server: Google, the networks and an OpenID provider under one address."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler

from demo import networks, openid
from demo.clock import VirtualClock
from demo.faults import AdminHandler, Faults
from demo.google.front import NothingHereHandler
from demo.google.site import Google
from demo.openid import OpenId
from demo.world.days import World


class Internet:
    """Use as `async with Internet(folder) as internet`: listens on loopback until left.

    `environment` has the settings for Foyer; `faults` injects faults; `clock` is its time. With `nasty` the most
    difficult titles and words are on top of every list; with `empty` the property has no figures.
    """

    openid: OpenId
    google: Google

    def __init__(
        self,
        folder: Path,
        port: int = 0,
        *,
        nasty: bool = False,
        empty: bool = False,
        clock: VirtualClock | None = None,
    ) -> None:
        self.folder = folder
        self.port = port
        self.faults = Faults()
        self.clock = clock or VirtualClock()
        self.world = World(self.clock, nasty=nasty, empty=empty)
        self.environment: dict[str, str] = {}

    async def __aenter__(self) -> "Internet":
        sockets = bind_sockets(self.port, "127.0.0.1")
        self.port = sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.google = Google(self.folder, self.address, world=self.world, clock=self.clock, faults=self.faults)
        rules = [
            (r"/__admin/(?:faults/?|calls)(.*)", AdminHandler, {"faults": self.faults}),
            (r"/__admin/(clock|quota/core|quota/realtime)", ClockAndQuotaHandler, {"internet": self}),
            *self.google.rules(),
        ]
        self.environment = self.google.environment()
        for part in (networks, openid):
            rules += part.rules(self)
            self.environment |= part.environment(self.address)
        application = Application(
            rules,
            compress_response=True,
            default_handler_class=NothingHereHandler,
            default_handler_args={"faults": self.faults},
            log_function=lambda handler: None,
        )
        self.server = HTTPServer(application)
        self.server.add_sockets(sockets)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.stop()
        await self.server.close_all_connections()


class ClockAndQuotaHandler(RequestHandler):
    """`PUT /__admin/clock` with `{"seconds": …}` moves the clock, `PUT /__admin/quota/core` sets the quota."""

    def initialize(self, internet: Internet) -> None:
        self.internet = internet

    def put(self, what: str) -> None:
        with understood():
            body = json.loads(self.request.body)
            if what == "clock" and "at" in body:
                self.internet.clock.put(datetime.fromisoformat(body["at"]))
            elif what == "clock":
                self.internet.clock.shift(timedelta(seconds=body["seconds"]))
            else:
                self.internet.google.quotas[what.partition("/")[2]].left |= body
        self.set_status(204)


@contextmanager
def understood() -> Iterator[None]:
    """Answers 400 for a body that cannot be read."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise HTTPError(400, str(error)) from error
