"""Counts that were heard: bounded in memory, and in a file for the next process and for those beside this one."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cachetools import FIFOCache
from pydantic import AwareDatetime, NonNegativeInt, TypeAdapter, ValidationError

from utilities.runtime.atomic_file import replace_file_atomically

log = logging.getLogger(__name__)

REMEMBERED = 2_000
"""Pages whose counts are kept for each network; those heard of longest ago go first."""


@dataclass(frozen=True)
class Remembered:
    """The last good count of one page by one network, and what went wrong since."""

    count: NonNegativeInt | None = None
    at: AwareDatetime | None = None
    why: str = ""


Page = str
Counts = dict[Page, Remembered]
FILE: TypeAdapter[dict[str, Counts]] = TypeAdapter(dict[str, Counts])


class Memory:
    """What one network said of each page."""

    def __init__(self) -> None:
        self.pages = FIFOCache[Page, Remembered](REMEMBERED)

    def put(self, page: Page, what: Remembered) -> None:
        self.pages[page] = what

    def restore(self, counts: Counts, now: datetime) -> None:
        """Takes over good counts that are newer than ours; one from the future would never be asked for again."""
        for page, what in counts.items():
            if what.count is None or what.at is None or what.at > now:
                continue
            ours = self.pages.get(page)
            if ours is None or ours.at is None or ours.at < what.at:
                self.put(page, what)

    def good(self) -> Counts:
        return {page: what for page, what in self.pages.items() if what.count is not None}


def read_counts(path: Path) -> dict[str, Counts]:
    """By network; nothing when there is no file or it cannot be read, for every count can be asked for again."""
    try:
        return FILE.validate_json(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValidationError) as error:
        log.warning("the counts in %s are left aside: %s", path.name, type(error).__name__)
        return {}


def write_counts(path: Path, counts: Mapping[str, Counts]) -> None:
    """Replaces the file as a whole; a disk that is full or read-only costs the memory of a restart and no more."""
    try:
        replace_file_atomically(path, FILE.dump_json(dict(counts)))
    except OSError as error:
        log.warning("the counts could not be written to %s: %s", path.name, error.strerror)
