"""Open streams: they end with the session they were opened in, and with no other."""

import asyncio
from datetime import timedelta

import pytest

from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import Office, Open
from tests.handlers.accounts.test_access import cookie_of
from utilities.accounts.database.sessions import Sessions


class Wall:
    """One open stream."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, usual: Office, one: Browser) -> "Wall":
        host, port = usual.address.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        name, value = cookie_of(one)
        writer.write(
            f"GET /boards/office/stream HTTP/1.1\r\nHost: foyer.example.com\r\n{name}: {value}\r\n\r\n".encode()
        )
        assert b" 200 " in await reader.readline()
        return cls(reader, writer)

    async def ends(self, within: float) -> bool:
        try:
            async with asyncio.timeout(within):
                while await self.reader.read(65_536):
                    pass
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        self.writer.close()


async def test_signing_out_ends_the_streams_of_that_session_and_no_other(office: Open):
    usual = await office()
    one, other = usual.browser(), usual.browser()
    await one.sign_in()
    await other.sign_in()
    hers, hers_too, others = await Wall.open(usual, one), await Wall.open(usual, one), await Wall.open(usual, other)
    await one.open("/sign-out", "POST")
    assert await hers.ends(within=2)
    assert await hers_too.ends(within=2)
    assert not await others.ends(within=0.5)
    for wall in (hers, hers_too, others):
        wall.close()


@pytest.mark.parametrize("how", ["ended elsewhere", "ran out"])
async def test_stream_hears_within_five_seconds_what_happened_elsewhere(office: Open, how: str):
    usual = await office()
    one = usual.browser()
    await one.sign_in()
    wall = await Wall.open(usual, one)
    assert not await wall.ends(within=0.2)
    if how == "ran out":
        usual.clock.shift(timedelta(hours=12))
    else:
        elsewhere = Sessions(usual.database, usual.clock)
        ada = await elsewhere.find_person(usual.authenticator.cookies.verified_values[one.cookies["__Host-foyer"]])
        assert ada
        await elsewhere.end_all_sessions(ada)
    assert await wall.ends(within=5)
    wall.close()
