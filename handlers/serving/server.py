"""The server: from settings to a listening port, and a clean stop at SIGTERM."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

from tornado.httpserver import HTTPServer

from handlers.base.authenticator import open_authenticator
from handlers.collect.pixel_fast_path import PixelFastPath
from handlers.serving.routes import make_application
from handlers.serving.sockets import SERVER_LIMITS, bind_port, drain_connections, freeze_gc, install_signal_handlers
from utilities.config.settings import Settings
from utilities.model.clock import Clock, utc_now
from utilities.services import Services, open_services

log = logging.getLogger("foyer")

BackgroundTask = Callable[[Services, str], Coroutine[None, None, None]]
"""What runs along with the server, knowing its services and its address."""


@asynccontextmanager
async def run_server(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[tuple[Services, int]]:
    """Listens while inside; the services and the port. Raises as `opened` does, and SettingsError without a port."""
    async with open_services(settings, clock) as services:
        sockets = bind_port(settings)
        authenticator = await open_authenticator(settings, clock, services.database, services.http_client)
        server = HTTPServer(PixelFastPath(make_application(services, authenticator)), **SERVER_LIMITS)
        await services.refresher.start()
        services.walls.start()
        server.add_sockets(sockets)
        try:
            yield services, sockets[0].getsockname()[1]
        finally:
            server.stop()
            await services.walls.stop()
            await services.refresher.stop()
            await drain_connections(server)
            await authenticator.close()


async def serve_until_stopped(settings: Settings, background: BackgroundTask | None = None) -> int:
    """Serves until SIGTERM or SIGINT, with `background`; returns the exit code. A second signal ends at once."""
    over = install_signal_handlers()
    async with run_server(settings) as (services, port):
        log_address(services, port)
        running = asyncio.create_task(background(services, local_address(settings, port))) if background else None
        if running:
            running.add_done_callback(log_outcome)
        freeze_gc()
        await over.wait()
        log.info("stopping")
        if running:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    return 0


def log_outcome(ended: asyncio.Task[None]) -> None:
    """Logs the error of a background task; the server continues."""
    if not ended.cancelled() and (error := ended.exception()):
        log.error("a background task of the server failed: %s", error, exc_info=error)


def local_address(settings: Settings, port: int) -> str:
    """Returns the server's URL on this machine."""
    host = settings.bind_address
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def log_address(services: Services, port: int) -> None:
    settings = services.settings
    if settings.demo:
        log.info("Demo: all figures come from simulated services on this machine.")
    if settings.loopback_only:
        log.info("Without sign-in, only this machine can connect. Set GOOGLE_CLIENT_ID to open Foyer to your company.")
    log.info("Foyer is at %s", settings.public_url or f"http://localhost:{port}")
