"""An office with sign-in, and a program that has a token for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from tornado.httpclient import HTTPResponse

from tests.door.conftest import Office, Open, local, office, provider, signing

__all__ = ["local", "office", "provider", "signing"]


@dataclass
class Program:
    """Asks with a token; `host` is what the office answers to."""

    usual: Office
    token: str
    fetch: Callable[..., Awaitable[HTTPResponse]]
    headers: dict[str, str] = field(default_factory=lambda: {"Host": "foyer.example.com"})

    async def ask(self, path: str, **headers: str) -> HTTPResponse:
        return await self.send("GET", path, **headers)

    async def send(self, method: str, path: str, **headers: str) -> HTTPResponse:
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        claim = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        sent = self.headers | claim | said
        body: dict[str, Any] = {"body": ""} if method in ("POST", "PUT", "PATCH") else {}
        return await self.fetch(self.usual.address + path, method=method, headers=sent, **body)


@pytest.fixture
async def program(office: Open, fetch: Callable[..., Awaitable[HTTPResponse]]) -> Callable[..., Awaitable[Program]]:
    """`await program("read", "admin")`: with a token for these; more words go to the office."""

    async def make(*scopes: str, **values: Any) -> Program:
        usual = await office(**values)
        return Program(usual, await usual.door.programs.tokens.make("a test", scopes, "ada@example.com"), fetch)

    return make
