"""Serving: from settings to a listening server, and from SIGTERM to a quiet end."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

from tornado.httpserver import HTTPServer

from handlers.base.authenticator import open_door
from handlers.collect.pixel_fast_path import PixelFastPath
from handlers.serving.routes import SERVER_LIMITS, make_app
from handlers.serving.sockets import begun, bound, drain, told_to_stop
from utilities.config.settings import Settings
from utilities.model.clock import Clock, utc_now
from utilities.services import Services, opened

log = logging.getLogger("foyer")

Beside = Callable[[Services, str], Coroutine[None, None, None]]
"""What runs along with the server, knowing its services and its address."""


@asynccontextmanager
async def serving(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[tuple[Services, int]]:
    """Listens while inside; the services and the port. Raises as `opened` does, and SettingsError without a port."""
    async with opened(settings, clock) as services:
        sockets = bound(settings)
        door = await open_door(settings, clock, services.state, services.upstream)
        server = HTTPServer(PixelFastPath(make_app(services, door)), **SERVER_LIMITS)
        await services.refresher.start()
        services.walls.start()
        server.add_sockets(sockets)
        try:
            yield services, sockets[0].getsockname()[1]
        finally:
            server.stop()
            await services.walls.stop()
            await services.refresher.stop()
            await drain(server)
            await door.close()


async def serve(settings: Settings, beside: Beside | None = None) -> int:
    """Serves until SIGTERM or SIGINT; the exit code. A second signal ends at once. `beside` runs along with it."""
    over = told_to_stop()
    async with serving(settings) as (services, port):
        announce(services, port)
        running = asyncio.create_task(beside(services, address_of(settings, port))) if beside else None
        if running:
            running.add_done_callback(tell_why)
        begun()
        await over.wait()
        log.info("stopping")
        if running:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    return 0


def tell_why(ended: asyncio.Task[None]) -> None:
    """What runs along may fail; the server goes on."""
    if not ended.cancelled() and (error := ended.exception()):
        log.error("what runs beside the server has ended: %s", error, exc_info=error)


def address_of(settings: Settings, port: int) -> str:
    """Where this machine finds the server."""
    host = settings.bind_address
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def announce(services: Services, port: int) -> None:
    settings = services.settings
    if settings.demo:
        log.info("Demo: every figure comes from the pretend internet on this machine.")
    if settings.loopback_only:
        log.info("Nobody signs in, so only this machine may look. Set GOOGLE_CLIENT_ID to open Foyer to your company.")
    log.info("Foyer is at %s", settings.public_url or f"http://localhost:{port}")
