"""What a limit cuts from a ranking is grouped first: the row (other) and the totals are those of plain Python."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.end_to_end.recompute import Stored, approximate, in_order, recompute, select_visits, with_rest
from tests.pageviews.queries.conftest import MakeSource
from tests.pageviews.storage.views import view
from utilities.model.frames import Frame
from utilities.pageviews import PageView, queries
from utilities.pageviews.sql.columns import COLUMN_NAMES, to_stored_row
from utilities.sources.pageviews import PageViewQuery, PageViewSource, site_queries

ALIKE = (
    "agents",
    "channels",
    "devices",
    "languages",
    "now",
    "referrers",
    "referrers-by-page",
    "referrers-to-page",
    "systems",
)
LABELLED = "titled-pages"  # the pages with a text that is no name
RANKINGS = sorted(name for name, query in site_queries().items() if query.rest and name not in (*ALIKE, LABELLED))
FILTERS: tuple[dict[str, str], ...] = (
    {},
    {"page": "/a", "channel": "Email"},
    {"campaign": "unknown"},
    {"device": "unknown"},
)
NOW = datetime(2026, 10, 27, 12, tzinfo=UTC)  # two days after a day of 25 hours in Berlin
DAYS, EARLIER = ([f"2026-10-{day}" for day in days] for days in (range(24, 27), range(21, 24)))
REFERRERS = ("", "https://a.example/x", "https://b.example/", "https://c.example/")
THREE_DAYS = {"first": DAYS[0], "last": DAYS[-1]}


def made_views() -> list[PageView]:
    """Returns visits from one to five rows, by a rule that makes no two of them alike; every sixth row is an event."""
    views = []
    for number in range(60):
        for step in range(1 + number * 7 % 5):
            at = datetime(2026, 10, 21 + number % 6, number * 5 % 20, number % 50, tzinfo=UTC)
            place = number * 3 + step * (1 + number % 4)
            views.append(
                view(
                    site="blog",
                    at=at + timedelta(seconds=step * (20 + number)),
                    offset=120 if at < datetime(2026, 10, 25, 1, tzinfo=UTC) else 60,
                    visitor=number % 45,
                    visit=number,
                    name=("", "signup", "download", "(other)")[place % 4] if place % 6 == 0 else "",
                    path=("/", "/a", "/b", "(other)", "/c", "/d", "/e")[place % 7],
                    title=("", "unknown", "Home", "News")[place % 4],
                    referrer=(
                        link := ("", "https://a.example/x", "https://b.example/", "https://c.example/")[place % 4]
                    ),
                    referrer_host=link.partition("//")[2].partition("/")[0],
                    source=(source := ("(direct)", "unknown", "letter", "news")[number % 4]),
                    medium="(none)" if source == "(direct)" else ("email", "referral")[number % 2],
                    channel=("Direct", "Email", "Referral")[number % 3],
                    campaign=("", "spring", "unknown")[number % 3],
                    country=("DE", "", "FR")[number % 3],
                    language=("de", "", "en")[number % 3],
                    browser=("Firefox", "", "Safari")[number % 3],
                    browser_version=("1", "", "3")[number % 2],
                    device=("desktop", "mobile", "")[number % 3],
                    screen=(0, 390, 1920)[number % 3],
                )
            )
    return views


def stored(views: list[PageView]) -> list[Stored]:
    """Returns the rows as an export has them."""
    return [
        {
            name: cell.isoformat() if isinstance(cell, datetime) else str(cell)
            for name, cell in zip(COLUMN_NAMES, to_stored_row(each), strict=True)
        }
        for each in views
    ]


ROWS = stored(made_views())


@pytest.fixture
async def source(make_source: MakeSource) -> PageViewSource:
    return await make_source(made_views(), now=NOW)


def text_cells(frame: Frame) -> list[int]:
    return [place for place, column in enumerate(frame.columns) if not column.is_numeric]


async def test_what_a_limit_cuts_is_one_row_and_the_totals_are_those_of_all(source: PageViewSource):
    for filters in FILTERS:
        visits = select_visits(ROWS, DAYS, filters)
        for question in ("channels",) if filters else RANKINGS:
            await assert_recomputed(source, question, visits, filters)


async def test_pages_with_titles_are_the_pages(source: PageViewSource):
    for limit in (2, 50):
        for filters in FILTERS:
            query = PageViewQuery("pages", limit=limit, **THREE_DAYS, **filters)
            pages = await source.fetch_frame(query)
            titled = await source.fetch_frame(replace(query, question=LABELLED))
            assert [row[:4] for row in titled.rows] == [row[:4] for row in pages.rows], (limit, filters)
            assert (titled.has_rest, titled.total_rows) == (pages.has_rest, pages.total_rows)
            assert titled.totals == {key: pages.totals[key] for key in titled.totals}
            if titled.has_rest:
                assert titled.rows[-1][4] == "(other)"


async def test_many_long_names_are_sent_in_several_values(source: PageViewSource, monkeypatch: pytest.MonkeyPatch):
    assert [len(each) for each in queries.split_names(["ä" * 1000] * 40)] == [16, 16, 8]
    assert queries.split_names([]) == []
    monkeypatch.setattr(queries, "MAX_LIST_BYTES", 20)
    visits = select_visits(ROWS, DAYS, {})
    for question in ("pages", "browsers", "screens", "landing-pages"):
        await assert_recomputed(source, question, visits, {})


async def assert_recomputed(
    source: PageViewSource, question: str, visits: list[list[Stored]], filters: Mapping[str, str]
) -> None:
    every = recompute(question, visits, DAYS, "Europe/Berlin")
    for limit in (2, 50) if question == "browsers" else (2,):
        frame = await source.fetch_frame(PageViewQuery(question, limit=limit, **THREE_DAYS, **filters))
        where = (question, limit, filters, frame.rows)
        texts = text_cells(frame)
        if len(every) <= limit:
            assert (in_order(frame.rows), frame.total_rows) == (approximate(every), None), where
            continue
        names = [tuple(str(row[at]) for at in texts) for row in frame.rows]
        assert names[-1] == ("(other)",) * len(texts), where
        grouped = with_rest(question, visits, names[:-1])
        assert in_order(frame.rows) == approximate(recompute(question, grouped, DAYS, "Europe/Berlin")), where
        assert frame.total_rows == len(every), where
        ((*_, total),) = [recompute(question, with_rest(question, visits, []), DAYS)]
        figures = tuple(frame.totals[column.key] for column in frame.columns if column.is_numeric)
        assert figures == pytest.approx(total[len(texts) :]), where


@pytest.mark.parametrize("filters", [{}, {"page": "/a", "device": "mobile"}])
async def test_times_trails_and_the_present_are_what_plain_python_computes(
    source: PageViewSource, filters: dict[str, str]
):
    visits = select_visits(ROWS, DAYS, filters)
    assert visits
    for question in ("by-day", "by-hour", "four-hours", "weekday-hours", "trails", "totals", "present", "now", "live"):
        frame = await source.fetch_frame(PageViewQuery(question, limit=500, **THREE_DAYS, **filters))
        expected = recompute(question, visits, DAYS, "Europe/Berlin")
        assert in_order(frame.rows) == approximate(expected), question
    assert len(recompute("by-hour", visits, DAYS, "Europe/Berlin")) == 73  # the clock went back on the 25th


async def test_the_rest_is_compared_with_the_rest_of_the_previous_period(source: PageViewSource):
    for question in ("pages", "exit-pages", "browsers", "sources"):
        frame = await source.fetch_frame(PageViewQuery(question, limit=2, compare=True, **THREE_DAYS))
        texts = text_cells(frame)
        names = [tuple(str(row[at]) for at in texts) for row in frame.rows]
        visits = select_visits(ROWS, EARLIER, {})
        before = recompute(question, with_rest(question, visits, names[:-1]) if frame.total_rows else visits, EARLIER)
        expected = {row[: len(texts)]: row[len(texts) :] for row in before}
        figures = [at for at, column in enumerate(frame.columns) if column.is_previous]
        nothing: tuple[Any, ...] = tuple(0 if frame.columns[at].kind == "integer" else None for at in figures)
        for row, name in zip(frame.rows, names, strict=True):
            assert tuple(row[at] for at in figures) == pytest.approx(expected.get(name, nothing)), (question, name)
