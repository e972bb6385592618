"""The hits of the last minutes by the id that the script sends, so that a hit that is sent again counts once."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from cachetools import TTLCache

from utilities.model.errors import Overloaded

RECENT_HIT_SECONDS = 600.0  # the script's last try comes half a minute after the first
MAX_RECENT_HITS = 50_000  # about 8 MB; beyond them the oldest is forgotten
ID_DIGEST_BYTES = 10
TIME_DIGITS = 12  # of a row's id, before the digest

RECENT_IDS_SQL = f"SELECT id FROM page_views WHERE moment >= $since ORDER BY moment DESC LIMIT {MAX_RECENT_HITS}"  # noqa: S608
"""The query whose rows `restore` takes: a hit may be sent again after a restart too."""
IDS_BETWEEN_SQL = f"SELECT id FROM page_views WHERE moment BETWEEN $first AND $last LIMIT {MAX_RECENT_HITS}"  # noqa: S608


class RecentHits:
    """Which hits are stored or dropped already, and which are being stored. Belongs to the event loop."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._done: TTLCache[str, None] = TTLCache(MAX_RECENT_HITS, RECENT_HIT_SECONDS, monotonic)
        self._pending: set[str] = set()
        self._first_tries: TTLCache[str, float] = TTLCache(MAX_RECENT_HITS, RECENT_HIT_SECONDS, monotonic)

    def is_done(self, key: str) -> bool:
        """Whether this hit needs nothing more; '' is the key of a hit without an id."""
        return bool(key) and key in self._done

    @contextmanager
    def count_once(self, key: str) -> Iterator[None]:
        """Marks the hit as done when the block ends without an error; raises Overloaded while another try runs."""
        if not key:
            yield
            return
        if key in self._pending:
            raise Overloaded("the first try of this hit is not stored yet")
        self._pending.add(key)
        try:
            yield
            self._done[key] = None
        finally:
            self._pending.discard(key)

    def first_try(self, key: str, now: float) -> float:
        """Returns when this hit came first if it is tried again, otherwise `now`; both in seconds since 1970.

        The store may have the row of a try that it did not acknowledge: with the same time both are one row.
        """
        return self._first_tries.get(key, now) if key else now

    def record_failed_try(self, key: str, at: float) -> None:
        """Remembers when a hit came that could not be stored."""
        if key:
            self._first_tries[key] = at

    def restore(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Restores the hits of an earlier process from the rows of RECENT_IDS_SQL."""
        for (row_id,) in reversed(list(rows)):
            self._done[key_of_row(row_id)] = None


def hit_key(site: str, hit_id: str) -> str:
    """Returns the key of a hit, which is the end of its row's id; '' for a hit without an id."""
    if not hit_id:
        return ""
    return hashlib.blake2b(f"{site}\0{hit_id}".encode(), digest_size=ID_DIGEST_BYTES).hexdigest()


def row_id(key: str, at: float) -> str:
    """Returns the id of the row for a hit at `at`, seconds since 1970; '' for a hit without an id."""
    return f"{int(at * 1000):0{TIME_DIGITS}x}{key}" if key else ""


def key_of_row(row_id: object) -> str:
    """Returns the key of the hit that a row was made from, by the row's id."""
    return str(row_id).replace("-", "")[TIME_DIGITS:]
