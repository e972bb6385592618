"""A figure on its way to a goal, and where it would have to be by now."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from utilities.charts import Picture, picture
from utilities.charts.colours import DARK
from utilities.charts.parts import Option, base, fitting, words, written
from utilities.frames import Column, Covers, Frame, Kind
from utilities.sheet import Box
from utilities.sheet.measure import width

BAR = 0.62  # the height of the bar, in em of text
HERO = 2.4  # the figure's greatest size, in em of figures


@dataclass(frozen=True)
class Options:
    """What a board file may say of a meter."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt option is a fault

    goal: Annotated[float, Field(gt=0)]
    key: str = ""  # the column; the first with figures when empty
    of: Literal["", "week", "month", "quarter", "year"] = ""  # the time the goal is set for; it tells the pace


def metered(frame: Frame, box: Box, options: Options) -> Picture | None:
    """The sum of the column beside the goal; None when nothing is known."""
    figures = [c for c in frame.columns if c.kind not in (Kind.TEXT, Kind.DATE) and not c.key.endswith(":previous")]
    column = frame.columns[frame.index(options.key)] if options.key else next(iter(figures), None)
    known = [v for v in frame.values(column.key) if isinstance(v, int | float)] if column else []
    if column is None or not known:
        return None
    return drawn(float(sum(known)), column, options, passed(frame.covers, options.of), box)


def passed(covers: Covers | None, of: str) -> float | None:
    """The part of the week, month, quarter or year that is over at the end of the last day; None when unknown."""
    if covers is None or not of:
        return None
    day = covers.last
    if of == "week":
        return (day.weekday() + 1) / 7
    if of == "month":
        return day.day / monthrange(day.year, day.month)[1]
    first = day.replace(month=1 if of == "year" else day.month - (day.month - 1) % 3, day=1)
    months = 12 if of == "year" else 3
    end = first.replace(year=first.year + (first.month + months - 1) // 12, month=(first.month + months - 1) % 12 + 1)
    return ((day - first) + timedelta(days=1)) / (end - first)


def drawn(value: float, column: Column, options: Options, over: float | None, box: Box) -> Picture:
    share = value / options.goal
    due = options.goal * over if over is not None else None
    behind = due is not None and value < due
    figure = written(value, column.kind)
    hero = min(HERO * box.figure, box.width / max(1.0, width(figure, 1, weight=700)), max(box.figure, box.height / 2))
    goal = written(options.goal, column.kind)
    said = fitting((f"{share:.0%} of {goal} {column.heading.lower()}", f"{share:.0%} of {goal}", f"{share:.0%}"), box)
    top = hero * 1.1 + 1.35 * box.text
    marks = [
        words(figure, 0, 0, hero, DARK.ink, weight=700),
        words(said, 0, hero * 1.1, box.text, DARK.quiet),
        rectangle(0, top + 0.25 * box.text, box.width, BAR * box.text, DARK.rule),
        rectangle(0, top + 0.25 * box.text, box.width * min(1, max(0, share)), BAR * box.text, DARK.accent),
    ]
    if due is not None:
        marks += expected(due, over or 0.0, column, box, top, behind=behind)
    pace = "" if due is None else f" By now we would expect {written(due, column.kind)}."
    option = base(box) | {"graphic": marks}
    return picture(option, box.width, box.height, f"{column.heading}: {figure}, {share:.0%} of {goal}.{pace}")


def expected(due: float, over: float, column: Column, box: Box, top: float, *, behind: bool) -> list[Option]:
    """A stroke through the bar where the figure would be by now, and the words below it."""
    at = box.width * min(1.0, over)
    colour = DARK.trouble if behind else DARK.ink
    state = "behind: " if behind else "ahead: "
    said = fitting((f"{state}{written(due, column.kind)} expected by now", f"{written(due, column.kind)} by now"), box)
    left = min(max(0.0, at - width(said, box.text) / 2), box.width - width(said, box.text))
    return [
        rectangle(at - 0.06 * box.text, top, 0.12 * box.text, (BAR + 0.5) * box.text, colour),
        words(said, left, top + (BAR + 0.75) * box.text, box.text, colour),
    ]


def rectangle(left: float, top: float, wide: float, high: float, colour: str) -> Option:
    shape = {"x": left, "y": top, "width": wide, "height": high}
    return {"type": "rect", "silent": True, "shape": shape, "style": {"fill": colour}}


def least(box: Box) -> tuple[float, float]:
    """Room for the figure, a line of words, the bar and the pace below it."""
    return 8 * box.text, 1.1 * box.figure + 4.2 * box.text
