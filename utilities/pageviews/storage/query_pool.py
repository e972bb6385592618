"""A bounded thread pool for queries to an engine, with a timeout and low priority."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from utilities.model.errors import Unavailable

Result = TypeVar("Result")

QUERY_THREADS = 2
MAX_QUEUED_QUERIES = 200  # an engine that hangs must not collect the queries of every wall
QUERY_TIMEOUT_SECONDS = 30.0  # for one query, including its time in the queue
QUERY_NICENESS = 13  # collecting page views comes before queries


class CancelHandle:
    """Interrupts one query, at any time, with the engine's own method."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.is_cancelled = False
        self.interrupt: Callable[[], object] | None = None

    def set_interrupt(self, interrupt: Callable[[], object] | None) -> None:
        """Sets how to interrupt the query from now on; None when it needs no interrupt. Unavailable if cancelled."""
        with self.lock:
            self.interrupt = interrupt
            if self.is_cancelled and interrupt:
                raise Unavailable("The query was cancelled.")

    def __call__(self) -> None:
        with self.lock:
            self.is_cancelled = True
            if self.interrupt:
                self.interrupt()


class QueryPool:
    """Runs queries; each one gets a CancelHandle and must keep it up to date."""

    def __init__(self, threads: int = QUERY_THREADS, timeout: float = QUERY_TIMEOUT_SECONDS) -> None:
        self.timeout = timeout
        self.queued = 0
        self.threads = ThreadPoolExecutor(
            threads, thread_name_prefix="page-views-ask", initializer=lower_thread_priority
        )

    async def run_query(self, query: Callable[[CancelHandle], Result], timeout: float | None = None) -> Result:
        """Returns or raises what `query` does; Unavailable when it takes too long or the queue is full."""
        if self.queued >= MAX_QUEUED_QUERIES:
            raise Unavailable("Too many queries are waiting for the page-view store.")
        cancel = CancelHandle()
        self.queued += 1
        future = asyncio.get_running_loop().run_in_executor(self.threads, query, cancel)
        future.add_done_callback(self._on_query_done)
        try:
            async with asyncio.timeout(timeout or self.timeout):
                return await asyncio.shield(future)
        except TimeoutError as error:
            raise Unavailable("The page-view store takes too long to answer.") from error
        finally:
            if not future.done():
                cancel()

    def _on_query_done(self, future: "asyncio.Future[Any]") -> None:
        self.queued -= 1
        if not future.cancelled():
            future.exception()  # marks it as retrieved when the caller has timed out

    async def close(self) -> None:
        await asyncio.to_thread(self.threads.shutdown, wait=True, cancel_futures=True)


def lower_thread_priority() -> None:
    """Raises the niceness of this thread and of every thread it starts: on Linux niceness belongs to a thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), QUERY_NICENESS)
