"""One figure, as large as its room allows, and how it has changed."""

from dataclasses import dataclass, replace
from typing import Literal

from pydantic import ConfigDict

from utilities.model.formats import MISSING_VALUE, format_for_wall
from utilities.model.frames import Column, Frame, Value, ValueKind
from utilities.model.period_words import describe_period, format_days, is_recent, previous_period_phrases
from utilities.rendering.charts import ChartSpec
from utilities.rendering.charts.number_formats import format_short, to_number
from utilities.rendering.charts.sparkline import sparkline
from utilities.rendering.layout import Box, TypeSizes
from utilities.rendering.layout.change_words import change_phrases, fit_phrases, format_change
from utilities.rendering.layout.placement import GUTTER_EM
from utilities.rendering.layout.text_width import text_width, wrap_words
from utilities.rendering.layout.type_scale import hero_sizes
from utilities.rendering.views import View, fits_no_frame

FIGURE_LINE_EM = 1.02
"""Height of the figure's line, in em."""

HERO_EM = 4.0
"""The figure's size on an upright screen, in em of text; a step of the type scale below it."""

BELOW_FIGURE_EM = 0.4
"""Room for what of a figure is below its line, such as a comma, in em of text."""

BESIDE_WIDTH_EM = 28.0
"""From this width on, in em of text, the lines may stand in a second column, next to the figure."""

CHANGE_LINE_EM = 1.35
"""Height of the line about the change, in em of text."""

CHANGE_MARK_EM = 1.3
"""Room for the shape before the change, in em of text."""

FIGURE_WEIGHT = 700


@dataclass(frozen=True)
class NumberOptions:
    """The options of a number."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # a misspelt option is an error

    key: str = ""  # the column; the first with figures when ''
    good: Literal["up", "down"] = "up"  # the direction that is welcome
    now: bool = False  # it counts what is happening at this moment
    caption: str = ""  # the text below it when there is nothing to compare with; its period when ''


@dataclass(frozen=True)
class NumberChange:
    """How the figure has changed since the previous period."""

    direction: Literal["up", "down", "level"]
    welcome: bool
    amount: str  # `8.2%`, '' when level
    words: str  # `more than the week before`
    than: str = ""  # the end of these words, where they need a second line
    is_complete: bool = True  # whether the words say than what


@dataclass(frozen=True)
class Number:
    """What templates/views/number.html receives."""

    text: str
    step: int  # the size, as the number of a class in the board's stylesheet
    now: bool
    change: NumberChange | None
    caption: tuple[str, ...]  # lines
    is_beside: bool = False  # the lines stand next to the figure


def build_number(frame: Frame, box: Box, options: NumberOptions) -> Number:
    """Returns the figure of the first row; raises ValueError when the frame has no such column."""
    column = number_column(frame, options.key)
    value = first_value(frame, column)
    half = replace(box, width=(box.width - GUTTER_EM * box.text) / 2)
    lines = needed_lines(frame, column, value, options, box)
    text, step = fit_figure(value, column.kind, box, lines)
    wide_text, wide_step = fit_figure(value, column.kind, half, 0)
    is_beside = box.width >= BESIDE_WIDTH_EM * box.text and wide_step > step and wide_text == text
    if is_beside:
        step, box = wide_step, half
        lines = change_lines(half)
    change = None if frame.setup_hint else build_change(frame, column, value, options, box, lines)
    caption = build_caption(frame, options, change, box, lines)
    return Number(text, step, options.now, change, caption, is_beside)


def needed_lines(frame: Frame, column: Column, value: Value, options: NumberOptions, box: Box) -> int:
    """Returns how many lines to leave below the figure: a second one where the smallest figure still fits above it."""
    lines = change_lines(box)
    if lines > 1 or frame.setup_hint or not figure_fits("0", box.figure, box, 2):
        return lines
    change = build_change(frame, column, value, options, box, 1)
    return 2 if change and not change.is_complete else 1


def build_caption(
    frame: Frame, options: NumberOptions, change: NumberChange | None, box: Box, lines: int
) -> tuple[str, ...]:
    """Returns the lines of the caption: how to begin, the board's own text, or the period; beside a change its days."""
    if change is not None:
        has_room = not change.than and lines > 1
        is_dated = frame.read_on is not None and frame.date_range is not None and not is_recent(frame)
        return (fit_period(frame, box),) if has_room and is_dated else ()
    caption = frame.setup_hint[0] if frame.setup_hint else options.caption or fit_period(frame, box)
    return wrap_words(caption, box.text, box.width, lines)


def fit_period(frame: Frame, box: Box) -> str:
    """Returns the period in words, or else its dates with short months, where these are narrower and needed."""
    words = describe_period(frame)
    if frame.date_range is None or text_width(words, box.text) <= box.width:
        return words
    return min(words, format_days(frame.date_range, frame.read_on), key=lambda text: text_width(text, box.text))


def number_column(frame: Frame, key: str) -> Column:
    """Returns the column `key`, or the first with numbers of this period."""
    if key:
        return frame.columns[frame.column_index(key)]
    return (frame.numeric_columns or list(frame.columns))[0]


def first_value(frame: Frame, column: Column) -> Value:
    """Returns the first row's value; without rows 0 for a count, None for a rate."""
    if not frame.rows:
        return 0 if column.kind is ValueKind.INTEGER else None
    return frame.column_values(column.key)[0]


def fit_figure(value: Value, kind: ValueKind, box: Box, lines: int) -> tuple[str, int]:
    """Returns the text and the largest size that fits; the short form only where the full one does not fit at all."""
    for text in (format_for_wall(value, kind), shorten_number(value, kind), MISSING_VALUE):
        room = [n for n, size in enumerate(hero_sizes(box.figure)) if figure_fits(text, size, box, lines)]
        if room:
            return text, room[-1]
    return MISSING_VALUE, 0


def figure_fits(text: str, size: float, box: Box, lines: int) -> bool:
    """Whether the figure fits at this size, with so many lines about the change below it."""
    below = lines * CHANGE_LINE_EM if lines else BELOW_FIGURE_EM
    height = size * FIGURE_LINE_EM + below * box.text
    return text_width(text, size, weight=FIGURE_WEIGHT) <= box.width and height <= box.height


def shorten_number(value: Value, kind: ValueKind) -> str:
    """Returns `1.2 M`, `12,345 h`, `38%`: as charts do, with a space before the unit."""
    number = to_number(value)
    return MISSING_VALUE if number is None else format_short(number, kind, " ")


def change_lines(box: Box) -> int:
    """Returns how many lines the change may take: two where the figure is still twice the smallest size above them."""
    return 2 if box.height >= 2 * (FIGURE_LINE_EM * box.figure + CHANGE_LINE_EM * box.text) else 1


def build_change(
    frame: Frame, column: Column, value: Value, options: NumberOptions, box: Box, lines: int
) -> NumberChange | None:
    """Returns the change in the longest words that fit; None without a value to compare with."""
    key = column.previous_key
    before = (
        first_value(frame, frame.columns[frame.column_index(key)]) if frame.rows and frame.has_column(key) else None
    )
    if not isinstance(value, int | float) or not isinstance(before, int | float):
        return None
    gain = value - before
    amount = format_change(gain, before, column.kind)
    direction: Literal["up", "down", "level"] = "level" if not amount else "up" if gain > 0 else "down"
    mark = text_width(amount, box.text, weight=600) + CHANGE_MARK_EM * box.text if amount else 0
    short, phrases = change_phrases(direction, previous_period_phrases(frame), column.kind)
    words, than = fit_phrases(short, phrases, mark, box, lines)
    return NumberChange(direction, direction == options.good, amount, words, than, words != short or bool(than))


def min_size(box: Box) -> tuple[float, float]:
    """Returns the room for six digits at the smallest legible size, and the line about the change."""
    return text_width(
        "000,000", box.figure, weight=FIGURE_WEIGHT
    ), box.figure * FIGURE_LINE_EM + CHANGE_LINE_EM * box.text


def figure_height(box: Box) -> float:
    """Returns the height of the figure and its lines on an upright screen, px."""
    is_beside = box.width >= BESIDE_WIDTH_EM * box.text
    return (FIGURE_LINE_EM * HERO_EM + (BELOW_FIGURE_EM if is_beside else 2 * CHANGE_LINE_EM)) * box.text


def draw_trend(frame: Frame, box: Box, options: NumberOptions) -> ChartSpec | None:
    """Returns the sparkline of the number's column."""
    return sparkline(frame, box, options.key)


def number_css(sizes: TypeSizes) -> str:
    """Returns the CSS of the sizes above."""
    return f"""\
.hero {{ line-height: {FIGURE_LINE_EM}; }}
.change {{ line-height: {CHANGE_LINE_EM}; }}
.beside .lines {{ padding-left: {GUTTER_EM / 2}em; }}
"""


VIEW = View(
    "number",
    "number",
    build_number,
    fits_no_frame,
    min_size,
    NumberOptions,
    "number",
    draw_trend,
    grid_size=(3, 3),
    css=number_css,
    figure_height=figure_height,
)
