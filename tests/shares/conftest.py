"""A server with the simulated networks, and the social source that queries it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from demo import networks
from demo.clock import VirtualClock
from demo.faults import Fault, Faults, FaultyHandler
from utilities.config.settings import Settings
from utilities.http.client import HttpClient
from utilities.model.frames import Frame
from utilities.shares.tracker import ShareTracker
from utilities.sources.social import ShareQuery, SocialSource, enabled_providers

PREFIXES = {
    "facebook": "/facebook",
    "hacker-news": "/hn",
    "lobsters": "/lobsters",
    "pinterest": "/pinterest",
    "reddit": "/reddit/api/info",
    "sharedcount": "/sharedcount",
    "stack-exchange": "/stackexchange/2.3/search",
    "x": "/x",
}
NOON = datetime(2026, 11, 18, 12, 12, tzinfo=UTC)
HOME = "https://www.example.com/"
PAGES = (HOME, *(f"https://www.example.com/page-{number}" for number in range(9)))


@dataclass
class NetworkServer:
    """A server with all networks; `address` is set when it listens."""

    faults: Faults = field(default_factory=Faults)
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(NOON))
    address: str = ""

    @property
    def environment(self) -> dict[str, str]:
        return networks.make_settings(self.address)

    def inject_fault(self, network: str, kind: Any, **how: Any) -> None:
        """Injects a fault into this network."""
        self.faults.inject(PREFIXES[network], Fault(kind, **how))

    def calls(self, network: str) -> int:
        return self.faults.count_requests(PREFIXES[network])


@pytest.fixture
async def network_server() -> AsyncIterator[NetworkServer]:
    network_server = NetworkServer()
    anything = {"default_handler_class": FaultyHandler, "default_handler_args": {"faults": network_server.faults}}
    server = HTTPServer(
        Application(networks.make_routes(network_server), log_function=lambda handler: None, **anything)
    )
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    network_server.address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    yield network_server
    server.stop()
    await server.close_all_connections()


@pytest.fixture
def configured(network_server: NetworkServer, settings: Callable[..., Settings]) -> Callable[..., Settings]:
    """`configured("lobsters", X_BEARER_TOKEN="")`: settings with only these networks, at the server's address."""

    def make(*names: str, **variables: str) -> Settings:
        results = {**network_server.environment, **variables}
        if names:
            keep = tuple(f"{name.upper().replace('-', '_')}_" for name in names)
            results = {name: value for name, value in results.items() if name.startswith(keep)}
        extra = {name: SecretStr(value) for name, value in results.items() if name != "SHARE_PROVIDERS"}
        return settings(share_providers=names or tuple(PREFIXES), extra=extra)

    return make


@pytest.fixture
async def social(
    network_server: NetworkServer, configured: Callable[..., Settings]
) -> AsyncIterator[Callable[..., SocialSource]]:
    """`social("lobsters", timeout=0.3)`: the source with these networks (all, when none is named)."""
    opened = []

    def make(*names: str, variables: dict[str, str] | None = None, **changes: Any) -> SocialSource:
        settings = configured(*names, **(variables or {}))
        providers = enabled_providers(settings)
        upstream = HttpClient()
        parts = [ShareTracker(replace(each, **changes), settings, upstream, network_server.clock) for each in providers]
        opened.append(SocialSource(parts, upstream, network_server.clock, sample_page=HOME))
        return opened[-1]

    yield make
    for each in opened:
        await each.close()


Asking = Callable[..., Awaitable[Frame]]


@pytest.fixture
def ask() -> Asking:
    """`await ask(source, *pages)`: the frame for these pages, or for all ten."""

    async def asking(source: SocialSource, *pages: str, known: bool = False) -> Frame:
        return await source.fetch_frame(ShareQuery(pages or PAGES, known))

    return asking


def reasons(frame: Frame, network: str) -> list[str]:
    return [note.text for note in frame.notes if note.column == network]
