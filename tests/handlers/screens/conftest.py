"""Televisions and people in front of a real Foyer."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

import pytest
from playwright.async_api import expect

from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import (
    FoyerServer,
    provider,
    sign_in_settings,
    start_foyer,
    start_local_foyer,
)
from tests.handlers.accounts.test_access import HOST, cookie_header

__all__ = ["provider", "sign_in_settings", "start_foyer", "start_local_foyer"]

expect.set_options(timeout=30_000)  # a busy machine needs more than five seconds for a page

OLD_TELEVISION = "Mozilla/5.0 (Linux; Tizen 2.3) AppleWebKit/538.1 (KHTML, like Gecko) Version/2.3 TV Safari/538.1"
SCREEN_COOKIE = "__Host-foyer-screen"
FORM = {"name": "Reception", "place": "Ground floor", "diagonal": "55", "distance": "3", "board": "office"}


class OpenStream:
    """An event stream as a television has it open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.text = ""

    @classmethod
    async def open(cls, foyer: FoyerServer, browser: Browser, path: str) -> "OpenStream":
        host, port = foyer.address.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        headers = "\r\n".join(f"{name}: {value}" for name, value in (HOST, cookie_header(browser)))
        writer.write(f"GET {path} HTTP/1.1\r\n{headers}\r\n\r\n".encode())
        assert b" 200 " in await reader.readline()
        return cls(reader, writer)

    async def read_until(self, text: str) -> None:
        async with asyncio.timeout(30):
            while text not in self.text:
                part = await self.reader.read(65_536)
                assert part, f"the stream ended without {text}"
                self.text += part.decode()

    async def read_to_end(self) -> None:
        async with asyncio.timeout(30):
            while await self.reader.read(65_536):
                pass
        self.writer.close()


async def read_code(television: Browser) -> str:
    """Returns the code that a television shows."""
    page = (await television.open("/tv")).body.decode()
    found = re.search(r'data-code="([A-Z]{4}-[A-Z]{4})"', page)
    assert found, page
    return found[1]


async def approve(person: Browser, code: str, **fields: str) -> int:
    """Approves the television with this code; returns the status of the answer."""
    form = urlencode(FORM | fields | {"code": code})
    return (await person.open("/pair", "POST", form, Origin=person.site)).code


PairTelevision = Callable[[FoyerServer], Awaitable[tuple[Browser, Browser]]]


@pytest.fixture
def pair_television() -> PairTelevision:
    """Returns a television that shows the office board, and the person who paired it."""

    async def pair(foyer: FoyerServer) -> tuple[Browser, Browser]:
        television, person = foyer.new_browser(), foyer.new_browser()
        await person.sign_in()
        assert await approve(person, await read_code(television)) == 303
        return television, person

    return pair
