"""Renders tiles and boards; a tile that cannot be rendered shows an error, and the others are not affected."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from jinja2 import Environment, TemplateError
from markupsafe import Markup

from utilities.config.boards import Board, Tile
from utilities.model.errors import FoyerError, error_kind
from utilities.model.figure_errors import UnfitFigures, UnknownColumn
from utilities.model.formats import format_date_and_time
from utilities.model.frames import LastError, Reading, ReadingState
from utilities.model.time_ranges import utc_offset_minutes
from utilities.rendering.charts.colours import grey_rules, recolour_rules
from utilities.rendering.charts.renderer import ChartRenderer
from utilities.rendering.layout.placement import content_box
from utilities.rendering.layout.portrait import smallest_box
from utilities.rendering.layout.stylesheet import board_stylesheet
from utilities.rendering.views import TileContent, View
from utilities.rendering.walls.status_line import BoardStatus
from utilities.rendering.walls.tile_content import TileContents
from utilities.rendering.walls.tile_context import TileState, build_context
from utilities.reports import Report
from utilities.runtime.worker_pool import WorkerPool

log = logging.getLogger(__name__)

RENDER_ERRORS = (ArithmeticError, AttributeError, FoyerError, LookupError, TemplateError, TypeError, ValueError)
"""What a view may raise for a frame that it does not expect."""


@dataclass(frozen=True, slots=True)
class TileHtml:
    """The HTML of a tile, and what it was rendered from."""

    html: str
    content: TileContent | None  # None when it cannot be rendered
    is_pending: bool = False  # whether its chart is still being drawn


class TileRenderer:
    """Renders with the templates and the views."""

    def __init__(
        self,
        *,
        templates: Environment,
        views: Mapping[str, View],
        reports: Mapping[str, Report],
        zone: tzinfo,
        website: str = "",
        demo: bool = False,
        gallery: ChartRenderer | None = None,
        workers: WorkerPool | None = None,
    ) -> None:
        self._templates = templates
        self.gallery = gallery
        self.contents = TileContents(views, gallery, workers)
        self._reports = reports
        self._zone = zone
        self._website = website
        self._demo = demo
        self._logged: dict[tuple[str, str], str] = {}  # why a tile cannot be drawn, by board and tile

    def board_zone(self, board: Board) -> tzinfo:
        """Returns the time zone of a board."""
        return board.timezone or self._zone

    def render_tile(
        self, board: Board, tile: Tile, tile_state: TileState, now: datetime, content: TileContent | None = None
    ) -> TileHtml:
        """Returns a tile, with `content` if that is built already; never raises because of a frame."""
        reading = tile_state.reading or Reading(tile.report)
        title = tile.title or (self._reports[tile.report].title if tile.report in self._reports else tile.report)
        trend_frame = tile_state.trend.frame if tile_state.trend else None
        try:
            is_pending = False
            if content is None:
                frame = reading.frame
                content, is_pending = self.contents.build_tile(board, tile, title, frame, trend_frame, tile_state.day)
            html = self._render_content(board, tile, title, content, tile_state, now)
            self._logged.pop((board.name, tile.name), None)
            return TileHtml(html, content, is_pending)
        except RENDER_ERRORS as error:
            text = f"These figures cannot be drawn here: {describe_render_error(error)}"
            if self._logged.get((board.name, tile.name)) != text:  # once, not with every page
                self._logged[board.name, tile.name] = text
                log.exception("tile %s of board %s cannot be rendered", tile.name, board.name)
            last_error = LastError(text, error_kind(error), now, 1, now)
            failed = TileState(Reading(tile.report, last_error=last_error), ReadingState.FAILED)
            empty = TileContent(self.contents.views[tile.view])
            return TileHtml(self._render_content(board, tile, title, empty, failed, now), None)

    def _render_content(
        self, board: Board, tile: Tile, title: str, content: TileContent, tile_state: TileState, now: datetime
    ) -> str:
        box = content_box(board, tile.place) if content.faces else smallest_box(board, tile, self.contents.views)
        zone = self.board_zone(board)
        context = build_context(tile, title, content, box, tile_state, now, zone)
        return self._templates.get_template("tile.html").render(tile=context)

    def render_styles(self, board: Board) -> bytes:
        """Returns the style sheet with the positions of the tiles and the sizes of their text."""
        return (board_stylesheet(board, self.contents.views) + recolour_rules(".light") + "\n" + grey_rules()).encode()

    def render_status(self, status: BoardStatus) -> str:
        """Returns the HTML of the status line."""
        return self._templates.get_template("status.html").render(status=status)

    def render_wall(self, board: Board, tiles: list[str], now: datetime, **context: object) -> bytes:
        """Returns the page around rendered tiles."""
        zone = self.board_zone(board)
        local = now.astimezone(zone)
        safe = [Markup(tile) for tile in tiles]  # noqa: S704 (escaped when they were rendered)
        page = self._templates.get_template("board.html").render(
            board=board,
            tiles=safe,
            now_ms=int(now.timestamp() * 1000),
            offset=utc_offset_minutes(local),
            zone=getattr(zone, "key", None) or "",
            clock=format_date_and_time(now, zone),
            website=self._website,
            demo=self._demo,
            **context,
        )
        return page.encode()


def describe_render_error(error: Exception) -> str:
    """Returns why a tile cannot be drawn, for the wall; a view's own ValueError names a column or an option."""
    if isinstance(error, UnknownColumn | UnfitFigures | FoyerError):
        return str(error)
    return f"the view failed ({type(error).__name__}), the log says where"
