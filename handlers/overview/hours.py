"""One day by hour: all of its 24 hours, and the same hours of the day before."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from utilities.model.frames import Frame, Value

MIDNIGHT = "00:00"
HOURS_PER_DAY = 24


def complete_day(frame: Frame, before: Frame | None = None) -> Frame:
    """Returns the hours of a day; those that have not come have no figures.

    `before` has the hours of the day before, which are added as the previous period's. An hour that the clock repeats
    is compared with the same turn. Hours that do not begin at midnight are returned as they are.
    """
    if not frame.rows or frame.rows[0][1] != MIDNIGHT:
        return frame
    day, width = frame.rows[0][0], len(frame.columns)
    last = int(str(frame.rows[-1][1])[:2])
    coming = [(day, f"{hour:02d}:00", *(None,) * (width - 2)) for hour in range(last + 1, HOURS_PER_DAY)]
    filled = replace(frame, rows=(*frame.rows, *coming))
    if before is None or not before.rows or before.columns != frame.columns:
        return filled
    earlier = dict(zip(number_hours(before.rows), before.rows, strict=True))
    no_hour: tuple[Value, ...] = (None,) * width
    rows = [earlier.get(hour, no_hour) for hour in number_hours(filled.rows)]
    return replace(filled.with_previous(rows), previous_range=before.date_range)


def number_hours(rows: Iterable[tuple[Value, ...]]) -> Iterator[tuple[Value, int]]:
    """Yields each hour with how often it was there before, for the hour that the clock repeats in autumn."""
    counts: Counter[Value] = Counter()
    for row in rows:
        yield row[1], counts[row[1]]
        counts[row[1]] += 1
