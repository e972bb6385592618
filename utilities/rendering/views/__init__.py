"""Views: how a frame is drawn. Each module here exports `VIEW: View`; its template has the same stem."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from markupsafe import Markup

from utilities.model.formats import ago, aloud
from utilities.model.frames import Frame, Kind, Reading, State
from utilities.rendering.charts import Picture
from utilities.rendering.layout import Box as Box
from utilities.rendering.layout import Tile
from utilities.rendering.layout.text_width import cut

LINE = 1.3
"""Height of a line of text in em; also in static/wall.css."""


Prepare = Callable[[Frame, Box, Mapping[str, Any]], object]
"""From figures to what templates/views/<name>.html is handed as `it`.

A view that draws answers a `Picture`, and its template is handed the `Drawing` of it. Where there is nothing to draw,
it answers None, and the figures become a table, as they do when the picture cannot be drawn.
"""


@dataclass(frozen=True)
class View:
    """What a module in this folder exports."""

    name: str
    prepare: Prepare
    least: Callable[[Box], tuple[float, float]]  # the smallest width and height at which it is legible, px
    options: type = dict  # the frozen dataclass that a tile's options fill by name; it forbids others
    trend: Callable[[Frame, Box, Mapping[str, Any]], Picture | None] | None = None  # draws a figure's course beside it


def usual(frame: Frame) -> str:
    """The view that draws such figures where nobody says how; 'table' for those no chart is made for."""
    kinds = [column.kind for column in frame.columns]
    if not frame.rows or kinds[0] not in (Kind.DATE, Kind.TEXT) or not set(kinds) - {Kind.DATE, Kind.TEXT}:
        return "table"
    return "area" if kinds[0] is Kind.DATE else "bar"


@dataclass(frozen=True)
class Drawing:
    """A picture that has been drawn."""

    svg: Markup


@dataclass(frozen=True)
class Inside:
    """What is inside a tile: what a view has prepared, and the course of its figure."""

    view: str
    it: object  # None without figures
    trend: Markup | None = None


@dataclass(frozen=True)
class Face:
    """All that templates/tile.html is handed, as `face`."""

    tile: str  # the tile's name on its board
    title: str
    view: str
    state: State
    taken: int | None  # when the figures were taken, seconds since 1970
    age: str  # `4 min`, '' without figures
    since: str  # `09:12` in the board's zone, `Wed` or `9 Nov` when it was another day
    reason: str  # what went wrong since, cut to the room there is; '' when nothing
    notes: tuple[str, ...]  # about the figures as a whole; a column's own are the view's to show
    it: object  # what the view prepared, None without figures
    trend: Markup | None


def face(
    tile: Tile, title: str, within: Inside, box: Box, reading: Reading, state: State, now: datetime, zone: tzinfo
) -> Face:
    """How a tile looks at the moment `now`; `title` is the report's, the tile's own goes before it."""
    age, taken, frame = reading.age(now), reading.taken_at, reading.frame
    lines = max(1, int(box.height / box.text / LINE - 0.4))
    return Face(
        tile=tile.name,
        title=tile.title or title,
        view=within.view,
        state=state,
        taken=int(taken.timestamp()) if taken else None,
        age=ago(age.total_seconds()) if age is not None else "",
        since=moment(taken, now, zone) if taken else "",
        reason=cut(aloud(reading.trouble.message), box.text, box.width, lines) if reading.trouble else "",
        notes=tuple(note.text for note in frame.notes if note.column is None) if frame else (),
        it=within.it,
        trend=within.trend,
    )


def moment(then: datetime, now: datetime, zone: tzinfo) -> str:
    """`09:12`, `Wed` when it was another day, `9 Nov` when that was a week ago or more: short, it stands by a title."""
    there, here = then.astimezone(zone), now.astimezone(zone)
    days = (here.date() - there.date()).days
    return f"{there:%H:%M}" if days <= 0 else f"{there:%a}" if days < 7 else f"{there.day} {there:%b}"
