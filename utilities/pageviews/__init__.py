"""Page views: a hit, the row that is stored for it, and the interface of what turns one into the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Hit:
    """One beacon, checked for shape and size, with the facts that the server adds. Never stored itself."""

    site: str  # the site's name in boards/sites.yaml
    zone: str  # the site's time zone
    at: datetime  # the server's time, UTC
    url: str  # the page's address
    referrer: str
    title: str
    address: str  # the client's, resolved by the server; discarded once the visitor id is computed
    agent: str
    language: str = ""  # as the browser sends it: `de-DE`
    screen: int | None = None  # width, px
    name: str = ""  # '' for a page view, otherwise the event's name
    props: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)  # lower-case names; to detect bots and prefetches
    has_agent: bool = True  # False for a log whose format has no user-agents, so that '' is not a bot's
    id: str = ""  # of its page view, when it must be the same each time the hit comes; '' for a random one


class DropReason(StrEnum):
    """Why a hit was dropped; hits are counted by reason."""

    BOT = "bot"
    PREFETCH = "prefetch"
    SPAM = "spam"
    PRIVACY = "privacy"  # Sec-GPC or DNT
    EXCLUDED = "excluded"  # the site's own paths or addresses
    LIMIT = "limit"  # more hits than the limits allow
    FOREIGN = "foreign"  # its page does not belong to the site
    UNKNOWN_SITE = "unknown"  # no site of this name
    INVALID = "invalid"  # no page, or it cannot be parsed
    NOT_STORED = "unstored"  # the store did not take it


class PageView(NamedTuple):
    """One stored row: a page view, or an event when it has a name. It contains no IP address.

    A tuple and not a dataclass: one is made for every hit, and a frozen dataclass with so many fields takes three
    times as long to create.
    """

    id: str  # 32 hex digits, unique; a second row with the same id is ignored
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
    referrer: str  # without credentials and fragment; '' for none and for pages of the same site
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


class Classifier(Protocol):
    """Turns hits into page views. Works in memory and fast: the event loop calls it for every hit."""

    def classify_hit(self, hit: Hit) -> PageView | DropReason:
        """Returns the page view of a hit, or why it is dropped."""
        ...
