"""Google Analytics responses: validation, and conversion into frames with notes."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from utilities.google.field_names import CONTEXT_DIMENSIONS, TIME_DIMENSIONS, dimension_column, metric_column
from utilities.model.errors import BadAnswer
from utilities.model.frames import Column, DateRange, Frame, Note, Value, ValueKind
from utilities.model.text import clean_text

MAX_GA4_TEXT_CHARS, MAX_GA4_URL_CHARS = 300, 2000
MAX_GA4_FIGURE = 2**63  # no figure of a website is larger, and not every float can be stored
URL_FIELDS = re.compile("(?i)page(path|$|plus)|referrer|url")  # a URL that is cut is another URL
OTHER_LABEL, NOT_SET_LABEL, EMPTY_LABEL = "(other)", "(not set)", "(empty)"
UNRANKED_LABELS = {
    OTHER_LABEL: "collects rows that Google Analytics does not separate",
    NOT_SET_LABEL: "collects what Google Analytics has no value for",
    EMPTY_LABEL: "has an empty value",
}
"""Labels of rows that are not ranked, and what each means."""


class Ga4Model(BaseModel):
    """Part of a response. Google may add fields, and leaves out empty ones."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Ga4Header(Ga4Model):
    name: str
    type: str = ""


class Ga4Cell(Ga4Model):
    value: str = ""


class Ga4Row(Ga4Model):
    dimensions: list[Ga4Cell] = Field(default=[], alias="dimensionValues")
    metrics: list[Ga4Cell] = Field(default=[], alias="metricValues")


class Sampling(Ga4Model):
    read: int = Field(default=0, alias="samplesReadCount")
    space: int = Field(default=0, alias="samplingSpaceSize")


class Truncation(Ga4Model):
    message: str = Field(default="", alias="dataTruncationMessage")
    type: str = Field(default="", alias="dataTruncationType")


class Restriction(Ga4Model):
    metric: str = Field(default="", alias="metricName")


class Restrictions(Ga4Model):
    active: list[Restriction] = Field(default=[], alias="activeMetricRestrictions")


class Ga4Metadata(Ga4Model):
    zone: str = Field(default="", alias="timeZone")
    thresholded: bool = Field(default=False, alias="subjectToThresholding")
    other: bool = Field(default=False, alias="dataLossFromOtherRow")
    empty: str = Field(default="", alias="emptyReason")
    sampling: list[Sampling] = Field(default=[], alias="samplingMetadatas")
    truncation: list[Truncation] = Field(default=[], alias="dataTruncationReasons")
    restrictions: Restrictions = Field(default=Restrictions(), alias="schemaRestrictionResponse")


class QuotaLeft(Ga4Model):
    remaining: int = 0
    consumed: int = 0  # by this one response


class Ga4Response(Ga4Model):
    """A runReport or runRealtimeReport response."""

    kind: str
    dimensions: list[Ga4Header] = Field(default=[], alias="dimensionHeaders")
    metrics: list[Ga4Header] = Field(default=[], alias="metricHeaders")
    rows: list[Ga4Row] = []
    metadata: Ga4Metadata = Ga4Metadata()
    quota: dict[str, QuotaLeft] = Field(default={}, alias="propertyQuota")


def parse_ga4_response(raw: dict[str, Any]) -> Ga4Response:
    """Validates a response; raises BadAnswer."""
    try:
        answer = Ga4Response.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise BadAnswer(f"Google Analytics did not answer with a report ({where}: {first['msg']})") from error
    if not answer.kind.startswith("analyticsData#"):
        raise BadAnswer("Google Analytics did not answer with a report")
    for row in answer.rows:
        if len(row.dimensions) != len(answer.dimensions) or len(row.metrics) != len(answer.metrics):
            raise BadAnswer("Google Analytics answered rows that do not match their headers")
    return answer


def build_ga4_frame(answer: Ga4Response, limit: int, covers: DateRange | None) -> Frame:
    """Returns a frame of at most `limit` ranked rows, then the unranked ones, each of these with a note."""
    metrics = [metric_column(header.name, header.type) for header in answer.metrics]
    columns = (*(dimension_column(header.name) for header in answer.dimensions), *(column for column, _ in metrics))
    rows = [
        (
            *(parse_dimension_value(cell.value, column) for cell, column in zip(row.dimensions, columns, strict=False)),
            *(parse_metric_value(cell.value, c.kind, f) for cell, (c, f) in zip(row.metrics, metrics, strict=True)),
        )
        for row in answer.rows
    ]
    naming = naming_dimension([header.name for header in answer.dimensions])
    unnamed = [] if naming is None else [row for row in rows if row[naming] in UNRANKED_LABELS]
    ranked = rows if naming is None else [row for row in rows if row[naming] not in UNRANKED_LABELS]
    notes = [note_unranked(row, naming, columns) for row in unnamed if naming is not None]
    return Frame(columns, (*ranked[:limit], *unnamed), (*notes, *metadata_notes(answer.metadata)), covers)


def naming_dimension(names: list[str]) -> int | None:
    """Returns the position of the dimension that names the rows; None when the rows are not a ranking."""
    if not names or TIME_DIMENSIONS.intersection(names):
        return None
    return next((index for index, name in enumerate(names) if name not in CONTEXT_DIMENSIONS), 0)


def parse_dimension_value(value: str, column: Column) -> str:
    """Returns a dimension's value as clean text; a date as YYYY-MM-DD."""
    if column.kind is ValueKind.DATE and len(value) == 8 and value.isdecimal():
        return f"{value[:4]}-{value[4:6]}-{value[6:]}"
    return clean_text(value, MAX_GA4_URL_CHARS if URL_FIELDS.search(column.key) else MAX_GA4_TEXT_CHARS) or EMPTY_LABEL


def parse_metric_value(value: str, kind: ValueKind, factor: float) -> Value:
    """Returns a metric's value in the unit of its kind; None when there is none. Raises BadAnswer for other text."""
    if value == "":
        return None
    try:
        figure = int(value) if kind is ValueKind.INTEGER else float(value) * factor
    except ValueError as error:
        raise BadAnswer(f"Google Analytics answered {clean_text(value, 40)!r} for a number") from error
    return figure if -MAX_GA4_FIGURE <= figure <= MAX_GA4_FIGURE else None


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
        sentences.append("Google Analytics may have withheld small figures to protect privacy")
    sentences += [
        f"Estimated by Google Analytics from {sample.read / sample.space:.1%} of the events"
        for sample in metadata.sampling[:1]
        if sample.space > 0
    ]
    if metadata.other:
        sentences.append("Google Analytics has merged the smallest rows into “(other)”, so a row may be missing")
    sentences += [
        f"Google Analytics has cut the data: {clean_text(cut.message or cut.type, 200)}"
        for cut in metadata.truncation[:3]
    ]
    sentences += [
        f"This account may not see {clean_text(restriction.metric, 60)}"
        for restriction in metadata.restrictions.active[:3]
    ]
    if metadata.empty:
        sentences.append(f"Empty; Google Analytics gives as the reason: {clean_text(metadata.empty, 200)}")
    return [Note(sentence) for sentence in sentences]


def past_days(then: datetime, days: int, zone: str) -> DateRange | None:
    """Returns the `days` full days up to yesterday in `zone`, as of `then`; None for an unknown zone."""
    try:
        today = then.astimezone(ZoneInfo(zone)).date()
    except (ValueError, OSError, LookupError):
        return None
    last = today - timedelta(days=1)
    return DateRange(last - timedelta(days=days - 1), last, zone)
