"""What the tests of counting stand on: a browser's hit, and a Counting whose salts are in a temporary folder."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from utilities.pageviews import DropReason, Hit, PageView
from utilities.pageviews.classify.classifier import HitClassifier, open_classifier
from utilities.pageviews.sites.site_file import Site

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)  # in Berlin
MINUTE = timedelta(minutes=1)


def hit(**said: Any) -> Hit:
    """A page view of example.com at noon by Chrome, but for what is said."""
    usual = {
        "site": "example",
        "zone": "Europe/Berlin",
        "at": NOON,
        "url": "https://www.example.com/",
        "referrer": "",
        "title": "Example",
        "address": "192.0.2.7",
        "agent": CHROME,
    }
    return Hit(**{**usual, **said})


class Counted:
    """A Counting, and how a test asks it."""

    def __init__(self, folder: Path, now: datetime, sites: dict[str, Site]) -> None:
        self.folder = folder
        self.counting: HitClassifier = open_classifier(folder, None, now, sites.get)

    def view(self, **said: Any) -> PageView:
        """The hit's row; fails when it is dropped."""
        row = self.counting.classify_hit(hit(**said))
        assert isinstance(row, PageView), row
        return row

    def dropped(self, **said: Any) -> DropReason | None:
        row = self.counting.classify_hit(hit(**said))
        return row if isinstance(row, DropReason) else None

    def salts(self) -> list[str]:
        """The days of the salts on disk."""
        return sorted(file.name[:10] for file in (self.folder / "salts").iterdir())


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Counted]]:
    """`start()`: a process that counts; again: it has been started again. `start(site, now=…)` knows that site."""
    begun: list[Counted] = []

    def begin(*sites: Site, now: datetime = NOON) -> Counted:
        counted = Counted(tmp_path, now, {site.name: site for site in sites})
        begun.append(counted)
        return counted

    yield begin
    for each in begun:
        each.counting.close()
