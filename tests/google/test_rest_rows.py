"""A ranking that is cut ends with all others together where Google's total makes that exact, else it says why not."""

from typing import Any

import pytest

from handlers.reports.presenter import cut_rows_text
from tests.google.fake_google import FakeGoogle, report
from utilities.sources.ga4 import Ga4Query, Ga4Source
from utilities.sources.search_console import SearchConsoleQuery, SearchConsoleSource

TYPES = {"bounceRate": "TYPE_FLOAT", "purchaseRevenue": "TYPE_CURRENCY"}


def cut_answer(names: list[str], metrics: list[str], rows: list[list[str]], total: list[str], count: int) -> Any:
    cells = {"metricValues": [{"value": value} for value in total]}
    types = [(metric, TYPES.get(metric, "TYPE_INTEGER")) for metric in metrics]
    return report(names, types, rows, rowCount=count, **({"totals": [cells]} if total else {}))


@pytest.mark.parametrize(
    ("names", "metrics", "rows", "total", "last", "note"),
    [
        (["country"], ["sessions"], [["FI", "7"], ["ES", "2"]], ["20"], ("(other)", 11), ""),
        (["pagePath"], ["screenPageViews"], [["/a", "7"], ["/b", "2"]], ["9"], ("(other)", 0), ""),
        (["pagePath", "pageTitle"], ["eventCount"], [["/a", "A", "7"]], ["9"], ("(other)", "(other)", 2), ""),
        (["itemName"], ["purchaseRevenue"], [["a", "0.1"], ["b", "0.2"]], ["0.9"], ("(other)", 0.6), ""),
        (["country"], ["sessions"], [["FI", "7"], ["(other)", "6"]], ["20"], ("(other)", 13), ""),
        (["country"], ["sessions"], [["FI", "7"], ["(not set)", "6"]], ["20"], ("(other)", 7), "(not set)"),
        (
            ["country"],
            ["totalUsers", "sessions", "bounceRate"],
            [["FI", "7", "8", "0.5"]],
            ["15", "20", "0.4"],
            ("(other)", None, 12, None),
            "“(other)” has no visitors: one person may be in several rows",
        ),
        (["country"], ["totalUsers"], [["FI", "7"]], ["20"], ("FI", 7), "no row “(other)”: one person may be in"),
        (["pagePath"], ["sessions"], [["/a", "7"]], ["20"], ("/a", 7), "no row “(other)”: one session may be in"),
        (["country"], ["sessions"], [["FI", "21"]], ["20"], ("FI", 21), "no row “(other)”: it does not add up"),
        (["country"], ["sessions"], [["FI", "7"]], [], ("FI", 7), ""),
    ],
)
async def test_others_together_are_exact_or_absent(
    names: list[str], metrics: list[str], rows: Any, total: list[str], last: object, note: str, google: Any, ga4: Any
) -> None:
    google.reply = lambda _: cut_answer(names, metrics, rows, total, 40)
    frame = await ga4.fetch_frame(Ga4Query(tuple(names), tuple(metrics), limit=2))
    assert frame.rows[-1] == last
    texts = [each.text for each in frame.notes]
    assert any(note in text for text in texts) if note else not texts
    assert frame.is_cut
    assert ("is all others together" in cut_rows_text(frame)) is (last[0] == "(other)")  # type: ignore[index]


async def test_others_are_compared_with_all_that_have_no_row_here(google: FakeGoogle, ga4: Ga4Source) -> None:
    now = cut_answer(["country"], ["sessions", "totalUsers"], [["FI", "7", "7"], ["ES", "2", "2"]], ["20", "19"], 40)
    before = [["DE", "9", "9"], ["FI", "5", "5"], ["(other)", "3", "3"]]
    earlier = cut_answer(["country"], ["sessions", "totalUsers"], before, ["17", "17"], 3)
    google.reply = lambda body: now if body["limit"] == "5" else earlier
    frame = await ga4.fetch_frame(Ga4Query(("country",), ("sessions", "totalUsers"), limit=2, compare=True))
    assert frame.rows == (("FI", 7, 5, 7, 5), ("ES", 2, 0, 2, 0), ("(other)", 11, 12, None, None))


async def test_a_ranking_that_is_whole_has_no_row_of_others(google: FakeGoogle, ga4: Ga4Source) -> None:
    google.reply = lambda _: cut_answer(["country"], ["sessions"], [["FI", "7"], ["ES", "2"]], ["9"], 2)
    frame = await ga4.fetch_frame(Ga4Query(("country",), ("sessions",), limit=2))
    assert (frame.rows, frame.notes, frame.is_cut) == ((("FI", 7), ("ES", 2)), (), False)


async def test_the_best_days_say_that_they_are_a_part(google: FakeGoogle, ga4: Ga4Source) -> None:
    google.reply = lambda _: cut_answer(["date"], ["sessions"], [["20261119", "7"], ["20261115", "6"]], ["40"], 28)
    frame = await ga4.fetch_frame(Ga4Query(("date",), ("sessions",), order="-sessions", limit=2))
    assert [each.text for each in frame.notes] == ["These are the first 2 of 28 rows"]


def searched(rows: list[tuple[list[str], int, int, float]]) -> Any:
    """An answer of Search Console: keys, clicks, impressions and position of each row."""
    return {
        "responseAggregationType": "byPage",
        "rows": [
            {"keys": keys, "clicks": clicks, "impressions": seen, "ctr": clicks / seen, "position": place}
            for keys, clicks, seen, place in rows
        ],
    }


TERMS = [(["wall"], 6, 10, 2.0), (["screen"], 3, 10, 4.0), (["board"], 1, 20, 8.0)]


@pytest.mark.parametrize(
    ("limit", "total", "rest", "said"),
    [
        (2, (12, 50, 5.0), ["(other)", 3, 30, 0.1, 190 / 30], "rare searches"),
        (3, (12, 50, 5.0), ["(other)", 2, 10, 0.2, 3.0], "rare searches"),  # not cut, and yet not all
        (3, (10, 40, 5.5), ["board", 1, 20, 0.05, 8.0], ""),
        (2, (5, 50, 5.0), ["screen", 3, 10, 0.3, 4.0], "did not answer a total that fits"),
    ],
)
async def test_list_of_searches_ends_with_all_that_have_no_row(
    limit: int,
    total: tuple[int, int, float],
    rest: list[Any],
    said: str,
    google: FakeGoogle,
    searches: SearchConsoleSource,
) -> None:
    google.reply = lambda body: searched(TERMS if body["dimensions"] else [([], *total)])
    frame = await searches.fetch_frame(SearchConsoleQuery(limit=limit))
    name, *figures = frame.rows[-1]
    assert (name, figures) == (rest[0], pytest.approx(rest[1:]))
    assert frame.is_cut is (limit < 3)
    assert any(said in note.text for note in frame.notes) if said else frame.notes == ()
    assert google.asked[-1]["aggregationType"] == "BY_PAGE"


async def test_days_of_searches_are_all_there_and_one_without_searches_is_none(
    google: FakeGoogle, searches: SearchConsoleSource
) -> None:
    google.reply = lambda _: searched([(["2026-11-13"], 6, 10, 2.0), (["2026-11-16"], 3, 10, 4.0)])
    frame = await searches.fetch_frame(SearchConsoleQuery(dimensions=("date",), limit=1))
    assert [row[:3] for row in frame.rows] == [
        ("2026-11-13", 6, 10),
        ("2026-11-14", 0, 0),
        ("2026-11-15", 0, 0),
        ("2026-11-16", 3, 10),  # those after it may come
    ]
    assert frame.rows[1][3:] == (None, None)
