"""What walls may cost: those that do not read, those that read slowly, and very many of them."""

import asyncio
import itertools
import logging
import socket
from collections.abc import Iterable

import pytest

from tests.rendering.walls.conftest import QUICK, BuildHouse, House, number, replace, table, until
from tests.rendering.walls.streams import STREAM, Line
from utilities.rendering.walls.wall_stream import Wall


def stuck(port: int) -> socket.socket:
    """A television that opens its stream and then never reads."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", port))
    line.sendall(f"GET {STREAM} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    line.setblocking(False)
    return line


BIG = [(f"/a/rather/long/address/of/a/page/{n}", float(n)) for n in range(10)]


async def flood(house: House, rounds: Iterable[int]) -> None:
    for n in rounds:
        await house.show("pages", table(*((f"{page}?{n}", views + n) for page, views in BIG)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)


async def stuff(house: House, wall: Wall) -> None:
    """Tells a wall so much that it takes no more; one that has been let go would never be full."""
    for n in itertools.count():
        if wall.stuck_since is not None:
            return
        assert not wall.pipe.closed(), "it was let go before anybody looked"
        await flood(house, [n])


async def test_a_wall_that_does_not_read_never_grows_and_is_let_go(build_house: BuildHouse) -> None:
    house = await build_house()
    deaf = stuck(house.port)
    await until(lambda: house.walls.count == 1)
    wall = next(iter(house.walls._showings["office"].walls))
    await stuff(house, wall)
    held = wall.pipe._write_buffer  # type: ignore[attr-defined]
    before = len(held)
    await flood(house, range(300))
    assert len(held) <= before
    await until(lambda: house.walls.count == 0, QUICK.patience + 3)
    deaf.close()


async def test_a_wall_that_lagged_gets_the_newest_of_every_tile(build_house: BuildHouse) -> None:
    house = await build_house(pace=replace(QUICK, patience=60))
    slow = stuck(house.port)
    await until(lambda: house.walls.count == 1)
    wall = next(iter(house.walls._showings["office"].walls))
    await stuff(house, wall)
    await house.show("visitors", number(123456))
    await house.show("pages", table(("/the-newest", 1)))
    await asyncio.sleep(0.2)
    heard = b""
    loop = asyncio.get_running_loop()
    while b"123,456" not in heard or b"/the-newest" not in heard:
        heard += await asyncio.wait_for(loop.sock_recv(slow, 65536), 5)
    assert heard.count(b"/the-newest") == 1
    slow.close()


async def test_two_hundred_streams_are_told_good_bye_and_end_at_once(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    lines = [await Line.open(house.port) for _ in range(195)]
    deaf = [stuck(house.port) for _ in range(5)]
    await until(lambda: house.walls.count == 200)
    began = asyncio.get_running_loop().time()
    await house.stop()
    assert asyncio.get_running_loop().time() - began < 5
    for line in lines:
        await line.until("bye")
        assert await line.next() is None
        line.close()
    assert not caplog.records
    for line in deaf:
        line.close()


async def test_a_wall_that_talks_is_not_listened_to(house: House) -> None:
    line = await Line.open(house.port)
    line.writer.write(b"x" * 10_000_000)
    await asyncio.sleep(0.3)
    await house.show("visitors", number(77))
    assert house.walls.count in (0, 1)
    wall = next(iter(house.walls._showings["office"].walls), None)
    assert wall is None or wall.pipe._read_buffer_size < 200_000  # type: ignore[attr-defined]
    line.close()
