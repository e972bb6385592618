"""Our own figures of today next to Google's, and the wall of our own visits."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tornado.httpclient import HTTPResponse

from handlers.serving.server import run_server
from tests.conventions.code import ROOT
from tests.noon import start_noon_clock
from tests.pageviews.queries.conftest import MakeSource
from tests.pageviews.queries.week import NOW, WEEK
from utilities.config.boards import read_board
from utilities.config.settings import Settings
from utilities.model.errors import Unavailable
from utilities.model.frames import Column, DateRange, Frame, ValueKind
from utilities.rendering.layout.faults import layout_faults
from utilities.reports import today_reconciled
from utilities.services import load_catalogue
from utilities.sources import Sources
from utilities.sources.ga4 import Ga4Query
from utilities.sources.pageviews import SOURCE

TODAY = NOW.date()


class Google:
    """Has counted 2 people and 5 views today until 12:40 in Berlin, or does not answer."""

    def __init__(self, trouble: str = "") -> None:
        self.trouble = trouble

    async def fetch_frame(self, ask: Ga4Query) -> Frame:
        if self.trouble:
            raise Unavailable(self.trouble)
        assert ask.today
        covers = DateRange(TODAY, TODAY, "Europe/Berlin")
        if ask.dimensions:
            day, minute, views = (
                Column("dateHourMinute", "", ValueKind.DATE),
                Column("dateHourMinute:time", "", ValueKind.TEXT),
                Column("screenPageViews", "", ValueKind.INTEGER),
            )
            return Frame((day, minute, views), (("2026-03-10", "12:40", 1),), date_range=covers)
        people, views = (Column(key, key, ValueKind.INTEGER) for key in ("totalUsers", "screenPageViews"))
        return Frame((people, views), ((2, 5),), date_range=covers)

    async def check(self) -> str:
        return ""

    def slowdown(self) -> float:
        return 1.0

    def health(self) -> dict[str, object]:
        return {}

    async def close(self) -> None: ...


async def fetch_reconciled(make_source: MakeSource, google: Google) -> Frame:
    sources = Sources([], {"pageviews": await make_source(WEEK), "ga4": google}, clock=lambda: NOW)
    frames = [frame async for frame in today_reconciled.REPORT.fetch_frames(sources)]
    return frames[-1]


async def test_each_figure_has_its_source_and_age(make_source: MakeSource):
    frame = await fetch_reconciled(make_source, Google())
    assert frame.rows == (
        ("Our own", "last 5 minutes", 1, 1, 0.0),
        ("Our own", "today until now, Berlin time", 3, 6, 0.0),
        ("Google Analytics", "today so far, Berlin time", 2, 5, 1200.0),
    )


async def test_figures_missing_from_google_are_unknown_and_not_zero(make_source: MakeSource):
    frame = await fetch_reconciled(make_source, Google("Google does not answer"))
    assert frame.rows[2] == ("Google Analytics", "today so far", None, None, None)
    assert [note.text for note in frame.notes] == ["Google Analytics: Google does not answer"]


async def test_google_is_queried_for_the_day_until_now(settings: Callable[..., Settings]):
    from utilities.sources.ga4 import build_ga4_request

    body = build_ga4_request(Ga4Query(metrics=("totalUsers",), today=True), 7)
    assert body["dateRanges"] == [{"startDate": "today", "endDate": "today"}]


@pytest.mark.parametrize("name", ["visits"])
def test_page_view_board_fits_its_layout(name: str):
    catalogue = load_catalogue()
    board = read_board(ROOT / Path("boards") / f"{name}.yaml")
    catalogue.add_board(board)
    titles = {report.name: report.title for report in catalogue.reports.values()}
    assert layout_faults(board, catalogue.views, titles) == []
    assert {catalogue.reports[tile.report].sources for tile in board.tiles} == {("pageviews",)}


async def test_wall_is_full_after_one_visit(make_source: MakeSource):
    catalogue = load_catalogue()
    board = read_board(ROOT / "boards" / "visits.yaml")
    catalogue.add_board(board)
    source = await make_source(WEEK, now=datetime(2026, 3, 10, 12, tzinfo=UTC))
    for tile in board.tiles:
        frame = await source.fetch_frame(catalogue.reports[tile.report].query)
        assert frame.rows, tile.report
        keys = tile.options.get("columns", ())
        assert all(frame.has_column(key) for key in keys), tile.report


async def test_foot_does_not_mention_days_that_are_not_shown(
    settings: Callable[..., Settings], fetch: Callable[..., Awaitable[HTTPResponse]]
):
    async with run_server(settings(boards_dir=ROOT / "boards", port=0), start_noon_clock()) as (_, port):
        for name in ("visits", "office"):  # without a property, and without figures
            page = (await fetch(f"http://localhost:{port}/boards/{name}")).body.decode()
            assert "days to yesterday" not in page, name


async def test_checkup_reaches_the_store_of_this_machine(settings: Callable[..., Settings]):
    source = await SOURCE.open(settings(boards_dir=ROOT / "boards"), lambda: NOW)
    assert source is not None
    assert await source.check() == "0 page views in the last 7 days"
