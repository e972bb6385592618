"""Accepts connections, and leaves file descriptors for everything else that the process opens."""

import asyncio
import errno
import logging
import os
import resource
import socket
from collections.abc import Mapping
from typing import Any

from tornado.httpserver import HTTPServer

from handlers.base.open_requests import OpenRequests
from handlers.serving.raw_answers import BAD_REQUEST_SENTENCE, CROWDED_SENTENCE, ClientStream, encode_raw_answer

log = logging.getLogger("foyer")

MAX_DESCRIPTORS = 16_384  # for connections and all else; a thousand walls need a tenth
RESERVED_DESCRIPTORS = 256  # for databases, sources and files; at most a quarter of all
PAUSE_SECONDS = 1.0  # without accepting, when the system has no descriptor left
LISTEN_BACKLOG = 1024  # walls that come back all at once after a restart
MAX_ACCEPTED_AT_ONCE = 128  # then others get their turn
NO_DESCRIPTOR_LEFT = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


def raise_descriptor_limit(wanted: int = MAX_DESCRIPTORS) -> int:
    """Raises the soft limit of open files up to `wanted`, as far as the hard limit allows; returns the soft limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted
    reachable = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < reachable:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (reachable, hard))
        except (OSError, ValueError) as error:  # macOS has a lower limit of its own
            log.warning("the limit of open files stays %d: %s", soft, error)
            return soft
    return min(wanted, max(soft, reachable))


class ConnectionAcceptor:
    """Hands new connections to the server.

    The system gives each new descriptor the lowest free number, so that the number of a new connection tells how
    many are in use. Above `max_number` the connection that has waited longest for a request is closed; when there is
    none, the new one is refused.
    """

    def __init__(
        self,
        server: HTTPServer,
        sockets: list[socket.socket],
        requests: OpenRequests,
        descriptors: int,
        headers: Mapping[str, str],
    ) -> None:
        self._bad_request = encode_raw_answer(400, BAD_REQUEST_SENTENCE, headers)
        self._refusal = encode_raw_answer(503, CROWDED_SENTENCE, {**headers, "Retry-After": "10"})
        self._server = server
        self._sockets = sockets
        self._requests = requests
        self._loop = asyncio.get_running_loop()
        self._pause: asyncio.TimerHandle | None = None
        self.max_number = descriptors - min(RESERVED_DESCRIPTORS, descriptors // 4)
        self.is_crowded = False  # since a warning was logged

    def start(self) -> None:
        """Accepts from now on."""
        self._pause = None
        for listener in self._sockets:
            self._loop.add_reader(listener.fileno(), self._accept_waiting, listener)

    def stop(self) -> None:
        """Accepts those that have connected already, and closes the listening sockets."""
        self._stop_reading()
        for listener in self._sockets:
            self._accept_waiting(listener, most=10 * LISTEN_BACKLOG)
            listener.close()
        self._sockets = []

    def _stop_reading(self) -> None:
        if self._pause is not None:
            self._pause.cancel()
        for listener in self._sockets:
            self._loop.remove_reader(listener.fileno())

    def _accept_waiting(self, listener: socket.socket, most: int = MAX_ACCEPTED_AT_ONCE) -> None:
        for _ in range(most):
            try:
                connection, address = listener.accept()
            except BlockingIOError:
                return
            except ConnectionAbortedError:
                continue
            except OSError as error:
                if error.errno not in NO_DESCRIPTOR_LEFT:
                    raise
                self._warn_once(f"{error.strerror}: no connection is accepted for a while")
                self._stop_reading()
                self._pause = self._loop.call_later(PAUSE_SECONDS, self.start)
                return
            self._take_connection(connection, address)

    def _take_connection(self, connection: socket.socket, address: Any) -> None:
        if connection.fileno() >= self.max_number:
            self._warn_once("idle connections are closed and new ones refused")
            if (moved := self._make_room(connection)) is None:
                refuse_connection(connection, self._refusal)
                return
            connection = moved
        elif self.is_crowded and connection.fileno() < self.max_number * 9 // 10:
            self.is_crowded = False
            log.info("connections are accepted as usual again")
        self._server.handle_stream(
            ClientStream(
                connection,
                bad_request=self._bad_request,
                max_buffer_size=self._server.max_buffer_size,
                read_chunk_size=self._server.read_chunk_size,
            ),
            address,
        )

    def _make_room(self, connection: socket.socket) -> socket.socket | None:
        """Closes an idle connection and returns the new one with the number that this leaves; None without any."""
        if not self._requests.close_longest_waiting():
            return None
        try:
            number = os.dup(connection.fileno())
        except OSError:
            return None
        moved = socket.socket(fileno=number)
        if number >= self.max_number:  # a thread was faster
            moved.close()
            return None
        connection.close()
        return moved

    def _warn_once(self, what: str) -> None:
        if not self.is_crowded:
            self.is_crowded = True
            log.warning(
                "nearly all file descriptors are in use (%d for connections): %s. Raise the limit of open files: "
                "`ulimit -n`, or LimitNOFILE= in systemd.",
                self.max_number,
                what,
            )


def refuse_connection(connection: socket.socket, refusal: bytes) -> None:
    """Answers without reading the request, and closes."""
    connection.setblocking(False)
    try:
        connection.send(refusal)
        connection.recv(65536)  # the system would take the answer back if anything stayed unread
    except OSError:
        pass  # it has gone, or takes nothing
    finally:
        connection.close()
