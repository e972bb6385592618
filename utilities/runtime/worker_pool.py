"""A bounded thread pool for blocking calls: each call has a deadline, and can be interrupted when it is over."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from utilities.model.errors import FoyerError, Unavailable

Result = TypeVar("Result")


class CancelHandle:
    """Interrupts one call from another thread, as soon as the call has set how.

    `error_type` is raised in the worker thread when the caller has stopped waiting before that.
    """

    def __init__(self, error_type: type[FoyerError] = Unavailable) -> None:
        self._error_type = error_type
        self._lock = threading.Lock()
        self._interrupt: Callable[[], object] | None = None
        self.is_cancelled = False

    def set_interrupt(self, interrupt: Callable[[], object] | None) -> None:
        """Sets how the call can be interrupted from now on; None when it must not be. Called by the worker thread."""
        with self._lock:
            self._interrupt = interrupt
            if self.is_cancelled and interrupt:
                raise self._error_type("The caller has stopped waiting")

    def cancel(self) -> None:
        """Interrupts the call. May be called from any thread."""
        with self._lock:
            self.is_cancelled = True
            if self._interrupt:
                self._interrupt()


class WorkerPool:
    """Runs blocking calls in its own threads. All methods belong to the event loop's thread.

    `name` begins the error messages, such as "The state database"; errors are of `error_type`. `max_pending` bounds
    the calls that run or wait. `initializer` runs at the start of each thread. `on_timeout` is called when a call was
    not done in time.
    """

    def __init__(
        self,
        name: str,
        *,
        threads: int,
        max_pending: int,
        timeout: float,
        error_type: type[FoyerError] = Unavailable,
        initializer: Callable[[], object] | None = None,
        on_timeout: Callable[[], object] | None = None,
    ) -> None:
        self.name = name
        self.max_pending = max_pending
        self.timeout = timeout
        self._error_type = error_type
        self._on_timeout = on_timeout
        self._executor = ThreadPoolExecutor(threads, name, initializer)
        self._pending: dict[Future[Any], CancelHandle] = {}
        self._is_closed = False

    @property
    def pending_count(self) -> int:
        """Counts the calls that run or wait, also those whose caller has stopped waiting."""
        return len(self._pending)

    async def run(self, call: Callable[[CancelHandle], Result], timeout: float | None = None) -> Result:
        """Returns what `call` returns, or raises what it raises.

        Raises `error_type` when the pool is closed or full, or after `timeout` seconds, waiting included; then the
        call is interrupted, as it is when the caller is cancelled.
        """
        seconds = self.timeout if timeout is None else timeout
        if self._is_closed:
            raise self._error_type(f"{self.name} is shutting down")
        if len(self._pending) >= self.max_pending:
            raise self._error_type(f"{self.name} is overloaded: too many calls are waiting")
        handle = CancelHandle(self._error_type)
        future = self._executor.submit(call, handle)
        self._pending[future] = handle
        future.add_done_callback(lambda done: self._pending.pop(done, None))  # before the caller continues
        waiter = asyncio.wrap_future(future)
        waiter.add_done_callback(_retrieve_error)  # also when the caller has just stopped waiting
        try:
            await asyncio.wait({waiter}, timeout=seconds)
            if waiter.cancelled():
                raise self._error_type(f"{self.name} is shutting down")
            if waiter.done():
                return waiter.result()
            if self._on_timeout is not None:
                self._on_timeout()
            raise self._error_type(f"{self.name} did not answer within {seconds:g} seconds")
        finally:
            if not future.done():
                waiter.cancel()
                handle.cancel()

    def submit(self, call: Callable[[], Result]) -> "Future[Result]":
        """Runs `call` outside the bounds: for what belongs to opening and closing."""
        return self._executor.submit(call)

    async def close(self, timeout: float | None = None, *, interrupt: bool = False) -> bool:
        """Drops what waits and returns when what runs has ended: True, or False when `timeout` seconds were too short.

        With `interrupt`, running calls are interrupted.
        """
        self._is_closed = True
        running = [asyncio.wrap_future(future) for future in self._pending if future.running()]
        self._executor.shutdown(wait=False, cancel_futures=True)
        for handle in list(self._pending.values()) if interrupt else ():
            handle.cancel()
        for future in running:
            future.add_done_callback(_retrieve_error)
        if running and (await asyncio.wait(running, timeout=timeout))[1]:
            return False
        await asyncio.to_thread(self._executor.shutdown, wait=True)  # every thread is idle and ends at once
        return True


def _retrieve_error(future: "asyncio.Future[Any]") -> None:
    """Marks the error as retrieved; otherwise asyncio logs it."""
    if not future.cancelled():
        future.exception()
