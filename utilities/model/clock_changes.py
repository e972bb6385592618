"""Days on which the clock changes: they are shorter or longer than those that they are compared with."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from utilities.model.date_ranges import DateRange
from utilities.model.formats import format_date
from utilities.model.frames import Frame, Note
from utilities.model.time_ranges import start_of_day

MAX_NOTED_DAYS = 7  # of a range; in a longer one an hour changes nothing that can be seen
WHOLE_DAY = timedelta(hours=24)


def note_clock_changes(frame: Frame) -> Frame:
    """Returns a compared frame with a note for each day that has not 24 hours; others unchanged."""
    if frame.date_range is None or frame.previous_range is None or frame.date_range.window_minutes:
        return frame
    notes = [
        Note(text, short="clock changed")
        for days in (frame.date_range, frame.previous_range)
        for text in describe_changes(days)
    ]
    return replace(frame, notes=(*frame.notes, *notes)) if notes else frame


def describe_changes(days: DateRange) -> Iterator[str]:
    """Yields `Sun 29 Mar has 23 hours, because the clock changes`."""
    zone, count = ZoneInfo(days.zone), (days.last - days.first).days + 1
    for place in range(count if count <= MAX_NOTED_DAYS else 0):
        day = days.first + timedelta(days=place)
        length = start_of_day(day + timedelta(days=1), zone) - start_of_day(day, zone)
        if length != WHOLE_DAY:
            yield f"{format_date(day)} has {length / timedelta(hours=1):g} hours, because the clock changes"
