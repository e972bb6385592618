"""Google Search Console: what people searched for before they came, through its API v1."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, ValidationError

from utilities.config.settings import Settings
from utilities.google.client import SECONDS, Client, resource
from utilities.google.error_translation import Asked
from utilities.google.field_names import heading
from utilities.model.clock import Clock
from utilities.model.errors import BadAnswer, SourceMisconfigured
from utilities.model.frames import Column, DateRange, Frame, Note, Value, ValueKind
from utilities.model.text import clean_text
from utilities.sources import Source, SourceKind

SCOPE = "https://www.googleapis.com/auth/webmasters.readonly"
ENABLE = "https://console.cloud.google.com/apis/library/searchconsole.googleapis.com"
CHECK_SECONDS = 8.0
ZONE = "America/Los_Angeles"  # Search Console counts its days there, whatever the site
METRICS = (
    ("clicks", ValueKind.INTEGER),
    ("impressions", ValueKind.INTEGER),
    ("ctr", ValueKind.FRACTION),
    ("position", ValueKind.DECIMAL),
)


@dataclass(frozen=True)
class SearchConsoleAsk:
    """One search analytics query, most clicks first.

    The range is the last `days` whole days up to and with yesterday, Pacific time; None is LOOK_BACK_DAYS.
    """

    dimensions: tuple[str, ...] = ("query",)
    days: int | None = None
    limit: int = 10


class Row(BaseModel):
    """Unlike Google Analytics, Search Console writes numbers as numbers."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    keys: tuple[str, ...] = ()
    clicks: float = 0.0
    impressions: float = 0.0
    ctr: float = 0.0
    position: float = 0.0


class Answer(BaseModel):
    """A search analytics answer; without rows when nobody searched."""

    model_config = ConfigDict(frozen=True)

    rows: tuple[Row, ...] = ()
    metadata: dict[str, Any] = {}


class SearchConsole:
    """One site, asked with a service account."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.clock = clock
        self.days = settings.look_back_days
        self.site = settings.search_console_site
        self.methods = resource("searchconsole", "v1", settings.search_console_api_endpoint).searchanalytics()
        key = settings.google_application_credentials
        self.client = Client("Search Console", clock, key, SCOPE, self.asked, places=2, forgiven=None)

    def asked(self, account: str) -> Asked:
        grant = f"add it as a user of {self.site} (Search Console → Settings → Users and permissions)"
        return Asked("Search Console", account, grant, ENABLE, "SEARCH_CONSOLE_API_ENDPOINT")

    async def answer(self, ask: SearchConsoleAsk) -> Frame:
        """The frame for one ask: a column for each dimension, then clicks, impressions, ctr and position."""
        return await self.fetch(ask, SECONDS)

    async def fetch(self, ask: SearchConsoleAsk, seconds: float) -> Frame:
        days = ask.days or self.days
        if ask.limit < 1 or days < 1:
            raise SourceMisconfigured("an ask needs a limit and a number of days of at least 1")
        last = self.clock().astimezone(ZoneInfo(ZONE)).date() - timedelta(days=1)
        first = last - timedelta(days=days - 1)
        body = question(ask, first, last)
        raw = await self.client.call(lambda: self.methods.query(siteUrl=self.site, body=body), "search", seconds)
        return frame(raw, ask, DateRange(first, last, ZONE))

    async def check(self) -> str:
        """Asks for one query of the last days."""
        await self.fetch(SearchConsoleAsk(limit=1), CHECK_SECONDS)
        return f"site {self.site} answers"

    def stretch(self) -> float:
        return 1.0

    def health(self) -> Mapping[str, object]:
        return {"resting": self.client.resting}

    async def close(self) -> None:
        await self.client.close()


def question(ask: SearchConsoleAsk, first: date, last: date) -> dict[str, Any]:
    return {
        "startDate": first.isoformat(),
        "endDate": last.isoformat(),
        "dimensions": list(ask.dimensions),
        "rowLimit": min(ask.limit, 25_000),
        "dataState": "all",  # final figures are two or three days late; what is not final is said in a note
    }


def frame(raw: dict[str, Any], ask: SearchConsoleAsk, covers: DateRange) -> Frame:
    """Checks the answer; raises BadAnswer when it is not one."""
    try:
        answer = Answer.model_validate(raw)
    except ValidationError as error:
        raise BadAnswer("Search Console did not answer with rows of figures") from error
    if any(len(row.keys) != len(ask.dimensions) for row in answer.rows):
        raise BadAnswer("Search Console answered rows that do not fit the question")
    texts = tuple(Column(n, heading(n), ValueKind.DATE if n == "date" else ValueKind.TEXT) for n in ask.dimensions)
    figures = tuple(Column(name, heading(name), kind) for name, kind in METRICS)
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (*(clean_text(key) for key in row.keys), round(row.clicks), round(row.impressions), row.ctr, row.position)
        for row in answer.rows[: ask.limit]
    )
    unfinished = answer.metadata.get("firstIncompleteDate") or answer.metadata.get("first_incomplete_date")
    notes = (Note(f"Not yet final from {clean_text(str(unfinished), 10)} on"),) if unfinished else ()
    return Frame((*texts, *figures), rows, notes, covers)


async def open_search_console(settings: Settings, clock: Clock) -> Source | None:
    """The source; None without a site. A wrong key file shows when it is asked, and does not stop the wall."""
    return SearchConsole(settings, clock) if settings.search_console_site else None


SOURCE = SourceKind(
    name="search-console",
    ask=SearchConsoleAsk,
    open=open_search_console,
    missing="set SEARCH_CONSOLE_SITE and GOOGLE_APPLICATION_CREDENTIALS",
    title="Search Console",
)
