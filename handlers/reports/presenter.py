"""A report and its reading, worded for people at desks."""

from dataclasses import dataclass
from datetime import datetime

from utilities.model.formats import format_age, format_date_range, format_value, note_sentences
from utilities.model.frames import Frame, Reading, ReadingState, Value, ValueKind
from utilities.rendering.views.number import moved
from utilities.reports import Report
from utilities.sources import Sources


@dataclass(frozen=True)
class Look:
    """A report, and its reading as it is now."""

    report: Report
    reading: Reading
    state: ReadingState
    age: str  # `4 min`, '' without figures
    sources: tuple[str, ...]  # as people call them
    said: str = ""  # what was asked for besides: `?from=now-1d%2Fd`

    @property
    def frame(self) -> Frame:
        return self.reading.frame or Frame((), ())

    @property
    def covers(self) -> str:
        return format_date_range(self.frame.date_range) if self.frame.date_range else ""

    @property
    def summary(self) -> list[tuple[str, str, str, str]]:
        """Of a single row of figures each heading, the figure, what it was before, and the change; none of a table.

        The last two are '' where nobody asked for the time before.
        """
        frame = self.frame
        if len(frame.rows) != 1 or any(not column.is_numeric for column in frame.columns):
            return []
        known = {column.key: value for column, value in zip(frame.columns, frame.rows[0], strict=True)}
        return [
            (
                column.heading,
                format_value(value, column.kind),
                *(
                    compared(value, known[column.previous_key], column.kind)
                    if column.previous_key in known
                    else ("", "")
                ),
            )
            for column, value in zip(frame.columns, frame.rows[0], strict=True)
            if not column.is_previous
        ]

    @property
    def notes(self) -> list[str]:
        return [
            *note_sentences(self.frame),
            *(["Some of the answer is still awaited."] if not self.reading.complete else []),
        ]

    @property
    def trouble(self) -> str:
        """What has gone wrong since the figures were taken, '' when nothing has."""
        return self.reading.last_error.message if self.reading.last_error else ""

    @property
    def legend(self) -> list[tuple[str, str]]:
        """Headings too short to be understood, and what is counted there."""
        return [(column.heading, column.description) for column in self.frame.columns if column.description]

    @property
    def asked(self) -> str:
        """Whom, and how often: `Google Analytics and the networks, every 5 min`."""
        seconds = self.report.refresh_every.total_seconds()
        pace = "minute" if seconds == 60 else format_age(seconds) if seconds > 60 else f"{seconds:g} s"
        words = f"{' and '.join(self.sources)}, every {pace}"
        return words[:1].upper() + words[1:]

    @property
    def awaits(self) -> bool:
        """Whether more is on its way, so that it is worth looking again soon."""
        return self.state is ReadingState.WAITING or not self.reading.complete


def look(report: Report, latest: Reading | None, now: datetime, sources: Sources) -> Look:
    reading = latest or Reading(report.name)
    age = reading.age_at(now)
    words = "" if age is None else format_age(age.total_seconds())
    titles = tuple(sources.title(source) for source in report.sources)
    return Look(report, reading, reading.state_at(now, report.refresh_every, report.stale_after), words, titles)


def compared(value: Value, before: Value, kind: ValueKind) -> tuple[str, str]:
    """What the figure was before, and by how much it has changed; '' where that cannot be said."""
    if not isinstance(value, int | float) or not isinstance(before, int | float):
        return format_value(before, kind), ""
    gain = value - before
    amount = moved(gain, before, kind)
    return format_value(before, kind), f"{'+' if gain > 0 else '−'}{amount}" if amount else "none"
