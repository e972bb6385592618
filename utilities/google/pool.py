"""A few threads of our own for a blocking client: bounded, with a deadline for every call."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic
from typing import Any, TypeVar

from utilities.google.connection import Connections, Deadline
from utilities.model.errors import Unavailable

Answer = TypeVar("Answer")

SOCKET_SECONDS = 10.0
CLOSING_SECONDS = 5.0


class Pool:
    """Runs work in threads that each keep their own connections.

    `places` threads, `waiting` calls in the queue; a call beyond that is refused. All methods belong to the loop's
    thread; `run` to the pool's.
    """

    def __init__(self, name: str, places: int = 4, waiting: int = 256) -> None:
        self.name = name
        self.most = places + waiting
        self.executor = ThreadPoolExecutor(places, thread_name_prefix=name)
        self.own = threading.local()
        self.all: list[Connections] = []
        self.running: dict[Future[Any], Deadline] = {}
        self.closed = False

    async def call(self, work: Callable[[Connections], Answer], seconds: float) -> Answer:
        """What `work` returns or raises; Unavailable when the queue is full or `seconds` have gone by."""
        if self.closed:
            raise Unavailable(f"{self.name} is shutting down")
        if len(self.running) >= self.most:
            raise Unavailable(f"{self.name}: too many questions are waiting already")
        deadline = Deadline(seconds)
        future = self.executor.submit(self.run, work, deadline)
        self.running[future] = deadline
        future.add_done_callback(lambda done: self.running.pop(done, None))
        waiter = asyncio.wrap_future(future)
        try:
            await asyncio.wait({waiter}, timeout=seconds)
            if waiter.cancelled():
                raise Unavailable(f"{self.name} is shutting down")
            if waiter.done():
                return waiter.result()
            raise Unavailable(f"{self.name} did not answer within {seconds:g} seconds")
        finally:
            if not future.done():
                waiter.cancel()
                self.end(deadline)

    def run(self, work: Callable[[Connections], Answer], deadline: Deadline) -> Answer:
        """In a pool thread: does the work with the thread's own connections."""
        connections = self.mine()
        connections.begin(deadline)
        try:
            if deadline.remaining() <= 0:
                raise Unavailable(f"{self.name} was not even asked within {deadline.seconds:g} seconds")
            return work(connections)
        finally:
            connections.begin(Deadline(0))
            if deadline.over.is_set() or self.closed:
                connections.forget()

    def end(self, deadline: Deadline) -> None:
        """Ends the call that has this deadline; its thread is free again in a moment."""
        deadline.over.set()
        for connections in list(self.all):
            connections.cut(deadline)

    def mine(self) -> Connections:
        """The connections of the thread that asks."""
        if not hasattr(self.own, "connections"):
            self.own.connections = Connections(SOCKET_SECONDS)
            self.all.append(self.own.connections)
        found: Connections = self.own.connections
        return found

    async def close(self) -> None:
        """Ends every call, closes every socket, and waits a little for the threads."""
        self.closed = True
        self.executor.shutdown(wait=False, cancel_futures=True)
        for deadline in list(self.running.values()):
            self.end(deadline)
        until = monotonic() + CLOSING_SECONDS
        while self.running and monotonic() < until:  # noqa: ASYNC110 — the futures end in other threads
            await asyncio.sleep(0.01)
        if not self.running:
            self.executor.shutdown(wait=True)  # every thread is idle and leaves at once
            for connections in self.all:
                connections.forget()
