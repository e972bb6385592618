"""Authentication: everything that decides who a request speaks for."""

import logging
import secrets
from dataclasses import dataclass

from tornado.httputil import HTTPServerRequest

from handlers.base.allowed_hosts import AllowedHosts
from handlers.base.cookies import Cookies
from handlers.base.local_only import local_only_refusal
from handlers.screens.waiting import WaitingScreens
from utilities.accounts.admission import Admission, sign_in_id
from utilities.accounts.database.connection import StateDatabase
from utilities.accounts.database.links import ShareLinks
from utilities.accounts.database.makers import adopt_unmarked_rows
from utilities.accounts.database.sessions import Sessions
from utilities.accounts.database.tokens import TokenStore
from utilities.accounts.signin.attempt_limiter import AttemptLimiter, AttemptLimits
from utilities.accounts.signin.issuer import ClientRegistration, Issuer
from utilities.accounts.signin.issuer_client import IssuerHttpClient
from utilities.broadcast.screen_fleet import ScreenFleet
from utilities.config.settings import Settings
from utilities.http.client_address import ClientAddresses
from utilities.model.clock import Clock
from utilities.model.errors import SettingsError, StateDown
from utilities.runtime.supervised_loop import SupervisedLoop
from utilities.screens.beats import BeatStore
from utilities.screens.registry import ScreenRegistry
from utilities.screens.requests import PairingRequests

log = logging.getLogger("foyer.authenticator")

CALLBACK_PATH = "/login/callback"
SESSION_POLL_SECONDS = 2.0  # a wall says within five seconds that its session is over
VISIT_LIMITS = AttemptLimits(per_client=1_200, in_total=6_000)  # a hundred televisions that poll
CODE_LIMITS = AttemptLimits(per_client=60, in_total=600)  # codes of televisions
TOKEN_LIMITS = AttemptLimits(per_client=600, in_total=6000)


@dataclass(frozen=True)
class SignIn:
    """What people sign in with: the issuer, their sessions and a rate limit."""

    issuer: Issuer
    sessions: Sessions
    limiter: AttemptLimiter

    async def check_ended_sessions(self) -> None:
        """Ends the streams of sessions that another process has ended."""
        try:
            await self.sessions.end_expired_streams()
        except StateDown as error:
            log.debug("cannot check which sessions have ended: %s", error)  # the database logs its outages


@dataclass(frozen=True)
class ApiClients:
    """What programs authenticate with: tokens and share links, and a rate limit."""

    tokens: TokenStore
    links: ShareLinks
    limiter: AttemptLimiter


@dataclass(frozen=True)
class PairedScreens:
    """What televisions are paired with: the registry, the codes that they show, and rate limits for strangers."""

    registry: ScreenRegistry
    requests: PairingRequests
    waiting: WaitingScreens
    beats: BeatStore
    limiter: AttemptLimiter  # of new codes
    visits: AttemptLimiter  # of requests without a credential, in this process

    async def close(self) -> None:
        """Ends the streams of televisions that wait."""
        await self.waiting.close()
        await self.limiter.close()


class Authenticator:
    """Held by the application. `sign_in` is None where nobody signs in: then every local request is allowed."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        api_clients: ApiClients,
        screens: PairedScreens,
        sign_in: SignIn | None = None,
    ) -> None:
        if sign_in is None and settings.has_sign_in:
            raise SettingsError("GOOGLE_CLIENT_ID is set, so people must sign in: use open_authenticator().")
        self.clock = clock
        self.sign_in = sign_in
        self.api_clients = api_clients
        self.screens = screens
        self.hosts = AllowedHosts(settings)
        self.is_public_demo = settings.public_demo
        self.tokens_without_sign_in = settings.tokens_without_sign_in and not settings.public_demo
        self.addresses = ClientAddresses(settings.trusted_proxies)
        self.cookies = Cookies(settings, clock)
        self.session_poll = (
            SupervisedLoop.every(SESSION_POLL_SECONDS, "sessions: poll", sign_in.check_ended_sessions)
            if sign_in
            else None
        )

    @property
    def sessions(self) -> Sessions | None:
        """Returns the sessions; None where nobody signs in."""
        return self.sign_in.sessions if self.sign_in else None

    def client_address(self, request: HTTPServerRequest) -> str:
        """Returns the address of the client, also behind a trusted proxy."""
        return self.addresses.client_address(request.remote_ip or "", request.headers.get("X-Forwarded-For", ""))

    @property
    def can_make_tokens(self) -> bool:
        """Whether people can make tokens: always with sign-in, and without it when TOKENS_WITHOUT_SIGN_IN is set."""
        return self.sign_in is not None or self.tokens_without_sign_in

    def refusal(self, request: HTTPServerRequest) -> str:
        """Returns why nobody can be behind this request, '' if somebody can: without sign-in only this machine is.

        A public demo is for everybody.
        """
        return "" if self.sign_in is not None or self.is_public_demo else local_only_refusal(request)

    async def close(self) -> None:
        """Stops the poll and closes the rate limiters."""
        if self.session_poll is not None:
            await self.session_poll.stop()
        if self.sign_in is not None:
            await self.sign_in.limiter.close()
        await self.api_clients.limiter.close()
        await self.screens.close()


def link_keys(settings: Settings) -> list[bytes]:
    """Returns the keys that sign share links, the newest first; a random one without SECRET_KEY (loopback only)."""
    return [key.encode() for key in settings.signing_keys()] or [secrets.token_bytes(32)]


def todays_admission(settings: Settings) -> Admission:
    """Returns the rule for what was stored under earlier settings."""
    if not settings.has_sign_in:
        return Admission()
    return Admission(sign_in_id(settings.oidc_issuer, settings.google_client_id), settings.allowed_domains)


def open_screens(settings: Settings, fleet: ScreenFleet, limits: AttemptLimits) -> PairedScreens:
    """Returns the paired televisions, and those that wait to be."""
    limiter = AttemptLimiter(settings.redis_url.get_secret_value(), limits, "tv")
    visits = AttemptLimiter(limits=VISIT_LIMITS, purpose="tv visits")
    return PairedScreens(fleet.registry, fleet.requests, WaitingScreens(fleet.requests), fleet.beats, limiter, visits)


async def adopt_stored_rows(database: StateDatabase, admission: Admission) -> None:
    """Marks sessions, tokens and links of an older Foyer, at once or as soon as the database answers."""
    await database.run_when_answering(lambda connection: adopt_unmarked_rows(connection, admission.sign_in))


async def open_authenticator(
    settings: Settings,
    clock: Clock,
    fleet: ScreenFleet,
    client: IssuerHttpClient | None,
    *,
    sign_in_limits: AttemptLimits | None = None,
    token_limits: AttemptLimits = TOKEN_LIMITS,
    code_limits: AttemptLimits = CODE_LIMITS,
) -> Authenticator:
    """Returns the authenticator for these settings: with sign-in when GOOGLE_CLIENT_ID is set.

    `client` calls the issuer. Raises SettingsError when ALLOWED_DOMAINS is empty.
    """
    redis_url, database = settings.redis_url.get_secret_value(), fleet.database
    admission = todays_admission(settings)
    api_clients = ApiClients(
        TokenStore(database, clock, admission),
        ShareLinks(database, clock, link_keys(settings), admission),
        AttemptLimiter(redis_url, token_limits, "token"),
    )
    screens = open_screens(settings, fleet, code_limits)
    if not settings.has_sign_in or client is None:
        return Authenticator(settings, clock, api_clients, screens)
    registration = ClientRegistration(
        settings.oidc_issuer,
        settings.google_client_id,
        settings.google_client_secret.get_secret_value(),
        settings.address + CALLBACK_PATH,
        settings.allowed_domains,
    )
    if not registration.domains:
        raise SettingsError("ALLOWED_DOMAINS is empty, so nobody could sign in. Set it to your company's domain.")
    await adopt_stored_rows(database, admission)
    sign_in = SignIn(
        Issuer(registration, client, clock),
        Sessions(database, clock, admission),
        AttemptLimiter(redis_url, sign_in_limits),
    )
    return Authenticator(settings, clock, api_clients, screens, sign_in)
