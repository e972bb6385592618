"""The six figures and the rows of the columns, each with its change since the previous period."""

from collections.abc import Callable
from dataclasses import dataclass

from handlers.overview.sources import OWN, OverviewColumn, OverviewSource, OverviewTab
from handlers.reports.definitions import find_definition
from handlers.reports.presenter import ReportView
from utilities.model.figure_change import FigureChange, compare_figures
from utilities.model.formats import format_value
from utilities.model.frames import Column, Frame, Value, ValueKind
from utilities.model.page_titles import shorten_titles

ROWS_PER_COLUMN = 6


@dataclass(frozen=True)
class OverviewFigure:
    """One of the six figures; `previous` is '' without a previous period."""

    key: str
    heading: str
    value: str
    previous: str
    change: FigureChange | None
    can_be_drawn: bool
    is_drawn: bool


@dataclass(frozen=True)
class OverviewRow:
    """One row of a column; `href` is '' where nothing can be filtered by it."""

    name: str
    href: str
    value: str
    change: FigureChange | None
    share: float  # per cent of the largest row


@dataclass(frozen=True)
class OverviewTable:
    """One column of the page with the rows of its tab."""

    column: OverviewColumn
    tab: OverviewTab
    view: ReportView
    name_heading: str
    value_heading: str
    rows: tuple[OverviewRow, ...]


def overview_figures(
    source: OverviewSource, totals: Frame, by_day: Frame, drawn: str, *, compares: bool
) -> list[OverviewFigure]:
    """Returns the six figures; values are '–' without figures, and without changes unless the page `compares`."""
    row = totals.rows[0] if totals.rows else ()
    figures = []
    for heading, key in source.figures:
        value: Value = None
        previous: Value = None
        column = Column(key, heading, ValueKind.INTEGER)
        if row and totals.has_column(key):
            column = totals.columns[totals.column_index(key)]
            value = row[totals.column_index(key)]
            has_previous = compares and totals.has_column(column.previous_key)
            previous = row[totals.column_index(column.previous_key)] if has_previous else None
        previous_text = "" if previous is None else format_value(previous, column.kind)
        figures.append(
            OverviewFigure(
                key,
                heading,
                format_value(value, column.kind),
                previous_text,
                compare_figures(value, previous, column),
                by_day.has_column(key),
                key == drawn,
            )
        )
    return figures


def explain_missing_changes(totals: Frame) -> str:
    """Returns why there are no figures of the previous period at all; '' where there are some, or none to compare."""
    previous = [place for place, column in enumerate(totals.columns) if column.is_previous]
    if not totals.rows or not previous or any(totals.rows[0][place] is not None for place in previous):
        return ""
    reasons = [note.text for note in totals.notes if " compare" in note.text.lower()]
    return f"{(reasons or ['There are no figures of the period before to compare with'])[0].rstrip('.')}."


def figure_definitions(source: OverviewSource) -> list[tuple[str, str]]:
    """Returns the heading of each of the six figures, and what the source counts there."""
    columns = [Column(key, heading, ValueKind.INTEGER) for heading, key in source.figures]
    return [(each.heading, find_definition(each, is_own=source is OWN)) for each in columns]


def overview_rows(
    frame: Frame, figure: str, row_link: Callable[[str], str]
) -> tuple[str, str, tuple[OverviewRow, ...]]:
    """Returns the headings of the names and of the figure, and the first rows of a ranking."""
    if not frame.rows or not frame.numeric_columns:
        return "", "", ()
    frame = shorten_titles(frame)
    key = figure if frame.has_column(figure) else frame.numeric_columns[0].key
    column, place = frame.columns[frame.column_index(key)], frame.column_index(key)
    before = frame.column_index(column.previous_key) if frame.has_column(column.previous_key) else None
    largest = max((float(row[place] or 0) for row in frame.named_rows), default=0.0)
    rows = tuple(
        OverviewRow(
            " ".join(str(cell) for cell, each in zip(row, frame.columns, strict=True) if not each.is_numeric),
            row_link(str(row[0])),
            format_value(row[place], column.kind),
            compare_figures(row[place], row[before], column) if before is not None else None,
            round(100 * float(row[place] or 0) / largest, 1) if largest else 0.0,
        )
        for row in frame.named_rows[:ROWS_PER_COLUMN]
    )
    return frame.columns[0].heading, column.heading, rows
