"""Search Console's answers as frames: the first rows, and all that has no row of its own as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from utilities.google.field_names import dimension_column, field_heading
from utilities.model.errors import BadAnswer
from utilities.model.frames import REST_NAME, Column, DateRange, Frame, Note, Value, ValueKind
from utilities.model.text import clean_text

MAX_SEARCH_ROWS = 25_000  # of one answer, by Google
MAX_SEARCH_FIGURE = 2.0**63  # no figure of a website is larger
AGGREGATION_TYPES = {"byPage": "BY_PAGE", "byProperty": "BY_PROPERTY"}
"""What a request calls the ways of counting that answers name; a page counts more than the site that it is on."""

SEARCH_METRICS = (
    ("clicks", ValueKind.INTEGER),
    ("impressions", ValueKind.INTEGER),
    ("ctr", ValueKind.FRACTION),
    ("position", ValueKind.DECIMAL),
)


@dataclass(frozen=True)
class SearchConsoleQuery:
    """One search analytics query, most clicks first; days are all there, in their order.

    The range is the last `days` full days up to and with yesterday, Pacific time; None is LOOK_BACK_DAYS.
    """

    dimensions: tuple[str, ...] = ("query",)
    days: int | None = None
    limit: int = 10


class SearchRow(BaseModel):
    """A row of a response; unlike Google Analytics, Search Console sends numbers as JSON numbers."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    keys: tuple[str, ...] = ()
    clicks: Annotated[float, Field(ge=0, le=MAX_SEARCH_FIGURE)] = 0.0
    impressions: Annotated[float, Field(ge=0, le=MAX_SEARCH_FIGURE)] = 0.0
    ctr: Annotated[float, Field(ge=0, le=1)] = 0.0
    position: Annotated[float, Field(ge=0, le=MAX_SEARCH_FIGURE)] = 0.0


class SearchResponse(BaseModel):
    """A search analytics response; it has no rows when nobody searched, but always says how it was aggregated."""

    model_config = ConfigDict(frozen=True)

    aggregation: Annotated[str, Field(alias="responseAggregationType", min_length=1)]
    rows: tuple[SearchRow, ...] = ()


def build_search_request(query: SearchConsoleQuery, first: date, last: date) -> dict[str, Any]:
    """Returns the body of the request for all rows, because only these tell how many there are."""
    return {
        "startDate": first.isoformat(),
        "endDate": last.isoformat(),
        "dimensions": list(query.dimensions),
        "rowLimit": MAX_SEARCH_ROWS,
        "dataState": "all",  # final figures are two or three days late; a note tells which are not final
    }


def build_total_request(body: dict[str, Any], answer: SearchResponse) -> dict[str, Any]:
    """Returns the body of the request for the total of an answer's rows, counted as these were."""
    total = body | {"dimensions": [], "rowLimit": 1}
    aggregation = AGGREGATION_TYPES.get(answer.aggregation)
    return total | {"aggregationType": aggregation} if aggregation else total


def parse_search_answer(raw: dict[str, Any], dimensions: Sequence[str]) -> SearchResponse:
    """Validates a response; raises BadAnswer."""
    try:
        if "error" in raw:
            raise BadAnswer("Search Console answered an error as if it were figures; check for a proxy in between")
        response = SearchResponse.model_validate(raw)
    except ValidationError as error:
        raise BadAnswer("Search Console did not answer with rows of figures") from error
    if any(len(row.keys) != len(dimensions) for row in response.rows):
        raise BadAnswer("Search Console answered rows that do not match the query")
    return response


def incomplete_notes(raw: dict[str, Any]) -> tuple[Note, ...]:
    """Returns a note about the first day that is not final, where the response has one."""
    metadata = raw.get("metadata")
    facts = metadata if isinstance(metadata, dict) else {}
    incomplete = facts.get("firstIncompleteDate") or facts.get("first_incomplete_date")
    return (
        (Note(f"Not yet final from {clean_text(str(incomplete), 10)} on", short="not yet final"),) if incomplete else ()
    )


def build_search_frame(
    answer: SearchResponse, total: SearchRow | None, query: SearchConsoleQuery, date_range: DateRange
) -> Frame:
    """Returns the frame of an answer; `total` are the figures of all rows, None where they are not known."""
    columns = search_columns(query)
    if "date" in query.dimensions:
        days = fill_search_days(answer.rows, date_range) if query.dimensions == ("date",) else answer.rows
        text = f"Search Console answers only the first {MAX_SEARCH_ROWS:,} rows; ask for fewer days"
        notes = (Note(text, short="cut"),) if len(answer.rows) >= MAX_SEARCH_ROWS else ()
        return Frame(columns, tuple(map(write_search_row, days)), notes, date_range)
    named = answer.rows[: query.limit] if query.dimensions else answer.rows
    rows = tuple(map(write_search_row, named))
    if not query.dimensions or not rows:
        return Frame(columns, rows, (), date_range)
    rest = subtract_search_rows(total, named) if total else None
    totals = dict(zip((name for name, _ in SEARCH_METRICS), write_search_row(total), strict=True)) if total else {}
    if rest is not None and rest.impressions:
        rows = (*rows, (*[REST_NAME] * len(query.dimensions), *write_search_row(rest)))
    rest_notes = tuple(Note(text, row=REST_NAME) for text in rest_texts(answer, rest, query))
    return Frame(columns, rows, rest_notes, date_range, total_rows=len(answer.rows), totals=totals)


def rest_texts(answer: SearchResponse, rest: SearchRow | None, query: SearchConsoleQuery) -> list[str]:
    """Returns what the row of the rest contains that has no row, or why a list that is cut has none."""
    if rest is None and len(answer.rows) <= query.limit:
        return []
    if rest is None:
        return [f"There is no row “{REST_NAME}”: Search Console did not answer a total that fits"]
    texts = []
    if "query" in query.dimensions and rest.impressions:
        texts.append(f"“{REST_NAME}” includes rare searches, which Search Console does not list")
    if len(answer.rows) >= MAX_SEARCH_ROWS:
        texts.append(f"Search Console lists no more than {MAX_SEARCH_ROWS:,} rows; “{REST_NAME}” has all others")
    return texts


def subtract_search_rows(total: SearchRow, rows: Sequence[SearchRow]) -> SearchRow | None:
    """Returns the figures of all without these rows; None where these have more."""
    clicks = total.clicks - sum(row.clicks for row in rows)
    impressions = total.impressions - sum(row.impressions for row in rows)
    if clicks < 0 or impressions < clicks:
        return None
    places = total.position * total.impressions - sum(row.position * row.impressions for row in rows)
    ctr, position = (clicks / impressions, max(0.0, places / impressions)) if impressions else (0.0, 0.0)
    return SearchRow(clicks=clicks, impressions=impressions, ctr=ctr, position=position)


def write_search_row(row: SearchRow) -> tuple[Value, ...]:
    """Returns the cells of a row; the position and the rate of what nobody could see are none."""
    names = tuple(clean_text(key) for key in row.keys)
    rates = (row.ctr, row.position) if row.impressions else (None, None)
    return (*names, round(row.clicks), round(row.impressions), *rates)


def fill_search_days(rows: Sequence[SearchRow], date_range: DateRange) -> tuple[SearchRow, ...]:
    """Returns the days in their order, with those before the last one that Search Console left out: nobody searched."""
    by_day = {row.keys[0]: row for row in rows}
    newest = max(by_day, default="")
    days = (
        str(date_range.first + timedelta(days=place)) for place in range((date_range.last - date_range.first).days + 1)
    )
    every = sorted({*by_day, *(day for day in days if day < newest)})
    return tuple(by_day.get(day) or SearchRow(keys=(day,)) for day in every)


def search_columns(query: SearchConsoleQuery) -> tuple[Column, ...]:
    """Returns the columns of a query: its dimensions, and the figures that Search Console always has."""
    figures = (Column(name, field_heading(name), kind) for name, kind in SEARCH_METRICS)
    return (*map(dimension_column, query.dimensions), *figures)
