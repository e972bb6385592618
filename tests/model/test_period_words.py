"""Periods in words: relative ones only while they are true, otherwise dates."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from utilities.model.frames import Column, DateRange, Frame, ValueKind
from utilities.model.period_words import (
    compared_days,
    describe_full_days,
    describe_period,
    describe_previous_period,
    shared_period,
)

VISITS = (Column("visits", "Visits", ValueKind.INTEGER),)
FRIDAY = date(2026, 11, 27)


def covering(first: str, last: str, *, today: date = FRIDAY, until: str = "", ends: str = "", **more) -> Frame:
    """Returns a frame of these days, read on a Friday; `ends` is when their running period is over, in UTC."""
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    days = DateRange(begin, end, "UTC", has_ended=end < FRIDAY, until=until, **more)
    current_until = datetime.fromisoformat(ends).replace(tzinfo=UTC) if ends else None
    return Frame(VISITS, ((1,),), date_range=days, current_until=current_until, read_on=today)


@pytest.mark.parametrize(("before", "days"), [(None, None), (0, date(2026, 11, 13))])
def test_figures_without_a_whole_period_before_are_not_compared_with_its_days(before: int | None, days: date) -> None:
    frame = covering("2026-11-20", "2026-11-26")
    assert frame.date_range
    frame = replace(frame, previous_range=frame.date_range.preceding_range()).with_previous(((before,),))
    compared = compared_days(frame)
    assert (compared and compared.first) == days


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (covering("2026-09-01", "2026-09-30"), "1–30 September"),
        (covering("2026-10-29", "2026-11-12"), "29 October – 12 November"),
        (covering("2025-09-01", "2025-09-30"), "1–30 September 2025"),
        (covering("2026-11-20", "2026-11-26"), "in the 7 days to yesterday"),
        (covering("2026-11-21", "2026-11-27", until="13:00"), "in the 7 days until now"),
        (covering("2026-11-26", "2026-11-26"), "yesterday"),
        (covering("2026-11-27", "2026-11-27", ends="2026-11-28"), "today until now"),
        (covering("2026-11-23", "2026-11-27", ends="2026-11-30"), "this week until now"),
        (covering("2026-11-01", "2026-11-27", ends="2026-12-01"), "this month until now"),
        (covering("2026-11-01", "2026-11-26", ends="2026-12-01"), "this month to yesterday"),
        (covering("2026-10-01", "2026-11-27", ends="2027-01-01"), "this quarter until now"),
        (covering("2026-01-01", "2026-11-27", ends="2027-01-01"), "this year until now"),
        (covering("2026-11-27", "2026-11-27", window_minutes=5), "in the last 5 minutes"),
        (covering("2026-11-26", "2026-11-27", window_minutes=1440), "in the last 24 hours"),
        (covering("2026-11-26", "2026-11-26", until="13:00", window_minutes=60),
         "60 minutes until 13:00, Thu 26 November"),  # the same hour yesterday
        # Days later, while the source fails, nothing is "yesterday" or "the last days" any more.
        (covering("2026-11-26", "2026-11-26", today=date(2026, 11, 28)), "Thu 26 November"),
        (covering("2026-11-20", "2026-11-26", today=date(2026, 11, 29)), "20–26 November"),
        (covering("2026-11-21", "2026-11-27", today=date(2026, 11, 29), until="13:00"), "21–27 November until 13:00"),
        (Frame(VISITS, ((1,),)), ""),
    ],
)  # fmt: skip
def test_caption_of_figures_says_which_days_they_are_of(frame: Frame, words: str):
    assert describe_period(frame) == words


@pytest.mark.parametrize(
    ("frame", "before", "words"),
    [
        (covering("2026-11-20", "2026-11-26"), None, "the week before"),
        (covering("2026-10-30", "2026-11-26"), None, "the 28 days before"),
        (covering("2026-11-26", "2026-11-26"), None, "the day before"),
        (covering("2026-11-01", "2026-11-26"), ("2026-10-01", "2026-10-26", ""), "1–26 Oct"),
        (covering("2026-11-27", "2026-11-27"), ("2026-11-26", "2026-11-26", "13:00"), "yesterday by the same time"),
        (covering("2026-11-27", "2026-11-27"), ("2026-11-20", "2026-11-20", "13:00"), "last Friday by the same time"),
        (covering("2026-11-26", "2026-11-26"), ("2026-11-19", "2026-11-19", ""), "the Thursday before"),
        (covering("2026-11-20", "2026-11-26"), ("2025-11-21", "2025-11-27", ""), "the same weekdays last year"),
        (covering("2026-09-01", "2026-09-30"), None, "2–31 Aug"),
        (covering("2026-11-20", "2026-11-26", today=date(2026, 11, 29)), None, "13–19 Nov"),
    ],
)
def test_change_says_than_what(frame: Frame, before: tuple[str, str, str] | None, words: str):
    if before is not None:
        days = DateRange(date.fromisoformat(before[0]), date.fromisoformat(before[1]), "UTC", until=before[2])
        frame = replace(frame, previous_range=days)
    assert describe_previous_period(frame) == words


WEEK, MONTH = covering("2026-11-20", "2026-11-26"), covering("2026-10-30", "2026-11-26")
TODAY = covering("2026-11-27", "2026-11-27", ends="2026-11-28")
NOW = covering("2026-11-27", "2026-11-27", window_minutes=5)


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        ([WEEK, WEEK, MONTH], "the 7 days to yesterday"),
        ([WEEK, MONTH], ""),  # each says its own
        ([TODAY, NOW, TODAY, NOW, NOW], "today since midnight"),
        ([covering("2026-09-01", "2026-09-30")], "1–30 September"),
        ([NOW], ""),
        ([], ""),
    ],
)
def test_board_names_the_period_of_most_of_its_figures(frames: list[Frame], words: str):
    assert shared_period(frames) == words


COMPARED = replace(
    WEEK.with_previous(((2,),)), previous_range=WEEK.date_range.preceding_range() if WEEK.date_range else None
)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (WEEK, "Fri 20 Nov to Thu 26 Nov 2026, UTC"),
        (COMPARED, "20–26 Nov 2026, compared with 13–19 Nov 2026, UTC"),
        (TODAY, "Fri 27 Nov 2026 so far, UTC"),
        (covering("2026-11-27", "2026-11-27", until="13:00"), "Fri 27 Nov 2026 until 13:00, UTC"),
        (covering("2026-11-27", "2026-11-27", until="13:00", window_minutes=5),
         "5 minutes until 13:00, Fri 27 Nov 2026, UTC"),
        (covering("2026-11-26", "2026-11-26", until="13:00", window_minutes=60),
         "60 minutes until 13:00, Thu 26 Nov 2026, UTC"),
    ],
)  # fmt: skip
def test_picture_says_its_days_and_those_that_they_are_compared_with(frame: Frame, words: str):
    assert describe_full_days(frame, compared_days(frame)) == words
