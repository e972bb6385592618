"""When a report is due, and how long to wait after a failure."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.refresh.fake_source import make_report, one_figure
from utilities.model.errors import BadAnswer, ErrorKind, OverQuota, SourceMisconfigured, Unavailable
from utilities.model.frames import DateRange, LastError, Reading
from utilities.refresh.schedule import (
    MAX_SHOWN_AGE,
    MIN_PART_RETRY,
    Observation,
    can_complete,
    failure_reading,
    next_turn,
    refresh_interval,
    retry_delay,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECONDS = st.floats(0.0, 1e6)
RNG = random.Random(1)


def ago(seconds: float) -> Reading:
    return Reading("users", one_figure(1), NOON - timedelta(seconds=seconds))


def wait(reading, elapsed=0.0, now=NOON, slowdown=1.0, duration=0.0, pace=60) -> float:
    """Returns the seconds until a report is due, `elapsed` seconds after its reading was first seen."""
    return Observation(reading, 0.0, NOON).seconds_until_due(make_report(pace=pace), elapsed, now, slowdown, duration)


def after(error: Exception, old: Reading | None = None, now: datetime = NOON) -> Reading:
    return failure_reading(make_report(), old, error, str(error), now, RNG)


@given(SECONDS, SECONDS, st.floats(1.0, 1e3), SECONDS, st.floats(-1e5, 1e5))
def test_the_wait_is_never_negative_and_never_longer_than_the_slowed_interval(age, elapsed, slowdown, duration, jump):
    now = NOON + timedelta(seconds=elapsed + jump)
    assert 0.0 <= wait(ago(age), elapsed, now, slowdown, duration) <= 60 * slowdown


@given(st.floats(0.0, 1e4))
def test_a_clock_set_back_does_not_make_the_wait_longer(seconds):
    assert wait(ago(0), 60.0, NOON - timedelta(seconds=seconds)) == 0.0


def test_a_clock_set_forward_makes_it_due():
    assert wait(ago(0), 1.0, NOON + timedelta(hours=1)) == 0.0


def test_figures_from_the_future_are_due_after_the_usual_interval():
    assert wait(ago(-3600), 60.0, NOON + timedelta(seconds=60)) == 0.0


def test_a_report_without_figures_is_due_at_once():
    assert wait(None) == 0.0
    assert wait(Reading("users")) == 0.0


@pytest.mark.parametrize(
    ("age", "since", "is_due"),
    [(3600, None, False), (3600, 3601, False), (3600, 60, True), (3600, 0, True), (299, 60, False), (300, 60, True)],
)
def test_the_end_of_a_networks_pause_completes_figures_of_any_interval(age, since, is_due):
    assert timedelta(seconds=300) == MIN_PART_RETRY
    answers_since = None if since is None else NOON - timedelta(seconds=since)
    assert can_complete(ago(age), answers_since, NOON) is is_due
    assert not can_complete(after(Unavailable("x"), ago(age)), answers_since, NOON)


def test_an_incomplete_frame_is_due_after_a_minute():
    assert wait(Reading("users", one_figure(1), NOON, complete=False), pace=3600) == 60.0


@pytest.mark.parametrize(("duration", "seconds"), [(0.0, 54.0), (2.0, 54.0), (10.0, 45.0), (1000.0, 30.0)])
def test_a_slow_query_starts_earlier(duration, seconds):
    assert refresh_interval(60.0, 0.9, duration) == seconds


def test_processes_do_not_all_wake_at_one_moment():
    waits = {wait(ago(0)) for _ in range(50)}
    assert len(waits) > 40
    assert 51 <= min(waits) < max(waits) <= 54


@given(st.integers(1, 10_000), st.sampled_from([Unavailable("x"), BadAnswer("x"), KeyError("x")]))
def test_retry_delays_grow_from_five_seconds_to_five_minutes_and_no_further(attempts, error):
    most = min(5.0 * 2 ** min(attempts - 1, 20), 300.0)
    assert 1.0 <= retry_delay(error, attempts, timedelta(hours=1), RNG) <= most


def test_a_retry_delay_is_no_longer_than_the_interval():
    assert max(retry_delay(Unavailable("x"), 20, timedelta(seconds=60), RNG) for _ in range(100)) <= 60.0


def test_retry_delays_are_spread_over_their_full_length():
    delays = sorted(retry_delay(Unavailable("x"), 20, timedelta(hours=1), RNG) for _ in range(1000))
    assert delays[250] < 100 < 200 < delays[750]


@given(st.floats(allow_nan=False))
def test_a_quota_sets_its_own_delay_up_to_a_day(seconds):
    delay = retry_delay(OverQuota("x", retry_after=seconds), 1, timedelta(minutes=5), RNG)
    assert 1.0 <= delay <= 86_400.0
    assert delay >= min(seconds, 86_400.0)


def test_ten_minutes_of_an_outage_cost_few_queries():
    queries, seconds = 0, 0.0
    while seconds < 600:
        queries += 1
        seconds += retry_delay(Unavailable("x"), queries, timedelta(minutes=5), RNG)
    assert queries <= 20


def test_an_error_counts_from_the_first_failure():
    first = after(Unavailable("x"), ago(10))
    second = after(SourceMisconfigured("y"), first, NOON + timedelta(seconds=30))
    assert (second.frame, second.taken_at) == (first.frame, first.taken_at)
    assert (second.last_error.since, second.last_error.attempts, second.last_error.kind) == (
        NOON,
        2,
        ErrorKind.MISCONFIGURED,
    )


def test_an_error_never_began_in_the_future():
    earlier = Reading("users", last_error=LastError("x", ErrorKind.UNAVAILABLE, NOON + timedelta(hours=1), 1, NOON))
    assert after(Unavailable("x"), earlier).last_error.since == NOON


@pytest.mark.parametrize(("age", "is_shown"), [(MAX_SHOWN_AGE, True), (MAX_SHOWN_AGE + timedelta(seconds=1), False)])
def test_old_figures_are_shown_for_two_weeks(age, is_shown):
    reading = after(Unavailable("x"), ago(age.total_seconds()))
    assert (reading.frame is not None, reading.taken_at is not None) == (is_shown, is_shown)
    assert reading.last_error is not None


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("UTC", "2026-11-21T00:00:00"),
        ("Europe/Berlin", "2026-11-20T23:00:00"),
        ("Asia/Kolkata", "2026-11-20T18:30:00"),  # an offset of a half hour
        ("Asia/Kathmandu", "2026-11-20T18:15:00"),  # and of three quarters
        ("America/Los_Angeles", "2026-11-21T08:00:00"),
    ],
)
def test_report_of_days_is_due_at_the_midnight_of_their_zone_and_not_a_pace_later(zone, midnight):
    midnight = datetime.fromisoformat(midnight).replace(tzinfo=UTC)
    days = DateRange(date(2026, 11, 14), date(2026, 11, 20), zone, has_ended=False)
    taken_at = midnight - timedelta(seconds=10)
    reading = Reading("users", replace(one_figure(1), date_range=days), taken_at)

    def wait_at(now):
        elapsed = (now - taken_at).total_seconds()
        return Observation(reading, 0.0, taken_at).seconds_until_due(make_report(pace=3600), elapsed, now, 10.0, 0.0)

    assert [wait_at(taken_at), wait_at(midnight), wait_at(midnight + timedelta(seconds=5))] == [10.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("zone", "day", "begins", "hours"),
    [
        ("Europe/Berlin", date(2027, 3, 28), "2027-03-27T23:00", 23),
        ("Europe/Berlin", date(2026, 10, 25), "2026-10-24T22:00", 25),
        ("Africa/Cairo", date(2027, 4, 30), "2027-04-29T22:00", 23),  # the clock skips midnight itself
        ("Australia/Lord_Howe", date(2027, 4, 4), "2027-04-03T13:00", 24.5),
    ],
)
def test_day_on_which_the_clock_changes_turns_at_its_own_midnight(zone, day, begins, hours):
    frame = replace(one_figure(1), date_range=DateRange(day, day, zone, has_ended=False))
    begins = datetime.fromisoformat(begins).replace(tzinfo=UTC)
    assert next_turn(frame, begins) == begins + timedelta(hours=hours)
    assert next_turn(frame, begins - timedelta(seconds=1)) == begins


def test_figures_of_a_period_that_is_over_are_dropped_at_the_next_failure():
    today = replace(one_figure(145), current_until=NOON)
    old = Reading("users", today, NOON - timedelta(minutes=40))
    failed = [after(Unavailable("no answer"), old, NOON + timedelta(seconds=s)) for s in (-1, 0, 60)]
    assert [reading.frame for reading in failed] == [today, None, None]
    assert failed[1].taken_at is None
