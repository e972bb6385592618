"""Figures as cells of a ramp: weekday by hour, or the days of a calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from pydantic import ConfigDict

from utilities.model.frames import Column, Frame, ValueKind
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import (
    AXIS_GAP_EM,
    Option,
    base_option,
    caption_element,
    first_fitting,
    grid_option,
    text_element,
)
from utilities.rendering.charts.colours import DARK, ramp_step, ramp_text_colour
from utilities.rendering.charts.labels import one_line, parse_day, shorten_middle
from utilities.rendering.charts.number_formats import format_brief, format_short, to_number
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width
from utilities.rendering.views import FrameShape, View, fits_shapes

CELLS_FOOT_EM = 2.9  # the names below and the line of words under them, in em of text
MIN_CELL_HEIGHT_EM, MIN_CELL_WIDTH_EM = 0.6, 0.3  # the least height and width of a cell, in em of text
MAX_CELL_HEIGHT_EM = 2.4  # the greatest height of a cell, in em of text
MAX_CELL_ASPECT = 1.3  # the greatest width of a cell that says nothing, of its height
MAX_CELLS = 2000  # cells; more are dust, and heavy
NAMED_COLUMN_EM = 3.0  # the width of a cell that has room for a name of its own, in em of text
MAX_NAMED_COLUMNS = 12  # columns that are each named, however short; of more, some are named in full
MAX_ROW_NAMES_WIDTH = 0.3  # the most that names may take of the width
CALENDAR_ROWS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Options:
    """What a board file may say of cells."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt option is a fault

    key: str = ""  # the column of figures; the first when empty


@dataclass(frozen=True)
class HeatmapCells:
    """Names of rows and columns, and the figures by their places."""

    down: tuple[str, ...]
    across: tuple[str, ...]
    figures: dict[tuple[int, int], float]  # by column and row
    column: Column
    most: str  # where the greatest figure is, in words
    marked: tuple[int, ...]  # which columns begin something, and should be named first
    left_out: int = 0  # cells there is no room for


def heatmap(frame: Frame, box: Box, options: Options) -> ChartSpec | None:
    """The first column down, the second across; None when there is nothing to draw."""
    column = value_column(frame, options.key, 2)
    if column is None or not frame.rows:
        return None
    place = frame.column_index(column.key)
    pairs = [(one_line(row[0]), one_line(row[1]), to_number(row[place])) for row in frame.rows]
    down = tuple(dict.fromkeys(name for name, _, _ in pairs))[
        : int((box.height - CELLS_FOOT_EM * box.text) / MIN_CELL_HEIGHT_EM / box.text)
    ]
    most = min(
        int(box.width * (1 - MAX_ROW_NAMES_WIDTH) / MIN_CELL_WIDTH_EM / box.text), MAX_CELLS // max(1, len(down))
    )
    across = tuple(dict.fromkeys(name for _, name, _ in pairs))[:most]
    rows, columns = ({name: at for at, name in enumerate(names)} for names in (down, across))
    figures = {(columns[x], rows[y]): v for y, x, v in pairs if v is not None and y in rows and x in columns}
    if not figures:
        return None
    x, y = max(figures, key=lambda at: figures[at])
    where = f"{shorten_middle(down[y], 1, 20)} {shorten_middle(across[x], 1, 20)}"
    left_out = sum(v is not None for _, _, v in pairs) - len(figures)
    return build_heatmap(HeatmapCells(down, across, figures, column, where, (), left_out), box)


def calendar(frame: Frame, box: Box, options: Options) -> ChartSpec | None:
    """A calendar: weeks across, weekdays down; of more weeks than there is room for, the last."""
    column = value_column(frame, options.key, 1)
    if column is None or frame.columns[0].kind is not ValueKind.DATE:
        return None
    place = frame.column_index(column.key)
    found = {parse_day(row[0]): to_number(row[place]) for row in frame.rows}
    known = {day: value for day, value in found.items() if day is not None and value is not None}
    if not known:
        return None
    room = int((box.width - text_width("Mon", box.text) - AXIS_GAP_EM * box.text) / (0.8 * box.text))
    monday = max(known) - timedelta(days=max(known).weekday())
    first = max(min(known) - timedelta(days=min(known).weekday()), monday - timedelta(weeks=max(1, room) - 1))
    weeks = [first + timedelta(weeks=count) for count in range((monday - first).days // 7 + 1)]
    figures = {((d - first).days // 7, d.weekday()): value for d, value in known.items() if d >= first}
    day = max((d for d in known if d >= first), key=lambda d: known[d])
    across, marked = week_names(weeks)
    cells = HeatmapCells(
        CALENDAR_ROWS, across, figures, column, f"{day:%a} {day.day} {day:%b}", marked, len(known) - len(figures)
    )
    return build_heatmap(cells, box)


def week_names(weeks: Sequence[date]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Weeks by their Monday; of many, the months by the week in which each begins, and which these are."""
    if len(weeks) <= 10:
        return tuple(f"{week.day} {week:%b}" for week in weeks), ()
    begins = [at for at, week in enumerate(weeks) if (week + timedelta(days=6)).day <= 7]
    names = tuple(f"{week + timedelta(days=6):%b}" if at in begins else "" for at, week in enumerate(weeks))
    return names, tuple(begins)


def value_column(frame: Frame, key: str, after: int) -> Column | None:
    """The column of figures; None when there is none, ValueError when there is none of that name."""
    if key:
        return frame.columns[frame.column_index(key)]
    return next((c for c in frame.columns[after:] if c.is_numeric), None)


def build_heatmap(cells: HeatmapCells, box: Box) -> ChartSpec:
    top = max(0.0, *cells.figures.values())
    down = [shorten_middle(name, box.text, MAX_ROW_NAMES_WIDTH * box.width) for name in cells.down]
    left = max(text_width(name, box.text) for name in down) + AXIS_GAP_EM * box.text
    wide, high, said = cell_size(cells, left, box)
    room = wide * len(cells.across), high * len(cells.down)
    option = base_option(box) | {
        "grid": grid_option(left, box.width - left - room[0], 0, box.height - room[1]),
        "xAxis": hidden_axis(cells.across),
        "yAxis": hidden_axis(cells.down) | {"inverse": True},
        "visualMap": {"type": "piecewise", "show": False, "pieces": colour_pieces(top)},
        "series": [
            {
                "type": "heatmap",
                "silent": True,
                "emphasis": {"disabled": True},
                "itemStyle": {"borderColor": DARK.ground, "borderWidth": max(1, round(min(wide, box.text) / 14))},
                "data": [
                    cell_data(at, value, top, cells.column, box, said=said)
                    for at, value in sorted(cells.figures.items())
                ],
            }
        ],
        "graphic": [
            *row_name_elements(down, high, left, box),
            *column_name_elements(cells, wide, left, room[1] + AXIS_GAP_EM * box.text, box),
            caption_element(first_fitting(heatmap_captions(cells, top), box), box),
        ],
    }
    return build_chart_spec(option, box, f"{one_line(cells.column.heading)}: {heatmap_captions(cells, top)[0]}.")


def cell_size(cells: HeatmapCells, left: float, box: Box) -> tuple[float, float, bool]:
    """Width and height of a cell, px, and whether its figure stands in it: near square, or as wide as its figure."""
    high = min(MAX_CELL_HEIGHT_EM * box.text, (box.height - CELLS_FOOT_EM * box.text) / len(cells.down))
    room = (box.width - left - 0.4 * box.text) / len(cells.across)
    to_number = (
        max(text_width(format_brief(v, cells.column.kind), box.text) for v in cells.figures.values()) + 0.7 * box.text
    )
    said = room >= to_number and high >= 1.15 * box.text and max(cells.figures.values()) > 0
    return min(room, max(MAX_CELL_ASPECT * high, to_number if said else 0.0)), high, said


def heatmap_captions(cells: HeatmapCells, top: float) -> tuple[str, ...]:
    """What the colours mean, and where there is most, from the fullest to the shortest."""
    if not top:
        return "nothing so far", "nothing", ""
    rest = f"; {cells.left_out:,} more have no room" if cells.left_out else ""
    most = format_short(top, cells.column.kind)
    said = f"stronger is more; most on {cells.most}: {most}"
    return said + rest, said, f"most: {cells.most}, {most}", f"most: {most}", ""


def cell_data(at: tuple[int, int], value: float, top: float, column: Column, box: Box, *, said: bool) -> object:
    """A cell, and the figure in it."""
    if not said:
        return [*at, value]
    text = {
        "show": True,
        "formatter": format_brief(value, column.kind),
        "fontSize": box.text,
        "color": ramp_text_colour(ramp_step(value, top)),
    }
    return {"value": [*at, value], "label": text}


def row_name_elements(down: Sequence[str], high: float, left: float, box: Box) -> list[Option]:
    """Names of rows, as many as stand apart."""
    every = max(1, -int(-1.2 * box.text // high))
    at = left - AXIS_GAP_EM * box.text
    return [
        text_element(name, at, (place + 0.5) * high, box.text, DARK.quiet, at="right middle")
        for place, name in enumerate(down)
        if place % every == 0 and (high >= box.text or place * high + high / 2 >= box.text / 2)
    ]


def column_name_elements(cells: HeatmapCells, wide: float, left: float, top: float, box: Box) -> list[Option]:
    """Names of columns, as many as stand apart and on the sheet."""
    places = cells.marked or range(len(cells.across))
    own = 1 < len(places) <= MAX_NAMED_COLUMNS and wide >= NAMED_COLUMN_EM * box.text
    room = wide - 0.7 * box.text if own else 8 * box.text
    short = {place: shorten_middle(cells.across[place], box.text, room) for place in places}
    widest = max((text_width(name, box.text) for name in short.values()), default=0.0) + 0.7 * box.text
    gap = min((b - a for a, b in pairwise(places)), default=1) * wide
    marks = []
    for place in places[:: max(1, -int(-widest // gap))]:
        half = text_width(short[place], box.text) / 2
        centre = max(half, left + (place + 0.5) * wide)
        if centre + half <= box.width:
            marks.append(text_element(short[place], centre, top, box.text, DARK.quiet, at="center top"))
    return marks


def hidden_axis(names: Sequence[str]) -> Option:
    """An axis whose names are written elsewhere."""
    return {"type": "category", "data": list(names), "show": False}


def colour_pieces(top: float) -> list[Option]:
    """Equal steps of lightness; what is nothing has a step of its own."""
    steps = DARK.ramp[1:]
    each = (top or 1.0) / len(steps)
    shades: list[Option] = [
        {"gt": place * each, "lte": (place + 1) * each * (1 + 1e-9), "color": colour}
        for place, colour in enumerate(steps)
    ]
    return [{"lte": 0, "color": DARK.ramp[0]}, *shades]


def min_size(box: Box) -> tuple[float, float]:
    """Room for seven rows of small cells and the words below."""
    return 12 * box.text, (CELLS_FOOT_EM + 5) * box.text


VIEWS = (
    View("heatmap", "heatmap", heatmap, fits_shapes(20, FrameShape.PAIRS), min_size, Options),
    View("calendar", "calendar", calendar, fits_shapes(20, FrameShape.DAYS), min_size, Options),
)
