"""Thread pool for the blocking Google client: limited, with a deadline for every call."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from utilities.google.connection import Connections, Deadline
from utilities.model.clock import MonotonicClock
from utilities.model.errors import Unavailable
from utilities.model.outgoing_proxies import OutgoingProxies
from utilities.runtime.worker_pool import CancelHandle, WorkerPool

Result = TypeVar("Result")

SOCKET_TIMEOUT_SECONDS = 10.0
CLOSE_TIMEOUT_SECONDS = 5.0


class GoogleThreadPool:
    """Runs functions in threads that each have their own connections.

    It has `threads` threads and room for `max_waiting` calls in its queue; further calls fail at once. All methods
    belong to the event loop's thread.
    """

    def __init__(
        self,
        name: str,
        threads: int = 4,
        max_waiting: int = 256,
        monotonic: MonotonicClock = time.monotonic,
        proxies: OutgoingProxies | None = None,
    ) -> None:
        self.name = name
        self.proxies = proxies
        self.monotonic = monotonic
        self.workers = WorkerPool(
            name, threads=threads, max_pending=threads + max_waiting, timeout=SOCKET_TIMEOUT_SECONDS
        )
        self.thread_local = threading.local()
        self.all_connections: list[Connections] = []

    async def call(self, function: Callable[[Connections], Result], seconds: float) -> Result:
        """Returns or raises what `function` does; raises Unavailable when the queue is full or after `seconds`."""
        deadline = Deadline(seconds, self.monotonic)
        return await self.workers.run(lambda handle: self._run_in_thread(function, deadline, handle), seconds)

    async def close(self) -> None:
        """Ends every call, closes every socket, and waits up to five seconds for the threads."""
        if await self.workers.close(CLOSE_TIMEOUT_SECONDS, interrupt=True):
            for connections in self.all_connections:
                connections.close()

    def _run_in_thread(
        self, function: Callable[[Connections], Result], deadline: Deadline, handle: CancelHandle
    ) -> Result:
        """Calls the function with the thread's own connections."""
        connections = self._thread_connections()
        connections.set_deadline(deadline)

        def abort() -> None:
            deadline.is_over.set()
            connections.abort_call(deadline)

        try:
            handle.set_interrupt(abort)
            if deadline.remaining_seconds() <= 0:
                raise Unavailable(f"{self.name} had no free thread within {deadline.seconds:g} seconds")
            return function(connections)
        finally:
            handle.set_interrupt(None)
            connections.set_deadline(Deadline(0))
            if deadline.is_over.is_set():
                connections.close()

    def _thread_connections(self) -> Connections:
        """Returns the connections of the current thread."""
        if not hasattr(self.thread_local, "connections"):
            self.thread_local.connections = Connections(SOCKET_TIMEOUT_SECONDS, self.proxies)
            self.all_connections.append(self.thread_local.connections)
        connections: Connections = self.thread_local.connections
        return connections
