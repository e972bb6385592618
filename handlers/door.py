"""The door: all that is needed to tell who a request speaks for."""

from dataclasses import dataclass
from typing import Any

from tornado.httputil import HTTPServerRequest

from handlers.cookies import Cookies
from handlers.hosts import Hosts
from utilities.client_address import ClientAddresses, is_loopback
from utilities.clock import Clock
from utilities.errors import SettingsError
from utilities.settings import Settings

HEARSAY = ("X-Forwarded-For", "X-Real-Ip", "Forwarded")


@dataclass
class Door:
    """Held by the application; `sessions` and `provider` are None where nobody signs in."""

    settings: Settings
    clock: Clock
    hosts: Hosts
    addresses: ClientAddresses
    cookies: Cookies
    sessions: Any = None
    provider: Any = None

    def client(self, request: HTTPServerRequest) -> str:
        """The address the request really came from."""
        return self.addresses.client(request.remote_ip or "", request.headers.get("X-Forwarded-For", ""))

    def is_local(self, request: HTTPServerRequest) -> bool:
        """Whether the request was made on this very machine, and not merely handed on by a proxy that runs here."""
        if any(name in request.headers for name in HEARSAY):
            return False
        return is_loopback(request.remote_ip or "")


def local_door(settings: Settings, clock: Clock) -> Door:
    """The door of a server that listens on loopback only: whoever can knock is in."""
    if not settings.loopback_only:
        raise SettingsError("People must sign in here, so the door has to be opened with open_door().")
    return Door(settings, clock, Hosts(settings), ClientAddresses(settings.trusted_proxies), Cookies(settings, clock))
