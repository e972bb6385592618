"""A process that only collects: no pages, no walls, nothing asked of anybody."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPServerRequest
from tornado.web import Application

from handlers.base.allowed_hosts import Hosts
from handlers.base.permissions import EVERYONE, Route, table_of
from handlers.base.security_headers import security_headers
from handlers.collect.beacon import Beacon, collecting_routes
from handlers.collect.pixel_fast_path import Lane
from handlers.serving.sockets import SERVER_LIMITS, begun, bound, drain, told_to_stop
from handlers.site.access_log import log_request
from handlers.site.not_found import NotFound
from utilities.config.settings import Settings
from utilities.http.client_address import ClientAddresses
from utilities.model.clock import Clock, utc_now
from utilities.pageviews.collection import OurOwn, our_own

log = logging.getLogger("foyer")


class Gate:
    """As much of a door as beacons need: nobody signs in here."""

    sign_in = None
    sessions = None

    def __init__(self, settings: Settings) -> None:
        self.hosts = Hosts(settings)
        self.addresses = ClientAddresses(settings.trusted_proxies)

    def client(self, request: HTTPServerRequest) -> str:
        return self.addresses.client(request.remote_ip or "", request.headers.get("X-Forwarded-For", ""))


class Nothing(NotFound):
    """There are no pages here."""

    def wants_json(self) -> bool:
        return True


class Pulse(Beacon):
    """/healthz of this process."""

    def get(self) -> None:
        own: OurOwn = self.settings["own"]
        kept = own.views.health()
        self.finish(
            {
                "status": "ok" if kept.get("answers", True) and not own.sites.fault else "degraded",
                "counted": own.collector.kept,
                "dropped": {reason.value: count for reason, count in own.counting.tally.total().items()},
                "page_views": dict(kept),
            }
        )


def make_collector(settings: Settings, own: OurOwn) -> Application:
    table = [*collecting_routes(), Route(r"/healthz", Pulse, EVERYONE, any_host=True)]
    return Application(
        [route.spec() for route in table],
        door=Gate(settings),
        own=own,
        collector=own.collector,
        access=table_of([*table, Route("", Nothing, EVERYONE)]),
        headers=security_headers(settings),
        default_handler_class=Nothing,
        log_function=log_request,
        cross_origin_protection=True,
    )


@asynccontextmanager
async def collecting(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[tuple[OurOwn, int]]:
    """Collects while inside; what it holds and the port. Raises BoardError and SettingsError."""
    async with our_own(settings, clock) as own:
        server = HTTPServer(Lane(make_collector(settings, own)), **SERVER_LIMITS)
        sockets = bound(settings)
        server.add_sockets(sockets)
        try:
            yield own, sockets[0].getsockname()[1]
        finally:
            server.stop()
            await drain(server)


async def collect(settings: Settings) -> int:
    """Collects until SIGTERM or SIGINT; the exit code."""
    over = told_to_stop()
    async with collecting(settings) as (_, port):
        log.info("Collecting at %s", settings.public_url or f"http://localhost:{port}")
        begun()
        await over.wait()
    return 0
