"""Looks names up in threads of its own, so that a name server that hangs holds up nothing but its own question."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult


class Resolver(AbstractResolver):
    """One short-lived daemon thread for each lookup; aiohttp asks for one host once at a time.

    aiohttp's own uses the pool that the whole process shares, and a process waits for that pool before it ends.
    """

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of `host`; raises OSError."""
        loop = asyncio.get_running_loop()
        found: asyncio.Future[list[Any]] = loop.create_future()
        Thread(target=look_up, args=(loop, found, host, port, family), name=f"look up {host}", daemon=True).start()
        numeric = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return [
            ResolveResult(hostname=host, host=address[0], port=address[1], family=kind, proto=proto, flags=numeric)
            for kind, _, proto, _, address in await found
        ]

    async def close(self) -> None:
        pass


def look_up(
    loop: asyncio.AbstractEventLoop, found: "asyncio.Future[list[Any]]", host: str, port: int, family: int
) -> None:
    """Runs in the thread; what it finds is set in the loop's own."""
    try:
        infos = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        tell: Callable[[], None] = partial(found.set_result, infos)
    except (OSError, UnicodeError) as error:
        tell = partial(found.set_exception, OSError(str(error)))
    with suppress(RuntimeError):  # the loop has ended, and with it whoever asked
        loop.call_soon_threadsafe(lambda: None if found.done() else tell())
