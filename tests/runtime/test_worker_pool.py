"""Blocking calls in threads: bounded in number and in time, and interrupted when nobody waits."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from tests.waiting import wait_until
from utilities.model.errors import StateDown, Unavailable
from utilities.runtime.worker_pool import CancelHandle, WorkerPool

OpenPool = Callable[..., WorkerPool]


@pytest.fixture
async def pool() -> AsyncIterator[OpenPool]:
    """`pool(threads=…)`: a pool that is closed at the end."""
    async with AsyncExitStack() as closing:

        def make(
            threads: int = 2, max_pending: int = 10, timeout: float = 30.0, error_type: type[StateDown] | None = None
        ) -> WorkerPool:
            kind = error_type or Unavailable
            made = WorkerPool("The engine", threads=threads, max_pending=max_pending, timeout=timeout, error_type=kind)
            closing.push_async_callback(made.close, interrupt=True)
            return made

        yield make


class Blocking:
    """A call that blocks its thread until it is released or interrupted."""

    def __init__(self) -> None:
        self.started = threading.Event()
        self.release = threading.Event()
        self.interrupted = threading.Event()

    def __call__(self, handle: CancelHandle) -> str:
        handle.set_interrupt(self.interrupt)
        self.started.set()
        self.release.wait(20)
        handle.set_interrupt(None)
        return "done"

    def interrupt(self) -> None:
        self.interrupted.set()
        self.release.set()


async def test_result_and_error_come_back(pool: OpenPool):
    one = pool()
    assert await one.run(lambda handle: 42) == 42
    with pytest.raises(ZeroDivisionError):
        await one.run(lambda handle: 1 // 0)
    await wait_until(lambda: one.pending_count == 0)


async def test_call_that_lasts_too_long_is_interrupted(pool: OpenPool):
    one, call = pool(timeout=0.05), Blocking()
    with pytest.raises(Unavailable, match=r"The engine did not answer within 0\.05 seconds"):
        await one.run(call)
    assert await asyncio.to_thread(call.interrupted.wait, 10)
    await wait_until(lambda: one.pending_count == 0)


async def test_call_may_have_a_timeout_of_its_own(pool: OpenPool):
    with pytest.raises(Unavailable, match=r"within 0\.05 seconds"):
        await pool().run(Blocking(), timeout=0.05)


async def test_call_is_interrupted_when_its_caller_is_cancelled(pool: OpenPool):
    one, call = pool(), Blocking()
    caller = asyncio.create_task(one.run(call))
    await asyncio.to_thread(call.started.wait, 10)
    caller.cancel()
    assert await asyncio.to_thread(call.interrupted.wait, 10)


async def test_error_of_a_call_that_nobody_waits_for_is_not_logged(pool: OpenPool, caplog: pytest.LogCaptureFixture):
    started, release, ended = threading.Event(), threading.Event(), threading.Event()

    def fail(handle: CancelHandle) -> None:
        started.set()
        release.wait()
        raise ValueError

    workers = pool(threads=1)
    caller = asyncio.create_task(workers.run(fail))
    await asyncio.to_thread(started.wait)
    release.set()
    workers.submit(ended.set)
    ended.wait()  # without a turn of the event loop: the call has failed, and its caller does not know it yet
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    del caller
    await workers.run(lambda handle: None)  # the thread drops what it has of the call before
    gc.collect()  # asyncio logs the error of a future when the future is deleted
    assert not caplog.records


async def test_call_that_nobody_waits_for_any_more_never_starts(pool: OpenPool):
    one, first, second = pool(threads=1), Blocking(), Blocking()
    running = asyncio.create_task(one.run(first))
    await asyncio.to_thread(first.started.wait, 10)
    with pytest.raises(Unavailable):
        await one.run(second, timeout=0.01)
    first.release.set()
    assert await running == "done"
    assert await one.run(lambda handle: second.started.is_set()) is False


async def test_handle_refuses_a_call_that_was_cancelled_before_it_could_be_interrupted():
    handle = CancelHandle(StateDown)
    handle.cancel()
    handle.set_interrupt(None)
    with pytest.raises(StateDown):
        handle.set_interrupt(lambda: None)


async def test_calls_beyond_the_bound_are_refused_with_the_pools_error(pool: OpenPool):
    one, call = pool(threads=1, max_pending=2, error_type=StateDown), Blocking()
    callers = [asyncio.create_task(one.run(call)) for _ in range(2)]
    await wait_until(lambda: one.pending_count == 2)
    with pytest.raises(StateDown, match="The engine is overloaded"):
        await one.run(call)
    call.release.set()
    assert await asyncio.gather(*callers) == ["done", "done"]


async def test_close_waits_for_what_runs_and_drops_what_waits(pool: OpenPool):
    one, call, other = pool(threads=1), Blocking(), Blocking()
    running, waiting = asyncio.create_task(one.run(call)), asyncio.create_task(one.run(other))
    await asyncio.to_thread(call.started.wait, 10)
    assert not await one.close(timeout=0.01)
    call.release.set()
    assert await one.close()
    assert await running == "done"
    with pytest.raises(Unavailable, match="shutting down"):
        await waiting
    with pytest.raises(Unavailable, match="shutting down"):
        await one.run(call)
    assert not other.started.is_set()


async def test_close_can_interrupt_what_runs(pool: OpenPool):
    one, call = pool(threads=1), Blocking()
    running = asyncio.create_task(one.run(call))
    await asyncio.to_thread(call.started.wait, 10)
    assert await one.close(interrupt=True)
    assert call.interrupted.is_set()
    assert await running == "done"


async def test_submitted_call_is_outside_the_bounds(pool: OpenPool):
    one = pool(max_pending=0)
    assert await asyncio.wrap_future(one.submit(lambda: 7)) == 7
