"""The server of a collector-only process: no pages, no walls, no queries to sources."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tornado.httputil import HTTPServerRequest
from tornado.web import Application

from handlers.base.allowed_hosts import AllowedHosts
from handlers.base.open_requests import OpenRequests
from handlers.base.permissions import ANYONE, Route, build_access_table
from handlers.base.security_headers import security_headers
from handlers.collect.beacon import BeaconHandler, collect_routes
from handlers.collect.pixel_fast_path import PixelFastPath
from handlers.serving.sockets import PortServer, bind_port, public_address
from handlers.serving.stop_signals import StopSignals
from handlers.site.access_log import log_request
from handlers.site.browser_files import RobotsFile
from handlers.site.not_found import NotFound
from utilities.config.settings import Settings
from utilities.http.client_address import ClientAddresses
from utilities.model.clock import Clock, utc_now
from utilities.pageviews.collection import Collection, open_collection
from utilities.runtime.idle_garbage import collect_garbage_when_idle

log = logging.getLogger("foyer")


class CollectorAuth:
    """The parts of the authenticator that beacons need; nobody signs in here."""

    sign_in = None
    sessions = None

    def __init__(self, settings: Settings) -> None:
        self.hosts = AllowedHosts(settings)
        self.addresses = ClientAddresses(settings.trusted_proxies)

    def client_address(self, request: HTTPServerRequest) -> str:
        return self.addresses.client_address(request.remote_ip or "", request.headers.get("X-Forwarded-For", ""))

    def refusal(self, request: HTTPServerRequest) -> str:
        """Returns '': this server has nothing that only this machine may see."""
        return ""


class NoPages(NotFound):
    """Answers 404 for every other address."""

    def wants_problem(self) -> bool:
        return True


class CollectorHealth(BeaconHandler):
    """Serves /healthz of this process."""

    def get(self) -> None:
        own: Collection = self.settings["own"]
        store_health, warnings = own.views.health(), own.collector.warnings()
        is_well = store_health.get("answers", True) and not own.sites.fault and not warnings
        self.finish(
            {
                "status": "ok" if is_well else "degraded",
                "counted": own.collector.stored_count,
                "dropped": {
                    reason.value: count for reason, count in own.classifier.dropped.totals_since_start().items()
                },
                "page_views": dict(store_health),
                "warnings": warnings,
            }
        )


def make_collector_app(settings: Settings, own: Collection) -> Application:
    """Returns the application with the beacon routes and /healthz."""
    routes = [
        *collect_routes(),
        Route(r"/healthz", CollectorHealth, ANYONE, any_host=True),
        Route(r"/robots\.txt", RobotsFile, ANYONE),
    ]
    return Application(
        [route.url_spec for route in routes],
        authenticator=CollectorAuth(settings),
        own=own,
        collector=own.collector,
        access=build_access_table([*routes, Route("", NoPages, ANYONE)]),
        headers=security_headers(settings),
        default_handler_class=NoPages,
        log_function=log_request,
        cross_origin_protection=True,
    )


@asynccontextmanager
async def open_collector(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[tuple[Collection, PortServer]]:
    """Serves while the context is open, and lets answers end. Raises BoardError and SettingsError."""
    async with open_collection(settings, clock) as own:
        requests = OpenRequests()
        http = PortServer(
            PixelFastPath(make_collector_app(settings, own), requests),
            requests,
            bind_port(settings),
            security_headers(settings),
        )
        http.start()
        try:
            yield own, http
        finally:
            await http.finish_requests()
            await http.close()


@asynccontextmanager
async def serve_collector(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[tuple[Collection, int]]:
    """Serves while the context is open; yields what it collects into and the port."""
    async with open_collector(settings, clock) as (own, http):
        yield own, http.port


async def run_collector(settings: Settings) -> int:
    """Serves until a signal; returns the exit code. A second signal ends the process at once."""
    with StopSignals() as signals:
        try:
            async with open_collector(settings) as (_, http):
                signals.start_ended()
                log.info("Collecting at %s", public_address(settings, http.port))
                async with collect_garbage_when_idle(http.is_idle):
                    await signals.stopped.wait()
                log.info("stopping")
                await http.announce_stop()
        except asyncio.CancelledError:
            if not signals.stopped.is_set():
                raise
            log.info("stopped before it was ready")
    return 0
