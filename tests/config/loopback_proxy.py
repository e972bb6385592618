"""An HTTP proxy on loopback that leads every host to one port of this machine."""

import asyncio
import base64
from contextlib import suppress


class LoopbackProxy:
    """Use as `async with LoopbackProxy(target) as proxy`; `hosts` are the hosts that were requested through it.

    With `login`, `user:password`, it refuses everybody else.
    """

    def __init__(self, target: int, login: str = "") -> None:
        self.target = target
        self.login = f"basic {base64.b64encode(login.encode()).decode()}" if login else ""
        self.hosts: list[str] = []
        self.refusals = 0

    async def __aenter__(self) -> "LoopbackProxy":
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error: object) -> None:
        self.server.close()
        await self.server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            if self.login and not self.is_login_right(head):
                self.refusals += 1
                writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
            else:
                await self._forward(head, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            await _close(writer)

    def is_login_right(self, head: str) -> bool:
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        return headers.get("proxy-authorization") == self.login.lower()

    async def _forward(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, address, _ = head.split(" ", 2)
        from_target, to_target = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            if method == "CONNECT":
                self.hosts.append(address.rpartition(":")[0])
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                host, slash, path = address.removeprefix("http://").partition("/")
                self.hosts.append(host.partition(":")[0])
                to_target.write(head.replace(address, slash + path, 1).encode("latin-1"))
            await asyncio.gather(_copy(reader, to_target), _copy(from_target, writer))
        finally:
            await _close(to_target)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
