"""The server of a collector-only process: no pages, no walls, no queries to sources."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPServerRequest
from tornado.web import Application

from handlers.base.allowed_hosts import Hosts
from handlers.base.permissions import EVERYONE, Route, table_of
from handlers.base.security_headers import security_headers
from handlers.collect.beacon import BeaconHandler, collect_routes
from handlers.collect.pixel_fast_path import PixelFastPath
from handlers.serving.sockets import SERVER_LIMITS, begun, bound, drain, told_to_stop
from handlers.site.access_log import log_request
from handlers.site.not_found import NotFound
from utilities.config.settings import Settings
from utilities.http.client_address import ClientAddresses
from utilities.model.clock import Clock, utc_now
from utilities.pageviews.collection import Collection, open_collection

log = logging.getLogger("foyer")


class CollectorAuth:
    """The parts of the authenticator that beacons need; nobody signs in here."""

    sign_in = None
    sessions = None

    def __init__(self, settings: Settings) -> None:
        self.hosts = Hosts(settings)
        self.addresses = ClientAddresses(settings.trusted_proxies)

    def client(self, request: HTTPServerRequest) -> str:
        return self.addresses.client(request.remote_ip or "", request.headers.get("X-Forwarded-For", ""))


class NoPages(NotFound):
    """Answers 404 for every other address."""

    def wants_json(self) -> bool:
        return True


class CollectorHealth(BeaconHandler):
    """Serves /healthz of this process."""

    def get(self) -> None:
        own: Collection = self.settings["own"]
        store_health = own.views.health()
        self.finish(
            {
                "status": "ok" if store_health.get("answers", True) and not own.sites.fault else "degraded",
                "counted": own.collector.stored_count,
                "dropped": {
                    reason.value: count for reason, count in own.classifier.dropped.totals_since_start().items()
                },
                "page_views": dict(store_health),
            }
        )


def make_collector_app(settings: Settings, own: Collection) -> Application:
    """Returns the application with the beacon routes and /healthz."""
    routes = [*collect_routes(), Route(r"/healthz", CollectorHealth, EVERYONE, any_host=True)]
    return Application(
        [route.spec() for route in routes],
        door=CollectorAuth(settings),
        own=own,
        collector=own.collector,
        access=table_of([*routes, Route("", NoPages, EVERYONE)]),
        headers=security_headers(settings),
        default_handler_class=NoPages,
        log_function=log_request,
        cross_origin_protection=True,
    )


@asynccontextmanager
async def serve_collector(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[tuple[Collection, int]]:
    """Serves while the context is open; yields what it collects into and the port. Raises BoardError, SettingsError."""
    async with open_collection(settings, clock) as own:
        server = HTTPServer(PixelFastPath(make_collector_app(settings, own)), **SERVER_LIMITS)
        sockets = bound(settings)
        server.add_sockets(sockets)
        try:
            yield own, sockets[0].getsockname()[1]
        finally:
            server.stop()
            await drain(server)


async def run_collector(settings: Settings) -> int:
    """Serves until SIGTERM or SIGINT; returns the exit code."""
    over = told_to_stop()
    async with serve_collector(settings) as (_, port):
        log.info("Collecting at %s", settings.public_url or f"http://localhost:{port}")
        begun()
        await over.wait()
    return 0
