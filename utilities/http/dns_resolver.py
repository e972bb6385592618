"""DNS resolver with its own threads, so that a name server that hangs delays only its own lookup."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult


class ThreadedResolver(AbstractResolver):
    """Starts one daemon thread for each lookup; aiohttp looks up each host once at a time.

    aiohttp's own resolver uses the default executor, and a process waits for its threads before it ends.
    """

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Returns the addresses of `host`; raises OSError."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Any]] = loop.create_future()
        Thread(target=look_up, args=(loop, future, host, port, family), name=f"look up {host}", daemon=True).start()
        numeric = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return [
            ResolveResult(hostname=host, host=address[0], port=address[1], family=kind, proto=proto, flags=numeric)
            for kind, _, proto, _, address in await future
        ]

    async def close(self) -> None:
        pass


def look_up(
    loop: asyncio.AbstractEventLoop, future: "asyncio.Future[list[Any]]", host: str, port: int, family: int
) -> None:
    """Runs in the thread, and sets the result in the event loop's thread."""
    try:
        infos = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        set_outcome: Callable[[], None] = partial(future.set_result, infos)
    except (OSError, UnicodeError) as error:
        set_outcome = partial(future.set_exception, OSError(str(error)))
    with suppress(RuntimeError):  # the loop is closed
        loop.call_soon_threadsafe(lambda: None if future.done() else set_outcome())
