"""The server forgets connections that have closed, and does not wait for the streams of walls when it stops."""

import asyncio
from pathlib import Path

from handlers.serving.server import open_server
from tests.waiting import wait_until
from utilities.config.environment import read_settings

BOARD = "title: Site\ntiles: [{report: site-pages, view: table, place: [1, 1, 12, 12]}]\n"
STREAM = b"GET /boards/site/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
HALF_REQUEST = b"POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345"
SENT = {
    b"": b"",
    b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n": b"HTTP/1.1 200",
    b"GET /a.gif?url=http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n": b"HTTP/1.1 200",
    b"\x16\x03\x01\r\n\r\n": b"HTTP/1.1 400",
    HALF_REQUEST: b"",
}


async def test_closed_connections_are_forgotten(tmp_path: Path):
    (tmp_path / "site.yaml").write_text(BOARD)
    environ = {"BOARDS_DIR": str(tmp_path), "DATA_DIR": str(tmp_path / "var"), "PORT": "0", "GEOIP_DB": ""}
    async with open_server(read_settings(environ, env_file=None)) as running:
        requests = running.http._requests

        async def send(data: bytes, expected: bytes) -> asyncio.StreamWriter:
            reader, writer = await asyncio.open_connection("127.0.0.1", running.http.port)
            writer.write(data)
            assert await reader.readexactly(len(expected)) == expected
            return writer

        wall = await send(STREAM, b"HTTP/1.1 200")
        await wait_until(lambda: not requests.active and not requests.waiting)
        writers = [await send(*each) for each in SENT.items()]
        await wait_until(lambda: len(requests.active) == 1 and len(requests.waiting) == 3)  # without that of the 400
        for writer in writers:
            writer.close()
        await wait_until(lambda: not requests.active and not requests.waiting)
        wall.close()
