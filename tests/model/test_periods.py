"""When figures of a moment or of a running period are no longer what their name says."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from utilities.model.errors import ErrorKind
from utilities.model.frames import Column, DateRange, Frame, LastError, Reading, ReadingState, ValueKind
from utilities.model.time_ranges import end_of_period, parse_range

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 27, 12, 0, 30, tzinfo=UTC)  # a Friday, 13:00:30 in Berlin


@pytest.mark.parametrize(
    ("first", "last", "ends"),
    [
        ("now/d", "now", "2026-11-28T00:00+01:00"),
        ("now/w", "now", "2026-11-30T00:00+01:00"),
        ("now/M", "now", "2026-12-01T00:00+01:00"),
        ("now/M", "now-1d/d", "2026-12-01T00:00+01:00"),
        ("now/Q", "now", "2027-01-01T00:00+01:00"),
        ("now/y", "now/y", "2027-01-01T00:00+01:00"),
        ("now/h", "now", "2026-11-27T14:00+01:00"),
        ("now-5m", "now", "2026-11-27T13:05:30+01:00"),  # none of these minutes is left then
        ("now-1d", "now", "2026-11-28T13:00:30+01:00"),
        ("now-1s", "now", "2026-11-27T13:01:30+01:00"),  # and not after a second, or it would be queried each second
        ("now-1h/h", "now-1h/h", "2026-11-27T14:00+01:00"),
        ("now-25h", "now-24h", "2026-11-27T14:00:30+01:00"),  # a moment that lies back
        ("now-3h/h", "now-2h/h", "2026-11-27T15:00+01:00"),
        ("now-1d/d", "now-1d/d", None),  # closed
        ("now-6d/d", "now", None),  # moves on from day to day
        ("now-1M/M", "now-1M/M", None),
        ("2026-11-27", "now", None),  # a date that stays
        ("2026-11-01", "2026-11-30", None),
    ],
)
def test_period_of_a_relative_range_ends_on_the_local_clock(first, last, ends):
    end = end_of_period(first, parse_range(first, last, BERLIN, NOW), NOW)
    assert end == (datetime.fromisoformat(ends) if ends else None)


def test_period_begins_with_its_first_moment():
    midnight = datetime(2026, 11, 26, 23, 0, tzinfo=UTC)
    today = parse_range("now/d", "now", BERLIN, midnight)
    assert today.date_range == DateRange(date(2026, 11, 27), date(2026, 11, 27), "Europe/Berlin")
    assert today.previous_range().date_range.last == date(2026, 11, 26)


@pytest.mark.parametrize("has_failed", [True, False])
@pytest.mark.parametrize(
    ("ends", "at", "state", "has_figures"),
    [
        (NOW, NOW - timedelta(seconds=1), ReadingState.LIVE, True),
        (NOW, NOW, None, False),  # at midnight itself
        (NOW, NOW + timedelta(days=1), None, False),
        (None, NOW + timedelta(days=1), ReadingState.STALE, True),  # closed days stay, with their dates
    ],
)
def test_figures_of_a_period_that_is_over_are_withdrawn(has_failed, ends, at, state, has_figures):
    day = DateRange(date(2026, 11, 26), date(2026, 11, 26), "Europe/Berlin", has_ended=False)
    frame = Frame((Column("visits", "Visits", ValueKind.INTEGER),), ((2318,),), date_range=day)
    error = LastError("no answer", ErrorKind.UNAVAILABLE, NOW, 3, NOW) if has_failed else None
    reading = Reading("today", replace(frame, current_until=ends), NOW - timedelta(seconds=30), error)
    shown = reading.current_at(at)
    assert (shown.frame is not None, shown.taken_at is not None) == (has_figures, has_figures)
    gone = ReadingState.FAILED if has_failed else ReadingState.WAITING
    assert reading.state_at(at, timedelta(minutes=1), timedelta(hours=1)) == (state or gone)
    assert shown.last_error == error
