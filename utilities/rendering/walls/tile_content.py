"""What is inside each tile: prepared once for each reading, drawn by the gallery where a view draws."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup

from utilities.config.boards import Board, Tile
from utilities.model.frames import Frame
from utilities.rendering.charts import ChartSpec
from utilities.rendering.charts.renderer import ChartRenderer
from utilities.rendering.layout.placement import content_box, split_for_trend
from utilities.rendering.views import TABLE, ChartSvg, TileContent, View


@dataclass(frozen=True)
class Prepared:
    """What a view has made of two frames; neither is looked at again while they stay the same."""

    frame: Frame | None
    course: Frame | None
    it: object
    trend: ChartSpec | None


class Drawings:
    """Without a gallery nothing is drawn, and every chart is the table of its figures."""

    def __init__(self, views: Mapping[str, View], gallery: ChartRenderer | None) -> None:
        self.views = views
        self.gallery = gallery
        self.prepared: dict[tuple[str, str], Prepared] = {}

    def forget(self, board: str) -> None:
        """A board has another edition, or is gone."""
        for key in [key for key in self.prepared if key[0] == board]:
            del self.prepared[key]

    def inside(
        self, board: Board, tile: Tile, title: str, frame: Frame | None, course: Frame | None
    ) -> tuple[TileContent, bool]:
        """What the tile shows, and whether a drawing of it is still on its way. Raises what a view raises."""
        view = self.views[tile.view]
        if frame is None:
            return TileContent(view, None), False
        ready = self.prepare(board, tile, title, frame, course)
        trend = self.svg(ready.trend) if ready.trend else ""
        if ready.it is None:
            return self.instead(board, tile, frame), False
        if not isinstance(ready.it, ChartSpec):
            return TileContent(view, ready.it, Markup(trend) if trend else None), trend is None  # noqa: S704
        svg = self.svg(ready.it)
        if svg:
            return TileContent(view, ChartSvg(Markup(svg))), False  # noqa: S704 (our own, cleaned)
        return self.instead(board, tile, frame), svg is None

    def prepare(self, board: Board, tile: Tile, title: str, frame: Frame, course: Frame | None) -> Prepared:
        ready = self.prepared.get((board.name, tile.name))
        if ready is None or ready.frame is not frame or ready.course is not course:
            view, (room, beside) = self.views[tile.view], split_for_trend(content_box(board, tile.place), tile.trend)
            it = view.build_content(frame, room, tile.options)
            trend = view.build_trend(course, beside, tile.options) if course else None
            if isinstance(it, ChartSpec):
                it = replace(it, title=title)
            ready = self.prepared[board.name, tile.name] = Prepared(frame, course, it, trend)
        return ready

    def svg(self, picture: ChartSpec) -> str | None:
        """The drawing, '' when there will be none, None when it is on its way."""
        return self.gallery.cached(picture) if self.gallery is not None else ""

    def instead(self, board: Board, tile: Tile, frame: Frame) -> TileContent:
        view = self.views[TABLE]
        return TileContent(view, view.build_content(frame, content_box(board, tile.place), {}))
