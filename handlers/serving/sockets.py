"""Listening on a port, and stopping cleanly on a signal."""

import asyncio
import atexit
import errno
import gc
import logging
import signal
import socket
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from utilities.config.settings import Settings
from utilities.model.errors import SettingsError

log = logging.getLogger("foyer")

SERVER_LIMITS: dict[str, Any] = {
    "max_body_size": 1024 * 1024,
    "max_header_size": 32 * 1024,
    "idle_connection_timeout": 75.0,  # longer than the usual proxy keeps a connection, so it never races one of ours
    "body_timeout": 20.0,
    "xheaders": False,  # utilities/http/client_address.py does it, for proxies we know
}
"""What HTTPServer is handed; Tornado's own limits are an hour, 100 MB and never."""

DRAIN_SECONDS = 5.0  # seconds for requests in progress when the server stops
LISTEN_BACKLOG = 1024  # walls that come back all at once after a restart


def bind_port(settings: Settings) -> list[socket.socket]:
    """Opens the sockets of BIND and PORT; raises SettingsError that names the setting to change."""
    try:
        return bind_sockets(settings.port, settings.bind_address, backlog=LISTEN_BACKLOG)
    except OSError as error:
        name = "PORT" if error.errno in (errno.EADDRINUSE, errno.EACCES) else "BIND"
        where = f"{settings.bind_address}, port {settings.port}"
        raise SettingsError(f"Foyer cannot listen on {where}: {error.strerror}. Set another {name}.") from error


async def drain_connections(server: HTTPServer) -> None:
    """Lets answers that are under way end, but not for ever."""
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            await server.close_all_connections()
    except TimeoutError:
        log.warning("some connections did not end within %g seconds", DRAIN_SECONDS)


def freeze_gc() -> None:
    """What there is at the start stays: the garbage collector need not look through it, which takes it 90 ms each time
    and nobody is answered meanwhile."""
    gc.freeze()
    gc.enable()
    atexit.register(gc.unfreeze)  # DuckDB's binding would write all remaining objects to stderr at the end


def install_signal_handlers() -> asyncio.Event:
    """Returns an event that SIGTERM and SIGINT set; a second signal ends the process at once."""
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, _handle_signal, over)
    return over


def _handle_signal(over: asyncio.Event) -> None:
    if over.is_set():
        raise SystemExit(1)
    over.set()
