"""The door: all that is needed to tell who a request speaks for."""

import asyncio
import logging
import secrets
from dataclasses import dataclass

from tornado.httputil import HTTPServerRequest

from handlers.base.allowed_hosts import Hosts
from handlers.base.cookies import Cookies
from utilities.accounts.database.connection import State
from utilities.accounts.database.links import Links
from utilities.accounts.database.sessions import Sessions
from utilities.accounts.database.tokens import Tokens
from utilities.accounts.signin.attempt_limiter import Most, Pace
from utilities.accounts.signin.issuer import Issuer, Registration
from utilities.accounts.signin.issuer_client import Client
from utilities.config.settings import Settings
from utilities.http.client_address import ClientAddresses, is_loopback
from utilities.model.clock import Clock
from utilities.model.errors import SettingsError, StateDown

log = logging.getLogger("foyer.door")

CALLBACK = "/login/callback"
BETWEEN_LOOKS = 4.0  # seconds between two looks for sessions that ended in another process
ASKING = Most(from_one=600, from_all=6000)  # requests in a minute, by one token and by all
HEARSAY = ("X-Forwarded-For", "X-Real-Ip", "Forwarded")


@dataclass(frozen=True)
class SignIn:
    """What there is where people sign in."""

    issuer: Issuer
    sessions: Sessions
    pace: Pace

    async def keep_looking(self) -> None:
        """Ends the streams of sessions that have ended elsewhere; runs until cancelled."""
        while True:
            await asyncio.sleep(BETWEEN_LOOKS)
            try:
                await self.sessions.look()
            except StateDown as error:
                log.warning("cannot tell whose session has ended: %s", error)


@dataclass(frozen=True)
class Programs:
    """What there is for programs to come in with."""

    tokens: Tokens
    links: Links
    pace: Pace


class Door:
    """Held by the application; `sign_in` is None where nobody signs in, and whoever can knock is in.

    `programs` is None only in tests without a state database.
    """

    def __init__(
        self, settings: Settings, clock: Clock, sign_in: SignIn | None = None, programs: Programs | None = None
    ) -> None:
        if sign_in is None and not settings.loopback_only:
            raise SettingsError("People must sign in here, so the door has to be opened with open_door().")
        self.clock = clock
        self.sign_in = sign_in
        self.programs = programs
        self.hosts = Hosts(settings)
        self.addresses = ClientAddresses(settings.trusted_proxies)
        self.cookies = Cookies(settings, clock)
        self.watch = asyncio.create_task(sign_in.keep_looking()) if sign_in else None

    @property
    def sessions(self) -> Sessions | None:
        return self.sign_in.sessions if self.sign_in else None

    def client(self, request: HTTPServerRequest) -> str:
        """The address the request really came from."""
        return self.addresses.client(request.remote_ip or "", request.headers.get("X-Forwarded-For", ""))

    def is_local(self, request: HTTPServerRequest) -> bool:
        """Whether the request was made on this very machine, and not merely handed on by a proxy that runs here."""
        if any(name in request.headers for name in HEARSAY):
            return False
        return is_loopback(request.remote_ip or "")

    async def close(self) -> None:
        if self.watch is not None:
            self.watch.cancel()
            await asyncio.gather(self.watch, return_exceptions=True)
        for kept in (self.sign_in, self.programs):
            if kept is not None:
                await kept.pace.close()


def link_keys(settings: Settings) -> list[bytes]:
    """What links are signed with, the newest first; without sign-in a key of this process, for nobody else can come."""
    return [key.encode() for key in settings.signing_keys()] or [secrets.token_bytes(32)]


async def open_door(
    settings: Settings,
    clock: Clock,
    state: State | None,
    client: Client | None,
    *,
    most: Most | None = None,
    asking: Most = ASKING,
) -> Door:
    """The door as the settings want it: with sign-in when GOOGLE_CLIENT_ID is set. `client` calls the issuer."""
    redis_url = settings.redis_url.get_secret_value()
    programs = (
        Programs(Tokens(state, clock), Links(state, clock, link_keys(settings)), Pace(redis_url, asking, "token"))
        if state
        else None
    )
    if settings.loopback_only or state is None or client is None:
        return Door(settings, clock, programs=programs)
    registration = Registration(
        settings.oidc_issuer,
        settings.google_client_id,
        settings.google_client_secret.get_secret_value(),
        settings.address + CALLBACK,
        settings.allowed_domains,
    )
    if not registration.domains:
        raise SettingsError("ALLOWED_DOMAINS is empty, which would let nobody in.")
    sign_in = SignIn(Issuer(registration, client, clock), Sessions(state, clock), Pace(redis_url, most))
    return Door(settings, clock, sign_in, programs)
