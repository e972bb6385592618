"""A Foyer with sign-in or for this machine only, and a program with a token for it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from tornado.httpclient import HTTPResponse

from tests.handlers.accounts.conftest import (
    SITE,
    FoyerServer,
    StartFoyer,
    provider,
    sign_in_settings,
    start_foyer,
    start_local_foyer,
)

__all__ = ["provider", "sign_in_settings", "start_foyer", "start_local_foyer"]

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"

Fetch = Callable[..., Awaitable[HTTPResponse]]


@dataclass
class Program:
    """Sends requests to one Foyer with one token, or with none."""

    foyer: FoyerServer
    token: str
    fetch: Fetch

    async def ask(self, path: str, method: str = "GET", content: bytes = b"", **headers: str) -> HTTPResponse:
        sent = {"Host": self.foyer.site.partition("//")[2]} | {n.replace("_", "-"): v for n, v in headers.items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        body: dict[str, Any] = {"body": content} if method in ("POST", "PUT", "PATCH") else {}
        how = {"method": method, "headers": sent, "decompress_response": False}
        return await self.fetch(self.foyer.address + path, **how, **body)

    async def another(self, *scopes: str) -> "Program":
        return Program(self.foyer, await token(self.foyer, *scopes), self.fetch)


async def token(foyer: FoyerServer, *scopes: str) -> str:
    return await foyer.make_token(*scopes)


@pytest.fixture
async def program(start_foyer: StartFoyer, fetch: Fetch) -> AsyncIterator[Callable[..., Awaitable[Program]]]:
    """`await program("read", "admin")`: with a token for these; more words go to the office."""
    opened: list[FoyerServer] = []

    async def make(*scopes: str, **values: Any) -> Program:
        opened.append(await start_foyer(**values))
        assert opened[-1].site == SITE
        await opened[-1].services.refresher.start()
        return Program(opened[-1], await token(opened[-1], *scopes) if scopes else "", fetch)

    yield make
    for foyer in opened:
        await foyer.services.refresher.stop()


@pytest.fixture
async def counted(start_local_foyer: StartFoyer, fetch: Fetch) -> AsyncIterator[Program]:
    """A program with a token to read from a Foyer that has counted one view of /1, two of /2 … and six of /6."""
    async with count_views(await start_local_foyer(), fetch) as program:
        yield program


@asynccontextmanager
async def count_views(foyer: FoyerServer, fetch: Fetch) -> AsyncIterator[Program]:
    """Counts them, and refreshes reports while inside."""
    await foyer.services.refresher.start()
    for page in range(1, 7):
        for _ in range(page):
            url = f"{foyer.address}/a.gif?url=https%3A%2F%2Fexample.com%2F{page}"
            assert (await fetch(url, headers={"User-Agent": AGENT})).code == 200
    yield Program(foyer, await token(foyer, "read"), fetch)
    await foyer.services.refresher.stop()
