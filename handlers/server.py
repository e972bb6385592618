"""Serving: from settings to a listening server, and from SIGTERM to a quiet end."""

import asyncio
import errno
import logging
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from handlers import SERVER_LIMITS, make_app, open_door
from utilities.clock import Clock, utc_now
from utilities.errors import SettingsError
from utilities.services import Services, opened
from utilities.settings import Settings

log = logging.getLogger("foyer")

DRAIN = 5.0  # seconds for answers that are under way when we are told to stop
BACKLOG = 1024  # walls that come back all at once after a restart


@asynccontextmanager
async def serving(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[tuple[Services, int]]:
    """Listens while inside; the services and the port. Raises as `opened` does, and SettingsError without a port."""
    async with opened(settings, clock) as services:
        sockets = listening(settings)
        door = None
        if services.state is not None and services.upstream is not None:
            door = await open_door(settings, clock, services.state, services.upstream)
        server = HTTPServer(make_app(services, door), **SERVER_LIMITS)
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
            if door is not None:
                await door.close()


def listening(settings: Settings) -> list[socket.socket]:
    """The sockets of BIND and PORT; raises SettingsError with the one to mend."""
    try:
        return bind_sockets(settings.port, settings.bind_address, backlog=BACKLOG)
    except OSError as error:
        name = "PORT" if error.errno in (errno.EADDRINUSE, errno.EACCES) else "BIND"
        where = f"{settings.bind_address}, port {settings.port}"
        raise SettingsError(f"Foyer cannot listen on {where}: {error.strerror}. Set another {name}.") from error


async def drain(server: HTTPServer) -> None:
    """Lets answers that are under way end, but not for ever."""
    try:
        async with asyncio.timeout(DRAIN):
            await server.close_all_connections()
    except TimeoutError:
        log.warning("some connections did not end within %g seconds", DRAIN)


async def serve(settings: Settings) -> int:
    """Serves until SIGTERM or SIGINT; the exit code. A second signal ends at once."""
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, over)
    async with serving(settings) as (services, port):
        announce(services, port)
        await over.wait()
        log.info("stopping")
    return 0


def stop(over: asyncio.Event) -> None:
    if over.is_set():
        raise SystemExit(1)
    over.set()


def announce(services: Services, port: int) -> None:
    settings = services.settings
    if settings.demo:
        log.info("Demo: every figure comes from the pretend internet on this machine.")
    if settings.loopback_only:
        log.info("Nobody signs in, so only this machine may look. Set GOOGLE_CLIENT_ID to open Foyer to your company.")
    log.info("Foyer is at %s", settings.public_url or f"http://localhost:{port}")
