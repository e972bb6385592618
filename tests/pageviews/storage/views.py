"""Page views for tests: all fields filled, those that matter named."""

import uuid
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from utilities.pageviews import PageView

NOON = datetime(2026, 3, 10, 12, 0, 0, 125_000, tzinfo=UTC)
NAMESPACE = uuid.UUID(int=0)
numbers = count()

USUAL: dict[str, Any] = {
    "site": "main",
    "at": NOON,
    "offset": 60,
    "visitor": 2**62 + 1,
    "visit": 7,
    "name": "",
    "props": "",
    "host": "example.com",
    "path": "/",
    "title": "Home, “sweet” home",
    "referrer": "https://www.google.com/",
    "referrer_host": "google.com",
    "source": "google",
    "medium": "organic",
    "channel": "Organic Search",
    "campaign": "",
    "term": "",
    "content": "",
    "country": "DE",
    "language": "de-DE",
    "browser": "Chrome",
    "browser_version": "120",
    "system": "Windows",
    "system_version": "10",
    "device": "desktop",
    "agent": "Mozilla/5.0",
    "screen": 1920,
}


def view(**values: Any) -> PageView:
    """A page view with an id that no other has."""
    return PageView(**{"id": uuid.uuid4().hex, **USUAL, **values})


def numbered(number: int) -> PageView:
    """The page view of this number: always the same one."""
    at = NOON + timedelta(milliseconds=number)
    return view(id=uuid.uuid5(NAMESPACE, str(number)).hex, at=at, path=f"/{number}")
