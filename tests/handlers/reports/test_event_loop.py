"""No callback takes more than 50 ms of the event loop's processor time, whatever the figures are."""

import functools
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.handlers.reports.conftest import RunningServer
from tests.loop_watch import CallbackTimes, watch_callbacks
from tests.waiting import wait_until
from utilities.flow.model import FLOW_COLUMNS
from utilities.model.frames import Column, DateRange, Frame, Reading, ValueKind
from utilities.pageviews.sites.registry import SiteRegistry
from utilities.services import MAX_PENDING_PAGES
from utilities.sources.pageviews import PageViewSource

ROWS = 10_000  # as many as a report may have
FIRST_DAY = date(2026, 8, 23)
RANGE = DateRange(FIRST_DAY, FIRST_DAY + timedelta(days=89), "Europe/Berlin")
TILES = 36
BOARD_HEAD = "title: Office\ngrid: {columns: 12, rows: 12}\ntiles:\n"


def ranking() -> Frame:
    numbers = tuple(Column(f"n{place}", f"N{place}", ValueKind.INTEGER) for place in range(6))
    columns = (Column("pagePath", "Page", ValueKind.TEXT), Column("title", "Title", ValueKind.TEXT), *numbers)
    rows = (
        (
            f"/section-{row % 97}/a-long-address-{row}",
            f"A title of words, {row}",
            *(row * 7 % (999 + n) for n in range(6)),
        )
        for row in range(ROWS)
    )
    return Frame(columns, tuple(rows), (), RANGE)


def days() -> Frame:
    columns = (Column("date", "Day", ValueKind.DATE), *(Column(f"n{n}", f"N{n}", ValueKind.INTEGER) for n in range(4)))
    first = date(1999, 1, 1)
    rows = (
        ((first + timedelta(days=row)).isoformat(), *(row * 7 % (999 + n) for n in range(4))) for row in range(ROWS)
    )
    return Frame(columns, tuple(rows), (), RANGE)


@functools.cache
def flow() -> Frame:
    rows = (
        (
            (FIRST_DAY + timedelta(days=day)).isoformat(),
            compared,
            f"/in/{left}",
            f"/out/{right}",
            left * right + day + 1,
        )
        for day in range(90)
        for left in range(21)
        for right in range(21)
        for compared in (0, 1)
    )
    return Frame(FLOW_COLUMNS, tuple(rows), (), RANGE)


def board_file(tiles: int) -> str:
    views = ("line", "bar", "table", "heatmap")
    lines = (
        f"  - {{report: {('pages', 'words')[tile % 2]}, view: {views[tile % 4]}, name: t{tile}, "
        f"place: [{tile % 6 * 2 + 1}, {tile // 6 * 2 + 1}, 2, 2]}}\n"
        for tile in range(tiles)
    )
    return BOARD_HEAD + "".join(lines)


QUERIES = ("", "?q=7+a", "?sort=-n3", "?view=line", "?view=heatmap", "?view=map", "?page=99")
FILES = ("json", "csv", "svg", "svg?view=line&width=2400&height=1600", "png?width=240")
PATHS = (*(f"/reports/{{}}{query}" for query in QUERIES), *(f"/reports/{{}}.{file}" for file in FILES))
OTHER_PATHS = ("/reports", "/boards", "/boards/office", "/boards/office/desk", "/boards/office/tiles/t1", "/api")
FLOW_PATHS = (
    "/flow?days=90&by=path&limit=20",
    "/flow?days=90&by=path&limit=20&country=DE&country=FR",
    "/flow?days=90&by=path&limit=20&day=2026-11-19",
)


class LargePageViews(PageViewSource):
    """Page views whose every answer is the largest flow."""

    async def fetch_frame(self, ask: object) -> Frame:
        return flow()


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_pages_pictures_files_boards_and_flows_of_large_figures_leave_the_loop_free(
    server: RunningServer, fetch, tmp_path: Path
):
    (tmp_path / "sites.yaml").write_text("sites: [{name: blog, domains: [example.com]}]")
    sites = SiteRegistry(tmp_path / "sites.yaml", any_host=True)
    sites.load_file()
    server.services.sources.configured["pageviews"] = LargePageViews(None, sites, server.clock, days=7)  # type: ignore[arg-type]
    server.source.answers |= {"pages": ranking(), "words": days()}
    server.source.unblocked.set()
    times, codes = CallbackTimes(), {}
    flow()  # made before the measurement begins
    with watch_callbacks(times):
        for name, frame in server.source.answers.items():
            server.services.store.cache.put_reading(Reading(name, frame, server.clock()))  # type: ignore[attr-defined]
        (server.boards / "office.yaml").write_text(board_file(12))
        await wait_until(lambda: server.services.walls.tile_html("office", "t11"))
        paths = [path.format(name) for name in ("pages", "words") for path in PATHS]
        for path in (*paths, *OTHER_PATHS, *FLOW_PATHS):
            codes[path] = (await fetch(server.address + path, request_timeout=60)).code
    assert not times.slow
    assert set(codes.values()) == {200}, codes


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_boards_saved_at_once_leave_the_loop_free_and_room_for_pages(server: RunningServer, fetch):
    boards = MAX_PENDING_PAGES // TILES + 1
    times, codes = CallbackTimes(), {}
    server.source.answers |= {"pages": ranking(), "words": days()}
    server.source.unblocked.set()
    with watch_callbacks(times):
        for name, frame in server.source.answers.items():
            server.services.store.cache.put_reading(Reading(name, frame, server.clock()))  # type: ignore[attr-defined]
        for number in range(boards):
            (server.boards / f"board-{number}.yaml").write_text(board_file(TILES))
        await wait_until(lambda: all(server.services.walls.tile_html(f"board-{n}", "t35") for n in range(boards)), 120)
        for path in ("/reports/pages", "/reports/words.csv", "/boards/board-0/desk", "/boards", "/api/v1/boards"):
            codes[path] = (await fetch(server.address + path, request_timeout=60)).code
    assert not times.slow
    assert set(codes.values()) == {200}, codes
