"""One pool thread's connections to Google: bounded in time and size, and ended from outside when time is up."""

import http.client
import socket
from contextlib import suppress
from threading import Event, Lock
from time import monotonic
from typing import Any, ClassVar

import httplib2

LONGEST_ANSWER = 16 * 2**20  # bytes; a wall asks for a few rows
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Deadline:
    """The time one call may take in all, from the moment it was asked."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.ends = monotonic() + seconds
        self.over = Event()

    def given_up(self) -> bool:
        """Whether the caller has left before the time was up."""
        return self.over.is_set() and monotonic() < self.ends

    def remaining(self) -> float:
        """Seconds left; 0.0 when time is up or the caller has left."""
        return 0.0 if self.over.is_set() else max(self.ends - monotonic(), 0.0)


class TooLong(httplib2.HttpLib2Error):  # type: ignore[misc]
    """Nobody asked for so much."""


class BoundedAnswer(http.client.HTTPResponse):
    """An answer that is read whole, up to LONGEST_ANSWER bytes."""

    def read(self, amt: int | None = None) -> bytes:
        """Raises IncompleteRead when it was cut short, TooLong when it is that."""
        if amt is not None:
            return super().read(amt)
        body = super().read(LONGEST_ANSWER + 1)
        if len(body) > LONGEST_ANSWER:
            raise TooLong(f"an answer of more than {LONGEST_ANSWER} bytes")
        if self.length:  # read(amt) takes a short body for a whole one; `length` is what was promised and never came
            raise http.client.IncompleteRead(body, self.length)
        return body


class BoundedConnection:
    """What both kinds of connection share: they ask their owner before they connect."""

    owner: ClassVar["Connections"]
    response_class = BoundedAnswer
    timeout: float
    sock: socket.socket | None

    def connect(self) -> None:
        self.timeout = self.owner.may_connect()
        super().connect()  # type: ignore[misc]
        self.owner.has_connected(self)

    def close(self) -> None:
        super().close()  # type: ignore[misc]


class PlainConnection(BoundedConnection, httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]
    """To a loopback server in tests and demos."""


class SecureConnection(BoundedConnection, httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]
    """To Google."""


class Connections(httplib2.Http):  # type: ignore[misc]
    """Belongs to one pool thread; only `cut` may be called from another.

    httplib2's own timeout is for one socket operation. A server that drips is stopped by `cut`, which shuts the
    sockets down under the waiting thread.
    """

    def __init__(self, timeout: float) -> None:
        super().__init__(timeout=timeout, proxy_info=proxy)
        self.follow_redirects = False  # a redirect would carry the bearer token to a stranger
        self.deadline = Deadline(timeout)
        self.lock = Lock()  # guards the change from one call to the next, so that `cut` never hits the wrong one
        self.connected = False
        self.kinds = {
            "http": type("Plain", (PlainConnection,), {"owner": self}),
            "https": type("Secure", (SecureConnection,), {"owner": self}),
        }

    def begin(self, deadline: Deadline) -> None:
        """The thread takes up another call."""
        with self.lock:
            self.deadline = deadline

    def request(self, uri: str, *args: Any, **named: Any) -> Any:
        """One HTTP request; raises what httplib2 raises."""
        self.connected = False
        for connection in self.connections.values():  # one kept alive still has what was left of an earlier deadline
            if connection.sock is not None:
                connection.sock.settimeout(min(self.timeout, max(self.deadline.remaining(), 0.001)))
        named["connection_type"] = self.kinds[uri.partition(":")[0]]
        return super().request(uri, *args, **named)

    def may_connect(self) -> float:
        """The timeout for the new connection, seconds; raises when this request must not make one."""
        left = self.deadline.remaining()
        if left <= 0:
            raise TimeoutError("the deadline is over")
        if self.connected:
            # httplib2 sends a POST again when a fresh connection closes without an answer; every hit costs quota.
            raise ConnectionResetError("closed without an answer")
        return min(float(self.timeout), left)

    def has_connected(self, connection: BoundedConnection) -> None:
        self.connected = True
        if self.deadline.over.is_set() and connection.sock:  # cut() came while there was no socket to shut down
            connection.sock.close()
            connection.sock = None
            raise TimeoutError("the deadline is over")

    def cut(self, deadline: Deadline) -> None:
        """Ends the call with this deadline, whatever its thread is waiting for; may be called from any thread."""
        with self.lock:
            if self.deadline is deadline:
                for connection in list(self.connections.values()):
                    if connection.sock is not None:
                        shut(connection.sock)

    def forget(self) -> None:
        """Closes the connections, so that nothing of a failed exchange is read by the next one."""
        self.close()


def shut(sock: socket.socket) -> None:
    with suppress(OSError):  # it is closed already
        # Not sock.shutdown: SSLSocket's would take its TLS state away under the thread that is reading.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def proxy(scheme: str) -> httplib2.ProxyInfo | None:
    """The proxy of the environment, as httplib2 reads it, but never for loopback."""
    info = httplib2.proxy_info_from_environment(scheme)
    if info is not None and info.bypass_hosts is not httplib2.AllHosts:
        info.bypass_hosts = (*info.bypass_hosts, *LOOPBACK)
    return info
