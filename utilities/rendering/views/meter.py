"""Progress towards a goal, and where it should be by now."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from utilities.model.figure_errors import UnfitFigures
from utilities.model.formats import format_date, format_value
from utilities.model.frames import Column, DateRange, Frame, ValueKind
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import Option, base_option, first_fitting, rectangle_element, text_element
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.labels import one_line, parse_day
from utilities.rendering.charts.number_formats import format_short, is_count, to_number
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width
from utilities.rendering.views import View, fits_no_frame

METER_LINES_EM = 4.2  # the line below the value, the bar and the expected value, in em of text
METER_BAR_EM = 0.62  # the height of the bar, in em of text
PERIOD_UNITS = {"week": "w", "month": "M", "quarter": "Q", "year": "y"}
MAX_METER_FIGURE_EM = 2.4  # the largest size of the value, in em of figures


@dataclass(frozen=True)
class MeterOptions:
    """The options of a meter."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt option is an error

    goal: Annotated[float, Field(gt=0)]
    key: str = ""  # the column; the first with figures when empty
    of: Literal["", "week", "month", "quarter", "year"] = (
        ""  # the period of the goal; with it the expected value is drawn
    )


def gauge(frame: Frame, box: Box, options: MeterOptions) -> ChartSpec | None:
    """Returns the sum of the column next to the goal; None without values.

    Raises UnfitFigures for figures from before the period of the goal, and for a column of which rows are missing.
    """
    column = frame.columns[frame.column_index(options.key)] if options.key else next(iter(frame.numeric_columns), None)
    frame = rows_of_period(frame, options.of)
    value = column_sum(frame, column) if column else None
    if column is None or value is None:
        return None
    over = elapsed_share(frame.date_range, options.of) if is_count(column.kind) else None
    period = period_name(frame.date_range.last, options.of) if frame.date_range and options.of else ""
    return build_meter(value, column, options, over, period, box)


def column_sum(frame: Frame, column: Column) -> float | None:
    """Returns the total of a column, or its sum; None without values, and where rates or averages do not add up."""
    if (total := to_number(frame.totals.get(column.key))) is not None:
        return total
    values = [value for value in map(to_number, frame.column_values(column.key)) if value is not None]
    if not values or (len(values) > 1 and not is_count(column.kind)):
        return None
    if frame.total_rows is not None and frame.total_rows > len(frame.rows):
        raise UnfitFigures(
            f"these are {len(frame.rows):,} of {frame.total_rows:,} rows, whose sum is not the total: raise `limit`"
        )
    return float(sum(values))


def rows_of_period(frame: Frame, of: str) -> Frame:
    """Returns the frame without the days before the period of the goal.

    Raises UnfitFigures for figures that begin earlier and have no rows of days.
    """
    has_days = bool(frame.columns) and frame.columns[0].kind is ValueKind.DATE
    days = [parse_day(row[0]) for row in frame.rows] if has_days else []
    last = frame.date_range.last if frame.date_range else max((day for day in days if day), default=None)
    if not of or last is None or not frame.rows:
        return frame
    first, _ = period_bounds(last, of)
    if days and None not in days:
        rows = tuple(row for row, day in zip(frame.rows, days, strict=True) if day and day >= first)
        return frame if len(rows) == len(days) else replace(frame, rows=rows, totals={})
    if frame.date_range and frame.date_range.first < first:
        begins = format_date(frame.date_range.first)
        raise UnfitFigures(
            f"the goal is of one {of}, but the figures begin on {begins}: "
            f"use a report by day, or begin with the {of} (`first: now/{PERIOD_UNITS[of]}`)"
        )
    return frame


def elapsed_share(covers: DateRange | None, of: str) -> float | None:
    """Returns the part of the week, month, quarter or year that is over; None when unknown or 0.

    A day that is not over does not count, so that nobody is behind in the morning.
    """
    if covers is None or not of:
        return None
    first, following = period_bounds(covers.last, of)
    days = (covers.last - max(first, covers.first)).days + (1 if covers.has_ended else 0)
    return days / (following - first).days or None


def period_bounds(day: date, of: str) -> tuple[date, date]:
    """Returns the first day of the week, month, quarter or year of a day, and the first day after it."""
    if of == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    months = {"month": 1, "quarter": 3, "year": 12}[of]
    first = day.replace(month=(day.month - 1) // months * months + 1, day=1)
    end = first.month - 1 + months
    return first, first.replace(year=first.year + end // 12, month=end % 12 + 1)


def period_name(day: date, of: str) -> str:
    """Returns the name of the period of a day: `November`, `October–December`, `2026`, `the week of 23 Nov`."""
    first, following = period_bounds(day, of)
    last = following - timedelta(days=1)
    names = {"week": f"the week of {first.day} {first:%b}", "month": f"{first:%B}", "year": str(first.year)}
    return names.get(of, f"{first:%B}–{last:%B}")


def build_meter(
    value: float, column: Column, options: MeterOptions, over: float | None, period: str, box: Box
) -> ChartSpec:
    share = value / options.goal
    due = options.goal * over if over is not None else None
    text = meter_figure_text(value, column, box)
    hero = min(
        MAX_METER_FIGURE_EM * box.figure,
        box.width / max(1.0, text_width(text, 1, weight=700)),
        max(box.figure, min(box.height / 2, (box.height - METER_LINES_EM * box.text) / 1.1)),
    )
    goal, name = format_short(options.goal, column.kind), one_line(column.heading).lower()
    dated = (f"{share:,.0%} of {goal} {name} in {period}", f"{share:,.0%} of {goal} in {period}") if period else ()
    caption = first_fitting((*dated, f"{share:,.0%} of {goal} {name}", f"{share:,.0%} of {goal}", f"{share:,.0%}"), box)
    top = hero * 1.1 + 1.35 * box.text
    marks = [
        text_element(text, 0, 0, hero, DARK.ink, weight=700),
        text_element(caption, 0, hero * 1.1, box.text, DARK.quiet),
        rectangle_element(0, top + 0.25 * box.text, box.width, METER_BAR_EM * box.text, DARK.rule),
        rectangle_element(
            0, top + 0.25 * box.text, box.width * min(1, max(0, share)), METER_BAR_EM * box.text, DARK.accent
        ),
    ]
    if due is not None:
        marks += expected_elements(value, due, over or 0.0, column, box, top)
    is_running = (over or 0.0) < 1
    pace = f" By now we would expect {format_short(due, column.kind)}." if due is not None and is_running else ""
    dates = f" in {period}" if period else ""
    option = base_option(box) | {"graphic": marks}
    return build_chart_spec(option, box, f"{one_line(column.heading)}: {text}, {share:,.0%} of {goal}{dates}.{pace}")


def meter_figure_text(value: float, column: Column, box: Box) -> str:
    """Returns the value in full where it fits at its largest size, else in short form."""
    text = format_value(value, column.kind) if is_count(column.kind) else format_short(value, column.kind)
    return (
        text
        if text_width(text, MAX_METER_FIGURE_EM * box.figure, weight=700) <= box.width
        else format_short(value, column.kind)
    )


def expected_elements(value: float, due: float, over: float, column: Column, box: Box, top: float) -> list[Option]:
    """Returns a mark on the bar where the value should be by now, and the text below it."""
    at = box.width * min(1.0, over)
    by_now = format_short(due, column.kind)
    same = format_short(value, column.kind) == by_now and over < 1
    state = "on pace: " if same else "behind: " if value < due else "ahead: "
    colour = DARK.trouble if value < due and not same else DARK.ink
    running = (f"{state}{by_now} expected by now", f"{state}{by_now} by now", f"{state}{by_now}", by_now)
    missed = (f"missed by {format_short(due - value, column.kind)}", "missed")
    caption = first_fitting(running if over < 1 else ("reached",) if value >= due else missed, box)
    left = min(max(0.0, at - text_width(caption, box.text) / 2), max(0.0, box.width - text_width(caption, box.text)))
    return [
        rectangle_element(at - 0.06 * box.text, top, 0.12 * box.text, (METER_BAR_EM + 0.5) * box.text, colour),
        text_element(caption, left, top + (METER_BAR_EM + 0.75) * box.text, box.text, colour),
    ]


def min_size(box: Box) -> tuple[float, float]:
    """Returns the room for the value, a line of text, the bar and the expected value below it."""
    return 8 * box.text, 1.1 * box.figure + METER_LINES_EM * box.text


VIEW = View("meter", "meter", gauge, fits_no_frame, min_size, MeterOptions)
