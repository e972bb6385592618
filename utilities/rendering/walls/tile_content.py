"""What is inside each tile: prepared once for each reading, drawn by the gallery where a view draws."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup

from utilities.config.boards import Board, Tile
from utilities.model.frames import Frame
from utilities.rendering.charts import Picture
from utilities.rendering.charts.renderer import Gallery
from utilities.rendering.layout.placement import box, halves
from utilities.rendering.views import Drawing, Inside, View

INSTEAD = "table"
"""The view that shows figures which cannot be drawn."""


@dataclass(frozen=True)
class Prepared:
    """What a view has made of two frames; neither is looked at again while they stay the same."""

    frame: Frame | None
    course: Frame | None
    it: object
    trend: Picture | None


class Drawings:
    """Without a gallery nothing is drawn, and every chart is the table of its figures."""

    def __init__(self, views: Mapping[str, View], gallery: Gallery | None) -> None:
        self.views = views
        self.gallery = gallery
        self.prepared: dict[tuple[str, str], Prepared] = {}

    def forget(self, board: str) -> None:
        """A board has another edition, or is gone."""
        for key in [key for key in self.prepared if key[0] == board]:
            del self.prepared[key]

    def inside(
        self, board: Board, tile: Tile, title: str, frame: Frame | None, course: Frame | None
    ) -> tuple[Inside, bool]:
        """What the tile shows, and whether a drawing of it is still on its way. Raises what a view raises."""
        view = self.views[tile.view]
        if frame is None:
            return Inside(view.name, None), False
        ready = self.prepare(board, tile, title, frame, course)
        trend = self.svg(ready.trend) if ready.trend else ""
        if ready.it is None:
            return self.instead(board, tile, frame), False
        if not isinstance(ready.it, Picture):
            return Inside(view.name, ready.it, Markup(trend) if trend else None), trend is None  # noqa: S704
        svg = self.svg(ready.it)
        if svg:
            return Inside(view.name, Drawing(Markup(svg))), False  # noqa: S704 (our own, cleaned)
        return self.instead(board, tile, frame), svg is None

    def prepare(self, board: Board, tile: Tile, title: str, frame: Frame, course: Frame | None) -> Prepared:
        ready = self.prepared.get((board.name, tile.name))
        if ready is None or ready.frame is not frame or ready.course is not course:
            view, (room, beside) = self.views[tile.view], halves(box(board, tile.place), tile.trend)
            it = view.prepare(frame, room, tile.options)
            trend = view.trend(course, beside, tile.options) if view.trend and course else None
            if isinstance(it, Picture):
                it = replace(it, title=title)
            ready = self.prepared[board.name, tile.name] = Prepared(frame, course, it, trend)
        return ready

    def svg(self, picture: Picture) -> str | None:
        """The drawing, '' when there will be none, None when it is on its way."""
        return self.gallery.latest(picture) if self.gallery is not None else ""

    def instead(self, board: Board, tile: Tile, frame: Frame) -> Inside:
        view = self.views[INSTEAD]
        return Inside(view.name, view.prepare(frame, box(board, tile.place), {}))
