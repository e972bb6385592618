"""Loops go on after every failure, and end when they are told to."""

import asyncio
import logging

import pytest

from utilities.runtime.supervised_loop import SupervisedLoop, catch_error


class Pauses:
    """A sleep that takes no time and notes how long it was to be; blocks after `most`."""

    def __init__(self, most: int) -> None:
        self.seconds: list[float] = []
        self.most = most
        self.reached = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if len(self.seconds) == self.most:
            self.reached.set()
            await asyncio.Event().wait()
        await asyncio.sleep(0)


async def test_work_that_fails_is_logged_and_restarted(caplog: pytest.LogCaptureFixture):
    pauses = Pauses(3)

    async def fail() -> None:
        raise ValueError("broken")

    loop = SupervisedLoop("the loop", fail, restart_seconds=7.0, sleep=pauses)
    await pauses.reached.wait()
    assert loop.is_running
    assert await loop.stop()
    assert not loop.is_running
    assert pauses.seconds == [7.0] * 3
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.ERROR, "the loop failed and is restarted until it works")
    ]
    assert caplog.records[0].exc_info


async def test_failure_is_logged_once_and_its_end_once(caplog: pytest.LogCaptureFixture):
    pauses, steps = Pauses(16), []

    def step() -> None:
        steps.append(1)
        if len(steps) in (2, 3, 4):
            raise OSError("the disk is full")
        if len(steps) == 5:
            raise ValueError("another failure")

    with caplog.at_level(logging.INFO):
        loop = SupervisedLoop.every(5.0, "the loop", step, sleep=pauses)
        await pauses.reached.wait()
        await loop.stop()
    assert [record.getMessage() for record in caplog.records] == [
        "the loop failed and is restarted until it works",
        "the loop failed and is restarted until it works",
        "the loop works again",
    ]


async def test_work_that_returns_ends_the_loop_and_the_callback_is_called():
    ended = asyncio.Event()

    async def work() -> None:
        return

    loop = SupervisedLoop("the loop", work)
    loop.add_done_callback(ended.set)
    await ended.wait()
    assert not loop.is_running


async def test_step_is_repeated_with_its_interval_whatever_it_raises():
    pauses, steps = Pauses(8), []

    async def step() -> None:
        steps.append(1)
        if len(steps) == 2:
            raise ValueError("broken")

    loop = SupervisedLoop.every(5.0, "the loop", step, sleep=pauses)
    await pauses.reached.wait()
    await loop.stop()
    assert pauses.seconds.count(5.0) == len(steps) + 1
    assert len(steps) > 4


async def test_step_may_be_a_plain_function():
    pauses, steps = Pauses(3), []
    loop = SupervisedLoop.every(5.0, "the loop", lambda: steps.append(1), sleep=pauses)
    await pauses.reached.wait()
    await loop.stop()
    assert len(steps) == 2


async def test_work_that_swallows_a_cancellation_is_cancelled_again():
    started = asyncio.Event()

    async def stubborn() -> None:
        try:
            started.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.Event().wait()

    loop = SupervisedLoop("the loop", stubborn)
    await started.wait()
    assert await loop.stop(timeout=5.0)


async def test_work_that_does_not_stop_is_given_up_with_a_warning(caplog: pytest.LogCaptureFixture):
    started, release = asyncio.Event(), asyncio.Event()

    async def deaf() -> None:
        started.set()
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    loop = SupervisedLoop("the loop", deaf)
    await started.wait()
    assert not await loop.stop(timeout=0.05)
    assert "the loop does not stop" in caplog.text
    release.set()
    assert await loop.stop()


async def test_error_is_returned_and_cancellation_is_not_caught():
    async def fail() -> None:
        raise ValueError("broken")

    assert isinstance(await catch_error(fail()), ValueError)
    assert await catch_error(asyncio.sleep(0)) is None
    task = asyncio.create_task(catch_error(asyncio.Event().wait()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
