"""HTTP connections of one pool thread to Google: limited in time and size, and aborted from outside at the deadline."""

import http.client
import socket
import time
from contextlib import suppress
from functools import partial
from threading import Event, Lock
from typing import Any, ClassVar

import httplib2
import socks

from utilities.model.clock import MonotonicClock
from utilities.model.outgoing_proxies import OutgoingProxies

MAX_RESPONSE_BYTES = 16 * 2**20


class Deadline:
    """The total time of one call, from when it was requested."""

    def __init__(self, seconds: float, monotonic: MonotonicClock = time.monotonic) -> None:
        self.seconds = seconds
        self.monotonic = monotonic
        self.ends_at = monotonic() + seconds
        self.is_over = Event()

    def is_abandoned(self) -> bool:
        """Whether the caller stopped waiting before the deadline."""
        return self.is_over.is_set() and self.monotonic() < self.ends_at

    def remaining_seconds(self) -> float:
        """Returns the seconds left; 0.0 after the deadline or when the caller stopped waiting."""
        return 0.0 if self.is_over.is_set() else max(self.ends_at - self.monotonic(), 0.0)


class ResponseTooLarge(httplib2.HttpLib2Error):  # type: ignore[misc]
    """A response is longer than MAX_RESPONSE_BYTES."""


class BoundedResponse(http.client.HTTPResponse):
    """A response that is read completely, up to MAX_RESPONSE_BYTES bytes."""

    def read(self, amt: int | None = None) -> bytes:
        """Reads the body; raises IncompleteRead when it ends too early, ResponseTooLarge when it is too long."""
        if amt is not None:
            return super().read(amt)
        body = super().read(MAX_RESPONSE_BYTES + 1)
        if len(body) > MAX_RESPONSE_BYTES:
            raise ResponseTooLarge(f"a response of more than {MAX_RESPONSE_BYTES} bytes")
        if self.length:  # read(amt) accepts a body that is too short; `length` is the number of missing bytes
            raise http.client.IncompleteRead(body, self.length)
        return body


class BoundedConnection:
    """Base of both connection types: it gets its timeout from its owner before it connects."""

    owner: ClassVar["Connections"]
    response_class = BoundedResponse
    timeout: float
    sock: socket.socket | None

    def connect(self) -> None:
        self.timeout = self.owner.connect_timeout()
        super().connect()  # type: ignore[misc]
        self.owner.record_connected(self)

    def close(self) -> None:
        super().close()  # type: ignore[misc]


class PlainConnection(BoundedConnection, httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]
    """HTTP, to a loopback server in tests and demos."""


class SecureConnection(BoundedConnection, httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]
    """HTTPS, to Google."""


class Connections(httplib2.Http):  # type: ignore[misc]
    """Connections of one pool thread; only `abort_call` may be called from another thread.

    httplib2's own timeout is for one socket operation. Against a server that sends byte by byte, `abort_call` shuts
    the sockets down while the thread waits.
    """

    def __init__(self, timeout: float, proxies: OutgoingProxies | None = None) -> None:
        super().__init__(timeout=timeout, proxy_info=partial(RuleProxyInfo, proxies or OutgoingProxies()))
        self.follow_redirects = False  # a redirect would send the bearer token to another server
        self.deadline = Deadline(timeout)
        self.lock = Lock()  # guards the change of deadline, so that `abort_call` never ends the wrong call
        self.connected = False
        self.connection_types = {
            "http": type("Plain", (PlainConnection,), {"owner": self}),
            "https": type("Secure", (SecureConnection,), {"owner": self}),
        }

    def set_deadline(self, deadline: Deadline) -> None:
        """Sets the deadline of the thread's next call."""
        with self.lock:
            self.deadline = deadline

    def request(self, uri: str, *args: Any, **named: Any) -> Any:
        """Sends one HTTP request; raises what httplib2 raises."""
        self.connected = False
        for connection in self.connections.values():  # an open connection still has the timeout of an earlier call
            if connection.sock is not None:
                connection.sock.settimeout(min(self.timeout, max(self.deadline.remaining_seconds(), 0.001)))
        named["connection_type"] = self.connection_types[uri.partition(":")[0]]
        return super().request(uri, *args, **named)

    def connect_timeout(self) -> float:
        """Returns the timeout for a new connection in seconds; raises when this request must not make one."""
        left = self.deadline.remaining_seconds()
        if left <= 0:
            raise TimeoutError("the deadline is over")
        if self.connected:
            # httplib2 sends a POST again when a new connection closes without a response; every request costs quota.
            raise ConnectionResetError("closed without an answer")
        return min(float(self.timeout), left)

    def record_connected(self, connection: BoundedConnection) -> None:
        """Records a new connection, and closes it when the call was aborted meanwhile."""
        self.connected = True
        if self.deadline.is_over.is_set() and connection.sock:  # abort_call() had no socket
            connection.sock.close()
            connection.sock = None
            raise TimeoutError("the deadline is over")

    def abort_call(self, deadline: Deadline) -> None:
        """Ends the call with this deadline, whatever its thread waits for. May be called from any thread."""
        with self.lock:
            if self.deadline is deadline:
                for connection in list(self.connections.values()):
                    if connection.sock is not None:
                        shut_down_socket(connection.sock)


def shut_down_socket(sock: socket.socket) -> None:
    """Ends all reads and writes on a socket that another thread may be using."""
    with suppress(OSError):  # it is closed already
        # Not sock.shutdown: SSLSocket's would remove the TLS state that the other thread is reading with.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


class RuleProxyInfo(httplib2.ProxyInfo):  # type: ignore[misc]
    """A proxy of httplib2 for the hosts that are reached through it."""

    def __init__(self, proxies: OutgoingProxies, scheme: str) -> None:
        self.proxies = proxies
        self.scheme = scheme
        proxy = proxies.proxy_for(scheme, "")
        host, port = (proxy.host, proxy.port) if proxy else ("", 0)
        user, password = (proxy.user, proxy.password) if proxy else ("", "")
        super().__init__(
            socks.PROXY_TYPE_HTTP, host, port, proxy_rdns=True, proxy_user=user or None, proxy_pass=password or None
        )

    def applies_to(self, hostname: str) -> bool:
        """Whether requests to this host go through the proxy; httplib2 calls it."""
        return self.proxies.proxy_for(self.scheme, hostname) is not None
