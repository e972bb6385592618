"""What walls may cost: those that do not read, those that read slowly, and very many of them."""

import asyncio
import itertools
import logging
import socket
from collections.abc import Iterable

import pytest

from tests.rendering.walls.conftest import QUICK, StartServer, WallServer, number, replace, table
from tests.rendering.walls.streams import STREAM, StreamClient
from tests.waiting import wait_until
from utilities.rendering.walls.wall_stream import WallStream

pytestmark = pytest.mark.slow


def open_stalled_stream(port: int) -> socket.socket:
    """A television that opens its stream and then never reads."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", port))
    line.sendall(f"GET {STREAM} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    line.setblocking(False)
    return line


LARGE_ROWS = [(f"/a/rather/long/address/of/a/page/{n}", float(n)) for n in range(10)]


async def show_many(server: WallServer, rounds: Iterable[int]) -> None:
    for n in rounds:
        await server.show("pages", table(*((f"{page}?{n}", views + n) for page, views in LARGE_ROWS)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)


async def fill_buffer(server: WallServer, wall: WallStream) -> None:
    """Tells a wall so much that it takes no more; one that has been let go would never be full."""
    for n in itertools.count():
        if wall.stalled_since is not None:
            return
        assert not wall.pipe.closed(), "it was let go before anybody looked"
        await show_many(server, [n])


async def test_a_wall_that_does_not_read_uses_bounded_memory_and_is_closed(start_server: StartServer) -> None:
    server = await start_server()
    stalled = open_stalled_stream(server.port)
    await wait_until(lambda: server.walls.wall_count == 1)
    wall = next(iter(server.walls._channels["office"].streams))
    await fill_buffer(server, wall)
    held = wall.pipe._write_buffer  # type: ignore[attr-defined]
    before = len(held)
    await show_many(server, range(300))
    assert len(held) <= before
    await wait_until(lambda: server.walls.wall_count == 0)
    stalled.close()


async def test_a_lagging_wall_gets_the_newest_of_every_tile(start_server: StartServer) -> None:
    server = await start_server(intervals=replace(QUICK, stalled=60))
    lagging = open_stalled_stream(server.port)
    await wait_until(lambda: server.walls.wall_count == 1)
    wall = next(iter(server.walls._channels["office"].streams))
    await fill_buffer(server, wall)
    await server.show("visitors", number(123456))
    await server.show("pages", table(("/the-newest", 1)))
    await wait_until(lambda: "123,456" in server.html("visitors") and "/the-newest" in server.html("pages"))
    received = b""
    loop = asyncio.get_running_loop()
    while b"123,456" not in received or b"/the-newest" not in received:
        received += await asyncio.wait_for(loop.sock_recv(lagging, 65536), 30)
    assert received.count(b"/the-newest") == 1
    lagging.close()


async def test_two_hundred_streams_get_a_last_event_and_end_at_once(
    server: WallServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    lines = [await StreamClient.open(server.port) for _ in range(195)]
    stalled = [open_stalled_stream(server.port) for _ in range(5)]
    await wait_until(lambda: server.walls.wall_count == 200)
    async with asyncio.timeout(30):
        await server.stop()
    for line in lines:
        await line.wait_for("bye")
        assert await line.next() is None
        line.close()
    assert not caplog.records
    for line in stalled:
        line.close()


async def test_data_from_a_wall_is_not_read(server: WallServer) -> None:
    line = await StreamClient.open(server.port)
    await wait_until(lambda: server.walls.wall_count == 1)
    [wall] = server.walls._channels["office"].streams
    line.writer.write(b"x" * 10_000_000)
    await wait_until(lambda: server.walls.wall_count == 0)
    assert wall.pipe._read_buffer_size < 200_000  # type: ignore[attr-defined]
    line.close()
