"""Cache of share counts: bounded in memory, and a file for other processes and the next start."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cachetools import FIFOCache
from pydantic import AwareDatetime, NonNegativeInt, TypeAdapter, ValidationError

from utilities.runtime.atomic_file import replace_file_atomically

log = logging.getLogger(__name__)

MAX_CACHED_PAGES = 2_000
"""For each network; the pages updated longest ago are dropped first."""


@dataclass(frozen=True)
class CachedCount:
    """The last good count of one page by one network, and `why` there is no newer one."""

    count: NonNegativeInt | None = None
    at: AwareDatetime | None = None
    why: str = ""


Page = str
Counts = dict[Page, CachedCount]
COUNTS_FILE: TypeAdapter[dict[str, Counts]] = TypeAdapter(dict[str, Counts])


class ShareCountCache:
    """The counts of one network by page."""

    def __init__(self) -> None:
        self.pages = FIFOCache[Page, CachedCount](MAX_CACHED_PAGES)

    def set_count(self, page: Page, cached: CachedCount) -> None:
        """Stores a count, and drops the oldest ones beyond MAX_CACHED_PAGES."""
        self.pages[page] = cached

    def merge_counts(self, counts: Counts, now: datetime) -> datetime | None:
        """Adds good counts that are newer; ignores those from the future, which would never be refreshed.

        Returns the time of the newest one that was added.
        """
        newest = None
        for page, cached in counts.items():
            if cached.count is None or cached.at is None or cached.at > now:
                continue
            current = self.pages.get(page)
            if current is None or current.at is None or current.at < cached.at:
                self.set_count(page, cached)
                newest = max(newest or cached.at, cached.at)
        return newest

    def good_counts(self) -> Counts:
        """Returns the pages that have a count."""
        return {page: cached for page, cached in self.pages.items() if cached.count is not None}


def read_counts(path: Path) -> dict[str, Counts]:
    """Reads the counts by network; none when there is no file or it cannot be read."""
    try:
        return COUNTS_FILE.validate_json(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValidationError) as error:
        log.warning("the share counts in %s cannot be read and are ignored: %s", path.name, type(error).__name__)
        return {}


def write_counts(path: Path, counts: Mapping[str, Counts]) -> None:
    """Replaces the file; logs a warning when the disk is full or read-only."""
    try:
        replace_file_atomically(path, COUNTS_FILE.dump_json(dict(counts)))
    except OSError as error:
        log.warning("the counts could not be written to %s: %s", path.name, error.strerror)
