"""One call for all who ask at the same time."""

import asyncio

import pytest

from utilities.runtime.single_flight import SingleFlight


class SlowCall:
    """Counts its calls and waits until it is released."""

    def __init__(self, error: Exception | None = None) -> None:
        self.count = 0
        self.error = error
        self.release = asyncio.Event()

    async def __call__(self) -> int:
        self.count += 1
        await self.release.wait()
        if self.error is not None:
            raise self.error
        return self.count


async def test_callers_at_the_same_time_share_one_call():
    flights, call = SingleFlight[str, int](), SlowCall()
    waiting = [asyncio.create_task(flights.run("a", call)) for _ in range(5)]
    await asyncio.sleep(0)
    assert "a" in flights
    call.release.set()
    assert await asyncio.gather(*waiting) == [1] * 5
    assert len(flights) == 0
    assert await flights.run("a", call) == 2


async def test_other_key_is_another_call():
    flights, call = SingleFlight[str, int](), SlowCall()
    call.release.set()
    assert sorted(await asyncio.gather(flights.run("a", call), flights.run("b", call))) == [1, 2]


async def test_error_reaches_every_caller_and_the_next_call_starts_again():
    flights, call = SingleFlight[str, int](), SlowCall(ValueError("no"))
    call.release.set()
    results = await asyncio.gather(*(flights.run("a", call) for _ in range(3)), return_exceptions=True)
    assert results == [call.error] * 3
    with pytest.raises(ValueError, match="no"):
        await flights.run("a", call)
    assert call.count == 2


async def test_call_goes_on_when_its_first_caller_is_cancelled():
    flights, call = SingleFlight[str, int](), SlowCall()
    first, second = (asyncio.create_task(flights.run("a", call)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    call.release.set()
    assert await second == 1


async def test_close_cancels_what_runs():
    flights, call = SingleFlight[str, int](), SlowCall()
    task = flights.start_call("a", call)
    await flights.close()
    assert task.cancelled()
    assert len(flights) == 0


async def test_idle_is_waited_for():
    flights, call = SingleFlight[str, int](), SlowCall()
    await flights.wait_idle()
    task = flights.start_call("a", call)
    await flights.wait_idle(timeout=0.0)
    assert not task.done()
    call.release.set()
    await flights.wait_idle()
    assert task.done()
