"""The short way in for images answers as the long one does, and nobody is left waiting on it."""

import asyncio
import logging
from urllib.parse import urlsplit

import pytest

from handlers.collect.beacon import GIF
from tests.handlers.accounts.wire import Head, knock
from tests.handlers.collect.conftest import AGENT, SITES, Collecting, Open

PAGE = "/a.gif?url=https://example.co.uk/"
LONG = ("Connection", "Upgrade")  # what the short way does not know, the long one answers


async def both(one: Collecting, path: str, *headers: tuple[str, str]) -> list[Head]:
    host = ("Host", one.address.removeprefix("http://"))
    told = [host, ("User-Agent", AGENT), *headers]
    return [await knock(one.address, path, headers=given, body=True) for given in (told, [*told, LONG])]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (PAGE, 200),
        (PAGE + "&w=wide", 400),
        (PAGE + "%ff", 400),
        (PAGE + "&site=nothing", 404),
        ("/a.gif?ref=x", 404),
        ("/a.gif?", 404),
        ("/a.gif?url=https://evil.example/", 403),
        (PAGE + "&x=" + "x" * 9000, 413),
    ],
)
async def test_both_ways_answer_alike(collect: Open, path: str, status: int):
    one = await collect(SITES)
    short, long = await both(one, path)
    assert (short.status, short.body) == (long.status, long.body)
    assert short.status == status
    for answer in (short, long):
        answer.headers.pop("date")
    assert short.headers == long.headers


async def raw(one: Collecting, text: str) -> bytes:
    """Everything that comes back until the server hangs up, or for a moment."""
    place = urlsplit(one.address)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(text.replace("HOST", place.netloc).encode())
    got = b""
    try:
        async with asyncio.timeout(1):
            while part := await reader.read(65536):
                got += part
    except TimeoutError:
        pass
    writer.close()
    return got


HEAD = f"Host: HOST\r\nUser-Agent: {AGENT}\r\n"


async def test_connection_is_kept_or_closed_as_asked(collect: Open):
    one = await collect(SITES)
    kept = f"GET {PAGE} HTTP/1.1\r\n{HEAD}\r\n"
    closed = f"GET {PAGE} HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n"
    got = await raw(one, kept * 3 + closed)
    assert got.count(b"HTTP/1.1 200 OK\r\n") == got.count(GIF) == 4
    assert got.count(b"Connection: close") == 1
    assert got.index(b"Connection: close") > got.rindex(b"HTTP/1.1 200 OK")
    assert (await raw(one, f"GET {PAGE} HTTP/1.0\r\n{HEAD}\r\n")).startswith(b"HTTP/1.1 200 OK")
    assert len(await one.views()) == 5


async def test_body_behind_a_get_is_not_the_next_request(collect: Open):
    one = await collect(SITES)
    smuggled = f"GET {PAGE}smuggled HTTP/1.1\r\n{HEAD}\r\n"
    await raw(one, f"GET {PAGE}first HTTP/1.1\r\n{HEAD}Content-Length: {len(smuggled) + 8}\r\n\r\n{smuggled}")
    assert not [view for view in await one.views() if view.path == "/smuggled"]


async def test_whoever_hangs_up_is_counted_and_breaks_nothing(collect: Open, caplog: pytest.LogCaptureFixture):
    one = await collect(SITES)
    place = urlsplit(one.address)
    with caplog.at_level(logging.WARNING):
        for _ in range(20):
            _, writer = await asyncio.open_connection(place.hostname, place.port)
            writer.write(f"GET {PAGE} HTTP/1.1\r\n{HEAD}\r\n".replace("HOST", place.netloc).encode())
            await writer.drain()
            writer.transport.abort() if _ else writer.close()
        await asyncio.sleep(0.3)
        assert (await both(one, PAGE))[0].status == 200
    assert not caplog.records


class Broken:
    """A counter with a fault in it."""

    def count(self, hit: object) -> None:
        raise RuntimeError("a fault")


async def test_fault_of_ours_is_an_answer_too(collect: Open):
    one = await collect(SITES)
    one.own.collector.counter = Broken()
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)  # it is told there, with its traceback
    short, long = await both(one, PAGE)
    assert short.status == long.status == 500
