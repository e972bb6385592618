"""Requests and answers of the API as pydantic models: they check, serialize, and make the OpenAPI document."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from handlers.reports.desk_state import parse_compare_param
from utilities.model.frames import ReadingState, Value, ValueKind
from utilities.model.time_ranges import Comparison

MAX_PARAMETER_CHARS = 2048  # characters of a parameter
COMPARE_SCHEMA = {"type": "string", "enum": ["true", "false", "week", "year"]}
MAX_PAGE_ITEMS = 1000  # rows, or whatever is listed, in one answer


def check_digits(value: object) -> object:
    """Raises ValueError for text that is not only digits: Python would accept `1_000` and ` 5 ` too."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,9}", value):
        raise ValueError("must be a whole number")
    return value


WholeNumber = Annotated[int, BeforeValidator(check_digits)]


def text_param(max_length: int, description: str, example: str, **options: Any) -> Any:
    """Returns the field of an optional text parameter."""
    return Field("", min_length=1, max_length=max_length, description=description, examples=[example], **options)


def filter_param(what: str, example: str) -> Any:
    """Returns the field of a filter of visits."""
    return text_param(MAX_PARAMETER_CHARS, f"Only visits that contain {what}.", example)


class QueryParams(BaseModel):
    """The query of a request; other parameters are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PagingParams(QueryParams):
    limit: WholeNumber = Field(100, ge=1, le=MAX_PAGE_ITEMS, description="The most items of a page.")
    cursor: str = text_param(100, "Where the next page starts: a value from `next`.", "MTAwLmZlMDFjMGRlMTIzNA")


class RangeParams(PagingParams):
    """The parameters of reports; each report accepts some of them."""

    site: str = text_param(MAX_PARAMETER_CHARS, "The name of a site; the first site when left out.", "shop")
    first: str = text_param(
        50, "The start: `now-7d`, `now/d`, a date, a time or milliseconds.", "now-7d/d", alias="from"
    )
    last: str = text_param(50, "The end, in the same forms.", "now", alias="to")
    page: str = filter_param("a page view of this path, or of paths that begin so before a `*`", "/pricing")
    referrer: str = filter_param("this domain or address as a referrer", "news.ycombinator.com")
    source: str = filter_param("this source", "google")
    medium: str = filter_param("this medium", "organic")
    channel: str = filter_param("this channel", "Organic Search")
    campaign: str = filter_param("this campaign", "spring")
    country: str = filter_param("this country: its name, or two capital letters", "DE")
    device: str = filter_param("this kind of device", "mobile")
    browser: str = filter_param("this browser", "Firefox")
    system: str = filter_param("this operating system", "Windows")
    compare: Annotated[Comparison, BeforeValidator(parse_compare_param), WithJsonSchema(COMPARE_SCHEMA)] = Field(
        False,
        json_schema_extra={"default": "false"},
        description="Adds the previous period, or the same weekdays a `week` or 52 weeks (`year`) before.",
    )


class ResponseModel(BaseModel):
    """Base of everything in an answer."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class ListResponse(ResponseModel):
    next: str | None = Field(description="The address of the next page; null on the last one.", examples=[None])


class BoardSummaryResponse(ResponseModel):
    name: str = Field(examples=["office"])
    title: str = Field(examples=["Office"])
    tiles: int = Field(examples=[7])
    href: str = Field(examples=["/api/v1/boards/office"])


class BoardListResponse(ListResponse):
    items: list[BoardSummaryResponse]


class BoardScreenResponse(ResponseModel):
    diagonal: float = Field(description="Inches.", examples=[55.0])
    distance: float = Field(description="Metres.", examples=[3.0])


class GridResponse(ResponseModel):
    columns: int = Field(examples=[24])
    rows: int


class PlaceResponse(ResponseModel):
    column: int
    row: int
    width: int
    height: int


class TileResponse(ResponseModel):
    name: str
    title: str = Field(description="Empty where the report's title is shown.")
    report: str
    view: str
    place: PlaceResponse


class BoardResponse(ResponseModel):
    name: str = Field(examples=["office"])
    title: str = Field(examples=["Office"])
    zone: str | None = Field(description="The time zone of its clock; null for the server's.")
    theme: str
    screen: BoardScreenResponse
    grid: GridResponse
    tiles: list[TileResponse]


class ReportResponse(ResponseModel):
    name: str
    title: str
    sources: list[str]
    pace: float = Field(description="Seconds between two refreshes; older figures are ageing.", examples=[60.0])
    limit: float = Field(description="Seconds after which they are stale.", examples=[600.0])
    state: ReadingState = Field(examples=["live"])
    taken_at: datetime | None
    parameters: list[str] = Field(description="The parameters of its reading.", examples=[["site", "from", "to"]])
    compares: bool = Field(description="Whether `compare` is possible.")
    href: str


class ReportListResponse(ListResponse):
    items: list[ReportResponse]


class ColumnResponse(ResponseModel):
    key: str = Field(description="The source's own name of the column.")
    heading: str
    kind: ValueKind
    about: str = Field(validation_alias="description")


EXAMPLE_COLUMNS = [
    {"key": "path", "heading": "Page", "kind": "text", "about": ""},
    {"key": "views", "heading": "Views", "kind": "integer", "about": "Page views."},
]


class DateRangeResponse(ResponseModel):
    first: date
    last: date
    zone: str
    until: str = Field(description="The local time at which the last day is cut off; empty where nothing says so.")
    has_ended: bool
    minutes: int = Field(validation_alias="window_minutes")


class FiguresResponse(ListResponse):
    state: ReadingState = Field(
        description="The freshness of the figures; `waiting` when there are none yet.", examples=["live"]
    )
    taken_at: datetime | None
    complete: bool = Field(description="False while slower parts of the answer are missing.")
    covers: DateRangeResponse | None = Field(description="The days of the figures, both ends included.")
    before: DateRangeResponse | None = Field(
        description="The days of the columns `:previous`: as many days earlier, until the same hour.", examples=[None]
    )
    columns: list[ColumnResponse] = Field(examples=[EXAMPLE_COLUMNS])
    rows: list[tuple[Value, ...]] = Field(
        description="Raw values: seconds as seconds, rates as fractions.", examples=[[["/pricing", 120]]]
    )
    total: int = Field(description="The number of rows on all pages.", examples=[1])
    total_rows: int | None
    totals: dict[str, Value] | None
    notes: list[str]


class ReadingResponse(FiguresResponse):
    report: str
    title: str


class QuestionReadingResponse(FiguresResponse):
    question: str


class SiteResponse(ResponseModel):
    name: str = Field(examples=["example.com"])
    domains: list[str]
    zone: str


class SiteListResponse(ListResponse):
    items: list[SiteResponse]


class QuestionResponse(ResponseModel):
    name: str = Field(examples=["pages"])
    columns: list[ColumnResponse] = Field(examples=[EXAMPLE_COLUMNS])
    compares: bool = Field(description="Whether `compare` is possible.")
    longest: int = Field(description="The most days in a range.", examples=[400])
    href: str = Field(examples=["/api/v1/page-views/pages"])


class QuestionListResponse(ListResponse):
    items: list[QuestionResponse]


class TokenResponse(ResponseModel):
    number: int
    name: str = Field(examples=["Deploys"])
    scopes: list[str]
    hint: str = Field(description="Its last four characters.", examples=["x4Qz"])
    made_by: str
    made_at: datetime
    last_used: datetime | None


class TokenListResponse(ListResponse):
    items: list[TokenResponse]


class FaultResponse(ResponseModel):
    parameter: str
    detail: str


class ProblemResponse(ResponseModel):
    """RFC 9457."""

    type: str = Field(examples=["about:blank"])
    title: str
    status: int
    detail: str
    errors: list[FaultResponse] = Field([], description="What is wrong with which parameter.")
    request_id: str = Field("", description="The number of the request, as in `X-Request-Id` and in the log.")
