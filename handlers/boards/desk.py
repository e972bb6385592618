"""/boards/<board>/desk: a board at a desk, for any range; its wall does not change."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from tornado.web import HTTPError

from handlers.reports.chart import ChartPair, PicturePair, draw_charts, prepare_pictures
from handlers.reports.desk_state import PERIODS, DeskState
from handlers.reports.handler import RETRY_AFTER_SECONDS
from handlers.reports.page import MAX_RELOAD, PARAMETERIZED_RELOAD, DeskHandler
from handlers.reports.presenter import ReportView, SummaryFigure
from handlers.reports.report_query import ReportQuery
from handlers.reports.table import Table, filter_sort_page
from utilities.config.boards.model import Tile
from utilities.model.frames import Frame
from utilities.rendering.layout import Box

TILE_BOXES = Box(512, 280, 14, 16), Box(358, 280, 13, 15)
TABLE_ROWS = 8  # of a tile; the page of its report has all


@dataclass(frozen=True)
class DeskTile:
    """One tile at a desk."""

    title: str
    report_view: ReportView
    query: ReportQuery
    is_range_replaced: bool  # whether the request's range replaces one that the tile's title may name
    chart: ChartPair | None
    figure: SummaryFigure | None
    table: Table
    range_fault: str  # why the request's range gives no figures


class BoardDesk(DeskHandler):
    """Every tile with its report; reports that have a range show the requested one."""

    async def get(self, name: str) -> None:
        board = self.services.boards.get(name)
        if board is None:
            raise HTTPError(404)
        self.check_params(("from", "to"))
        params = {each: value for each in ("from", "to") if (value := self.get_query_argument(each, ""))}
        state = DeskState(params, self.get_query_argument("compare", "") == "true")
        tiles = [await self.build_tile(tile) for tile in board.tiles]
        ranged = [tile for tile in tiles if tile.query.has_range]
        await self.render_large_page(
            "board_desk.html",
            here="/boards",
            board=board,
            tiles=tiles,
            state=state,
            periods=PERIODS if ranged else (),
            covers=next((tile.report_view.frame.date_range for tile in ranged), None),
            reload=self.soonest_reload(tiles, state),
            range_fault=next((tile.range_fault for tile in tiles if tile.range_fault), ""),
            is_pending=any(tile.report_view.is_pending and not tile.range_fault for tile in tiles),
            noscript_reload=RETRY_AFTER_SECONDS,
            table_rows=TABLE_ROWS,
            now=self.services.clock(),
        )

    def parse_report_query(self, name: str) -> ReportQuery:
        """Returns the query of a tile's report; a live report ignores the range."""
        query = self.find_query(name)
        return query.with_params(self.get_param) if query.has_range else query

    async def build_tile(self, tile: Tile) -> DeskTile:
        """Returns what a desk shows of a tile of the board."""
        query, gallery = self.parse_report_query(tile.report), self.services.gallery
        view, range_fault = self.view_or_fault(query, self.latest_view)
        title = tile.title or query.report.title
        pictures, table = await self.run_in_worker(partial(self.prepare_tile, tile, title, view.frame))
        chart = await draw_charts(pictures, gallery) if pictures else None
        has_own_range = any(getattr(query.report.query, name, None) for name in ("first", "last", "days"))
        is_range_replaced = has_own_range and "from" in query.params
        return DeskTile(title, view, query, is_range_replaced, chart, tile_figure(view, tile), table, range_fault)

    def prepare_tile(self, tile: Tile, title: str, frame: Frame) -> tuple[PicturePair | None, Table]:
        """Returns the pictures and the table of a tile; runs in a worker thread."""
        view = self.services.views[tile.view]
        pictures = prepare_pictures(title, view, frame, tile.options, TILE_BOXES) if frame.rows else None
        return pictures, filter_sort_page(frame)

    def soonest_reload(self, tiles: Sequence[DeskTile], state: DeskState) -> int:
        """Returns the seconds until the first tile is worth loading again."""
        usual = PARAMETERIZED_RELOAD if state.report_params else MAX_RELOAD
        return min((self.seconds_to_reload(tile.report_view) for tile in tiles), default=usual)


def tile_figure(view: ReportView, tile: Tile) -> SummaryFigure | None:
    """Returns the figure that a tile shows, None of a table."""
    key = tile.options.get("key", "")
    heading = view.frame.columns[view.frame.column_index(key)].heading if view.frame.has_column(key) else ""
    return next((each for each in view.summary if not heading or each.heading == heading), None)
