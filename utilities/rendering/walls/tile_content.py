"""The content of each tile: prepared once for each reading, with its chart where a view draws one."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from markupsafe import Markup

from utilities.config.boards import Board, Tile
from utilities.model.errors import Overloaded
from utilities.model.frames import Frame
from utilities.model.page_titles import shorten_titles
from utilities.model.wall_privacy import mask_ends, mask_frame
from utilities.rendering.charts import ChartSpec
from utilities.rendering.charts.renderer import ChartRenderer
from utilities.rendering.layout import Box, ScreenShape
from utilities.rendering.layout.placement import split_for_trend
from utilities.rendering.layout.portrait import tile_boxes
from utilities.rendering.layout.text_width import text_width
from utilities.rendering.views import TABLE, ChartSvg, TileContent, TileFace, View, merge_faces
from utilities.runtime.single_flight import SingleFlight
from utilities.runtime.worker_pool import WorkerPool

MAX_TILES_IN_WORKERS = 4  # at once: saving many boards must leave room for pages
NOTE_EM = 2.0  # the shape before the word of a note and the space around both, in em of text
MAX_ROWS_ON_WALL = 100  # of a table; the largest glass has room for fewer
MAX_CELLS_ON_LOOP = 4_000  # of the frames of a tile that is prepared on the event loop: a few milliseconds


@dataclass(frozen=True)
class PreparedFace:
    """What a view has built for the room that one shape of screen gives."""

    shape: ScreenShape
    box: Box
    content: object
    trend: ChartSpec | None


@dataclass(frozen=True)
class PreparedTile:
    """What a view has built from two frames on a day; reused while the tile and both frames are the same objects."""

    tile: Tile
    frame: Frame
    trend_frame: Frame | None
    shown: Frame  # `frame` as a room may read it
    faces: tuple[PreparedFace, ...]
    error: BaseException | None = None  # what the view has raised in a worker thread
    day: date | None = None  # in the zone of the figures

    def is_for(self, tile: Tile, frame: Frame, trend_frame: Frame | None, day: date | None) -> bool:
        is_same = self.tile is tile and self.frame is frame and self.trend_frame is trend_frame
        return is_same and self.day == day


class TileContents:
    """The contents of all tiles. Without a chart renderer every chart is the table of its figures.

    With `workers`, large frames are prepared in a worker thread; the tile is pending meanwhile, as while a chart is
    drawn, and `on_rendered` of the chart renderer is called when it is ready.
    """

    def __init__(
        self, views: Mapping[str, View], gallery: ChartRenderer | None, workers: WorkerPool | None = None
    ) -> None:
        self.views = views
        self.gallery = gallery
        self.workers = workers
        self.preparing = SingleFlight[tuple[str, int, str, int, int], PreparedTile]()
        self.slots = asyncio.Semaphore(MAX_TILES_IN_WORKERS)
        self.prepared: dict[tuple[str, int, str], PreparedTile] = {}
        self.masked: dict[str, tuple[Frame, Frame]] = {}  # a frame, and it as a room may read it, by report

    def forget_board(self, board: str) -> None:
        """Drops the contents of a board that has changed or is gone."""
        for key in [key for key in self.prepared if key[0] == board]:
            del self.prepared[key]

    def build_tile(
        self,
        board: Board,
        tile: Tile,
        title: str,
        frame: Frame | None,
        trend_frame: Frame | None,
        day: date | None = None,
    ) -> tuple[TileContent, bool]:
        """Returns the content, and whether its chart is still being drawn. Raises what a view raises."""
        view = self.views[tile.view]
        if frame is None:
            return TileContent(view), False
        prepared = self._prepare_tile(board, tile, title, frame, trend_frame, day)
        if prepared is None:
            shown = replace(mask_ends(frame, MAX_ROWS_ON_WALL), read_on=day)
            return self._build_table(board, tile, title, shown), True
        if prepared.error is not None:
            raise prepared.error
        shown = replace(prepared.shown, read_on=day)
        faces = [self._finish_face(view, shown, face) for face in prepared.faces]
        drawn = self.views[TABLE] if all(face.template == TABLE for face, _ in faces) else view
        return TileContent(drawn, merge_faces(face for face, _ in faces)), any(is_pending for _, is_pending in faces)

    def _finish_face(self, view: View, frame: Frame, face: PreparedFace) -> tuple[TileFace, bool]:
        """Returns a face with its charts, the table where there is none, and whether one is still being drawn."""
        trend = self._find_svg(face.trend) if face.trend else ""
        if face.content is None:
            return self._table_face(frame, face.shape, face.box), False
        if not isinstance(face.content, ChartSpec):
            return TileFace(
                (face.shape,),
                view.template,
                face.content,
                Markup(trend) if trend else None,  # noqa: S704 (our own)
            ), trend is None
        svg = self._find_svg(face.content)
        if svg:
            spec = face.content
            chart = ChartSvg(Markup(svg), spec.headline_key, spec.key_mark)  # noqa: S704 (our own, cleaned)
            return TileFace((face.shape,), view.template, chart), False
        return self._table_face(frame, face.shape, face.box), svg is None

    def _prepare_tile(
        self, board: Board, tile: Tile, title: str, frame: Frame, trend_frame: Frame | None, day: date | None
    ) -> PreparedTile | None:
        """Returns the prepared tile; None while a worker thread prepares it."""
        prepared = self.prepared.get((board.name, board.type_step, tile.name))
        if prepared is not None and prepared.is_for(tile, frame, trend_frame, day):
            return prepared
        prepare = partial(self._build_prepared, board, tile, title, frame, trend_frame, day)
        if self.workers is None or count_cells(frame) + count_cells(trend_frame) <= MAX_CELLS_ON_LOOP:
            prepared = self.prepared[board.name, board.type_step, tile.name] = prepare()
            return prepared
        key = (board.name, board.type_step, tile.name, id(tile), id(frame))
        if key not in self.preparing:
            task = self.preparing.start_call(key, partial(self._run_prepare, self.workers, prepare))
            task.add_done_callback(partial(self._store_prepared, board, tile, frame, trend_frame, day))
        return None

    async def _run_prepare(self, workers: WorkerPool, prepare: Callable[[], PreparedTile]) -> PreparedTile:
        async with self.slots:
            return await workers.run(lambda _: prepare())

    def is_preparing(self, board: Board, tile: Tile, frame: Frame | None) -> bool:
        """Whether a worker thread prepares the tile, or will soon."""
        return (board.name, board.type_step, tile.name, id(tile), id(frame)) in self.preparing

    def _store_prepared(
        self,
        board: Board,
        tile: Tile,
        frame: Frame,
        trend_frame: Frame | None,
        day: date | None,
        done: asyncio.Task[PreparedTile],
    ) -> None:
        error = None if done.cancelled() else done.exception()
        if done.cancelled() or isinstance(error, Overloaded):
            return  # the next check of what has aged tries again
        prepared = PreparedTile(tile, frame, trend_frame, frame, (), error, day) if error else done.result()
        self.prepared[board.name, board.type_step, tile.name] = prepared
        if self.gallery is not None:
            self.gallery.on_rendered()

    def _build_prepared(
        self, board: Board, tile: Tile, title: str, frame: Frame, trend_frame: Frame | None, day: date | None
    ) -> PreparedTile:
        view, shown = self.views[tile.view], self._mask_once(tile.report, frame)
        dated = replace(shorten_titles(shown), read_on=day)  # once for all shapes
        shown_trend = self._mask_once(tile.trend, trend_frame) if tile.trend and trend_frame else None
        faces = []
        for shape, bare_room in tile_boxes(board, tile, self.views, title).items():
            room = replace(bare_room, title=bare_room.title + note_width(frame, bare_room))
            box, trend_box = split_for_trend(room, tile.trend)
            content = view.build_content(dated, box, tile.options)
            trend = view.build_trend(shown_trend, trend_box, tile.options) if shown_trend else None
            if isinstance(content, ChartSpec):
                content = replace(content, title=title)
            faces.append(PreparedFace(shape, room, content, trend))
        return PreparedTile(tile, frame, trend_frame, shown, tuple(faces), day=day)

    def _mask_once(self, report: str, frame: Frame) -> Frame:
        """Returns the frame as a room may read it; many tiles and sizes of type show the same one."""
        before = self.masked.get(report)
        if before is None or before[0] is not frame:
            before = self.masked[report] = (frame, mask_frame(frame))
        return before[1]

    def _find_svg(self, spec: ChartSpec) -> str | None:
        """Returns the SVG, '' when there will be none, None while it is being drawn."""
        return self.gallery.cached(spec) if self.gallery is not None else ""

    def _build_table(self, board: Board, tile: Tile, title: str, frame: Frame) -> TileContent:
        """Returns the table that is shown where there is no chart."""
        faces = (self._table_face(frame, *room) for room in tile_boxes(board, tile, self.views, title).items())
        return TileContent(self.views[TABLE], merge_faces(faces))

    def _table_face(self, frame: Frame, shape: ScreenShape, box: Box) -> TileFace:
        view = self.views[TABLE]
        return TileFace((shape,), view.template, view.build_content(frame, box, {}))


def note_width(frame: Frame, room: Box) -> float:
    """Returns what the word of the first note about the figures takes of the headline's line, px."""
    return next(
        (text_width(note.short, room.text) + NOTE_EM * room.text for note in frame.whole_notes if note.short), 0.0
    )


def count_cells(frame: Frame | None) -> int:
    """Counts the values of a frame."""
    return len(frame.rows) * len(frame.columns) if frame else 0
