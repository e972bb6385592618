"""The content of each tile: prepared once for each reading, with its chart where a view draws one."""

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
class PreparedTile:
    """What a view has built from two frames; reused while both frames are the same objects."""

    frame: Frame | None
    trend_frame: Frame | None
    content: object
    trend: ChartSpec | None


class TileContents:
    """The contents of all tiles. Without a chart renderer every chart is the table of its figures."""

    def __init__(self, views: Mapping[str, View], gallery: ChartRenderer | None) -> None:
        self.views = views
        self.gallery = gallery
        self.prepared: dict[tuple[str, str], PreparedTile] = {}

    def forget_board(self, board: str) -> None:
        """Drops the contents of a board that has changed or is gone."""
        for key in [key for key in self.prepared if key[0] == board]:
            del self.prepared[key]

    def build_tile(
        self, board: Board, tile: Tile, title: str, frame: Frame | None, trend_frame: Frame | None
    ) -> tuple[TileContent, bool]:
        """Returns the content, and whether its chart is still being drawn. Raises what a view raises."""
        view = self.views[tile.view]
        if frame is None:
            return TileContent(view, None), False
        prepared = self._prepare_tile(board, tile, title, frame, trend_frame)
        trend = self._find_svg(prepared.trend) if prepared.trend else ""
        if prepared.content is None:
            return self._build_table(board, tile, frame), False
        if not isinstance(prepared.content, ChartSpec):
            return TileContent(view, prepared.content, Markup(trend) if trend else None), trend is None  # noqa: S704
        svg = self._find_svg(prepared.content)
        if svg:
            return TileContent(view, ChartSvg(Markup(svg))), False  # noqa: S704 (our own, cleaned)
        return self._build_table(board, tile, frame), svg is None

    def _prepare_tile(
        self, board: Board, tile: Tile, title: str, frame: Frame, trend_frame: Frame | None
    ) -> PreparedTile:
        prepared = self.prepared.get((board.name, tile.name))
        if prepared is None or prepared.frame is not frame or prepared.trend_frame is not trend_frame:
            view, (box, trend_box) = self.views[tile.view], split_for_trend(content_box(board, tile.place), tile.trend)
            content = view.build_content(frame, box, tile.options)
            trend = view.build_trend(trend_frame, trend_box, tile.options) if trend_frame else None
            if isinstance(content, ChartSpec):
                content = replace(content, title=title)
            prepared = self.prepared[board.name, tile.name] = PreparedTile(frame, trend_frame, content, trend)
        return prepared

    def _find_svg(self, spec: ChartSpec) -> str | None:
        """Returns the SVG, '' when there will be none, None while it is being drawn."""
        return self.gallery.cached(spec) if self.gallery is not None else ""

    def _build_table(self, board: Board, tile: Tile, frame: Frame) -> TileContent:
        """Returns the table that is shown where there is no chart."""
        view = self.views[TABLE]
        return TileContent(view, view.build_content(frame, content_box(board, tile.place), {}))
