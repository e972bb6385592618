"""Like is compared with like: the same part of a month, the same weekdays, the same hours."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.pageviews.queries.conftest import MakeSource
from tests.pageviews.storage.views import view
from utilities.model.period_words import describe_previous_period
from utilities.model.time_ranges import Comparison, parse_range
from utilities.pageviews import PageView
from utilities.pageviews.compared_time import compared_range, match_hours
from utilities.sources.pageviews import PageViewQuery

NO_REFERRER: dict[str, Any] = {"site": "blog", "referrer": "", "referrer_host": "", "title": "Home", "path": "/"}
BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = datetime(2026, 11, 27, 14, 20, tzinfo=BERLIN)


def visit_at(at: datetime, number: int) -> PageView:
    return view(**NO_REFERRER | {"visitor": number, "visit": number, "at": at.astimezone(UTC)})


@pytest.mark.parametrize(
    ("now", "first", "last", "comparison", "begins", "ends"),
    [
        ("2026-11-01 14:20", "now/M", "now", True, "2026-10-01 00:00", "2026-10-01 14:20"),
        ("2026-11-27 14:20", "now/M", "now", True, "2026-10-01 00:00", "2026-10-27 14:20"),
        ("2026-03-30 14:20", "now/M", "now", True, "2026-02-01 00:00", "2026-02-28 14:20"),
        ("2026-11-25 14:20", "now/w", "now", True, "2026-11-16 00:00", "2026-11-18 14:20"),
        ("2026-11-25 14:20", "now/y", "now", True, "2025-01-01 00:00", "2025-11-25 14:20"),
        ("2026-11-25 14:20", "now-1M/M", "now-1M/M", True, "2026-09-01 00:00", "2026-10-01 00:00"),
        ("2026-11-27 14:20", "now/d", "now", "week", "2026-11-20 00:00", "2026-11-20 14:20"),
        ("2026-11-27 14:20", "now-9d/d", "now", "week", "2026-11-04 00:00", "2026-11-13 14:20"),
        ("2026-11-27 14:20", "now-7d/d", "now-1d/d", "year", "2025-11-21 00:00", "2025-11-28 00:00"),
        ("2026-03-31 14:20", "now/d", "now", "week", "2026-03-24 00:00", "2026-03-24 14:20"),  # over a clock change
    ],
)
def test_time_is_compared_with_the_time_like_it(
    now: str, first: str, last: str, comparison: Comparison, begins: str, ends: str
) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=BERLIN)
    before = compared_range(parse_range(first, last, BERLIN, at), first, comparison, at)
    assert [f"{each.astimezone(BERLIN):%Y-%m-%d %H:%M}" for each in (before.start, before.end)] == [begins, ends]


async def test_hours_of_today_stand_next_to_those_of_the_same_weekday_a_week_before(make_source: MakeSource) -> None:
    start = FRIDAY.replace(hour=0, minute=0)
    today = [visit_at(start + timedelta(hours=hour, minutes=5), hour + 1) for hour in range(15)]
    before = [
        visit_at(start - timedelta(days=7) + timedelta(hours=hour, minutes=minute), 100 + hour)
        for hour in range(24)
        for minute in (5, 40)
    ]
    first = visit_at(start - timedelta(days=9), 999)
    source = await make_source([first, *before, *today], now=FRIDAY)
    frame = await source.fetch_frame(PageViewQuery("by-hour", first="now/d", compare="week"))
    views, earlier = frame.column_values("views"), frame.column_values("views:previous")
    assert views == (1,) * 15 + (None,) * 9
    assert earlier == (2,) * 14 + (1,) + (2,) * 9  # the hour that has begun is compared until the same minute
    assert frame.date_range is not None
    assert describe_previous_period(frame).startswith("Fri 20 Nov")
    totals = await source.fetch_frame(PageViewQuery("totals", first="now/d", compare="week"))
    assert totals.column_values("views:previous") == (29,)


def test_repeated_hour_is_compared_with_its_own_turn() -> None:
    sunday, before = ("2026-10-25", "2026-10-18")
    rows = [
        (sunday, hour, offset, 1) for hour, offset in (("01:00", "+02:00"), ("02:00", "+02:00"), ("02:00", "+01:00"))
    ]
    earlier = [(before, "01:00", "+02:00", 5), (before, "02:00", "+02:00", 7)]
    assert match_hours(rows, earlier, 7) == [*earlier, (None,) * 4]
    assert match_hours(earlier, rows, -7) == rows[:2]
