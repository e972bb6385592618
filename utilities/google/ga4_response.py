"""What Google Analytics answers, checked and made into a frame with its notes in plain words."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from utilities.google.field_names import FRAMING, SERIES, dimension, metric
from utilities.model.errors import BadAnswer
from utilities.model.frames import Column, DateRange, Frame, Note, Value, ValueKind
from utilities.model.text import clean_text

LONGEST_TEXT, LONGEST_ADDRESS = 300, 2000
LARGEST = 2**63  # no figure of a website; and not every float can be written down
ADDRESS = re.compile("(?i)page(path|$|plus)|referrer|url")  # an address that is cut short is another address
OTHER, NOT_SET, EMPTY = "(other)", "(not set)", "(empty)"
UNNAMED = {
    OTHER: "gathers rows that Google Analytics does not tell apart",
    NOT_SET: "is what Google Analytics has no value for",
    EMPTY: "has an empty value",
}
"""Labels of rows that are no thing to rank, and what each means."""


class Part(BaseModel):
    """A piece of an answer; Google adds fields as it likes, and leaves out what is empty."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Header(Part):
    name: str
    type: str = ""


class Cell(Part):
    value: str = ""


class Line(Part):
    dimensions: list[Cell] = Field(default=[], alias="dimensionValues")
    metrics: list[Cell] = Field(default=[], alias="metricValues")


class Sampling(Part):
    read: int = Field(default=0, alias="samplesReadCount")
    space: int = Field(default=0, alias="samplingSpaceSize")


class Truncation(Part):
    message: str = Field(default="", alias="dataTruncationMessage")
    type: str = Field(default="", alias="dataTruncationType")


class Restriction(Part):
    metric: str = Field(default="", alias="metricName")


class Restrictions(Part):
    active: list[Restriction] = Field(default=[], alias="activeMetricRestrictions")


class Metadata(Part):
    zone: str = Field(default="", alias="timeZone")
    thresholded: bool = Field(default=False, alias="subjectToThresholding")
    other: bool = Field(default=False, alias="dataLossFromOtherRow")
    empty: str = Field(default="", alias="emptyReason")
    sampling: list[Sampling] = Field(default=[], alias="samplingMetadatas")
    truncation: list[Truncation] = Field(default=[], alias="dataTruncationReasons")
    restrictions: Restrictions = Field(default=Restrictions(), alias="schemaRestrictionResponse")


class Left(Part):
    remaining: int = 0


class Answer(Part):
    """A runReport or runRealtimeReport answer."""

    kind: str
    dimensions: list[Header] = Field(default=[], alias="dimensionHeaders")
    metrics: list[Header] = Field(default=[], alias="metricHeaders")
    rows: list[Line] = []
    metadata: Metadata = Metadata()
    quota: dict[str, Left] = Field(default={}, alias="propertyQuota")


def read(raw: dict[str, Any]) -> Answer:
    """Checks an answer; raises BadAnswer when it is not one."""
    try:
        answer = Answer.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise BadAnswer(f"Google Analytics answered no report ({where}: {first['msg']})") from error
    if not answer.kind.startswith("analyticsData#"):
        raise BadAnswer("Google Analytics answered no report")
    for row in answer.rows:
        if len(row.dimensions) != len(answer.dimensions) or len(row.metrics) != len(answer.metrics):
            raise BadAnswer("Google Analytics answered rows that do not fit their headers")
    return answer


def frame(answer: Answer, limit: int, covers: DateRange | None) -> Frame:
    """At most `limit` ranked rows, then those that are no thing to rank, each with a note of its own."""
    metrics = [metric(header.name, header.type) for header in answer.metrics]
    columns = (*(dimension(header.name) for header in answer.dimensions), *(column for column, _ in metrics))
    rows = [
        (
            *(text(cell.value, column) for cell, column in zip(row.dimensions, columns, strict=False)),
            *(number(cell.value, c.kind, f) for cell, (c, f) in zip(row.metrics, metrics, strict=True)),
        )
        for row in answer.rows
    ]
    naming = naming_dimension([header.name for header in answer.dimensions])
    unnamed = [] if naming is None else [row for row in rows if row[naming] in UNNAMED]
    ranked = rows if naming is None else [row for row in rows if row[naming] not in UNNAMED]
    notes = [note_unnamed(row, naming, columns) for row in unnamed if naming is not None]
    return Frame(columns, (*ranked[:limit], *unnamed), (*notes, *remarks(answer.metadata)), covers)


def naming_dimension(names: list[str]) -> int | None:
    """Where the dimension stands that says what a row is; None when rows are no ranking."""
    if not names or SERIES.intersection(names):
        return None
    return next((place for place, name in enumerate(names) if name not in FRAMING), 0)


def text(value: str, column: Column) -> str:
    """A dimension's value, fit to be shown; a date as YYYY-MM-DD."""
    if column.kind is ValueKind.DATE and len(value) == 8 and value.isdecimal():
        return f"{value[:4]}-{value[4:6]}-{value[6:]}"
    return clean_text(value, LONGEST_ADDRESS if ADDRESS.search(column.key) else LONGEST_TEXT) or EMPTY


def number(value: str, kind: ValueKind, factor: float) -> Value:
    """A metric's value in the unit of its kind; None when there is none. Raises BadAnswer when it is no number."""
    if value == "":
        return None
    try:
        figure = int(value) if kind is ValueKind.INTEGER else float(value) * factor
    except ValueError as error:
        raise BadAnswer(f"Google Analytics answered {clean_text(value, 40)!r} for a number") from error
    return figure if -LARGEST <= figure <= LARGEST else None


def note_unnamed(row: tuple[Value, ...], naming: int, columns: tuple[Column, ...]) -> Note:
    """What an unnamed row is, with its first figure."""
    label = str(row[naming])
    figures = [
        f"{value:,} {column.heading.lower()}"
        for value, column in zip(row, columns, strict=True)
        if isinstance(value, int)
    ]
    counted = f": {figures[0]}" if figures else ""
    return Note(f"“{label}” {UNNAMED[label]} and is not ranked{counted}", columns[naming].key)


def remarks(metadata: Metadata) -> list[Note]:
    """What Google says about the whole answer, in plain words."""
    said = []
    if metadata.thresholded:
        said.append("Google Analytics may have withheld small figures, so that nobody can be recognised")
    said += [
        f"Estimated by Google Analytics from {sample.read / sample.space:.1%} of the events"
        for sample in metadata.sampling[:1]
        if sample.space > 0
    ]
    if metadata.other:
        said.append("Google Analytics has put the smallest rows together as “(other)”, so a row may be missing")
    said += [
        f"Google Analytics has cut the data: {clean_text(cut.message or cut.type, 200)}"
        for cut in metadata.truncation[:3]
    ]
    said += [
        f"This account may not see {clean_text(restriction.metric, 60)}"
        for restriction in metadata.restrictions.active[:3]
    ]
    if metadata.empty:
        said.append(f"Empty, Google Analytics says: {clean_text(metadata.empty, 200)}")
    return [Note(sentence) for sentence in said]


def covered(then: datetime, days: int, zone: str) -> DateRange | None:
    """The last `days` whole days up to yesterday in `zone`, as of `then`; None when the zone is unknown."""
    try:
        today = then.astimezone(ZoneInfo(zone)).date()
    except (ValueError, OSError, LookupError):
        return None
    last = today - timedelta(days=1)
    return DateRange(last - timedelta(days=days - 1), last, zone)
