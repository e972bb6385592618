"""/boards/<board>/desk: a board at a desk, for any range; its wall does not change."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from tornado.web import HTTPError

from handlers.boards.desk_scope import build_board_scope, common_filters
from handlers.reports.chart import ChartPair, PicturePair, draw_charts, prepare_pictures
from handlers.reports.desk_state import DeskState, parse_comparison
from handlers.reports.handler import RETRY_AFTER_SECONDS
from handlers.reports.page import MAX_RELOAD, PARAMETERIZED_RELOAD, DeskHandler
from handlers.reports.presenter import ReportView, SummaryFigure
from handlers.reports.report_query import ReportQuery
from handlers.reports.table import Table, filter_sort_page
from utilities.config.boards.model import Board, Tile
from utilities.model.frames import Frame
from utilities.rendering.layout import Box

TILE_BOXES = Box(512, 280, 14, 16), Box(358, 280, 13, 15)
FIGURE_VIEWS = ("number", "meter")
MAX_NARROW_COLUMNS = 5  # of a table in half of the page
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
    is_figure: bool  # whether it shows one figure, as soon as there is one
    ignored_filters: tuple[str, ...]  # of the request, which the report does not have

    @property
    def css_class(self) -> str:
        """How much room it needs: `figure-tile`, `wide-tile` for many columns, or nothing."""
        if self.is_figure:
            return "figure-tile"
        return "wide-tile" if not self.chart and len(self.table.headings) > MAX_NARROW_COLUMNS else ""


class BoardDesk(DeskHandler):
    """Every tile with its report; reports that have a range show the requested one."""

    async def get(self, name: str) -> None:
        board = self.services.boards.get(name)
        if board is None:
            raise HTTPError(404)
        queries = [self.find_query(tile.report) for tile in board.tiles]
        filters = common_filters(queries)
        sited = ["site"] if any("site" in query.filter_names for query in queries) else []
        self.check_params((*sited, "from", "to", *filters, "filter", "value"))
        params = {each: value for each in (*sited, "from", "to", *filters) if (value := self.get_param(each))}
        state = DeskState(params, parse_comparison(self.get_query_argument("compare", "")))
        first = next((query for query in queries if query.has_range), None)
        if first and (added := self.parse_added_filter(first, filters)):
            self.redirect(f"/boards/{name}/desk{state.link(params={**params, **added})}")
        else:
            await self.show_board(board, state)

    async def show_board(self, board: Board, state: DeskState) -> None:
        """Writes the page of a board with the parameters of this request."""
        tiles = [await self.build_tile(tile, state) for tile in board.tiles]
        scope = build_board_scope([(tile.query, tile.report_view) for tile in tiles], state)
        await self.render_large_page(
            "board_desk.html",
            here="/boards",
            board=board,
            tiles=tiles,
            state=state,
            scope=scope,
            covers=next((tile.report_view.frame.date_range for tile in tiles if tile.query.has_range), None),
            reload=self.soonest_reload(tiles, state),
            range_fault=next((tile.range_fault for tile in tiles if tile.range_fault), ""),
            is_pending=any(tile.report_view.is_pending and not tile.range_fault for tile in tiles),
            noscript_reload=RETRY_AFTER_SECONDS,
            table_rows=TABLE_ROWS,
            now=self.services.clock(),
        )

    def parse_report_query(self, name: str) -> ReportQuery:
        """Returns the query of a tile's report; a live report ignores the range and the comparison."""
        query = self.find_query(name)
        if query.has_range:
            return query.with_params(self.get_param)
        return query.with_params(lambda param: "" if param in ("from", "to", "compare") else self.get_param(param))

    async def build_tile(self, tile: Tile, state: DeskState) -> DeskTile:
        """Returns what a desk shows of a tile of the board."""
        query, gallery = self.parse_report_query(tile.report), self.services.gallery
        view, range_fault = self.view_or_fault(query, self.latest_view)
        title = tile.title or query.report.title
        pictures, table = await self.run_in_worker(partial(self.prepare_tile, tile, title, view.frame))
        chart = await draw_charts(pictures, gallery) if pictures else None
        has_own_range = any(getattr(query.report.query, name, None) for name in ("first", "last", "days"))
        is_range_replaced = has_own_range and "from" in query.params
        figure = tile_figure(view, tile)
        ignored = tuple(each for each in state.params if each not in ("from", "to", *query.filter_names))
        is_figure = tile.view in FIGURE_VIEWS
        return DeskTile(title, view, query, is_range_replaced, chart, figure, table, range_fault, is_figure, ignored)

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
