"""How many hits are taken in: a bucket for each client, for each site, and one for all."""

import time
from collections.abc import Callable

from utilities.http.client_address import household
from utilities.model.errors import TooFast
from utilities.pageviews.sites.site_file import Limits

MOST_CLIENTS = 50_000  # buckets that are kept; those beyond are forgotten, longest unused first
MOST_SITES = 2000
A_MINUTE, AN_HOUR = 60.0, 3600.0


class Buckets:
    """Token buckets by name: each holds `most` and fills again evenly within `seconds`.

    Kept as the generic cell rate algorithm keeps it (ITU-T I.371): one number for each name, the time at which its
    bucket would be full. Why no library does this part: docs/adr/0010-limits.md.
    """

    def __init__(self, kind: str, most: int, seconds: float, names: int) -> None:
        self.kind = kind
        self.most = most
        self.seconds = seconds
        self.each = seconds / most
        self.names = names
        self.full_at: dict[str, float] = {}

    def wait(self, name: str, now: float) -> float:
        """0.0 when there is one left, or the seconds until there is."""
        full_at = self.full_at.get(name, now)
        return max(0.0, max(full_at, now) + self.each - now - self.seconds)

    def take(self, name: str, now: float) -> None:
        self.keep(name, max(self.full_at.pop(name, now), now) + self.each)

    def learn(self, name: str, full_at: float) -> None:
        """Others have taken from it as well."""
        self.keep(name, max(self.full_at.pop(name, full_at), full_at))

    def keep(self, name: str, full_at: float) -> None:
        if len(self.full_at) >= self.names:
            del self.full_at[next(iter(self.full_at))]
        self.full_at[name] = full_at


Tell = Callable[[Buckets, str], None]
"""Is told of each that is taken; must not wait."""


class Pace:
    """The three kinds of buckets of one process. `steady` answers seconds that only grow."""

    def __init__(self, limits: Limits, steady: Callable[[], float] = time.monotonic, tell: Tell | None = None) -> None:
        self.steady = steady
        self.tell = tell
        self.set(limits)

    def set(self, limits: Limits) -> None:
        """Other limits from now on; every bucket is full again."""
        self.limits = limits
        self.clients = Buckets("client", limits.address, A_MINUTE, MOST_CLIENTS)
        self.sites = Buckets("site", limits.site, AN_HOUR, MOST_SITES)
        self.all = Buckets("all", limits.all, AN_HOUR, 1)

    def count(self, address: str, site: str) -> None:
        """Takes one from each of the three; raises TooFast, and takes nothing, when one of them is empty."""
        now = self.steady()
        client = household(address) if ":" in address else address
        wait = max(self.clients.wait(client, now), self.sites.wait(site, now), self.all.wait("", now))
        if wait > 0:
            raise TooFast("too many hits", retry_after=wait)
        self.clients.take(client, now)
        self.sites.take(site, now)
        self.all.take("", now)
        if self.tell:
            self.tell(self.clients, client)
            self.tell(self.sites, site)
            self.tell(self.all, "")
