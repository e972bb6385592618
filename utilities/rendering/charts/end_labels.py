"""The labels at the right end of lines: the last whole value, and that of the day or hour that has begun."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from utilities.rendering.charts.axes import UNFINISHED_LABEL, Option, circle_element, text_element
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.labels import shorten_middle
from utilities.rendering.charts.line_series import DOT_EM, RING_WIDTH_EM, last_place, whole_values
from utilities.rendering.charts.number_formats import format_short
from utilities.rendering.charts.series import ChartRows, ChartSeries
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width

MAX_END_NAME_WIDTH = 0.3  # the largest part of the width for a name at the end of a line
MIN_WIDTH_EM_OF_ONE_LINE = 31  # of a chart whose end labels are one line each, in em of text
MAX_DAYS_WITH_WEEKDAYS = 62  # longer ranges end with a date instead of a weekday
END_LABEL_GAP_EM = 0.6  # between the plot and a label, in em of text
WORD_GAP_EM = 0.3  # between a value and its word, in em of text
MARK_SPACE_EM = 0.75  # a repeated dot or ring and the gap after it, in em of text
MIN_LABEL_DISTANCE_EM = 1.5  # between the middles of two labels, in em of text
LAST_HOUR_LABEL = "last hour"


@dataclass(frozen=True)
class LabelText:
    """A piece of a label."""

    text: str
    size: float  # px
    colour: str
    weight: int

    @property
    def width(self) -> float:
        """Returns the width, px."""
        return text_width(self.text, self.size, weight=self.weight)


@dataclass(frozen=True)
class EndLabel:
    """A label, on one or two lines; `center` is px from the top of the chart."""

    lines: tuple[tuple[LabelText, ...], ...]
    center: float
    colour: str  # of its dot or ring
    is_running: bool = False
    place: int = 0  # of its point
    mark: bool = False  # whether it repeats its dot or ring

    @property
    def height(self) -> float:
        """Returns the height of all lines, px."""
        return sum(1.15 * max(piece.size for piece in line) for line in self.lines)

    def elements(self, left: float, box: Box) -> Iterator[Option]:
        """Yields the dot or ring and the texts, from the top down."""
        top = self.center - self.height / 2
        start = left + (MARK_SPACE_EM * box.text if self.mark else 0.0)
        for line in self.lines:
            height = 1.15 * max(piece.size for piece in line)
            at = start
            if self.mark and line is self.lines[0]:
                yield self.mark_element(left, top + height / 2, box)
            for piece in line:
                middle, weight = top + height / 2, piece.weight
                yield text_element(piece.text, at, middle, piece.size, piece.colour, weight=weight, at="left middle")
                at += piece.width + WORD_GAP_EM * box.text
            top += height

    def mark_element(self, left: float, middle: float, box: Box) -> Option:
        """Returns the dot or ring that stands at the point too."""
        radius = DOT_EM * box.text / 2
        if self.is_running:
            stroke = RING_WIDTH_EM * box.text
            return circle_element(left + radius, middle, radius - stroke / 2, DARK.running_ground, self.colour, stroke)
        return circle_element(left + radius, middle, radius, self.colour)


def build_end_labels(rows: ChartRows, dashed: str, box: Box) -> list[EndLabel]:
    """Returns a label for the last whole value of each line, for a value so far and for the dashed line, unplaced.

    Several lines have their names, and one label that says what their rings are.
    """
    for is_one_line, with_dashed in (
        (box.width >= MIN_WIDTH_EM_OF_ONE_LINE * box.text, True),
        (True, True),
        (True, False),
    ):
        labels = list_end_labels(rows, dashed if with_dashed else "", box, is_one_line=is_one_line)
        if sum(label.height for label in labels) <= box.height:
            break
    return labels


def list_end_labels(rows: ChartRows, dashed: str, box: Box, *, is_one_line: bool) -> list[EndLabel]:
    """Returns the labels, each value and its word on one line or on two."""
    labels = []
    several, latest = len(rows.series) > 1, len(rows.names) - 1 if rows.running is None else rows.running
    for colour, each in zip(DARK.series, rows.series, strict=False):
        whole, running = last_place(whole_values(each, rows.running)), rows.running
        if whole is not None and whole >= latest - 1:
            word = end_series_name(each, box) if several else whole_word(rows, whole)
            figure = LabelText(format_short(each.values[whole], each.kind), box.figure, colour, 700)
            labels.append(EndLabel(arrange_pieces(figure, word, box, is_one_line), 0.0, colour, place=whole))
        if running is not None and each.values[running] is not None and not several:
            figure = LabelText(format_short(each.values[running], each.kind), box.figure, DARK.running_ink, 400)
            lines = arrange_pieces(figure, UNFINISHED_LABEL, box, is_one_line, DARK.running_quiet)
            labels.append(EndLabel(lines, 0.0, colour, is_running=True, place=running))
    if several and rows.running is not None:
        lines = ((LabelText(UNFINISHED_LABEL, box.text, DARK.running_quiet, 400),),)
        labels.append(EndLabel(lines, box.height, DARK.quiet, is_running=True, place=rows.running, mark=True))
    far = max((label.place for label in labels), default=0) < len(rows.names) - 2
    labels = [replace(label, mark=label.mark or far) for label in labels]
    previous = last_place(rows.series[0].previous)
    if dashed and previous is not None:
        words = shorten_middle(dashed, box.text, MAX_END_NAME_WIDTH * box.width)
        labels.append(EndLabel(((LabelText(words, box.text, DARK.quiet, 400),),), 0.0, "", place=previous))
    return labels


def arrange_pieces(
    figure: LabelText, word: str, box: Box, is_one_line: bool, colour: str = DARK.quiet
) -> tuple[tuple[LabelText, ...], ...]:
    """Returns the value and its word on one line, in a narrow chart on two."""
    if not word:
        return ((figure,),)
    piece = LabelText(word, box.text, colour, 400)
    return ((figure, piece),) if is_one_line else ((figure,), (piece,))


def whole_word(rows: ChartRows, place: int) -> str:
    """Returns what tells the last whole day or hour: `Thu`, `26 Nov`, `last hour`, `23:00`; '' for another name."""
    day = rows.days[place]
    if day is None:
        return ""
    if rows.times:
        is_latest = bool(rows.minutes) and rows.running == place + 1 and rows.minutes[place] % 60 == 0
        return LAST_HOUR_LABEL if is_latest else rows.times[place]
    return f"{day:%a}" if len(rows.names) <= MAX_DAYS_WITH_WEEKDAYS else f"{day.day} {day:%b}"


def end_series_name(each: ChartSeries, box: Box) -> str:
    """Returns the name of a series as it stands at the end of its line."""
    return shorten_middle(each.name, box.text, MAX_END_NAME_WIDTH * box.width)


def end_labels_width(labels: Sequence[EndLabel], box: Box) -> float:
    """Returns the room to the right of the plot, px: for the widest label, or for half a dot."""
    widths = [
        sum(piece.width for piece in line)
        + (len(line) - 1) * WORD_GAP_EM * box.text
        + label.mark * MARK_SPACE_EM * box.text
        for label in labels
        for line in label.lines
    ]
    return max(widths) + (END_LABEL_GAP_EM + 0.1) * box.text if widths else DOT_EM * box.text


def spread_end_labels(labels: Sequence[EndLabel], box: Box) -> list[EndLabel]:
    """Moves labels that overlap down, and all of them up again where the chart ends."""
    order = sorted(labels, key=lambda end: end.center)
    apart = MIN_LABEL_DISTANCE_EM * box.text if len(order) * MIN_LABEL_DISTANCE_EM * box.text <= box.height else 0.0
    centres: list[float] = []
    for place, end in enumerate(order):
        least = centres[-1] + labels_distance_down(order[place - 1], end, apart) if centres else end.height / 2
        centres.append(max(end.center, least))
    over = centres[-1] + order[-1].height / 2 - box.height if centres else 0.0
    for place in reversed(range(len(order))):
        if over <= 0:
            break
        centres[place] -= over
        if place:
            over = centres[place - 1] + labels_distance_down(order[place - 1], order[place], apart) - centres[place]
    return [replace(end, center=center) for end, center in zip(order, centres, strict=True)]


def labels_distance_down(above: EndLabel, below: EndLabel, apart: float) -> float:
    """Returns how far apart the middles of two labels must be, px; at least `apart`."""
    return max((above.height + below.height) / 2, apart)
