"""Two periods beside each other: what is of which, and what Google left out."""

from datetime import UTC, date, datetime

import pytest

from tests.google.fake_google import FakeGoogle, ManualClock, report
from tests.google.test_frames import SESSIONS, framed, said
from utilities.model.errors import BadAnswer, ParameterError
from utilities.model.frames import DateRange
from utilities.refresh.parameterized_reports import ParameterizedReports
from utilities.reports import top_pages
from utilities.sources import Sources
from utilities.sources.ga4 import Ga4Query, Ga4Source


async def test_comparison_puts_both_periods_in_one_row(google: FakeGoogle, ga4: Ga4Source) -> None:
    rows = [["previous", "90", "0.5"], ["now", "100", "0.25"]]
    body = report(["dateRange"], [("totalUsers", "TYPE_INTEGER"), ("bounceRate", "TYPE_FLOAT")], rows)
    frame = await framed(google, ga4, body, Ga4Query(metrics=("totalUsers", "bounceRate"), compare=True))
    keys = [column.key for column in frame.columns]
    assert keys == ["totalUsers", "totalUsers:previous", "bounceRate", "bounceRate:previous"]
    assert frame.rows == ((100, 90, 0.25, 0.5),)
    assert google.asked[-1]["dateRanges"] == [
        {"startDate": "7daysAgo", "endDate": "yesterday", "name": "now"},
        {"startDate": "14daysAgo", "endDate": "8daysAgo", "name": "previous"},
    ]


@pytest.mark.parametrize(
    ("period", "row", "days"), [("now", (9, 0), "the days before"), ("previous", (0, 9), "these days")]
)
async def test_period_that_google_leaves_out_has_counts_of_0_and_a_note(
    period: str, row: tuple[int | None, ...], days: str, google: FakeGoogle, ga4: Ga4Source
) -> None:
    body = report(["dateRange"], [("totalUsers", "TYPE_INTEGER")], [[period, "9"]])
    frame = await framed(google, ga4, body, Ga4Query(metrics=("totalUsers",), compare=True))
    assert frame.rows == (row,)
    assert said(frame) == [f"Google Analytics has no figures for {days}"]


async def test_comparison_without_its_periods_is_a_bad_answer(google: FakeGoogle, ga4: Ga4Source) -> None:
    with pytest.raises(BadAnswer):
        await framed(google, ga4, report([], SESSIONS, [["7"]]), Ga4Query(metrics=("sessions",), compare=True))


async def test_names_are_set_beside_what_they_had_before(google: FakeGoogle, ga4: Ga4Source) -> None:
    rows = {"2026-11-19": [["Germany", "9"], ["France", "5"]], "2026-11-17": [["Spain", "8"], ["France", "7"]]}
    google.reply = lambda body: report(["country"], SESSIONS, rows[body["dateRanges"][0]["endDate"]])
    ask = Ga4Query(dimensions=("country",), metrics=("sessions",), compare=True, limit=2)
    frame = await ga4.fetch_frame(ga4.with_params(ask, {"from": "2026-11-18", "to": "2026-11-19"}))
    assert frame.rows == (("Germany", 9, 0), ("France", 5, 7))
    assert frame.date_range == DateRange(date(2026, 11, 18), date(2026, 11, 19), "Europe/Helsinki")


async def test_days_are_those_where_the_property_is(google: FakeGoogle, ga4: Ga4Source, clock: ManualClock) -> None:
    clock.now = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)  # half past midnight in Helsinki
    frame = await ga4.fetch_frame(Ga4Query(metrics=("sessions",), first="now/d"))
    assert google.asked[-1]["dateRanges"] == [{"startDate": "2026-11-21", "endDate": "2026-11-21"}]
    assert frame.date_range == DateRange(date(2026, 11, 21), date(2026, 11, 21), "Europe/Helsinki", has_ended=False)


def test_days_before_google_began_are_refused(ga4: Ga4Source) -> None:
    with pytest.raises(ParameterError, match="`from` must be 2015-08-14 or later"):
        ga4.with_params(Ga4Query(metrics=("sessions",)), {"from": "2015-08-13"})
    for first in ("now-30m", "now-1s", "now-24h"):
        with pytest.raises(ParameterError, match="`from` must be in days"):
            ga4.with_params(Ga4Query(metrics=("sessions",)), {"from": first})
        ga4.with_params(Ga4Query(("dateHour",), ("sessions",)), {"from": first})


async def test_report_of_several_questions_takes_another_time_for_all_of_them(
    google: FakeGoogle, ga4: Ga4Source, clock: ManualClock
) -> None:
    sources = Sources((), {"ga4": ga4}, "https://example.org", clock)
    adjusted = ParameterizedReports(sources, clock).with_params(
        top_pages.REPORT, {"from": "2026-11-01", "to": "2026-11-02"}
    )
    google.reply = lambda body: report(
        [each["name"] for each in body["dimensions"]], [(each["name"], "TYPE_INTEGER") for each in body["metrics"]], []
    )
    assert [frame.date_range async for frame in adjusted.fetch_frames(sources)] == [
        DateRange(date(2026, 11, 1), date(2026, 11, 2), "Europe/Helsinki")
    ]
    days = [{"startDate": "2026-11-01", "endDate": "2026-11-02"}]
    assert {str(body["dimensions"][0]["name"]) for body in google.asked} == {"pagePath", "landingPage"}
    assert all(body["dateRanges"] == days for body in google.asked[-2:])


@pytest.mark.parametrize(
    ("first", "dimensions", "now", "rows", "is_compared"),
    [
        ("now/d", (), 20, ((9, None),), False),  # until noon, and the day before is whole
        ("2026-11-20", (), 20, ((9, None),), False),
        ("now/d", ("country",), 20, (("Spain", 9, None),), False),
        ("now-1d/d", (), 20, ((9, 4),), True),  # ends with yesterday
        ("now/M", (), 1, ((9, 4),), True),  # the first of a month with the first of the one before
    ],
)
async def test_day_that_has_not_ended_is_not_compared_with_a_whole_one(
    first: str,
    dimensions: tuple[str, ...],
    now: int,
    rows: tuple[tuple[object, ...], ...],
    is_compared: bool,
    google: FakeGoogle,
    ga4: Ga4Source,
    clock: ManualClock,
) -> None:
    clock.now = datetime(2026, 11, now, 10, tzinfo=UTC)
    names, cells = (["country"], [["Spain", "9"]]) if dimensions else (["dateRange"], [["now", "9"], ["previous", "4"]])
    query = Ga4Query(dimensions, ("sessions",), first=first, compare=True)
    frame = await framed(google, ga4, report(names, SESSIONS, cells), query)
    assert frame.rows == rows
    assert (frame.previous_range is not None) is is_compared
    assert any("has not ended" in text for text in said(frame)) is not is_compared
    assert ("Sun 1 Nov is not over yet, and is compared with a whole day" in said(frame)) is (now == 1)
