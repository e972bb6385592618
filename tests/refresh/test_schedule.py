"""When a report is due, and how long to wait after a failure."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.refresh.fake_source import make_report, one_figure
from utilities.model.errors import BadAnswer, ErrorKind, OverQuota, SourceMisconfigured, Unavailable
from utilities.model.frames import LastError, Reading
from utilities.refresh.schedule import MAX_SHOWN_AGE, Observation, failure_reading, refresh_interval, retry_delay

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
