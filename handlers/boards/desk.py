"""/boards/<board>/desk: a board for people at desks, at any time they like; its wall stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from tornado.web import HTTPError

from handlers.reports.chart import Drawn, drawn
from handlers.reports.list_and_exports import LOOK_AGAIN
from handlers.reports.page import SELDOM, VARIED, DeskHandler
from handlers.reports.presenter import Look
from handlers.reports.query_params import PERIODS, Asked
from handlers.reports.table import Table, sifted
from utilities.config.boards.model import Tile
from utilities.rendering.layout import Box
from utilities.reports import Report

BOXES = Box(512, 280, 14, 16), Box(358, 280, 13, 15)
ROWS = 8  # of a table; the page of its report has all


@dataclass(frozen=True)
class Part:
    """One tile at a desk."""

    title: str
    look: Look
    instead: bool  # whether these are not the days its heading speaks of
    drawn: Drawn | None
    figure: tuple[str, str, str, str] | None  # heading, figure, what it was before, the change
    table: Table


class BoardDesk(DeskHandler):
    """Every tile with its report behind it; those that can be are asked for the time that was chosen."""

    async def get(self, name: str) -> None:
        board = self.services.boards.get(name)
        if board is None:
            raise HTTPError(404)
        said = {each: value for each in ("from", "to") if (value := self.get_query_argument(each, ""))}
        asked = Asked(said, self.get_query_argument("compare", "") == "true")
        parts = [await self.part_of(tile) for tile in board.tiles]
        ranged = [part for part in parts if self.ranged(part.look.report)]
        self.page(
            "board_desk.html",
            here="/boards",
            board=board,
            parts=parts,
            asked=asked,
            periods=PERIODS if ranged else (),
            covers=next((part.look.frame.date_range for part in ranged), None),
            again=self.soonest(parts, asked),
            awaits=any(part.look.awaits for part in parts),
            reload=LOOK_AGAIN,
            rows=ROWS,
            now=self.services.clock(),
        )

    def said(self, report: Report) -> dict[str, str]:
        """A report of this moment stays one, whatever time is chosen for the others."""
        return super().said(report) if self.ranged(report) else {}

    def compare(self, report: Report) -> bool:
        return self.ranged(report) and super().compare(report)

    async def part_of(self, tile: Tile) -> Part:
        look, gallery = self.look(tile.report), self.services.gallery
        view = self.services.views[tile.view]
        title = tile.title or look.report.title
        frame = look.frame
        picture = None
        if frame.rows and gallery is not None:
            picture = await drawn(title, view, frame, gallery, tile.options, BOXES)
        own = any(getattr(look.report.ask, name, None) for name in ("first", "last", "days"))
        instead = own and "from" in self.said(look.report)
        return Part(title, look, instead, picture, figure(look, tile), sifted(frame))

    def soonest(self, parts: Sequence[Part], asked: Asked) -> int:
        """Seconds until the first of them is worth looking at again."""
        return min((self.again(part.look) for part in parts), default=VARIED if asked.range else SELDOM)


def figure(look: Look, tile: Tile) -> tuple[str, str, str, str] | None:
    """The one that the tile shows; None of a table."""
    key = tile.options.get("key", "")
    heading = look.frame.columns[look.frame.column_index(key)].heading if look.frame.has_column(key) else ""
    return next((each for each in look.summary if not heading or each[0] == heading), None)
