"""When to ask again."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.refresh.pretending import number, report
from utilities.model.errors import BadAnswer, ErrorKind, OverQuota, SourceMisconfigured, Unavailable
from utilities.model.frames import LastError, Reading
from utilities.refresh.schedule import LONGEST_KEPT, Sight, due_after, failed, pause

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECONDS = st.floats(0.0, 1e6)
DRAW = random.Random(1)


def ago(seconds: float) -> Reading:
    return Reading("users", number(1), NOON - timedelta(seconds=seconds))


def after(error: Exception, old: Reading | None = None, now: datetime = NOON) -> Reading:
    return failed(report(), old, error, str(error), now, DRAW)


@given(SECONDS, SECONDS, st.floats(1.0, 1e3), SECONDS, st.floats(-1e5, 1e5))
def test_the_wait_is_never_negative_and_never_longer_than_the_stretched_pace(age, gone, stretch, took, jump):
    sight = Sight(ago(age), 0.0, NOON)
    now = NOON + timedelta(seconds=gone + jump)
    assert 0.0 <= sight.wait(report(pace=60), gone, now, stretch, took) <= 60 * stretch


@given(st.floats(0.0, 1e4))
def test_a_clock_set_back_does_not_make_the_wait_longer(back):
    sight = Sight(ago(0), 0.0, NOON)
    now = NOON - timedelta(seconds=back)
    assert sight.wait(report(pace=60), 60.0, now, 1.0, 0.0) == 0.0


def test_a_clock_set_forward_makes_it_due():
    assert Sight(ago(0), 0.0, NOON).wait(report(pace=60), 1.0, NOON + timedelta(hours=1), 1.0, 0.0) == 0.0


def test_figures_from_the_future_are_due_after_their_pace_all_the_same():
    sight = Sight(ago(-3600), 0.0, NOON)
    assert sight.wait(report(pace=60), 60.0, NOON + timedelta(seconds=60), 1.0, 0.0) == 0.0


def test_nothing_known_is_due_at_once():
    assert Sight(None, 0.0, NOON).wait(report(), 0.0, NOON, 1.0, 0.0) == 0.0
    assert Sight(Reading("users"), 0.0, NOON).wait(report(), 0.0, NOON, 1.0, 0.0) == 0.0


def test_an_answer_that_was_never_finished_is_due_after_a_minute():
    half = Reading("users", number(1), NOON, complete=False)
    assert Sight(half, 0.0, NOON).wait(report(pace=3600), 0.0, NOON, 1.0, 0.0) == 60.0


@pytest.mark.parametrize(("took", "seconds"), [(0.0, 54.0), (2.0, 54.0), (10.0, 45.0), (1000.0, 30.0)])
def test_a_slow_answer_is_asked_for_earlier(took, seconds):
    assert due_after(60.0, 0.9, took) == seconds


def test_processes_do_not_all_wake_at_one_moment():
    waits = {Sight(ago(0), 0.0, NOON).wait(report(pace=60), 0.0, NOON, 1.0, 0.0) for _ in range(50)}
    assert len(waits) > 40
    assert 51 <= min(waits) < max(waits) <= 54


@given(st.integers(1, 10_000), st.sampled_from([Unavailable("x"), BadAnswer("x"), KeyError("x")]))
def test_pauses_grow_from_five_seconds_to_five_minutes_and_no_further(attempts, error):
    most = min(5.0 * 2 ** min(attempts - 1, 20), 300.0)
    assert 1.0 <= pause(error, attempts, timedelta(hours=1), DRAW) <= most


def test_a_pause_is_no_longer_than_the_pace():
    assert max(pause(Unavailable("x"), 20, timedelta(seconds=60), DRAW) for _ in range(100)) <= 60.0


def test_pauses_are_spread_over_their_whole_length():
    pauses = sorted(pause(Unavailable("x"), 20, timedelta(hours=1), DRAW) for _ in range(1000))
    assert pauses[250] < 100 < 200 < pauses[750]


@given(st.floats(allow_nan=False))
def test_a_quota_says_itself_how_long_but_not_for_ever(seconds):
    waited = pause(OverQuota("x", retry_after=seconds), 1, timedelta(minutes=5), DRAW)
    assert 1.0 <= waited <= 86_400.0
    assert waited >= min(seconds, 86_400.0)


def test_ten_minutes_of_an_outage_cost_few_questions():
    asked, at = 0, 0.0
    while at < 600:
        asked += 1
        at += pause(Unavailable("x"), asked, timedelta(minutes=5), DRAW)
    assert asked <= 20


def test_trouble_counts_from_the_first_failure():
    first = after(Unavailable("x"), ago(10))
    second = after(SourceMisconfigured("y"), first, NOON + timedelta(seconds=30))
    assert (second.frame, second.taken_at) == (first.frame, first.taken_at)
    assert (second.last_error.since, second.last_error.attempts, second.last_error.kind) == (
        NOON,
        2,
        ErrorKind.MISCONFIGURED,
    )


def test_trouble_never_began_in_the_future():
    before = Reading("users", last_error=LastError("x", ErrorKind.UNAVAILABLE, NOON + timedelta(hours=1), 1, NOON))
    assert after(Unavailable("x"), before).last_error.since == NOON


@pytest.mark.parametrize(("age", "kept"), [(LONGEST_KEPT, True), (LONGEST_KEPT + timedelta(seconds=1), False)])
def test_figures_are_kept_for_two_weeks(age, kept):
    reading = after(Unavailable("x"), ago(age.total_seconds()))
    assert (reading.frame is not None, reading.taken_at is not None) == (kept, kept)
    assert reading.last_error is not None
