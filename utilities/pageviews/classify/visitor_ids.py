"""Visitor ids: a keyed hash of site, address and user-agent with the site's salt of the day."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from utilities.pageviews.classify.sessions import SESSION_TIMEOUT_SECONDS
from utilities.pageviews.classify.site_clock import site_time

SALT_BYTES = 16  # bytes
MAX_EARLIER_DAYS = 7  # a visit over more midnights ends, so that no page keeps a salt for ever


def visitor_id(salt: bytes, site: str, address: str, agent: str) -> int:
    """Returns 63 bits that are meaningless without the salt. The lengths distinguish `a|bc` from `ab|c`."""
    text = f"{len(site)}:{site}{len(address)}:{address}{agent}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8, key=salt).digest(), "big") >> 1


@dataclass(slots=True)
class EarlierSalt:
    """The salt of an earlier day, for visits that have continued since then."""

    day: date
    salt: bytes
    until: float = 0.0  # when it is destroyed

    def extend(self, at: float) -> None:
        """Extends the salt by 30 minutes, because a visit of its day is still open."""
        self.until = max(self.until, at + SESSION_TIMEOUT_SECONDS)


@dataclass(slots=True)
class SiteSalts:
    """A site's salt of the day, and those of earlier days of which a visit may be open, the latest first."""

    day: date
    zone: str
    salt: bytes
    earlier: tuple[EarlierSalt, ...] = ()


class SaltSource(Protocol):
    """Provides the salts."""

    def salts_at(self, site: str, zone: str, at: float) -> SiteSalts:
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
        self._salts: dict[tuple[str, date], SiteSalts] = {}

    def salts_at(self, site: str, zone: str, at: float) -> SiteSalts:
        day = site_time(zone, at).day
        salts = self._salts.get((site, day))
        if salts is None:
            if len(self._salts) > 4096:
                self._salts.clear()
            days = range(1, min(MAX_EARLIER_DAYS + 1, day.toordinal()))
            before = [date.fromordinal(day.toordinal() - each) for each in days]
            earlier = tuple(EarlierSalt(each, self._derive_salt(site, each)) for each in before)
            salts = self._salts[site, day] = SiteSalts(day, zone, self._derive_salt(site, day), earlier)
        return salts

    def destroy_expired(self, now: float) -> None:
        """Does nothing: these salts are not stored."""

    def _derive_salt(self, site: str, day: date) -> bytes:
        return hashlib.blake2b(f"{day} {site}".encode(), digest_size=SALT_BYTES, key=self.key).digest()
