"""Two periods beside each other: what is of which, and what Google left out."""

import pytest

from tests.google.pretend import Pretend, report
from tests.google.test_frames import SESSIONS, framed, said
from utilities.errors import BadAnswer
from utilities.sources.ga4 import Ga4, Ga4Ask


async def test_comparison_puts_both_periods_in_one_row(google: Pretend, ga4: Ga4) -> None:
    rows = [["previous", "90", "0.5"], ["now", "100", "0.25"]]
    body = report(["dateRange"], [("totalUsers", "TYPE_INTEGER"), ("bounceRate", "TYPE_FLOAT")], rows)
    frame = await framed(google, ga4, body, Ga4Ask(metrics=("totalUsers", "bounceRate"), compare=True))
    keys = [column.key for column in frame.columns]
    assert keys == ["totalUsers", "totalUsers:previous", "bounceRate", "bounceRate:previous"]
    assert frame.rows == ((100, 90, 0.25, 0.5),)
    assert google.asked[-1]["dateRanges"] == [
        {"startDate": "7daysAgo", "endDate": "yesterday", "name": "now"},
        {"startDate": "14daysAgo", "endDate": "8daysAgo", "name": "previous"},
    ]


@pytest.mark.parametrize(
    ("period", "row", "days"), [("now", (9, None), "the days before"), ("previous", (None, 9), "these days")]
)
async def test_period_that_google_leaves_out_is_nothing_and_is_said(
    period: str, row: tuple[int | None, ...], days: str, google: Pretend, ga4: Ga4
) -> None:
    body = report(["dateRange"], [("totalUsers", "TYPE_INTEGER")], [[period, "9"]])
    frame = await framed(google, ga4, body, Ga4Ask(metrics=("totalUsers",), compare=True))
    assert frame.rows == (row,)
    assert said(frame) == [f"Google Analytics has no figures for {days}"]


async def test_comparison_without_its_periods_is_a_bad_answer(google: Pretend, ga4: Ga4) -> None:
    with pytest.raises(BadAnswer):
        await framed(google, ga4, report([], SESSIONS, [["7"]]), Ga4Ask(metrics=("sessions",), compare=True))
