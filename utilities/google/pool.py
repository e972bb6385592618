"""Thread pool for the blocking Google client: limited, with a deadline for every call."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from utilities.google.connection import Connections, Deadline
from utilities.model.clock import MonotonicClock
from utilities.model.errors import Unavailable

Result = TypeVar("Result")

SOCKET_TIMEOUT_SECONDS = 10.0
CLOSE_TIMEOUT_SECONDS = 5.0


class GoogleThreadPool:
    """Runs functions in threads that each have their own connections.

    It has `threads` threads and room for `max_waiting` calls in its queue; further calls fail at once. All methods
    belong to the event loop's thread, except `run`, which belongs to a pool thread.
    """

    def __init__(
        self, name: str, threads: int = 4, max_waiting: int = 256, monotonic: MonotonicClock = time.monotonic
    ) -> None:
        self.name = name
        self.max_calls = threads + max_waiting
        self.monotonic = monotonic
        self.executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self.thread_local = threading.local()
        self.all_connections: list[Connections] = []
        self.running: dict[Future[Any], Deadline] = {}
        self.is_closed = False

    async def call(self, function: Callable[[Connections], Result], seconds: float) -> Result:
        """Returns or raises what `function` does; raises Unavailable when the queue is full or after `seconds`."""
        if self.is_closed:
            raise Unavailable(f"{self.name} is shutting down")
        if len(self.running) >= self.max_calls:
            raise Unavailable(f"{self.name}: too many calls are waiting")
        deadline = Deadline(seconds, self.monotonic)
        future = self.executor.submit(self.run, function, deadline)
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
                self.abort_call(deadline)

    def run(self, function: Callable[[Connections], Result], deadline: Deadline) -> Result:
        """Calls the function in a pool thread, with the thread's own connections."""
        connections = self.thread_connections()
        connections.set_deadline(deadline)
        try:
            if deadline.remaining_seconds() <= 0:
                raise Unavailable(f"{self.name} had no free thread within {deadline.seconds:g} seconds")
            return function(connections)
        finally:
            connections.set_deadline(Deadline(0))
            if deadline.is_over.is_set() or self.is_closed:
                connections.close()

    def abort_call(self, deadline: Deadline) -> None:
        """Ends the call with this deadline; its thread is free again soon."""
        deadline.is_over.set()
        for connections in list(self.all_connections):
            connections.abort_call(deadline)

    def thread_connections(self) -> Connections:
        """Returns the connections of the current thread."""
        if not hasattr(self.thread_local, "connections"):
            self.thread_local.connections = Connections(SOCKET_TIMEOUT_SECONDS)
            self.all_connections.append(self.thread_local.connections)
        connections: Connections = self.thread_local.connections
        return connections

    async def close(self) -> None:
        """Ends every call, closes every socket, and waits up to five seconds for the threads."""
        self.is_closed = True
        self.executor.shutdown(wait=False, cancel_futures=True)
        for deadline in list(self.running.values()):
            self.abort_call(deadline)
        until = self.monotonic() + CLOSE_TIMEOUT_SECONDS
        while self.running and self.monotonic() < until:  # noqa: ASYNC110 — the futures end in other threads
            await asyncio.sleep(0.01)
        if not self.running:
            self.executor.shutdown(wait=True)  # every thread is idle and leaves at once
            for connections in self.all_connections:
                connections.close()
