"""The fast path for the pixel answers as PixelHandler does, and every request gets a response."""

import asyncio
import logging
from urllib.parse import urlsplit

import pytest

from handlers.collect.beacon import PIXEL_GIF
from tests.handlers.accounts.raw_http import ResponseHead, send_request
from tests.handlers.collect.conftest import AGENT, SITES, CollectorServer, OpenCollector
from tests.waiting import wait_until

PAGE = "/a.gif?url=https://example.co.uk/"
NOT_FAST = ("Connection", "Upgrade")  # the fast path passes such a request to PixelHandler


async def request_both_paths(server: CollectorServer, path: str, *headers: tuple[str, str]) -> list[ResponseHead]:
    host = ("Host", server.address.removeprefix("http://"))
    request_headers = [host, ("User-Agent", AGENT), *headers]
    return [
        await send_request(server.address, path, headers=headers_, body=True)
        for headers_ in (request_headers, [*request_headers, NOT_FAST])
    ]


async def test_both_paths_answer_alike(open_collector: OpenCollector, subtests: pytest.Subtests):
    server = await open_collector(SITES)
    for path, status in (
        (PAGE, 200),
        (PAGE + "&w=wide", 200),
        (PAGE + "%ff", 200),
        ("/a.gif?url=ftp://example.co.uk/", 400),
        (PAGE + "&site=nothing", 404),
        ("/a.gif?ref=x", 404),
        ("/a.gif?", 404),
        ("/a.gif?url=https://evil.example/", 403),
        (PAGE + "&x=" + "x" * 9000, 200),
        (PAGE + "&x=1" * 90, 200),
    ):
        with subtests.test(path=path, status=status):
            fast, slow = await request_both_paths(server, path)
            assert (fast.status, fast.body) == (slow.status, slow.body)
            assert fast.status == status
            for answer in (fast, slow):
                answer.headers.pop("date")
            assert fast.headers == slow.headers


async def send_raw(server: CollectorServer, text: str) -> bytes:
    """Returns everything that the server sends within five seconds or until it closes."""
    place = urlsplit(server.address)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(text.replace("HOST", place.netloc).encode())
    got = b""
    try:
        async with asyncio.timeout(5):
            while part := await reader.read(65536):
                got += part
    except TimeoutError:
        pass
    writer.close()
    return got


HEAD = f"Host: HOST\r\nUser-Agent: {AGENT}\r\n"


async def test_connection_is_kept_or_closed_as_asked(open_collector: OpenCollector):
    server = await open_collector(SITES)
    keep_alive = f"GET {PAGE} HTTP/1.1\r\n{HEAD}\r\n"
    closed = f"GET {PAGE} HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n"
    got = await send_raw(server, keep_alive * 3 + closed)
    assert got.count(b"HTTP/1.1 200 OK\r\n") == got.count(PIXEL_GIF) == 4
    assert got.count(b"Connection: close") == 1
    assert got.index(b"Connection: close") > got.rindex(b"HTTP/1.1 200 OK")
    assert (await send_raw(server, f"GET {PAGE} HTTP/1.0\r\n{HEAD}\r\n")).startswith(b"HTTP/1.1 200 OK")
    assert len(await server.views()) == 5


async def test_body_behind_a_get_is_not_the_next_request(open_collector: OpenCollector):
    server = await open_collector(SITES)
    smuggled = f"GET {PAGE}smuggled HTTP/1.1\r\n{HEAD}\r\n"
    await send_raw(server, f"GET {PAGE}first HTTP/1.1\r\n{HEAD}Content-Length: {len(smuggled) + 8}\r\n\r\n{smuggled}")
    assert not [view for view in await server.views() if view.path == "/smuggled"]


async def test_client_that_disconnects_is_counted_and_causes_no_error(
    open_collector: OpenCollector, caplog: pytest.LogCaptureFixture
):
    server = await open_collector(SITES)
    place = urlsplit(server.address)
    with caplog.at_level(logging.WARNING):
        for _ in range(20):
            _, writer = await asyncio.open_connection(place.hostname, place.port)
            writer.write(f"GET {PAGE} HTTP/1.1\r\n{HEAD}\r\n".replace("HOST", place.netloc).encode())
            await writer.drain()
            writer.transport.abort() if _ else writer.close()

        async def all_are_counted() -> bool:
            return len(await server.views()) == 20

        await wait_until(all_are_counted)
        assert (await request_both_paths(server, PAGE))[0].status == 200
    assert not caplog.records


class BrokenCounter:
    """A counter that raises."""

    def classify_hit(self, hit: object) -> None:
        raise RuntimeError("broken")


async def test_unexpected_error_is_answered_with_500(open_collector: OpenCollector):
    server = await open_collector(SITES)
    server.own.collector.counter = BrokenCounter()
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)  # asyncio reports the error there
    fast, slow = await request_both_paths(server, PAGE)
    assert fast.status == slow.status == 500
