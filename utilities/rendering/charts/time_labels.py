"""Which days and hours an axis names: few, at the beginnings of hours, days, weeks, months or years."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from utilities.rendering.charts.series import ChartRows
from utilities.rendering.layout.text_width import text_width

MAX_AXIS_LABELS = 8
LABELS_GAP_EM = 0.75  # between two names at an axis, in em of text
MAX_WEEKDAY_LABELS = 8  # days that are named with their weekday
MAX_DAYS_WITH_HOURS = 3
HOUR_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720)  # minutes between two labels
DAY_STEPS = (2, 3)  # days between two labels, where there are too few weeks
YEAR_STEPS = (1, 2, 5, 10, 20, 50, 100)
MONTH_STEPS = (1, 3, 6)
MAX_SPAN_OF_MONTHS = 366  # days, from which on months have their years

Labels = list[tuple[int, str]]
"""Positions and texts."""


@dataclass(frozen=True)
class Ruler:
    """Where the rows stand along an axis of `room` px between margins, and whether labels of a size fit there."""

    count: int
    left: float  # px
    room: float  # px
    right: float  # px
    text: float  # px
    points: bool  # whether the first and the last row stand at the ends

    def centre(self, label: tuple[int, str]) -> float:
        """Returns the px from the axis' beginning to the middle of a label; at the edges it is moved inwards."""
        return self._place_centre(label) - self.overhang(label)

    def overhang(self, label: tuple[int, str]) -> float:
        """Returns how many px of a label would leave the chart: negative on the left, positive on the right."""
        centre, half = self._place_centre(label), text_width(label[1], self.text) / 2
        return min(0.0, centre - half + self.left) or max(0.0, centre + half - self.room - self.right)

    def _place_centre(self, label: tuple[int, str]) -> float:
        step = self.room / max(1, self.count - 1 if self.points else self.count)
        return label[0] * step + (0.0 if self.points else step / 2)

    def has_room_for(self, labels: Labels) -> bool:
        """Whether there are labels, and they are few and do not touch."""
        return 0 < len(labels) <= MAX_AXIS_LABELS and not any(self.touch(*pair) for pair in pairwise(labels))

    def touch(self, one: tuple[int, str], other: tuple[int, str]) -> bool:
        """Whether two labels are too near each other."""
        widths = text_width(one[1], self.text) + text_width(other[1], self.text)
        return abs(self.centre(one) - self.centre(other)) < widths / 2 + LABELS_GAP_EM * self.text

    def without_touching(self, labels: Labels, label: tuple[int, str]) -> Labels:
        """Returns the labels with one more, without those that would touch it."""
        return sorted([*(each for each in labels if not self.touch(each, label)), label])


def axis_label_choices(rows: ChartRows) -> Iterator[Labels]:
    """Yields the labels of an axis from many to few."""
    days, minutes = rows.days, rows.minutes
    if minutes:
        yield from hour_choices(days, minutes)
    elif all(days) and days:
        yield from day_choices([(place, day) for place, day in enumerate(days) if day])
    else:
        count = len(rows.labels)
        for every in range(-(-count // MAX_AXIS_LABELS), count):
            yield [(place, rows.labels[place]) for place in range(0, count, every)]


def hour_choices(days: Sequence[date | None], minutes: Sequence[int]) -> Iterator[Labels]:
    """Yields hours of one day, hours of a few days, or the days that begin."""
    begins = [(place, day) for place, day in enumerate(days) if day and (not place or day != days[place - 1])]
    if len(begins) == 1:
        yield from (clock_labels(minutes, step) for step in HOUR_STEPS)
        return
    if len(begins) <= MAX_DAYS_WITH_HOURS:
        for step in HOUR_STEPS[-2:]:
            clock = dict(clock_labels(minutes, step))
            yield sorted(
                (clock | {place: f"{day.day} {day:%b}" for place, day in begins if not minutes[place]}).items()
            )
    yield from day_choices(begins if not minutes[0] else begins[1:])


def clock_labels(minutes: Sequence[int], step: int) -> Labels:
    """Returns the times that are multiples of `step` minutes; an hour that occurs twice is named once."""
    return [
        (place, f"{minute // 60:02d}:{minute % 60:02d}")
        for place, minute in enumerate(minutes)
        if minute % step == 0 and minute not in minutes[max(0, place - 2) : place]
    ]


def day_choices(days: Sequence[tuple[int, date]]) -> Iterator[Labels]:
    """Yields days, weeks, months and years by their beginnings."""
    if not days:
        return
    span = (days[-1][1] - days[0][1]).days
    if len(days) <= MAX_WEEKDAY_LABELS:
        yield [(place, f"{day:%a} {day.day}") for place, day in days]
    for step in DAY_STEPS:
        yield [(place, day_text(day)) for place, day in days[(len(days) - 1) % step :: step]]
    mondays = [(place, day_text(day)) for place, day in days if day.weekday() == 0]
    yield from (mondays[(len(mondays) - 1) % step :: step] for step in (1, 2))
    month_format = "%b" if span <= MAX_SPAN_OF_MONTHS else "%b %Y"
    for step in MONTH_STEPS:
        yield [
            (place, format(day, month_format)) for place, day in days if day.day == 1 and (day.month - 1) % step == 0
        ]
    for step in YEAR_STEPS:
        yield [(place, f"{day.year}") for place, day in days if day.day == day.month == 1 and day.year % step == 0]


def day_text(day: date) -> str:
    return f"{day.day} {day:%b}"
