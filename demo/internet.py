"""The simulated internet as one server: Google, the networks and an OpenID provider under one address."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from tornado.web import Application, HTTPError, RequestHandler

from demo import networks, openid
from demo.clock import VirtualClock
from demo.faults import AdminHandler
from demo.google.front import NothingHereHandler
from demo.google.site import Google
from demo.loopback import LoopbackServer
from demo.openid import OpenId
from demo.world.days import World


class Internet(LoopbackServer):
    """Use as `async with Internet(folder) as internet`.

    `clock` is its time. With `nasty` the most difficult titles and words are on top of every list; with `empty` the
    property has no figures.
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
        super().__init__(folder, port)
        self.clock = clock or VirtualClock()
        self.world = World(self.clock, nasty=nasty, empty=empty)

    def make_application(self) -> Application:
        self.google = Google(self.folder, self.address, world=self.world, clock=self.clock, faults=self.faults)
        routes = [
            (r"/__admin/(?:faults/?|calls)(.*)", AdminHandler, {"faults": self.faults}),
            (r"/__admin/(clock|quota/core|quota/realtime)", ClockAndQuotaHandler, {"internet": self}),
            *self.google.make_routes(),
        ]
        self.environment = self.google.make_settings()
        for part in (networks, openid):
            routes += part.make_routes(self)
            self.environment |= part.make_settings(self.address)
        return Application(
            routes,
            compress_response=True,
            default_handler_class=NothingHereHandler,
            default_handler_args={"faults": self.faults},
            log_function=lambda handler: None,
        )


class ClockAndQuotaHandler(RequestHandler):
    """`PUT /__admin/clock` with `{"seconds": …}` moves the clock, `PUT /__admin/quota/core` sets the quota."""

    def initialize(self, internet: Internet) -> None:
        self.internet = internet

    def put(self, what: str) -> None:
        with bad_request_on_error():
            body = json.loads(self.request.body)
            if what == "clock" and "at" in body:
                self.internet.clock.set_time(datetime.fromisoformat(body["at"]))
            elif what == "clock":
                self.internet.clock.shift(timedelta(seconds=body["seconds"]))
            else:
                self.internet.google.quotas[what.partition("/")[2]].left |= body
        self.set_status(204)


@contextmanager
def bad_request_on_error() -> Iterator[None]:
    """Answers 400 for a body that cannot be read."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise HTTPError(400, str(error)) from error
