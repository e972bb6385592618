"""Listening on a port, and stopping without cutting an answer."""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable, Mapping
from typing import Any, cast

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPServerConnectionDelegate
from tornado.netutil import bind_sockets

from handlers.base.open_requests import OpenRequests
from handlers.serving.accepting import LISTEN_BACKLOG, ConnectionAcceptor, raise_descriptor_limit
from utilities.config.inherited_sockets import take_inherited_sockets
from utilities.config.settings import Settings
from utilities.config.validators import is_this_machine
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
LINGER_SECONDS = 1.0  # in which idle connections may send one more request, which says `Connection: close`
POLL_SECONDS = 0.01


def bind_port(settings: Settings) -> list[socket.socket]:
    """Returns the sockets that were handed over, or opens those of BIND and PORT; raises SettingsError."""
    if inherited := take_inherited_sockets():
        check_reach(inherited, settings)
        return inherited
    try:
        return bind_sockets(settings.port, settings.bind_address, backlog=LISTEN_BACKLOG)
    except OSError as error:
        name = "PORT" if error.errno in (errno.EADDRINUSE, errno.EACCES) else "BIND"
        where = f"the address of BIND, port {settings.port}" if settings.bind else f"port {settings.port}"
        raise SettingsError(f"Foyer cannot listen on {where}: {error.strerror}. Set another {name}.") from None


def check_reach(sockets: list[socket.socket], settings: Settings) -> None:
    """Raises SettingsError when other machines could connect though nobody signs in."""
    is_open = any(not is_this_machine(each.getsockname()[0]) for each in sockets)
    if is_open and is_this_machine(settings.bind_address):
        raise SettingsError(
            "The socket of LISTEN_FDS is open to other machines, but nobody signs in: let it listen on 127.0.0.1, or "
            "set GOOGLE_CLIENT_ID."
        )


def public_address(settings: Settings, port: int) -> str:
    """Returns where Foyer is, for the log."""
    return f"PUBLIC_URL, which must lead to port {port}" if settings.public_url else f"http://localhost:{port}"


class ClosingHTTPServer(HTTPServer):
    """Tells its delegate which connections have closed, or become the stream of a wall; Tornado's own does not."""

    def on_close(self, server_conn: object) -> None:
        super().on_close(server_conn)
        cast(HTTPServerConnectionDelegate, self.request_callback).on_close(server_conn)


class PortServer:
    """Serves on the port from `start` to `close`. `port` is the number of the first socket."""

    def __init__(
        self,
        delegate: HTTPServerConnectionDelegate,
        requests: OpenRequests,
        sockets: list[socket.socket],
        headers: Mapping[str, str],
    ) -> None:
        """`headers` are those of every answer, also of one to what is no request."""
        self.port: int = sockets[0].getsockname()[1]
        self._requests = requests
        self._server = ClosingHTTPServer(delegate, **SERVER_LIMITS)
        self._acceptor = ConnectionAcceptor(self._server, sockets, requests, raise_descriptor_limit(), headers)
        self._idle: set[object] | None = None  # the connections that waited already when the stop was announced

    def is_idle(self) -> bool:
        """Whether no request waits for its answer."""
        return not self._requests.active

    def start(self) -> None:
        """Accepts connections from now on."""
        self._acceptor.start()

    async def announce_stop(self) -> None:
        """Serves on for a moment, and ends each connection with an answer that says so.

        A proxy that keeps connections would otherwise send a request into one that closes.
        """
        self._server.conn_params.no_keep_alive = True
        self._requests.announce_stop()
        self._idle = set(self._requests.waiting)
        await self._wait_while(lambda: bool(self._requests.waiting), LINGER_SECONDS)

    async def finish_requests(self) -> None:
        """Accepts what has connected, closes the port, and waits for all answers; at last it answers 503.

        A connection that came during the stop has a moment to send its request: its client may be slow.
        """
        self._server.conn_params.no_keep_alive = True
        self._requests.announce_stop()
        idle = set(self._requests.waiting) if self._idle is None else self._idle
        self._acceptor.stop()
        await asyncio.sleep(POLL_SECONDS)  # what has been sent already is read
        await self._wait_while(
            lambda: bool(self._requests.active or self._requests.waiting.keys() - idle), LINGER_SECONDS
        )
        if not await self._wait_while(lambda: bool(self._requests.active), DRAIN_SECONDS - LINGER_SECONDS):
            count = self._requests.refuse_active()
            log.warning("%d requests were not answered within %g seconds", count, DRAIN_SECONDS)

    async def close(self) -> None:
        """Closes every connection."""
        await self._server.close_all_connections()

    async def _wait_while(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Returns True as soon as it does not hold any more, False after some seconds."""
        try:
            async with asyncio.timeout(seconds):
                while holds():  # noqa: ASYNC110 (polls)
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            return False
        return True
