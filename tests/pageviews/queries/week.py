"""A week of one small site, made by hand: four visits, so that every answer can be worked out on paper.

It is Tuesday, 10 March 2026, 13:00 in Berlin.

    visit 11  visitor 1  Tue 09:00:00 /   09:01:00 /pricing   09:03:00 /buy, now   09:03:30 event signup
    visit 21  visitor 2  Tue 10:30:00 /pricing                                    a bounce
    visit 12  visitor 1  Tue 12:58:00 /   12:58:10 event signup                   no bounce: something was done
    visit 31  visitor 3  Mon 23:59:30 /pricing   Tue 00:00:30 /                   over midnight, on a telephone
    visit 41  visitor 4  1 March 11:00 /old   11:02:00 /older                     in the week before
    visit 91  visitor 9  another site
    visit 81  visitor 8  20 February /old                         the first page view
"""

from datetime import UTC, datetime
from typing import Any

from tests.pageviews.storage.views import view
from utilities.pageviews import PageView

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ZONE = "Europe/Berlin"
BUY = "/buy, now"
TITLES = {"/": "Home", "/pricing": "Preise, „günstig“", BUY: "اشتر الآن, 'x' \"y\""}

GOOGLE: dict[str, Any] = {"source": "google", "medium": "organic", "channel": "Organic Search"}
LETTER: dict[str, Any] = {
    "source": "letter",
    "medium": "email",
    "channel": "Email",
    "campaign": "spring",
    "country": "FR",
}
NEWS: dict[str, Any] = {
    "source": "news.example",
    "medium": "referral",
    "channel": "Referral",
    "country": "",
    "language": "",
    "browser": "Safari",
    "browser_version": "17.4",
    "system": "iOS",
    "system_version": "17",
    "device": "mobile",
    "agent": "Mozilla/5.0 (iPhone)",
    "screen": 390,
}
DIRECT: dict[str, Any] = {"source": "(direct)", "medium": "(none)", "channel": "Direct"}
FROM_NEWS = {"referrer": "https://news.example/item?id=1,2", "referrer_host": "news.example"}
FROM_GOOGLE = {"referrer": "https://www.google.com/", "referrer_host": "google.com"}


def view_at(visitor: int, visit: int, when: str, path: str, **more: Any) -> PageView:
    """Returns a page view at `when`, `10 08:00:00` in March 2026, UTC; without a referrer by default."""
    day, clock = when.split()
    at = datetime.fromisoformat(f"2026-03-{int(day):02d}T{clock}+00:00")
    title = TITLES.get(path, path)
    plain: dict[str, Any] = {"site": "blog", "referrer": "", "referrer_host": "", "title": title}
    return view(**plain | {"visitor": visitor, "visit": visit, "at": at, "path": path} | more)


WEEK = (
    view_at(1, 11, "10 08:00:00", "/", **GOOGLE, **FROM_GOOGLE),
    view_at(1, 11, "10 08:01:00", "/pricing", **GOOGLE),
    view_at(1, 11, "10 08:03:00", BUY, **GOOGLE),
    view_at(1, 11, "10 08:03:30", BUY, **GOOGLE, name="signup"),
    view_at(2, 21, "10 09:30:00", "/pricing", **LETTER),
    view_at(1, 12, "10 11:58:00", "/", **DIRECT),
    view_at(1, 12, "10 11:58:10", "/", **DIRECT, name="signup"),
    view_at(3, 31, "9 22:59:30", "/pricing", **NEWS, **FROM_NEWS),
    view_at(3, 31, "9 23:00:30", "/", **NEWS),
    view_at(4, 41, "1 10:00:00", "/old", **GOOGLE),
    view_at(4, 41, "1 10:02:00", "/older", **GOOGLE),
    view_at(9, 91, "10 09:00:00", "/", site="shop"),
    view_at(8, 81, "1 10:00:00", "/old", at=datetime(2026, 2, 20, tzinfo=UTC)),
)
