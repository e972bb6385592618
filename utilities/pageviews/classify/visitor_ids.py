"""Visitor ids: a keyed hash of site, address and user-agent with the site's salt of the day."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from utilities.pageviews.classify.sessions import SESSION_TIMEOUT_SECONDS
from utilities.pageviews.classify.site_clock import site_time

SALT_BYTES = 16  # bytes


def visitor_id(salt: bytes, site: str, address: str, agent: str) -> int:
    """Returns 63 bits that are meaningless without the salt. The lengths distinguish `a|bc` from `ab|c`."""
    text = f"{len(site)}:{site}{len(address)}:{address}{agent}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8, key=salt).digest(), "big") >> 1


@dataclass(slots=True)
class SaltPair:
    """A site's two salts; `previous` is yesterday's, as long as a visit of yesterday may be open."""

    day: date
    zone: str
    salt: bytes
    previous: bytes | None = None
    previous_until: float = 0.0  # when `previous` is destroyed

    def extend_previous(self, at: float) -> None:
        """Extends yesterday's salt by 30 minutes, because a visit of yesterday is still open."""
        self.previous_until = at + SESSION_TIMEOUT_SECONDS


class SaltSource(Protocol):
    """Provides the salts."""

    def salts_at(self, site: str, zone: str, at: float) -> SaltPair:
        """Returns the site's salts at `at`, seconds since 1970."""
        ...

    def destroy_expired(self, now: float) -> None:
        """Destroys the salts that have expired."""
        ...


class DerivedSalts:
    """Salts derived from one random key, for past days in any order: used to import access logs.

    The owner of the key deletes it after the import.
    """

    def __init__(self, key: bytes) -> None:
        self.key = key
        self._pairs: dict[tuple[str, date], SaltPair] = {}

    def salts_at(self, site: str, zone: str, at: float) -> SaltPair:
        day = site_time(zone, at).day
        pair = self._pairs.get((site, day))
        if pair is None:
            if len(self._pairs) > 4096:
                self._pairs.clear()
            yesterday = date.fromordinal(day.toordinal() - 1)
            pair = SaltPair(day, zone, self._derive_salt(site, day), self._derive_salt(site, yesterday))
            self._pairs[site, day] = pair
        return pair

    def destroy_expired(self, now: float) -> None:
        """Does nothing: these salts are not stored."""

    def _derive_salt(self, site: str, day: date) -> bytes:
        return hashlib.blake2b(f"{day} {site}".encode(), digest_size=SALT_BYTES, key=self.key).digest()
