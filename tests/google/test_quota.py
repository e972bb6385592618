"""What is left is kept by category; pace slows before it runs out and stops until it comes back."""

from datetime import UTC, datetime

import pytest

from demo.faults import Fault
from tests.google.fake_google import REALTIME, RUN, FakeGoogle, ManualClock, error, report
from utilities.google.quota import CORE, Quota
from utilities.model.errors import OverQuota
from utilities.sources.ga4 import Ga4Query, Ga4Source

ASK = Ga4Query(metrics=("sessions",))
NOW = Ga4Query(metrics=("activeUsers",), realtime=True)


@pytest.mark.parametrize(
    ("left", "stretch"),
    [
        ({"tokensPerDay": 200_000}, 1.0),
        ({"tokensPerDay": 40_000}, 1.0),
        ({"tokensPerDay": 20_000}, 5.5),
        ({"tokensPerDay": 0}, 10.0),
        ({"tokensPerDay": 200_000, "tokensPerProjectPerHour": 1_400}, 5.5),
        ({"tokensPerDay": 1_900_000}, 1.0),  # a 360 property
        ({"unheardOf": 0, "concurrentRequests": 0}, 1.0),
    ],
)
def test_pace_stretches_below_a_fifth(left: dict[str, int], stretch: float) -> None:
    quota = Quota(ManualClock())
    quota.update_buckets(CORE, left)
    assert quota.slowdown() == pytest.approx(stretch)


@pytest.mark.parametrize(
    ("now", "minutes"),
    [
        (datetime(2026, 11, 20, 12, 10, tzinfo=UTC), 19 * 60 + 50),  # midnight in California is 08:00 UTC in winter
        (datetime(2026, 7, 1, 12, 10, tzinfo=UTC), 18 * 60 + 50),  # and 07:00 in summer
        (datetime(2026, 11, 1, 7, 10, tzinfo=UTC), 24 * 60 + 50),  # the day the clocks go back has 25 hours
    ],
)
def test_day_comes_back_at_midnight_in_california(now: datetime, minutes: int) -> None:
    quota = Quota(ManualClock(now))
    quota.update_buckets(CORE, {"tokensPerDay": 0})
    with pytest.raises(OverQuota) as caught:
        quota.raise_if_exhausted(CORE)
    assert caught.value.retry_after == minutes * 60


def test_hour_comes_back_with_the_hour() -> None:
    clock = ManualClock(datetime(2026, 11, 20, 12, 10, tzinfo=UTC))
    quota = Quota(clock)
    quota.update_buckets(CORE, {"tokensPerHour": 0})
    with pytest.raises(OverQuota) as caught:
        quota.raise_if_exhausted(CORE)
    assert caught.value.retry_after == 50 * 60
    clock.advance(caught.value.retry_after)
    quota.raise_if_exhausted(CORE)
    assert quota.health() == {}


@pytest.mark.parametrize(
    ("message", "low", "high"),
    [
        ("Exhausted concurrent requests quota. Please send fewer requests concurrently.", 20, 40),
        ("Exhausted property tokens for a project per hour. These quota tokens will return in …", 3000, 3000),
        ("Exhausted property tokens per hour.", 3000, 3000),
        ("Exhausted potentially thresholded requests quota.", 3000, 3000),
        ("Exhausted server errors for a project per hour.", 3000, 3000),
        ("Exhausted property tokens per day. These quota tokens will return in under 24 hours.", 71_400, 71_400),
        ("Something new.", 20, 40),
    ],
)
async def test_429_says_when_to_come_back(
    message: str, low: float, high: float, google: FakeGoogle, ga4: Ga4Source
) -> None:
    google.faults.inject(RUN, Fault("status", status=429, body=error(429, "RESOURCE_EXHAUSTED", message)))
    with pytest.raises(OverQuota) as caught:
        await ga4.fetch_frame(ASK)
    assert low <= caught.value.retry_after <= high
    assert google.faults.count_requests(RUN) == 1


async def test_exhausted_realtime_leaves_core_alone(google: FakeGoogle, ga4: Ga4Source) -> None:
    body = error(429, "RESOURCE_EXHAUSTED", "Exhausted property tokens for a project per hour.")
    google.faults.inject(REALTIME, Fault("status", status=429, body=body))
    for _ in range(3):
        with pytest.raises(OverQuota):
            await ga4.fetch_frame(NOW)
    assert google.faults.count_requests(REALTIME) == 1
    assert (await ga4.fetch_frame(ASK)).rows == ((7,),)


async def test_retry_after_is_honoured_and_bounded(google: FakeGoogle, ga4: Ga4Source) -> None:
    for header, seconds in (("7", 7), ("999999999", 3600)):
        google.faults.inject(RUN, Fault("status", status=429, headers={"Retry-After": header}))
        with pytest.raises(OverQuota) as caught:
            await ga4.fetch_frame(ASK)
        assert caught.value.retry_after == seconds


async def test_exhausted_quota_is_known_before_google_says_so(
    google: FakeGoogle, ga4: Ga4Source, clock: ManualClock
) -> None:
    empty = {"tokensPerProjectPerHour": {"consumed": 1, "remaining": 0}}
    google.reply = lambda _: report([], [("sessions", "TYPE_INTEGER")], [["7"]], propertyQuota=empty)
    await ga4.fetch_frame(ASK)
    with pytest.raises(OverQuota, match="refilled within 50 minutes"):
        await ga4.fetch_frame(ASK)
    assert google.faults.count_requests(RUN) == 1
    assert ga4.health()["quota"] == {"core": {"tokensPerProjectPerHour": {"remaining": 0, "limit": 14_000}}}
    clock.advance(3000)
    await ga4.fetch_frame(ASK)


def test_quota_of_a_360_property_is_still_a_large_one_when_little_is_left() -> None:
    quota = Quota(ManualClock())
    quota.update_buckets(CORE, {"tokensPerDay": 1_900_000})
    quota.update_buckets(CORE, {"tokensPerDay": 190_000})
    assert quota.health() == {"core": {"tokensPerDay": {"remaining": 190_000, "limit": 2_000_000}}}
    assert quota.slowdown() > 5


def test_empty_bucket_is_forgotten_when_the_clock_is_set_back_by_days() -> None:
    clock = ManualClock()
    quota = Quota(clock)
    quota.update_buckets(CORE, {"tokensPerDay": 0})
    clock.advance(-5 * 86_400)
    quota.raise_if_exhausted(CORE)
    assert quota.seconds_until_full(CORE, "tokensPerDay") == 0.0


async def test_used_up_server_errors_stop_every_question(google: FakeGoogle, ga4: Ga4Source) -> None:
    body = error(429, "RESOURCE_EXHAUSTED", "Exhausted server errors for a project per hour.")
    google.faults.inject(RUN, Fault("status", status=429, body=body))
    for _ in range(3):
        with pytest.raises(OverQuota):
            await ga4.fetch_frame(ASK)
    assert google.faults.count_requests(RUN) == 1
    assert ga4.health()["server_errors_left"] == 0
    assert ga4.health()["quota"] == {"core": {"serverErrorsPerProjectPerHour": {"remaining": 0, "limit": 10}}}
