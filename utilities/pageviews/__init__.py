"""Our own numbers: what a beacon says, what is kept of it, and the interface of whatever keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Hit:
    """One beacon, checked for shape and size, with what the server itself saw of it. Never stored as it is."""

    site: str  # the site's name in boards/sites.yaml
    zone: str  # the site's time zone
    at: datetime  # the server's time, UTC
    url: str  # the page's address
    referrer: str
    title: str
    address: str  # the client's, by our own resolver; forgotten once the visitor is known
    agent: str
    language: str = ""  # as the browser says it: `de-DE`
    screen: int | None = None  # width, px
    name: str = ""  # '' for a page view, otherwise the event's name
    props: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)  # lower-case names; for telling bots and prefetches
    id: str = ""  # of its page view, where it is known before; '' for a new one


class Dropped(StrEnum):
    """Why a hit was not counted; counted apart by reason."""

    BOT = "bot"
    PREFETCH = "prefetch"
    SPAM = "spam"
    PRIVACY = "privacy"  # Sec-GPC or DNT
    EXCLUDED = "excluded"  # the site's own paths or addresses


class PageView(NamedTuple):
    """One row as it is kept: a page view, or an event when it has a name. No address of anybody.

    A tuple and not a dataclass: one is made for every hit, and a frozen dataclass of so many fields takes three times
    as long to make.
    """

    id: str  # 32 hex digits, unlike any other; a second row with the same id is no second row
    site: str
    at: datetime  # UTC, milliseconds
    offset: int  # minutes from UTC to the site's wall clock at that moment
    visitor: int  # 63 bits, keyed hash with the day's salt
    visit: int  # 63 bits
    name: str
    props: str  # JSON object, '' for none
    host: str
    path: str
    title: str
    referrer: str  # whole, without credentials and fragment; '' for none and for our own pages
    referrer_host: str
    source: str
    medium: str
    channel: str  # GA4's default channel group
    campaign: str
    term: str
    content: str
    country: str  # ISO 3166-1 alpha-2, '' when unknown
    language: str
    browser: str
    browser_version: str
    system: str
    system_version: str
    device: str  # desktop, mobile, tablet, tv, other
    agent: str
    screen: int  # width in px, 0 when unknown


class Counter(Protocol):
    """Turns hits into page views; in memory and quick, for the event loop calls it for every hit."""

    def count(self, hit: Hit) -> PageView | Dropped: ...


class PageViews(Protocol):
    """The page-view store: DuckDB or ClickHouse."""

    async def add_views(self, views: Sequence[PageView]) -> None:
        """Returns when they are on disk (or accepted by ClickHouse); raises Overloaded before a full buffer."""
        ...

    async def query(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Rows of a question in the SQL both engines understand; `$name` stands for a value. Off the event loop."""
        ...

    async def close(self) -> None: ...
