"""A browser's hit, and a classifier whose salts are in a temporary folder."""

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


def make_hit(**changes: Any) -> Hit:
    """Returns a page view of example.com at noon by Chrome, with these changes."""
    defaults = {
        "site": "example",
        "zone": "Europe/Berlin",
        "at": NOON,
        "url": "https://www.example.com/",
        "referrer": "",
        "title": "Example",
        "address": "192.0.2.7",
        "agent": CHROME,
    }
    return Hit(**{**defaults, **changes})


class RunningClassifier:
    """A classifier in one process, which a test sends hits to."""

    def __init__(self, folder: Path, now: datetime, sites: dict[str, Site]) -> None:
        self.folder = folder
        self.classifier: HitClassifier = open_classifier(folder, None, now, sites.get)

    def classify_view(self, **changes: Any) -> PageView:
        """Returns the row of a hit; fails when it is dropped."""
        row = self.classifier.classify_hit(make_hit(**changes))
        assert isinstance(row, PageView), row
        return row

    def drop_reason(self, **changes: Any) -> DropReason | None:
        row = self.classifier.classify_hit(make_hit(**changes))
        return row if isinstance(row, DropReason) else None

    def salt_days(self) -> list[str]:
        """Returns the days of the salts on disk."""
        return sorted(file.name[:10] for file in (self.folder / "salts").iterdir())


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., RunningClassifier]]:
    """Returns `start()`: it starts a process; a second call starts it again. `start(site, now=…)` adds a site."""
    started: list[RunningClassifier] = []

    def start_classifier(*sites: Site, now: datetime = NOON) -> RunningClassifier:
        running = RunningClassifier(tmp_path, now, {site.name: site for site in sites})
        started.append(running)
        return running

    yield start_classifier
    for each in started:
        each.classifier.close()
