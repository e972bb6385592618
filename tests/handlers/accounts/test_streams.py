"""Event streams end with their own session and with no other."""

import asyncio
from datetime import timedelta

import pytest

from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import FoyerServer, StartFoyer
from tests.handlers.accounts.test_access import cookie_header
from utilities.accounts.database.sessions import Sessions

pytestmark = pytest.mark.slow


class WallStream:
    """An open event stream of a board."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, foyer: FoyerServer, browser: Browser, version: str = "1.1") -> "WallStream":
        host, port = foyer.address.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        name, value = cookie_header(browser)
        writer.write(
            f"GET /boards/office/stream HTTP/{version}\r\nHost: foyer.example.com\r\n{name}: {value}\r\n\r\n".encode()
        )
        assert b" 200 " in await reader.readline()
        return cls(reader, writer)

    async def has_ended(self, within: float) -> bool:
        try:
            async with asyncio.timeout(within):
                while await self.reader.read(65_536):
                    pass
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        self.writer.close()


async def test_signing_out_ends_the_streams_of_that_session_and_no_other(start_foyer: StartFoyer):
    foyer = await start_foyer()
    browser, other = foyer.new_browser(), foyer.new_browser()
    await browser.sign_in()
    await other.sign_in()
    own_stream, own_second_stream, other_stream = (
        await WallStream.open(foyer, browser),
        await WallStream.open(foyer, browser),
        await WallStream.open(foyer, other),
    )
    await browser.open("/sign-out", "POST")
    assert await own_stream.has_ended(within=30)
    assert await own_second_stream.has_ended(within=30)
    assert not await other_stream.has_ended(within=0.5)
    for wall in (own_stream, own_second_stream, other_stream):
        wall.close()


@pytest.mark.parametrize("cause", ["ended elsewhere", "ran out"])
async def test_stream_ends_when_its_session_ends_elsewhere(start_foyer: StartFoyer, cause: str):
    foyer = await start_foyer()
    browser = foyer.new_browser()
    await browser.sign_in()
    wall = await WallStream.open(foyer, browser)
    assert not await wall.has_ended(within=0.2)
    if cause == "ran out":
        foyer.clock.shift(timedelta(hours=12))
    else:
        elsewhere = Sessions(foyer.database, foyer.clock, foyer.authenticator.sessions.admission)
        ada = await elsewhere.find_person(foyer.authenticator.cookies.verified_values[browser.cookies["__Host-foyer"]])
        assert ada
        await elsewhere.end_all_sessions(ada)
    assert await wall.has_ended(within=30)
    wall.close()


async def test_stream_for_an_old_proxy_is_not_chunked(start_foyer: StartFoyer):
    """Checks HTTP/1.0, which has no chunks. Without sign-in it is refused as the sign of a proxy."""
    foyer = await start_foyer()
    browser = foyer.new_browser()
    await browser.sign_in()
    for version, is_chunked in (("1.0", False), ("1.1", True)):
        wall = await WallStream.open(foyer, browser, version)
        head = await wall.reader.readuntil(b"\r\n\r\n")
        assert (b"chunked" in head.lower()) == is_chunked
        assert (await wall.reader.readuntil(b"retry: ")).startswith(b"retry: ") != is_chunked
        wall.close()
