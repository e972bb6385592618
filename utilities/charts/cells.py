"""Figures as cells of lightness: weekday by hour, or the days of a calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import ConfigDict

from utilities.charts import Picture, picture
from utilities.charts.colours import DARK
from utilities.charts.parts import GAP, Option, base, caption, fitting, grid, written
from utilities.frames import Column, Frame, Kind
from utilities.sheet import Box
from utilities.sheet.measure import width

FOOT = 2.9  # the names below and the line of words under them, in em of text
MOST_NAMES = 400  # of rows or columns; more are no cells but dust
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Options:
    """What a board file may say of cells."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt option is a fault

    key: str = ""  # the column of figures; the first when empty


@dataclass(frozen=True)
class Cells:
    """Names of rows and columns, and the figures by their places."""

    down: tuple[str, ...]
    across: tuple[str, ...]
    figures: dict[tuple[int, int], float]  # by column and row
    column: Column
    most: str  # where the greatest figure is, in words


def heated(frame: Frame, box: Box, options: Options) -> Picture | None:
    """The first column down, the second across; None when there is nothing to draw."""
    column = chosen(frame, options.key, 2)
    if column is None or not frame.rows:
        return None
    place = frame.index(column.key)
    down = tuple(dict.fromkeys(str(row[0]) for row in frame.rows))[:MOST_NAMES]
    across = tuple(dict.fromkeys(str(row[1]) for row in frame.rows))[:MOST_NAMES]
    figures: dict[tuple[int, int], float] = {}
    for row in frame.rows:
        value = row[place]
        if str(row[0]) in down and str(row[1]) in across and isinstance(value, int | float):
            figures[across.index(str(row[1])), down.index(str(row[0]))] = float(value)
    if not figures:
        return None
    x, y = max(figures, key=lambda at: figures[at])
    return drawn(Cells(down, across, figures, column, f"{down[y]} {across[x]}"), box)


def dated(frame: Frame, box: Box, options: Options) -> Picture | None:
    """A calendar: weeks across, weekdays down; of more weeks than there is room for, the last."""
    column = chosen(frame, options.key, 1)
    if column is None or frame.columns[0].kind is not Kind.DATE:
        return None
    place = frame.index(column.key)
    found = {date.fromisoformat(str(r[0])): r[place] for r in frame.rows if str(r[0])[:4].isdigit()}
    known = {day: float(value) for day, value in found.items() if isinstance(value, int | float)}
    if not known:
        return None
    room = int((box.width - width("Mon", box.text) - GAP * box.text) / (0.8 * box.text))
    monday = max(known) - timedelta(days=max(known).weekday())
    first = max(min(known) - timedelta(days=min(known).weekday()), monday - timedelta(weeks=max(1, room) - 1))
    weeks = [first + timedelta(weeks=count) for count in range((monday - first).days // 7 + 1)]
    figures = {((d - first).days // 7, d.weekday()): value for d, value in known.items() if d >= first}
    day = max((d for d in known if d >= first), key=lambda d: known[d])
    across = tuple(f"{week.day} {week:%b}" for week in weeks)
    return drawn(Cells(WEEKDAYS, across, figures, column, f"{day:%a} {day.day} {day:%b}"), box)


def chosen(frame: Frame, key: str, after: int) -> Column | None:
    """The column of figures; None when there is none, ValueError when there is none of that name."""
    if key:
        return frame.columns[frame.index(key)]
    return next((c for c in frame.columns[after:] if c.kind not in (Kind.TEXT, Kind.DATE)), None)


def drawn(cells: Cells, box: Box) -> Picture:
    top = max(0.0, *cells.figures.values())
    said = f"lighter is more; most on {cells.most}: {written(top, cells.column.kind)}" if top else "nothing so far"
    short = f"most: {cells.most}, {written(top, cells.column.kind)}" if top else "nothing"
    left = max(width(name, box.text) for name in cells.down) + GAP * box.text
    step = max(1, round(len(cells.down) / max(1, (box.height - FOOT * box.text) / (1.2 * box.text))))
    option = base(box) | {
        "grid": grid(left, 0, 0, FOOT * box.text),
        "xAxis": names(cells.across, box, "bottom", every(cells.across, box.width - left, box)),
        "yAxis": names(cells.down, box, "left", step) | {"inverse": True},
        "visualMap": {"type": "piecewise", "show": False, "pieces": pieces(top)},
        "series": [
            {
                "type": "heatmap",
                "silent": True,
                "emphasis": {"disabled": True},
                "itemStyle": {"borderColor": DARK.ground, "borderWidth": max(1, round(box.text / 14))},
                "data": [[x, y, value] for (x, y), value in sorted(cells.figures.items())],
            }
        ],
        "graphic": [caption(fitting((said, short, ""), box), box)],
    }
    return picture(option, box.width, box.height, f"{cells.column.heading}: {said}.")


def every(across: Sequence[str], room: float, box: Box) -> int:
    """Every which name has room below."""
    widest = max(width(name, box.text) for name in across) + 0.8 * box.text
    return max(1, -int(-widest * len(across) // room))


def names(said: Sequence[str], box: Box, where: str, step: int) -> Option:
    return {
        "type": "category",
        "position": where,
        "data": list(said),
        "axisLabel": {
            "fontSize": box.text,
            "color": DARK.quiet,
            "margin": GAP * box.text,
            "interval": step - 1,
            "alignMinLabel": "left" if where == "bottom" and step > 1 else None,
        },
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "splitArea": {"show": False},
    }


def pieces(top: float) -> list[Option]:
    """Equal steps of lightness; what is nothing has a step of its own."""
    steps = DARK.ramp[1:]
    each = (top or 1.0) / len(steps)
    shades: list[Option] = [
        {"gt": place * each, "lte": (place + 1) * each * (1 + 1e-9), "color": colour}
        for place, colour in enumerate(steps)
    ]
    return [{"lte": 0, "color": DARK.ramp[0]}, *shades]


def least(box: Box) -> tuple[float, float]:
    """Room for seven rows of small cells and the words below."""
    return 12 * box.text, (FOOT + 5) * box.text
