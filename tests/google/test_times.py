"""Times of Google Analytics: all of the range, in the order of the calendar, written as elsewhere."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.google.fake_google import FakeGoogle, ManualClock, report
from tests.google.test_frames import SESSIONS, framed, said
from utilities.google.comparison import ga4_previous_days
from utilities.google.time_dimensions import week_of_year
from utilities.model.errors import BadAnswer, SourceMisconfigured
from utilities.model.frames import DateRange, Value
from utilities.sources.ga4 import Ga4Query, Ga4Source
from utilities.sources.search_console import SearchConsoleQuery, SearchConsoleSource

RATE = [("bounceRate", "TYPE_FLOAT")]
WEEK = ("13", "14", "15", "16", "17", "18", "19")  # of November 2026, Friday to Thursday


def first_cells(rows: tuple[tuple[Value, ...], ...], width: int = 1) -> list[str]:
    return [" ".join(str(cell) for cell in row[:width]) for row in rows]


@pytest.mark.parametrize(
    ("dimension", "raw", "cells", "width"),
    [
        ("date", ["20261119", "20261113"], [f"2026-11-{day}" for day in WEEK], 1),
        ("hour", ["10", "9", "0"], [f"{hour:02d}:00" for hour in range(24)], 1),
        ("minute", ["59", "07"], [f":{minute:02d}" for minute in range(60)], 1),
        ("dayOfWeekName", ["Thursday", "Sunday"], ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], 1),
        ("dayOfWeek", ["0", "4"], ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], 1),
        ("yearWeek", ["202647"], ["Week 46, 2026", "Week 47, 2026"], 1),
        ("isoYearIsoWeek", ["202647"], ["Week 46, 2026", "Week 47, 2026"], 1),
        ("yearMonth", ["202611"], ["Nov 2026"], 1),
        ("day", ["19"], [str(int(day)) for day in WEEK], 1),
        ("dateHour", ["2026111423"], [f"2026-11-{day} {hour:02d}:00" for day in WEEK for hour in range(24)], 2),
        ("nthDay", ["0003", "0010", "0002"], ["Day 3", "Day 4", "Day 11"], 1),
    ],
)
async def test_times_are_in_the_order_of_the_calendar_and_have_no_gaps(
    dimension: str, raw: list[str], cells: list[str], width: int, google: FakeGoogle, ga4: Ga4Source
) -> None:
    body = report([dimension], SESSIONS + RATE, [[value, "5", "0.5"] for value in raw])
    frame = await framed(google, ga4, body, Ga4Query((dimension,), ("sessions", "bounceRate")))
    assert first_cells(frame.rows, width) == cells
    assert {row[-2:] for row in frame.rows} <= {(5, 0.5), (0, None)}
    assert google.asked[-1]["limit"] == "10000"
    assert "metricAggregations" not in google.asked[-1]


async def test_realtime_minutes_run_from_the_oldest_to_now(google: FakeGoogle, ga4: Ga4Source) -> None:
    body = report(["minutesAgo"], [("activeUsers", "TYPE_INTEGER")], [["00", "3"], ["12", "9"]])
    ask = Ga4Query(("minutesAgo",), ("activeUsers",), realtime=True)
    rows = (await framed(google, ga4, body, ask)).rows
    assert (len(rows), rows[0], rows[17], rows[-1]) == (30, ("29 min", 0), ("12 min", 9), ("now", 3))


async def test_weekdays_and_hours_fill_the_week(google: FakeGoogle, ga4: Ga4Source) -> None:
    body = report(["dayOfWeekName", "hour"], SESSIONS, [["Sunday", "9", "4"], ["Monday", "10", "7"]])
    rows = (await framed(google, ga4, body, Ga4Query(("dayOfWeekName", "hour"), ("sessions",)))).rows
    assert len(rows) == 168
    assert rows[0] == ("Mon", "00:00", 0)
    assert {("Mon", "10:00", 7), ("Sun", "09:00", 4)} <= set(rows)


async def test_days_that_google_cut_are_not_filled_but_named(google: FakeGoogle, ga4: Ga4Source) -> None:
    body = report(["date"], SESSIONS, [["20261113", "5"], ["20261115", "4"]], rowCount=7)
    frame = await framed(google, ga4, body, Ga4Query(("date",), ("sessions",)))
    assert frame.rows == (("2026-11-13", 5), ("2026-11-14", 0), ("2026-11-15", 4))
    assert frame.total_rows == 7
    assert said(frame) == ["Only the first 3 of 7 rows; ask for fewer days or dimensions"]


async def test_best_days_are_a_ranking_without_the_others(google: FakeGoogle, ga4: Ga4Source) -> None:
    body = report(["date"], SESSIONS, [["20261115", "9"], ["20261113", "8"]], rowCount=7)
    frame = await framed(google, ga4, body, Ga4Query(("date",), ("sessions",), order="-sessions", limit=2))
    assert frame.rows == (("2026-11-15", 9), ("2026-11-13", 8))
    assert frame.total_rows == 7


async def test_hours_of_today_end_with_the_last_counted_one(google: FakeGoogle, ga4: Ga4Source) -> None:
    body = report(["hour"], SESSIONS, [["9", "5"], ["11", "1"]])
    frame = await framed(google, ga4, body, Ga4Query(("hour",), ("sessions",), today=True))
    assert len(frame.rows) == 12
    assert frame.date_range == DateRange(date(2026, 11, 20), date(2026, 11, 20), "Europe/Helsinki", has_ended=False)


@pytest.mark.parametrize(
    ("query", "ends"),
    [
        ({"today": True}, "2026-11-21T00:00"),  # midnight in Helsinki, the property's
        ({"realtime": True}, "2026-11-20T14:40"),  # when no minute of the last half hour is left
        ({"first": "now/d"}, "2026-11-21T00:00"),
        ({"first": "now/M"}, "2026-12-01T00:00"),
        ({"first": "now/M", "compare": True}, "2026-12-01T00:00"),
        ({"days": 7}, None),
        ({"first": "2026-11-01", "last": "2026-11-20"}, None),
    ],
)
async def test_figures_of_a_moment_or_a_running_period_say_when_it_is_over(
    query: dict[str, Any], ends: str | None, google: FakeGoogle, ga4: Ga4Source
) -> None:
    names, rows = (["dateRange"], [["now", "5"]]) if "compare" in query else ([], [["5"]])
    frame = await framed(google, ga4, report(names, SESSIONS, rows), Ga4Query((), ("sessions",), **query))
    assert frame.current_until == (datetime.fromisoformat(f"{ends}+02:00") if ends else None)


async def test_days_without_rows_are_unknown_where_google_withholds_small_figures(
    google: FakeGoogle, ga4: Ga4Source
) -> None:
    metadata = {"timeZone": "Europe/Helsinki", "subjectToThresholding": True}
    body = report(["date"], SESSIONS, [["20261119", "5"]], metadata=metadata)
    frame = await framed(google, ga4, body, Ga4Query(("date",), ("sessions",)))
    assert (frame.rows[0], len(frame.rows)) == (("2026-11-13", None), 7)


async def test_part_of_a_ranking_comes_with_the_total_of_all_rows(google: FakeGoogle, ga4: Ga4Source) -> None:
    totals = [{"dimensionValues": [{"value": "RESERVED_TOTAL"}], "metricValues": [{"value": "20"}]}]
    body = report(["country"], SESSIONS, [["Finland", "7"], ["Spain", "2"]], rowCount=40, totals=totals)
    frame = await framed(google, ga4, body, Ga4Query(("country",), ("sessions",), limit=2))
    assert (frame.total_rows, frame.totals) == (40, {"sessions": 20})


def compared(rows: dict[str, list[list[str]]], names: list[str], metrics: list[tuple[str, str]]) -> Any:
    """Answers by the first day of the range; the relative range is that of these days."""
    return lambda body: report(names, metrics, rows.get(body["dateRanges"][0]["startDate"], rows["now"]))


async def test_compared_days_are_shifted_by_the_range(google: FakeGoogle, ga4: Ga4Source) -> None:
    now, before = [["20261113", "mobile", "5", "0.5"]], [["20261106", "mobile", "7", "0.25"]]
    rows = {"now": now, "2026-11-06": before}
    google.reply = compared(rows, ["date", "deviceCategory"], SESSIONS + RATE)
    ask = Ga4Query(("date", "deviceCategory"), ("sessions", "bounceRate"), compare=True)
    frame = await ga4.fetch_frame(ask)
    assert frame.rows[:2] == (
        ("2026-11-13", "mobile", 5, 7, 0.5, 0.25),
        ("2026-11-14", "mobile", 0, 0, None, None),  # a rate that nobody counted is a gap
    )
    assert frame.previous_range == DateRange(date(2026, 11, 6), date(2026, 11, 12), "Europe/Helsinki")


@pytest.mark.parametrize(
    ("dimensions", "days"),
    [(("yearWeek",), 10), (("dayOfWeekName",), 10), (("yearMonth",), 20), (("month", "day"), 20)],
)
async def test_times_that_do_not_correspond_are_not_compared(
    dimensions: tuple[str, ...], days: int, google: FakeGoogle, ga4: Ga4Source
) -> None:
    google.reply = lambda _: report(list(dimensions), SESSIONS, [])
    with pytest.raises(SourceMisconfigured, match="`compare` cannot match"):
        await ga4.fetch_frame(Ga4Query(dimensions, ("sessions",), days=days, compare=True))


async def test_whole_weeks_are_compared_week_by_week(google: FakeGoogle, ga4: Ga4Source, clock: ManualClock) -> None:
    clock.now = datetime(2026, 11, 22, 12, tzinfo=UTC)  # a Sunday, on which Google's weeks begin
    google.reply = compared({"now": [["202646", "5"]], "2026-10-25": [["202644", "9"]]}, ["yearWeek"], SESSIONS)
    frame = await ga4.fetch_frame(Ga4Query(("yearWeek",), ("sessions",), days=14, compare=True))
    assert frame.rows == (("Week 46, 2026", 5, 9), ("Week 47, 2026", 0, 0))


@pytest.mark.parametrize(
    ("first", "days", "expected"),
    [
        ("now/M", ("2026-11-01", "2026-11-27"), ("2026-10-01", "2026-10-27")),
        ("now/M", ("2026-11-01", "2026-11-01"), ("2026-10-01", "2026-10-01")),
        ("now/M", ("2026-03-01", "2026-03-30"), ("2026-02-01", "2026-02-28")),
        ("now-1M/M", ("2026-10-01", "2026-10-31"), ("2026-09-01", "2026-09-30")),
        ("now/w", ("2026-11-23", "2026-11-25"), ("2026-11-16", "2026-11-18")),
        ("now/y", ("2026-01-01", "2026-11-27"), ("2025-01-01", "2025-11-27")),
        ("now-6d/d", ("2026-11-21", "2026-11-27"), ("2026-11-14", "2026-11-20")),
        ("2026-09-01", ("2026-09-01", "2026-09-30"), ("2026-08-02", "2026-08-31")),
    ],
)
def test_calendar_periods_are_compared_with_the_one_before(
    first: str, days: tuple[str, str], expected: tuple[str, str]
) -> None:
    before = ga4_previous_days(DateRange(*map(date.fromisoformat, days), "UTC"), first)
    assert (before.first.isoformat(), before.last.isoformat()) == expected


async def test_unfinished_day_is_not_compared_with_whole_ones(google: FakeGoogle, ga4: Ga4Source) -> None:
    google.reply = lambda _: report(["dateRange"], SESSIONS, [["now", "4"], ["previous", "2"]])
    frame = await ga4.fetch_frame(Ga4Query(metrics=("sessions",), first="now/M", compare=True))
    assert [(each["startDate"], each["endDate"]) for each in google.asked[-1]["dateRanges"]] == [
        ("2026-11-01", "2026-11-19"),
        ("2026-10-01", "2026-10-19"),
    ]
    assert frame.previous_range == DateRange(date(2026, 10, 1), date(2026, 10, 19), "Europe/Helsinki")


def test_first_week_of_google_has_new_year_in_it() -> None:
    days = [date(2026, 1, 1), date(2026, 1, 3), date(2026, 1, 4), date(2023, 1, 1), date(2023, 1, 8)]
    assert [week_of_year(day) for day in days] == [1, 1, 2, 1, 2]


@pytest.mark.parametrize(
    "more",
    [
        {"propertyQuota": None},
        {"propertyQuota": {"tokensPerDay": None}},
        {"metadata": {"timeZone": "Europe/Helsinki", "samplingMetadatas": 3}},
        {"totals": "none", "rowCount": "many"},
    ],
)
async def test_small_part_without_sense_leaves_the_figures(
    more: dict[str, Any], google: FakeGoogle, ga4: Ga4Source
) -> None:
    body = report(["country"], SESSIONS, [["Finland", "10.0"], ["Spain", "few"], ["Italy", "3"]], **more)
    frame = await framed(google, ga4, body, Ga4Query(("country",), ("sessions",)))
    assert frame.rows == (("Finland", 10), ("Spain", None), ("Italy", 3))


@pytest.mark.parametrize(("names", "metrics"), [(["country"], "activeUsers"), (["city"], "sessions"), ([], "sessions")])
async def test_figures_that_were_not_requested_are_a_bad_answer(
    names: list[str], metrics: str, google: FakeGoogle, ga4: Ga4Source
) -> None:
    body = report(names, [(metrics, "TYPE_INTEGER")], [["Finland", "1"][-len(names) - 1 :]])
    with pytest.raises(BadAnswer, match="instead of"):
        await framed(google, ga4, body, Ga4Query(("country",), ("sessions",)))


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"error": {"code": 500}, "responseAggregationType": "byProperty"},
        *(
            {"responseAggregationType": "byProperty", "rows": [{"keys": ["wall"], **figures}]}
            for figures in ({"clicks": -3}, {"ctr": 1.7}, {"impressions": 1e300}, {"position": "first"})
        ),
    ],
)
async def test_search_figures_without_sense_are_a_bad_answer(
    answer: dict[str, Any], google: FakeGoogle, searches: SearchConsoleSource
) -> None:
    google.reply = lambda _: answer
    with pytest.raises(BadAnswer):
        await searches.fetch_frame(SearchConsoleQuery())
