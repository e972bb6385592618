"""Who visits: a keyed hash of site, address and agent under a salt of the site's day."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from utilities.pageviews.classify.site_clock import moment

SALT = 16  # bytes
SILENCE = 30 * 60
"""Seconds without a sign after which a visit has ended, as in GA4 (Analytics Help, "About Analytics sessions")."""


def visitor_of(salt: bytes, site: str, address: str, agent: str) -> int:
    """63 bits that mean nothing without the salt. Lengths keep `a|bc` apart from `ab|c`."""
    text = f"{len(site)}:{site}{len(address)}:{address}{agent}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8, key=salt).digest(), "big") >> 1


@dataclass(slots=True)
class Pair:
    """A site's two salts; `before` is yesterday's, while a visit of yesterday may still go on."""

    day: date
    zone: str
    salt: bytes
    before: bytes | None = None
    until: float = 0.0  # when `before` is destroyed, unless it finds somebody

    def found(self, at: float) -> None:
        """Yesterday's salt has found a visit that goes on: it is needed for another half hour."""
        self.until = at + SILENCE


class Salting(Protocol):
    """Where salts come from."""

    def pair(self, site: str, zone: str, at: float) -> Pair:
        """The site's salts at `at`, seconds since 1970."""
        ...

    def tend(self, now: float) -> None:
        """Destroys what nobody needs any more."""
        ...


class OneKey:
    """Salts made from one random key, for days long gone that come in any order: reading access logs.

    Whoever holds the key throws it away when the reading is done.
    """

    def __init__(self, key: bytes) -> None:
        self.key = key
        self._pairs: dict[tuple[str, date], Pair] = {}

    def pair(self, site: str, zone: str, at: float) -> Pair:
        day = moment(zone, at).day
        pair = self._pairs.get((site, day))
        if pair is None:
            if len(self._pairs) > 4096:
                self._pairs.clear()
            before = date.fromordinal(day.toordinal() - 1)
            pair = Pair(day, zone, self._salt(site, day), self._salt(site, before))
            self._pairs[site, day] = pair
        return pair

    def tend(self, now: float) -> None:
        """Nothing to do: its salts stand nowhere."""

    def _salt(self, site: str, day: date) -> bytes:
        return hashlib.blake2b(f"{day} {site}".encode(), digest_size=SALT, key=self.key).digest()
