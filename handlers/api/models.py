"""What programs ask and are told, as types: they check requests, write answers and make the OpenAPI document."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from utilities.model.frames import ReadingState, Value, ValueKind

LONGEST = 2048  # characters of a parameter
MOST = 1000  # rows, or whatever is listed, in one answer


def whole(value: object) -> object:
    """Only digits: Python would take `1_000` and ` 5 ` as well."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,9}", value):
        raise ValueError("must be a whole number")
    return value


def truth(value: object) -> object:
    """Only what JSON writes: pydantic would take `on` and `yes` as well."""
    if value not in ("true", "false"):
        raise ValueError("must be true or false")
    return value == "true"


def text(most: int, description: str, example: str, **more: Any) -> Any:
    """A parameter that is text and may be left out."""
    return Field("", min_length=1, max_length=most, description=description, examples=[example], **more)


class Query(BaseModel):
    """What stands behind the question mark; what is not named here is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Paging(Query):
    limit: Annotated[int, BeforeValidator(whole)] = Field(100, ge=1, le=MOST, description="How many at most.")
    cursor: str = text(100, "Where to go on, as `next` has it.", "MTAwLmZlMDFjMGRlMTIzNA")


class Range(Paging):
    """What figures may be asked for besides the usual; each report says which of these it takes."""

    site: str = text(LONGEST, "A site's name; the first one when left out.", "shop")
    first: str = text(50, "The beginning: `now-7d`, `now/d`, a date, a time or milliseconds.", "now-7d/d", alias="from")
    last: str = text(50, "The end, in the same forms.", "now", alias="to")
    page: str = text(LONGEST, "Only this page: a path.", "/pricing")
    referrer: str = text(LONGEST, "Only those who came from this domain or address.", "news.ycombinator.com")
    compare: Annotated[bool, BeforeValidator(truth)] = Field(
        False, description="Adds the figures of the time before, where `compares` says that there are some."
    )


class Told(BaseModel):
    """What an answer is made of."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Listed(Told):
    next: str | None = Field(description="Where the rest is; null when this is all.", examples=[None])


class BoardEntry(Told):
    name: str
    title: str
    tiles: int
    href: str


class BoardList(Listed):
    items: list[BoardEntry]


class ScreenTold(Told):
    diagonal: float = Field(description="Inches.")
    distance: float = Field(description="Metres.")


class GridTold(Told):
    columns: int
    rows: int


class PlaceTold(Told):
    column: int
    row: int
    width: int
    height: int


class TileTold(Told):
    name: str
    title: str = Field(description="Empty when it is the report's own.")
    report: str
    view: str
    place: PlaceTold


class BoardTold(Told):
    name: str
    title: str
    zone: str | None = Field(description="The time zone of its clock; null for the server's.")
    theme: str
    screen: ScreenTold
    grid: GridTold
    tiles: list[TileTold]


class ReportTold(Told):
    name: str
    title: str
    sources: list[str]
    pace: float = Field(description="Seconds after which its figures are ageing.")
    limit: float = Field(description="Seconds after which they are stale.")
    state: ReadingState
    taken_at: datetime | None
    parameters: list[str] = Field(description="Which parameters its reading takes.")
    compares: bool = Field(description="Whether `compare` may be asked for.")
    href: str


class ReportList(Listed):
    items: list[ReportTold]


class ColumnTold(Told):
    key: str = Field(description="The source's own name of it.")
    heading: str
    kind: ValueKind
    about: str


class CoversTold(Told):
    first: date
    last: date
    zone: str


class Figures(Listed):
    state: ReadingState = Field(description="What the figures are worth; `waiting` when there are none yet.")
    taken_at: datetime | None
    complete: bool = Field(description="False while slower parts of the answer are still awaited.")
    covers: CoversTold | None = Field(description="The days the figures speak of, both ends included.")
    columns: list[ColumnTold]
    rows: list[tuple[Value, ...]] = Field(description="Raw values: seconds as seconds, rates as fractions.")
    total: int = Field(description="How many rows there are on all pages together.")
    notes: list[str]


class ReadingTold(Figures):
    report: str
    title: str


class AnswerTold(Figures):
    question: str


class SiteTold(Told):
    name: str
    domains: list[str]
    zone: str


class SiteList(Listed):
    items: list[SiteTold]


class QuestionTold(Told):
    name: str
    columns: list[ColumnTold]
    compares: bool = Field(description="Whether `compare` may be asked for.")
    longest: int = Field(description="The most days of a range.")
    href: str


class QuestionList(Listed):
    items: list[QuestionTold]


class TokenTold(Told):
    number: int
    name: str
    scopes: list[str]
    hint: str = Field(description="Its last four characters.")
    made_by: str
    made_at: datetime
    last_used: datetime | None


class TokenList(Listed):
    items: list[TokenTold]


class FaultTold(Told):
    parameter: str
    detail: str


class ProblemTold(Told):
    """RFC 9457."""

    type: str = Field(examples=["about:blank"])
    title: str
    status: int
    detail: str
    errors: list[FaultTold] = Field([], description="What is wrong with which parameter.")
