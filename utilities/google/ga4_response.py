"""Google Analytics responses as frames with notes."""

import math
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from utilities.google.field_names import CONTEXT_DIMENSIONS, dimension_column, metric_column
from utilities.google.ga4_answer import Ga4Metadata, Ga4Response, Ga4Row
from utilities.google.ga4_rest import build_rest_row
from utilities.google.time_dimensions import TIME_DIMENSIONS
from utilities.model.errors import BadAnswer
from utilities.model.frames import REST_NAME, Column, DateRange, Frame, Note, Value, ValueKind
from utilities.model.text import clean_text

MAX_GA4_TEXT_CHARS, MAX_GA4_URL_CHARS = 300, 2000
MAX_GA4_FIGURE = 2**63  # no figure of a website is larger, and not every float can be stored
URL_FIELDS = re.compile("(?i)page(path|$|plus)|referrer|url")  # a URL that is cut is another URL
OTHER_LABEL, NOT_SET_LABEL, EMPTY_LABEL = REST_NAME, "(not set)", "(empty)"
UNRANKED_LABELS = {
    OTHER_LABEL: "collects rows that Google Analytics does not separate",
    NOT_SET_LABEL: "collects what Google Analytics has no value for",
    EMPTY_LABEL: "has an empty value",
}
"""Labels of rows that are not ranked, and what each means."""


def build_ga4_frame(answer: Ga4Response, limit: int, covers: DateRange | None) -> Frame:
    """Returns a frame of at most `limit` ranked rows, then the unranked ones, each of these with a note."""
    metrics = [metric_column(header.name, header.type) for header in answer.metrics]
    columns = (*(dimension_column(header.name) for header in answer.dimensions), *(column for column, _ in metrics))
    rows = [
        (
            *(parse_dimension_value(cell.value, column) for cell, column in zip(row.dimensions, columns, strict=False)),
            *parse_metrics(row, metrics),
        )
        for row in answer.rows
    ]
    texts = [cell.value for row in answer.rows for cell in row.metrics if cell.value]
    if texts and not any(map(is_number, texts)):
        raise BadAnswer(f"Google Analytics answered {clean_text(texts[0], 40)!r} for a number")
    naming = naming_dimension([header.name for header in answer.dimensions])
    unnamed = [] if naming is None else [row for row in rows if row[naming] in UNRANKED_LABELS]
    ranked = rows if naming is None else [row for row in rows if row[naming] not in UNRANKED_LABELS]
    notes = [note_unranked(row, naming, columns) for row in unnamed if naming is not None]
    shown = (*ranked[:limit], *unnamed)
    all_rows = max(answer.row_count, len(rows))
    more = (*notes, *metadata_notes(answer.metadata))
    if all_rows <= len(shown):
        return Frame(columns, shown, more, covers)
    totals = column_totals(answer, metrics)
    if naming is not None:
        shown, more = with_rest_row(answer, columns, shown, more, totals)
    return Frame(columns, shown, more, covers, total_rows=all_rows, totals=totals)


def with_rest_row(
    answer: Ga4Response,
    columns: tuple[Column, ...],
    rows: tuple[tuple[Value, ...], ...],
    notes: tuple[Note, ...],
    totals: dict[str, Value],
) -> tuple[tuple[tuple[Value, ...], ...], tuple[Note, ...]]:
    """Returns the rows of a ranking that is cut with one for all others, where it can be known, and the notes.

    What Google calls (other) is a part of them.
    """
    named = tuple(row for row in rows if OTHER_LABEL not in row)
    rest, rest_notes = build_rest_row(answer, columns, named, totals)
    if rest is None:
        return rows, (*notes, *rest_notes)
    kept = (note for note in notes if not note.text.startswith(f"“{OTHER_LABEL}” {UNRANKED_LABELS[OTHER_LABEL]}"))
    return (*named, rest), (*kept, *rest_notes)


def parse_metrics(row: Ga4Row, metrics: Sequence[tuple[Column, float]]) -> Iterator[Value]:
    """Yields a row's figures."""
    for cell, (column, factor) in zip(row.metrics, metrics, strict=True):
        yield parse_metric_value(cell.value, column.kind, factor)


def column_totals(answer: Ga4Response, metrics: Sequence[tuple[Column, float]]) -> dict[str, Value]:
    """Returns the figures of all rows together, by column key; empty where Google did not answer any."""
    for row in answer.totals:
        if len(row.metrics) == len(metrics):
            figures = parse_metrics(row, metrics)
            return {column.key: value for (column, _), value in zip(metrics, figures, strict=True) if value is not None}
    return {}


def naming_dimension(names: list[str]) -> int | None:
    """Returns the position of the dimension that names the rows; None when the rows are not a ranking."""
    if not names or any(name in TIME_DIMENSIONS for name in names):
        return None
    return next((index for index, name in enumerate(names) if name not in CONTEXT_DIMENSIONS), 0)


def parse_dimension_value(value: str, column: Column) -> str:
    """Returns a dimension's value as clean text; a date as YYYY-MM-DD."""
    if column.kind is ValueKind.DATE and len(value) == 8 and value.isdecimal():
        return f"{value[:4]}-{value[4:6]}-{value[6:]}"
    return clean_text(value, MAX_GA4_URL_CHARS if URL_FIELDS.search(column.key) else MAX_GA4_TEXT_CHARS) or EMPTY_LABEL


def parse_metric_value(value: str, kind: ValueKind, factor: float) -> Value:
    """Returns a metric's value in the unit of its kind; None when there is none, or when it is no number."""
    try:
        figure = int(value) if kind is ValueKind.INTEGER else float(value) * factor
    except ValueError:
        figure = whole_number(value) if kind is ValueKind.INTEGER else math.nan
    return figure if -MAX_GA4_FIGURE <= figure <= MAX_GA4_FIGURE else None


def is_number(text: str) -> bool:
    """Whether a text is a number, or one of the words for what is none (`NaN`)."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def whole_number(text: str) -> float:
    """Returns the number of a text like `10.0`; not a number for anything else."""
    try:
        return int(float(text)) if float(text).is_integer() else math.nan
    except ValueError:
        return math.nan


def note_unranked(row: tuple[Value, ...], naming: int, columns: tuple[Column, ...]) -> Note:
    """Returns a note about an unranked row, with its first figure."""
    label = str(row[naming])
    figures = [
        f"{value:,} {column.heading.lower()}"
        for value, column in zip(row, columns, strict=True)
        if isinstance(value, int)
    ]
    counted = f": {figures[0]}" if figures else ""
    return Note(f"“{label}” {UNRANKED_LABELS[label]} and is not ranked{counted}", columns[naming].key)


def metadata_notes(metadata: Ga4Metadata) -> list[Note]:
    """Returns Google's remarks about the report as notes."""
    sentences = []
    if metadata.thresholded:
        sentences.append(("Google Analytics may have withheld small figures to protect privacy", "some withheld"))
    sentences += [
        (f"Estimated by Google Analytics from {sample.read / sample.space:.1%} of the events", "estimated")
        for sample in metadata.sampling[:1]
        if sample.space > 0
    ]
    if metadata.other:
        text = "Google Analytics has merged the smallest rows into “(other)”, so a row may be missing"
        sentences.append((text, "some merged"))
    sentences += [
        (f"Google Analytics has cut the data: {clean_text(cut.message or cut.type, 200)}", "cut")
        for cut in metadata.truncation[:3]
    ]
    sentences += [
        (f"This account may not see {clean_text(restriction.metric, 60)}", "partly hidden")
        for restriction in metadata.restrictions.active[:3]
    ]
    if metadata.empty:
        text = f"Empty; Google Analytics gives as the reason: {clean_text(metadata.empty, 200)}"
        sentences.append((text, "empty"))
    return [Note(text, short=short) for text, short in sentences]


def past_days(then: datetime, days: int, zone: str, *, today: bool = False) -> DateRange | None:
    """Returns the `days` full days up to yesterday in `zone`, or `today`, as of `then`; None for an unknown zone."""
    try:
        this_day = then.astimezone(ZoneInfo(zone)).date()
    except (ValueError, OSError, LookupError):
        return None
    if today:
        return DateRange(this_day, this_day, zone, has_ended=False)
    last = this_day - timedelta(days=1)
    return DateRange(last - timedelta(days=days - 1), last, zone)
