"""Turns tiles and boards into bytes; a tile that cannot be drawn says so, and the others go on."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from jinja2 import Environment, TemplateError
from markupsafe import Markup

from utilities.config.boards import Board, Tile
from utilities.model.errors import FoyerError, error_kind
from utilities.model.frames import LastError, Reading, ReadingState
from utilities.rendering.charts.colours import recolour_rules
from utilities.rendering.charts.renderer import ChartRenderer
from utilities.rendering.layout.placement import content_box
from utilities.rendering.layout.stylesheet import board_stylesheet
from utilities.rendering.views import TileContent, View, build_context
from utilities.rendering.walls.status_line import Status
from utilities.rendering.walls.tile_content import Drawings
from utilities.reports import Report

log = logging.getLogger(__name__)

MISHAPS = (ArithmeticError, AttributeError, FoyerError, LookupError, TemplateError, TypeError, ValueError)
"""What a view makes of a frame it did not expect."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """What a tile has to show just now."""

    reading: Reading | None
    state: ReadingState
    trend: Reading | None = None  # of the report that is its course


class Painter:
    """Knows the templates and the views."""

    def __init__(
        self,
        *,
        templates: Environment,
        views: Mapping[str, View],
        reports: Mapping[str, Report],
        zone: tzinfo,
        website: str = "",
        days: int = 0,
        demo: bool = False,
        gallery: ChartRenderer | None = None,
    ) -> None:
        self._templates = templates
        self.gallery = gallery
        self.drawings = Drawings(views, gallery)
        self._reports = reports
        self._zone = zone
        self._website = website
        self._days = days
        self._demo = demo

    def zone(self, board: Board) -> tzinfo:
        return board.timezone or self._zone

    def tile(self, board: Board, tile: Tile, fresh: Fresh, now: datetime) -> tuple[str, bool]:
        """One tile, and whether a drawing of it is still on its way; never raises for what its frame holds."""
        reading = fresh.reading or Reading(tile.report)
        title = tile.title or (self._reports[tile.report].title if tile.report in self._reports else tile.report)
        course = fresh.trend.frame if fresh.trend else None
        try:
            within, awaited = self.drawings.inside(board, tile, title, reading.frame, course)
            return self._tile(board, tile, title, within, reading, fresh.state, now), awaited
        except MISHAPS as error:
            log.exception("tile %s of board %s cannot be drawn", tile.name, board.name)
            trouble = LastError("These figures cannot be drawn here.", error_kind(error), now, 1, now)
            failed = Reading(tile.report, last_error=trouble)
            empty = TileContent(self.drawings.views[tile.view], None)
            return self._tile(board, tile, title, empty, failed, ReadingState.FAILED, now), False

    def _tile(
        self,
        board: Board,
        tile: Tile,
        title: str,
        within: TileContent,
        reading: Reading,
        state: ReadingState,
        now: datetime,
    ) -> str:
        seen = build_context(tile, title, within, content_box(board, tile.place), reading, state, now, self.zone(board))
        return self._templates.get_template("tile.html").render(tile=seen)

    def _of_days(self, board: Board) -> bool:
        """Whether a tile speaks of the last whole days; reports of our own page views say themselves of which time."""
        reports = (self._reports.get(tile.report) for tile in board.tiles)
        return any(report is None or report.sources != ("pageviews",) for report in reports)

    def styles(self, board: Board) -> bytes:
        """Where the board's tiles stand, and how large their type is."""
        return (board_stylesheet(board, self.drawings.views) + recolour_rules(".light")).encode()

    def status(self, status: Status) -> str:
        """The word at the foot of the wall."""
        return self._templates.get_template("status.html").render(status=status)

    def wall(self, board: Board, tiles: list[str], now: datetime, **context: object) -> bytes:
        """The whole page, around tiles that are painted."""
        here = now.astimezone(self.zone(board))
        safe = [Markup(tile) for tile in tiles]  # noqa: S704 (escaped when they were painted)
        page = self._templates.get_template("board.html").render(
            board=board,
            tiles=safe,
            clock=f"{here:%a} {here.day} {here:%b %H:%M}",
            website=self._website,
            days=self._days if self._of_days(board) else 0,
            demo=self._demo,
            **context,
        )
        return page.encode()
