"""Manners towards one server: places, windows, rests, and quiet that was asked for."""

import asyncio
import time
from datetime import timedelta

import pytest

from demo.clock import VirtualClock
from utilities.http.throttle import CallRate, Throttle
from utilities.model.errors import OverQuota, SourceMisconfigured, Unavailable


@pytest.fixture
def clock():
    return VirtualClock()


async def call(throttle, error=None, seconds=0.0):
    async with throttle.slot():
        await asyncio.sleep(seconds)
        if error:
            raise error


async def failing(throttle, error, times=1):
    for _ in range(times):
        with pytest.raises(type(error)):
            await call(throttle, error)


async def test_no_more_calls_begin_in_any_window_than_its_rate(clock):
    throttle = Throttle(clock, concurrency=50, rates=(CallRate(3, 0.2), CallRate(7, 0.5)))
    starts = []

    async def one():
        async with throttle.slot():
            starts.append(time.monotonic())

    await asyncio.gather(*(one() for _ in range(15)))
    for rate in (CallRate(3, 0.2), CallRate(7, 0.5)):
        pairs = zip(starts, starts[rate.calls :], strict=False)
        assert all(later - earlier >= rate.seconds * 0.98 for earlier, later in pairs)


async def test_first_calls_within_the_rate_do_not_wait(clock):
    throttle = Throttle(clock, concurrency=50, rates=(CallRate(10, 60.0),))
    await asyncio.wait_for(asyncio.gather(*(call(throttle) for _ in range(10))), 30)


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
    on_its_way = asyncio.create_task(call(throttle, seconds=0.1))
    await asyncio.sleep(0)
    await failing(throttle, OverQuota("answered 429", retry_after=100))
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

    async def one():
        nonlocal running, most
        async with throttle.slot():
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.02)
            running -= 1

    await asyncio.gather(*(one() for _ in range(12)))
    assert most == min(concurrency, 10)


async def test_quiet_that_was_asked_for_makes_calls_wait_and_none_fail(clock):
    throttle = Throttle(clock, concurrency=5)
    await call(throttle)
    throttle.pause(0.2)
    began = time.monotonic()
    await asyncio.gather(call(throttle), call(throttle))
    assert time.monotonic() - began >= 0.18


async def test_long_quiet_is_a_rest(clock):
    throttle = Throttle(clock, concurrency=5)
    throttle.pause(600)
    with pytest.raises(OverQuota, match="rate limit reached"):
        await call(throttle)


async def test_call_that_is_given_up_gives_its_place_back(clock):
    throttle = Throttle(clock, concurrency=1)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(call(throttle, seconds=5), 0.02)
    await asyncio.wait_for(call(throttle), 10)


async def test_rest_ends_when_the_clock_is_set_back_by_days(clock):
    throttle = Throttle(clock, concurrency=5)
    await failing(throttle, OverQuota("answered 429", retry_after=100))
    clock.shift(timedelta(days=-3))
    await call(throttle)
