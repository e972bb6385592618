"""Manners towards one server: places, windows, rests, and quiet that was asked for."""

import asyncio
from datetime import timedelta

import pytest

from tests.noon import start_noon_clock
from tests.waiting import wait_until
from utilities.http.throttle import CallRate, Throttle
from utilities.model.errors import OverQuota, SourceMisconfigured, Unavailable


@pytest.fixture
def clock():
    return start_noon_clock()


class FakeTime:
    """A monotonic clock that moves only when somebody sleeps."""

    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now

    async def sleep(self, seconds):
        ends_at = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, ends_at)


@pytest.fixture
def fake_time():
    return FakeTime()


async def call(throttle, error=None, may_end=None):
    async with throttle.slot():
        if may_end:
            await may_end.wait()
        if error:
            raise error


async def failing(throttle, error, times=1):
    for _ in range(times):
        with pytest.raises(type(error)):
            await call(throttle, error)


async def test_no_more_calls_begin_in_any_window_than_its_rate(clock, fake_time):
    rates = (CallRate(3, 20.0), CallRate(7, 50.0))
    throttle = Throttle(clock, concurrency=50, rates=rates, monotonic=fake_time.monotonic, sleep=fake_time.sleep)
    starts = []

    async def one():
        async with throttle.slot():
            starts.append(fake_time.now)

    await asyncio.gather(*(one() for _ in range(15)))
    assert len(starts) == 15
    for rate in rates:
        pairs = zip(starts, starts[rate.calls :], strict=False)
        assert all(later - earlier >= rate.seconds for earlier, later in pairs)


async def test_first_calls_within_the_rate_do_not_wait(clock, fake_time):
    rates = (CallRate(10, 60.0),)
    throttle = Throttle(clock, concurrency=50, rates=rates, monotonic=fake_time.monotonic, sleep=fake_time.sleep)
    await asyncio.gather(*(call(throttle) for _ in range(10)))
    assert fake_time.now == 1000.0


async def test_server_over_quota_rests_until_it_said(clock):
    throttle = Throttle(clock, concurrency=5)
    await failing(throttle, OverQuota("answered 429", retry_after=100))
    with pytest.raises(OverQuota, match="answered 429") as caught:
        await call(throttle)
    assert 99 < caught.value.retry_after <= 100
    clock.shift(timedelta(seconds=101))
    await call(throttle)
    assert throttle.next_attempt_at() is None
    assert throttle.last_error is None


async def test_good_answer_that_was_on_its_way_does_not_end_a_rest(clock):
    throttle = Throttle(clock, concurrency=5)
    may_end = asyncio.Event()
    on_its_way = asyncio.create_task(call(throttle, may_end=may_end))
    await asyncio.sleep(0)
    await failing(throttle, OverQuota("answered 429", retry_after=100))
    may_end.set()
    await on_its_way
    with pytest.raises(OverQuota):
        await call(throttle)


async def test_refusal_is_tried_again_after_a_quarter_of_an_hour(clock):
    throttle = Throttle(clock, concurrency=5)
    await failing(throttle, SourceMisconfigured("answered 401"))
    clock.shift(timedelta(minutes=14))
    await failing(throttle, SourceMisconfigured("answered 401"))
    clock.shift(timedelta(minutes=2))
    await call(throttle)


async def test_two_failures_are_no_reason_to_rest(clock):
    throttle = Throttle(clock, concurrency=5)
    await failing(throttle, Unavailable("answered 500"), times=2)
    await call(throttle)
    await failing(throttle, Unavailable("answered 500"), times=2)
    await call(throttle)


async def test_rests_grow_when_a_server_stays_dead(clock):
    throttle = Throttle(clock, concurrency=5)
    rests = []
    await failing(throttle, Unavailable("answered 500"), times=3)
    for _ in range(8):
        until = throttle.next_attempt_at()
        assert until is not None
        rests.append((until - clock()).total_seconds())
        clock.shift(until - clock())
        await failing(throttle, Unavailable("answered 500"))
    assert 22 <= rests[0] <= 38
    assert rests[3] > 2 * rests[0]
    assert max(rests) <= 750


async def test_ten_failures_at_once_are_one_short_rest(clock):
    throttle = Throttle(clock, concurrency=10)
    await asyncio.gather(*(failing(throttle, Unavailable("answered 500")) for _ in range(10)))
    until = throttle.next_attempt_at()
    assert until is not None
    assert (until - clock()).total_seconds() < 38


@pytest.mark.parametrize("concurrency", [1, 2, 10])
async def test_when_the_call_that_tries_succeeds_those_behind_it_go_together(concurrency, clock):
    throttle = Throttle(clock, concurrency=concurrency)
    await failing(throttle, Unavailable("answered 500"), times=3)
    clock.shift(timedelta(minutes=1))
    running = most = 0
    trial_may_end, others_may_end = asyncio.Event(), asyncio.Event()

    async def one(may_end):
        nonlocal running, most
        async with throttle.slot():
            running += 1
            most = max(most, running)
            await may_end.wait()
            running -= 1

    trial = asyncio.create_task(one(trial_may_end))
    await wait_until(lambda: running == 1)
    others = [asyncio.create_task(one(others_may_end)) for _ in range(11)]
    await wait_until(lambda: concurrency == 1 or throttle.slots.locked())
    assert most == 1
    trial_may_end.set()
    await trial
    await wait_until(lambda: running == min(concurrency, 10))
    others_may_end.set()
    await asyncio.gather(*others)
    assert most == min(concurrency, 10)


async def test_quiet_that_was_asked_for_makes_calls_wait_and_none_fail(clock, fake_time):
    throttle = Throttle(clock, concurrency=5, monotonic=fake_time.monotonic, sleep=fake_time.sleep)
    await call(throttle)
    throttle.pause(20)
    await asyncio.gather(call(throttle), call(throttle))
    assert fake_time.now == 1020.0


async def test_long_quiet_is_a_rest(clock):
    throttle = Throttle(clock, concurrency=5)
    throttle.pause(600)
    with pytest.raises(OverQuota, match="rate limit reached"):
        await call(throttle)


async def test_call_that_is_given_up_gives_its_place_back(clock):
    throttle = Throttle(clock, concurrency=1)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(call(throttle, may_end=asyncio.Event()), 0.02)
    await asyncio.wait_for(call(throttle), 10)


async def test_rest_ends_when_the_clock_is_set_back_by_days(clock):
    throttle = Throttle(clock, concurrency=5)
    await failing(throttle, OverQuota("answered 429", retry_after=100))
    clock.shift(timedelta(days=-3))
    await call(throttle)
