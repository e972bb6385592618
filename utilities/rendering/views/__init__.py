"""Views: how a frame is drawn.

Each module in this folder defines `VIEW: View`, or `VIEWS`, a tuple of related ones. A view that needs CSS has it in
static/views/<name>.css.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import Enum, auto
from functools import cache
from typing import Any

from markupsafe import Markup
from pydantic import TypeAdapter

from utilities.model.formats import format_age, wall_error_text
from utilities.model.frames import Frame, Reading, ReadingState, ValueKind
from utilities.rendering.charts import ChartSpec
from utilities.rendering.layout import Box as Box
from utilities.rendering.layout import Tile
from utilities.rendering.layout.text_width import truncate_words

LINE_HEIGHT = 1.3
"""Height of a line of text in em; also in static/wall.css."""

TABLE = "table"
"""The view that shows every frame, also one that no chart can show."""

CHART_TEMPLATE = "drawing"

options_adapter = cache(TypeAdapter)  # one for each options class: making them for each tile took a tenth of a start


class FrameShape(Enum):
    """What the rows of a frame are, as far as the choice of a view depends on it."""

    DAYS = auto()  # one row for each day
    HOURS = auto()  # several rows for each day, named by the second column
    NAMES = auto()  # one row for each name
    PAIRS = auto()  # one row for each pair of names
    OTHER = auto()  # no rows, no numbers, or a number in the first column


def shape_of(frame: Frame) -> FrameShape:
    """Returns what the rows of a frame are."""
    if not frame.rows or frame.columns[0].is_numeric or not any(column.is_numeric for column in frame.columns):
        return FrameShape.OTHER
    has_names = len(frame.columns) > 1 and frame.columns[1].kind is ValueKind.TEXT
    if frame.columns[0].kind is ValueKind.DATE:
        return FrameShape.HOURS if has_names else FrameShape.DAYS
    return FrameShape.PAIRS if has_names else FrameShape.NAMES


def fits_shapes(rank: int, *shapes: FrameShape) -> Callable[[Frame], int]:
    """Returns a `View.fits` that answers `rank` for frames of these shapes and 0 for all others."""
    return lambda frame: rank if shape_of(frame) in shapes else 0


def fits_no_frame(frame: Frame) -> int:
    """Is the `View.fits` of a view that is shown only where a board, a report or an address names it."""
    return 0


@dataclass(frozen=True)
class View:
    """How a frame is drawn.

    `draws` receives the frame, the room, and an instance of `options`. A chart returns a `ChartSpec`, and its template
    receives the `ChartSvg` of it; any other view returns what its own template receives as `content`. None means that
    there is nothing to draw: the table is shown instead.

    `fits` returns 0 for a frame that the view is not offered for. Of the views that fit, the one with the highest
    number is the default, and the others are offered in descending order.
    """

    name: str  # in board files and addresses
    title: str  # in the interface
    draws: Callable[[Frame, Box, Any], object]
    fits: Callable[[Frame], int]
    min_size: Callable[[Box], tuple[float, float]]  # the smallest legible width and height, px
    options: type  # a frozen dataclass that forbids unknown fields
    template: str = CHART_TEMPLATE  # the stem of a file in templates/views
    draws_trend: Callable[[Frame, Box, Any], ChartSpec | None] | None = None  # a sparkline next to the content

    @property
    def is_chart(self) -> bool:
        """Whether the view draws a chart."""
        return self.template == CHART_TEMPLATE

    def parse_options(self, options: Mapping[str, Any]) -> Any:
        """Returns an instance of `self.options`; raises pydantic's ValidationError."""
        return options_adapter(self.options).validate_python(dict(options))

    def build_content(self, frame: Frame, box: Box, options: Mapping[str, Any]) -> object:
        """Returns what `draws` returns; raises ValueError for an option or a column that does not exist."""
        return self.draws(frame, box, self.parse_options(options))

    def build_trend(self, frame: Frame, box: Box, options: Mapping[str, Any]) -> ChartSpec | None:
        """Returns the sparkline, or None for a view without one or where there is nothing to draw."""
        return self.draws_trend(frame, box, self.parse_options(options)) if self.draws_trend else None


def fitting_views(frame: Frame, views: Mapping[str, View]) -> list[str]:
    """Returns the names of the views that fit a frame, the default first."""
    ranks = {name: view.fits(frame) for name, view in views.items()}
    return sorted((name for name, rank in ranks.items() if rank), key=lambda name: (-ranks[name], name))


def default_view(frame: Frame, views: Mapping[str, View]) -> str:
    """Returns the name of the view that fits a frame best; "table" when none does."""
    return next(iter(fitting_views(frame, views)), TABLE)


@dataclass(frozen=True)
class ChartSvg:
    """A chart that has been rendered."""

    svg: Markup


@dataclass(frozen=True)
class TileContent:
    """What stands inside a tile: the content of a view, and the sparkline next to it."""

    view: View
    content: object  # None without figures
    trend: Markup | None = None


@dataclass(frozen=True)
class TileContext:
    """What templates/tile.html receives as `tile`."""

    name: str  # the tile's name on its board
    title: str
    view: str
    template: str
    state: ReadingState
    taken: int | None  # when the figures were taken, seconds since 1970
    age: str  # `4 min`, '' without figures
    since: str  # `09:12` in the board's zone, `Wed` or `9 Nov` when it was another day
    reason: str  # the last error, cut to the available room; '' without an error
    notes: tuple[str, ...]  # about the frame; the view shows the notes about single columns
    content: object  # None without figures
    trend: Markup | None


def build_context(
    tile: Tile,
    title: str,
    inside: TileContent,
    box: Box,
    reading: Reading,
    state: ReadingState,
    now: datetime,
    zone: tzinfo,
) -> TileContext:
    """Returns what the template of a tile needs at `now`; `title` is the report's, the tile's own comes first."""
    age, taken, frame, error = reading.age_at(now), reading.taken_at, reading.frame, reading.last_error
    lines = max(1, int(box.height / box.text / LINE_HEIGHT - 0.4))
    return TileContext(
        name=tile.name,
        title=tile.title or title,
        view=inside.view.name,
        template=inside.view.template,
        state=state,
        taken=int(taken.timestamp()) if taken else None,
        age=format_age(age.total_seconds()) if age is not None else "",
        since=short_time(taken, now, zone) if taken else "",
        reason=truncate_words(wall_error_text(error.message), box.text, box.width, lines) if error else "",
        notes=tuple(note.text for note in frame.notes if note.column is None) if frame else (),
        content=inside.content,
        trend=inside.trend,
    )


def short_time(then: datetime, now: datetime, zone: tzinfo) -> str:
    """Returns `09:12`, `Wed` for another day, or `9 Nov` for a day at least a week ago."""
    local, today = then.astimezone(zone), now.astimezone(zone).date()
    days = (today - local.date()).days
    return f"{local:%H:%M}" if days <= 0 else f"{local:%a}" if days < 7 else f"{local.day} {local:%b}"
