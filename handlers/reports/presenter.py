"""A report and its reading, in the words that people at desks and programs read."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from handlers.reports.definitions import define_columns
from utilities.model.figure_change import FigureChange, compare_figures
from utilities.model.formats import format_age, format_value, note_sentences
from utilities.model.frames import REST_NAME, Frame, Reading, ReadingState, ValueKind
from utilities.model.period_words import describe_full_days
from utilities.reports import Report
from utilities.sources import Sources

OWN_SOURCE = "pageviews"


class SummaryFigure(NamedTuple):
    """One figure of a report of one row, formatted; `change` is None without a comparison."""

    heading: str
    value: str
    previous: str
    change: FigureChange | None


@dataclass(frozen=True)
class ReportView:
    """A report and the state of its reading at one moment."""

    report: Report
    reading: Reading
    state: ReadingState
    age: str  # `4 min`, '' without figures
    sources: tuple[str, ...]  # their titles
    query_string: str = ""  # the report's parameters: `?from=now-1d%2Fd`

    @property
    def frame(self) -> Frame:
        return self.reading.frame or Frame((), ())

    @property
    def period_text(self) -> str:
        """The days that the figures are about, '' where there are none."""
        return describe_full_days(self.frame, None)

    @property
    def summary(self) -> list[SummaryFigure]:
        """The figures of a single row; empty for a table."""
        frame = self.frame
        if len(frame.rows) != 1 or any(not column.is_numeric for column in frame.columns):
            return []
        values = {column.key: value for column, value in zip(frame.columns, frame.rows[0], strict=True)}
        figures = []
        for column in frame.columns:
            if column.is_previous:
                continue
            value, before = values[column.key], values.get(column.previous_key)
            previous = format_value(before, column.kind) if column.previous_key in values else ""
            change = compare_figures(value, before, column)
            figures.append(SummaryFigure(column.heading, format_value(value, column.kind), previous, change))
        return figures

    @property
    def notes(self) -> list[str]:
        return [
            *note_sentences(self.frame),
            *([text] if (text := cut_rows_text(self.frame)) else []),
            *(["Some of the answer is still awaited."] if not self.reading.complete else []),
        ]

    @property
    def error(self) -> str:
        """What has failed since the last good figures, '' when nothing has."""
        return self.reading.last_error.message if self.reading.last_error else ""

    @property
    def legend(self) -> list[tuple[str, str]]:
        """The headings with what they count: the figures alone where sources are combined."""
        columns = self.frame.columns if len(self.report.sources) == 1 else self.frame.numeric_columns
        return define_columns(columns, is_own=self.report.sources[0] == OWN_SOURCE)

    @property
    def schedule_text(self) -> str:
        """The sources and how often they are queried: `Google Analytics and the networks, every 5 min`."""
        seconds = self.report.refresh_every.total_seconds()
        interval = "minute" if seconds == 60 else format_age(seconds) if seconds > 60 else f"{seconds:g} s"
        text = f"{' and '.join(self.sources)}, every {interval}"
        return text[:1].upper() + text[1:]

    @property
    def is_pending(self) -> bool:
        """Whether the first or the rest of the answer is on its way, so that it is worth looking again soon."""
        return self.state is ReadingState.WAITING or not self.reading.complete


def cut_rows_text(frame: Frame) -> str:
    """Returns the sentence about a ranking of which only the first rows are here; '' for any other frame."""
    if not frame.is_cut or frame.columns[0].kind is not ValueKind.TEXT:
        return ""
    rest = f"; “{REST_NAME}” is all others together" if frame.has_rest and has_all_counts(frame) else ""
    return f"These are the first {len(frame.named_rows):,} of {frame.total_rows:,} rows{rest}."


def has_all_counts(frame: Frame) -> bool:
    """Whether the rows have all that was counted; Google's row (other) is only what Google itself does not name."""
    rest = dict(zip((column.key for column in frame.columns), frame.rows[-1], strict=True))
    counts = [key for key in frame.totals if rest.get(key) is not None]
    sums = {key: sum(value for value in frame.column_values(key) if isinstance(value, int | float)) for key in counts}
    return bool(counts) and all(sums[key] >= float(frame.totals[key] or 0) for key in counts)


def build_report_view(report: Report, latest: Reading | None, now: datetime, sources: Sources) -> ReportView:
    """Returns what to show of a report and its latest reading, None before the first."""
    reading = (latest or Reading(report.name)).current_at(now)
    age = reading.age_at(now)
    age_text = "" if age is None else format_age(age.total_seconds())
    titles = tuple(sources.source_title(source) for source in report.sources)
    return ReportView(
        report, reading, reading.state_at(now, report.refresh_every, report.stale_after), age_text, titles
    )
