"""Questions to an engine: on a few threads of their own, bounded in number and in time, out of the writer's way."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from utilities.model.errors import Unavailable

Result = TypeVar("Result")

THREADS = 2
MOST_WAITING = 200  # questions; an engine that hangs must not gather every wall
PATIENCE = 30.0  # seconds for one question, waiting included
POLITE = 13  # steps of niceness: what collects page views goes first


class Stop:
    """How to interrupt one question, whenever it runs; `call` is the engine's own way."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.stopped = False
        self.call: Callable[[], object] | None = None

    def by(self, call: Callable[[], object] | None) -> None:
        """The asking thread says how it can be interrupted from now on; None when it no longer needs to be."""
        with self.lock:
            self.call = call
            if self.stopped and call:
                raise Unavailable("Nobody waits for this any more.")

    def __call__(self) -> None:
        with self.lock:
            self.stopped = True
            if self.call:
                self.call()


class Questions:
    """Runs questions; each gets a Stop that it must keep informed."""

    def __init__(self, threads: int = THREADS, patience: float = PATIENCE) -> None:
        self.patience = patience
        self.waiting = 0
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="page-views-ask", initializer=be_polite)

    async def run(self, question: Callable[[Stop], Result], patience: float | None = None) -> Result:
        """What it returns or raises; Unavailable when it takes too long or too many wait already."""
        if self.waiting >= MOST_WAITING:
            raise Unavailable("Too many questions to the page-view store wait already.")
        stop = Stop()
        self.waiting += 1
        future = asyncio.get_running_loop().run_in_executor(self.threads, question, stop)
        future.add_done_callback(self.done)
        try:
            async with asyncio.timeout(patience or self.patience):
                return await asyncio.shield(future)
        except TimeoutError as error:
            raise Unavailable("The page-view store takes too long to answer.") from error
        finally:
            if not future.done():
                stop()

    def done(self, future: "asyncio.Future[Any]") -> None:
        self.waiting -= 1
        if not future.cancelled():
            future.exception()  # seen, even when nobody waited for it any more

    def submit(self, work: Callable[[], Result]) -> "Future[Result]":
        """For what an engine does as it opens."""
        return self.threads.submit(work)

    async def close(self) -> None:
        await asyncio.to_thread(self.threads.shutdown, wait=True, cancel_futures=True)


def be_polite() -> None:
    """Lets this thread, and every thread it starts, stand back: on Linux niceness belongs to a thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), POLITE)
