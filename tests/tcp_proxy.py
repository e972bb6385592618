"""A TCP proxy that can stop forwarding, as a network or a fail-over does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class TcpProxy:
    """Forwards connections to `target`, until it is made to fail."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self.is_silent = False  # new connections are accepted and get nothing
        self.accepted = 0
        self._forwarding = asyncio.Event()  # of the connections that are open now
        self._forwarding.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listens, on the same port after `refuse`."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def silence_open_connections(self) -> None:
        """Stops forwarding on the open connections for good; they stay open. New ones work."""
        self._forwarding.clear()
        self._forwarding = asyncio.Event()
        self._forwarding.set()

    def reset_open_connections(self) -> None:
        """Breaks the open connections."""
        for writer in self._writers:
            writer.transport.abort()

    async def refuse(self) -> None:
        """Stops listening and breaks the open connections."""
        assert self._server is not None
        self._server.close()
        self.reset_open_connections()

    async def stop(self) -> None:
        await self.refuse()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self._writers.add(writer)
        if self.is_silent:
            return
        try:
            to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self._writers.add(to_writer)
        forwarding = self._forwarding
        for source, sink in ((reader, to_writer), (to_reader, writer)):
            task = asyncio.create_task(self._forward(source, sink, forwarding))
            self._tasks.add(task)

    async def _forward(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, allowed: asyncio.Event) -> None:
        with suppress(OSError):
            while data := await source.read(65_536):
                await allowed.wait()
                sink.write(data)
                await sink.drain()
        await allowed.wait()
        sink.close()


@asynccontextmanager
async def run_tcp_proxy(target: int) -> AsyncIterator[TcpProxy]:
    proxy = TcpProxy(target)
    await proxy.start()
    yield proxy
    await proxy.stop()
