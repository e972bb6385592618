"""Heatmaps: weekday by hour, or the days of a calendar."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
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
from utilities.rendering.charts.cell_room import (
    CELLS_FOOT_EM,
    MAX_ROW_NAMES_WIDTH,
    cells_in,
    omitted_cells_text,
    omitted_weeks_text,
    weeks_in,
)
from utilities.rendering.charts.colours import DARK, ramp_step, ramp_text_colour
from utilities.rendering.charts.labels import one_line, parse_day, shorten_middle, week_names
from utilities.rendering.charts.number_formats import format_brief, format_short, to_number
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width
from utilities.rendering.views import FrameShape, View, fits_shapes

MAX_CELL_HEIGHT_EM = 2.4  # the largest height of a cell, in em of text
MAX_CELL_ASPECT = 1.3  # the largest width of a cell without a value, of its height
MAX_CELLS = 2000  # more are too small to see, and slow
NAMED_COLUMN_EM = 3.0  # the width of a cell that has room for a name of its own, in em of text
MAX_NAMED_COLUMNS = 12  # columns that are each named, however short; of more, some are named in full
CALENDAR_ROWS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class HeatmapOptions:
    """The options of cells."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt option is an error

    key: str = ""  # the column of figures; the first when empty


@dataclass(frozen=True)
class HeatmapCells:
    """Names of rows and columns, and the values by position."""

    row_names: tuple[str, ...]
    column_names: tuple[str, ...]
    values: dict[tuple[int, int], float]  # by column and row
    column: Column
    maximum_at: str  # where the maximum is, in words
    named_first: tuple[int, ...]  # the columns that are named first
    omitted: int = 0  # cells that do not fit


def heatmap(frame: Frame, box: Box, options: HeatmapOptions) -> ChartSpec | None:
    """Returns the first column down and the second across; None when there is nothing to draw."""
    column = value_column(frame, options.key, 2)
    if column is None or not frame.rows:
        return None
    place = frame.column_index(column.key)
    pairs = [(one_line(row[0]), one_line(row[1]), to_number(row[place])) for row in frame.named_rows]
    rows_room, most = cells_in(box)
    down = tuple(dict.fromkeys(name for name, _, _ in pairs))[:rows_room]
    most = min(most, MAX_CELLS // max(1, len(down)))
    across = tuple(dict.fromkeys(name for _, name, _ in pairs))[:most]
    rows, columns = ({name: at for at, name in enumerate(names)} for names in (down, across))
    figures = {(columns[x], rows[y]): v for y, x, v in pairs if v is not None and y in rows and x in columns}
    if not figures:
        return None
    x, y = max(figures, key=lambda at: figures[at])
    where = f"{shorten_middle(down[y], 1, 20)} {shorten_middle(across[x], 1, 20)}"
    left_out = sum(v is not None for _, _, v in pairs) - len(figures)
    left_out += frame.total_rows - len(pairs) if frame.total_rows is not None and frame.is_cut else 0
    return build_heatmap(HeatmapCells(down, across, figures, column, where, (), left_out), box)


def calendar(frame: Frame, box: Box, options: HeatmapOptions) -> ChartSpec | None:
    """Returns weeks across and weekdays down; the last weeks when not all fit. None when there is nothing to draw."""
    column = value_column(frame, options.key, 1)
    if column is None or frame.columns[0].kind is not ValueKind.DATE:
        return None
    place = frame.column_index(column.key)
    by_day = {parse_day(row[0]): to_number(row[place]) for row in frame.rows}
    values = {day: value for day, value in by_day.items() if day is not None and value is not None}
    if not values:
        return None
    room = weeks_in(box)
    monday = max(values) - timedelta(days=max(values).weekday())
    first = max(min(values) - timedelta(days=min(values).weekday()), monday - timedelta(weeks=max(1, room) - 1))
    weeks = [first + timedelta(weeks=count) for count in range((monday - first).days // 7 + 1)]
    figures = {((d - first).days // 7, d.weekday()): value for d, value in values.items() if d >= first}
    day = max((d for d in values if d >= first), key=lambda d: values[d])
    across, marked = week_names(weeks)
    cells = HeatmapCells(
        CALENDAR_ROWS, across, figures, column, f"{day:%a} {day.day} {day:%b}", marked, len(values) - len(figures)
    )
    return build_heatmap(cells, box)


def value_column(frame: Frame, key: str, after: int) -> Column | None:
    """Returns the column of values or None; raises ValueError when there is none of that name."""
    if key:
        return frame.columns[frame.column_index(key)]
    return next((c for c in frame.columns[after:] if c.is_numeric), None)


def build_heatmap(cells: HeatmapCells, box: Box) -> ChartSpec:
    """Returns the chart of cells."""
    top = max(0.0, *cells.values.values())
    down = [shorten_middle(name, box.text, MAX_ROW_NAMES_WIDTH * box.width) for name in cells.row_names]
    left = max(text_width(name, box.text) for name in down) + AXIS_GAP_EM * box.text
    width, height, has_label = cell_size(cells, left, box)
    room = width * len(cells.column_names), height * len(cells.row_names)
    below = min(box.height, room[1] + CELLS_FOOT_EM * box.text)
    option = base_option(box) | {
        "grid": grid_option(left, box.width - left - room[0], 0, box.height - room[1]),
        "xAxis": hidden_axis(cells.column_names),
        "yAxis": hidden_axis(cells.row_names) | {"inverse": True},
        "visualMap": {"type": "piecewise", "show": False, "pieces": colour_pieces(top)},
        "series": [
            {
                "type": "heatmap",
                "silent": True,
                "emphasis": {"disabled": True},
                "itemStyle": {"borderColor": DARK.ground, "borderWidth": max(1, round(min(width, box.text) / 14))},
                "data": [
                    cell_data(at, value, top, cells.column, box, has_label=has_label)
                    for at, value in sorted(cells.values.items())
                ],
            }
        ],
        "graphic": [
            *row_name_elements(down, height, left, box),
            *column_name_elements(cells, width, left, room[1] + AXIS_GAP_EM * box.text, box),
            caption_element(first_fitting(heatmap_captions(cells, top), box), replace(box, height=below)),
        ],
    }
    return build_chart_spec(option, box, f"{one_line(cells.column.heading)}: {heatmap_captions(cells, top)[0]}.")


def cell_size(cells: HeatmapCells, left: float, box: Box) -> tuple[float, float, bool]:
    """Returns width and height of a cell in px, and whether its value is written in it."""
    height = min(MAX_CELL_HEIGHT_EM * box.text, (box.height - CELLS_FOOT_EM * box.text) / len(cells.row_names))
    room = (box.width - left - 0.4 * box.text) / len(cells.column_names)
    to_number = (
        max(text_width(format_brief(v, cells.column.kind), box.text) for v in cells.values.values()) + 0.7 * box.text
    )
    has_label = room >= to_number and height >= 1.15 * box.text and max(cells.values.values()) > 0
    return min(room, max(MAX_CELL_ASPECT * height, to_number if has_label else 0.0)), height, has_label


def heatmap_captions(cells: HeatmapCells, top: float) -> tuple[str, ...]:
    """Returns captions from the longest to the shortest: what the colours mean, and how many cells have no room."""
    if not top:
        return "nothing so far", "nothing", ""
    most = format_short(top, cells.column.kind)
    captions = (
        f"stronger is more; most on {cells.maximum_at}: {most}",
        f"most: {cells.maximum_at}, {most}",
        f"most: {most}",
    )
    if not cells.omitted:
        return *captions, ""
    rest = f"{cells.omitted:,} more have no room"
    return *(f"{caption}; {rest}" for caption in captions), rest, f"+{cells.omitted:,}"


def cell_data(at: tuple[int, int], value: float, top: float, column: Column, box: Box, *, has_label: bool) -> object:
    """Returns a cell, with its value written in it where `has_label`."""
    if not has_label:
        return [*at, value]
    text = {
        "show": True,
        "formatter": format_brief(value, column.kind),
        "fontSize": box.text,
        "color": ramp_text_colour(ramp_step(value, top)),
    }
    return {"value": [*at, value], "label": text}


def row_name_elements(down: Sequence[str], height: float, left: float, box: Box) -> list[Option]:
    """Returns the names of rows, as many as fit."""
    every = max(1, -int(-1.2 * box.text // height))
    at = left - AXIS_GAP_EM * box.text
    return [
        text_element(name, at, (place + 0.5) * height, box.text, DARK.quiet, at="right middle")
        for place, name in enumerate(down)
        if place % every == 0 and (height >= box.text or place * height + height / 2 >= box.text / 2)
    ]


def column_name_elements(cells: HeatmapCells, width: float, left: float, top: float, box: Box) -> list[Option]:
    """Returns the names of columns, as many as fit."""
    places = cells.named_first or range(len(cells.column_names))
    own = (
        cells.row_names is not CALENDAR_ROWS
        and 1 < len(places) <= MAX_NAMED_COLUMNS
        and width >= NAMED_COLUMN_EM * box.text
    )
    room = width - 0.7 * box.text if own else 8 * box.text
    short = {place: shorten_middle(cells.column_names[place], box.text, room) for place in places}
    widest = max((text_width(name, box.text) for name in short.values()), default=0.0) + 0.7 * box.text
    gap = min((b - a for a, b in pairwise(places)), default=1) * width
    marks = []
    for place in places[:: max(1, -int(-widest // gap))]:
        half = text_width(short[place], box.text) / 2
        centre = max(half, left + (place + 0.5) * width)
        if centre + half <= box.width:
            marks.append(text_element(short[place], centre, top, box.text, DARK.quiet, at="center top"))
    return marks


def hidden_axis(names: Sequence[str]) -> Option:
    """Returns an axis whose names are written elsewhere."""
    return {"type": "category", "data": list(names), "show": False}


def colour_pieces(top: float) -> list[Option]:
    """Returns equal steps of lightness; 0 has a step of its own."""
    steps = DARK.ramp[1:]
    each = (top or 1.0) / len(steps)
    shades: list[Option] = [
        {"gt": place * each, "lte": (place + 1) * each * (1 + 1e-9), "color": colour}
        for place, colour in enumerate(steps)
    ]
    return [{"lte": 0, "color": DARK.ramp[0]}, *shades]


def min_size(box: Box) -> tuple[float, float]:
    """Returns the room for seven rows of small cells and the text below."""
    return 12 * box.text, (CELLS_FOOT_EM + 5) * box.text


PAIRS_FIT, DAYS_FIT = fits_shapes(20, FrameShape.PAIRS), fits_shapes(20, FrameShape.DAYS)
VIEWS = (
    View("heatmap", "heatmap", heatmap, PAIRS_FIT, min_size, HeatmapOptions, omits=omitted_cells_text),
    View("calendar", "calendar", calendar, DAYS_FIT, min_size, HeatmapOptions, omits=omitted_weeks_text),
)
