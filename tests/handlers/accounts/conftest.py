"""An OpenID provider, state databases of both kinds, Foyer servers and browsers.

provider           the fake OpenID provider; `provider.openid.lies` makes it answer wrongly
postgres_url       an empty PostgreSQL database
database_url       "" (SQLite) and then a PostgreSQL: a test runs twice, with PostgreSQL as a slow test
start_foyer        starts Foyer with sign-in: `await start_foyer(allowed_domains=("example.com",))`
start_local_foyer  starts Foyer without sign-in
open_database      opens a state database, closed at the end
proxy              a TCP proxy before PostgreSQL, which can be made to fail; `proxied_url` goes through it
own_postgres       a PostgreSQL server of the module, to be frozen and killed; `new_browser()` is one more browser
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url
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
from tests.handlers.accounts.database_faults import OpenDatabase
from tests.handlers.accounts.migrated_database import prepare_database
from tests.handlers.accounts.postgres import SKIP_REASON, PostgresCluster, find_postgres_folder, run_cluster
from tests.noon import start_noon_clock
from tests.tcp_proxy import TcpProxy, run_tcp_proxy
from utilities.accounts.database.connection import StateDatabase, open_state_database
from utilities.accounts.signin.attempt_limiter import AttemptLimits
from utilities.config.settings import Settings
from utilities.model.principals import LOCAL_PERSON, Person
from utilities.services import Services, open_services

SITE = "https://foyer.example.com"
BOARDS = Path(__file__).with_name("boards")
UNLIMITED = AttemptLimits(per_client=10_000, failures_per_client=10_000, in_total=10_000)


class Provider:
    """The OpenID provider of the demo, by itself."""

    openid: openid.OpenId  # set by openid.rules

    def __init__(self) -> None:
        self.faults = Faults()
        self.clock = start_noon_clock()

    def start(self) -> HTTPServer:
        sockets = bind_sockets(0, "127.0.0.1")
        self.address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
        server = HTTPServer(Application(openid.make_routes(self), log_function=lambda handler: None))
        server.add_sockets(sockets)
        return server


@dataclass
class FoyerServer:
    """A running Foyer server."""

    address: str
    site: str
    clock: VirtualClock
    authenticator: Authenticator
    database: StateDatabase
    services: Services
    app: Application

    def new_browser(self) -> Browser:
        return Browser(self.address, self.site)

    async def add_person(self) -> Person:
        """Returns a person of the company as stored; LOCAL_PERSON where nobody signs in."""
        sessions = self.authenticator.sessions
        if sessions is None:
            return LOCAL_PERSON
        ada = Person("", "add_person", f"ada@{openid.DOMAIN}", "Ada", openid.DOMAIN)
        person = await sessions.find_person(await sessions.start_session(ada))
        assert person
        return person

    async def make_token(self, *scopes: str) -> str:
        """Returns the secret of a new token of `add_person`."""
        return await self.authenticator.api_clients.tokens.create_token("a test", scopes, await self.add_person())


StartFoyer = Callable[..., Awaitable[FoyerServer]]


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    started = Provider()
    server = started.start()
    yield started
    server.stop()
    await server.close_all_connections()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    folder = find_postgres_folder()
    if folder is None:
        pytest.skip(SKIP_REASON)
    with run_cluster(folder) as started:
        yield started


@pytest.fixture
def postgres_url(postgres: PostgresCluster) -> str:
    return postgres.create_database()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database_url(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def sign_in_settings(settings: Callable[..., Settings], provider: Provider) -> Callable[..., Settings]:
    """Returns settings with sign-in at the provider."""

    def make(**values: Any) -> Settings:
        return settings(
            **{
                "public_url": SITE,
                "oidc_issuer": provider.openid.issuer,
                "google_client_id": openid.CLIENT,
                "google_client_secret": openid.SECRET,
                "allowed_domains": (openid.DOMAIN,),
                "secret_key": SECRET,
                **{"boards_dir": BOARDS, **values},
            }
        )

    return make


@pytest.fixture
async def start_foyer(provider: Provider, sign_in_settings: Callable[..., Settings]) -> AsyncIterator[StartFoyer]:
    async with AsyncExitStack() as stack:

        async def open_foyer(
            sign_in_limits: AttemptLimits = UNLIMITED,
            token_limits: AttemptLimits = UNLIMITED,
            code_limits: AttemptLimits = UNLIMITED,
            clock: VirtualClock | None = None,
            **values: Any,
        ) -> FoyerServer:
            return await stack.enter_async_context(
                run_foyer(
                    sign_in_settings(**values), clock or provider.clock, sign_in_limits, token_limits, code_limits
                )
            )

        yield open_foyer


@pytest.fixture
async def start_local_foyer(settings: Callable[..., Settings]) -> AsyncIterator[StartFoyer]:
    """Starts Foyer without sign-in: `await start_local_foyer()`."""
    async with AsyncExitStack() as stack:

        async def open_foyer(**values: Any) -> FoyerServer:
            running = run_foyer(settings(**{"boards_dir": BOARDS, **values}), start_noon_clock(), UNLIMITED)
            return await stack.enter_async_context(running)

        yield open_foyer


@asynccontextmanager
async def run_foyer(
    settings: Settings,
    clock: VirtualClock,
    sign_in_limits: AttemptLimits,
    token_limits: AttemptLimits = UNLIMITED,
    code_limits: AttemptLimits = UNLIMITED,
) -> AsyncIterator[FoyerServer]:
    """Runs all of Foyer except the refresh of reports."""
    prepare_database(settings)
    async with open_services(settings, clock) as services:
        authenticator = await open_authenticator(
            settings,
            clock,
            services.fleet,
            services.http_client,
            sign_in_limits=sign_in_limits,
            token_limits=token_limits,
            code_limits=code_limits,
        )
        app = make_application(services, authenticator)
        server, sockets = HTTPServer(app, **SERVER_LIMITS), bind_sockets(0, "127.0.0.1")
        server.add_sockets(sockets)
        address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
        services.walls.start()
        try:
            yield FoyerServer(
                address, settings.public_url or address, clock, authenticator, services.database, services, app
            )
        finally:
            server.stop()
            await services.walls.stop()
            await server.close_all_connections()
            await authenticator.close()


@pytest.fixture
async def new_browser(start_foyer: StartFoyer) -> Callable[[], Browser]:
    return (await start_foyer()).new_browser


@pytest.fixture
async def open_database(settings: Callable[..., Settings]) -> AsyncIterator[OpenDatabase]:
    opened: list[StateDatabase] = []

    async def open_one(url: str = "", *, must_answer: bool = True) -> StateDatabase:
        opened.append(await open_state_database(settings(database_url=url), must_answer=must_answer))
        return opened[-1]

    yield open_one
    for each in opened:
        await each.close()


@pytest.fixture
async def proxy(postgres: PostgresCluster) -> AsyncIterator[TcpProxy]:
    async with run_tcp_proxy(postgres.port) as started:
        yield started


@pytest.fixture
def proxied_url(postgres_url: str, proxy: TcpProxy) -> str:
    return make_url(postgres_url).set(port=proxy.port).render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[PostgresCluster]:
    """A PostgreSQL server of this module's own, to be frozen and killed."""
    if (folder := find_postgres_folder()) is None:
        pytest.skip(SKIP_REASON)
    with run_cluster(folder) as started:
        yield started
