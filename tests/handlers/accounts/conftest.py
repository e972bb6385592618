"""The door with everything around it: an OpenID provider, a state database of either kind, Foyer, browsers.

provider      the pretend OpenID provider; `provider.openid.lies` makes it lie
postgres_url  an empty PostgreSQL database
database_url  "" (SQLite) and then a PostgreSQL: what uses it runs twice
office        opens Foyer with sign-in: `await office(allowed_domains=("example.com",))`
browser       `browser()` is one more browser in front of the usual office
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from demo import openid
from demo.clock import VirtualClock
from demo.faults import Faults
from handlers.base.authenticator import Authenticator, open_authenticator
from handlers.serving.routes import make_application
from handlers.serving.sockets import SERVER_LIMITS
from tests.conftest import SECRET
from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.postgres import MISSING, Cluster, cluster, programs
from utilities.accounts.database.connection import StateDatabase
from utilities.accounts.signin.attempt_limiter import AttemptLimits
from utilities.config.settings import Settings
from utilities.services import Services, open_services

SITE = "https://foyer.example.com"
BOARDS = Path(__file__).with_name("boards")
PLENTY = AttemptLimits(per_client=10_000, in_total=10_000)


class Provider:
    """The OpenID provider of the pretend internet, by itself."""

    openid: openid.OpenId  # set by openid.rules

    def __init__(self) -> None:
        self.faults = Faults()
        self.clock = VirtualClock()

    def start(self) -> HTTPServer:
        sockets = bind_sockets(0, "127.0.0.1")
        self.address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
        server = HTTPServer(Application(openid.rules(self), log_function=lambda handler: None))
        server.add_sockets(sockets)
        return server


@dataclass
class Office:
    """One Foyer that serves."""

    address: str
    site: str
    clock: VirtualClock
    authenticator: Authenticator
    database: StateDatabase
    services: Services
    app: Application

    def browser(self) -> Browser:
        return Browser(self.address, self.site)


Open = Callable[..., Awaitable[Office]]


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    started = Provider()
    server = started.start()
    yield started
    server.stop()
    await server.close_all_connections()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    home = programs()
    if home is None:
        pytest.skip(MISSING)
    with cluster(home) as started:
        yield started


@pytest.fixture
def postgres_url(postgres: Cluster) -> str:
    return postgres.fresh()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def signing(settings: Callable[..., Settings], provider: Provider) -> Callable[..., Settings]:
    """Settings with which people sign in at the provider."""

    def make(**values: Any) -> Settings:
        return settings(
            **{
                "public_url": SITE,
                "oidc_issuer": provider.openid.issuer,
                "google_client_id": openid.CLIENT,
                "google_client_secret": openid.SECRET,
                "allowed_domains": (openid.DOMAIN,),
                "secret_key": SECRET,
                **values,
            }
        )

    return make


@pytest.fixture
async def office(provider: Provider, signing: Callable[..., Settings]) -> AsyncIterator[Open]:
    async with AsyncExitStack() as closing:

        async def open_office(
            most: AttemptLimits = PLENTY,
            asking: AttemptLimits = PLENTY,
            clock: VirtualClock | None = None,
            **values: Any,
        ) -> Office:
            chosen = signing(**values)
            return await closing.enter_async_context(serving(chosen, clock or provider.clock, most, asking))

        yield open_office


@pytest.fixture
async def local(settings: Callable[..., Settings]) -> AsyncIterator[Open]:
    """Foyer without sign-in: `await local()`."""
    async with AsyncExitStack() as closing:

        async def open_office(**values: Any) -> Office:
            return await closing.enter_async_context(serving(settings(**values), VirtualClock(), PLENTY))

        yield open_office


@asynccontextmanager
async def serving(
    settings: Settings, clock: VirtualClock, most: AttemptLimits, asking: AttemptLimits = PLENTY
) -> AsyncIterator[Office]:
    """All of Foyer, except that nothing is asked of any source."""
    async with open_services(settings.model_copy(update={"boards_dir": BOARDS}), clock) as services:
        authenticator = await open_authenticator(
            settings, clock, services.database, services.http_client, sign_in_limits=most, token_limits=asking
        )
        app = make_application(services, authenticator)
        server = HTTPServer(app, **SERVER_LIMITS)
        sockets = bind_sockets(0, "127.0.0.1")
        server.add_sockets(sockets)
        address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
        services.walls.start()
        try:
            yield Office(
                address, settings.public_url or address, clock, authenticator, services.database, services, app
            )
        finally:
            server.stop()
            await services.walls.stop()
            await server.close_all_connections()
            await authenticator.close()


@pytest.fixture
async def browser(office: Open) -> Callable[[], Browser]:
    usual = await office()
    return usual.browser
