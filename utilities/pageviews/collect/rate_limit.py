"""How many hits are taken in: a bucket for each client, for each site, and one for all."""

import time
from collections.abc import Callable

from utilities.http.client_address import household
from utilities.model.errors import TooFast
from utilities.pageviews.sites.site_file import Limits
from utilities.runtime.token_buckets import TokenBuckets

MOST_CLIENTS = 50_000  # buckets that are kept; those beyond are forgotten, longest unused first
MOST_SITES = 2000
A_MINUTE, AN_HOUR = 60.0, 3600.0


Tell = Callable[[TokenBuckets, str], None]
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
        self.clients = TokenBuckets("client", limits.address, A_MINUTE, MOST_CLIENTS)
        self.sites = TokenBuckets("site", limits.site, AN_HOUR, MOST_SITES)
        self.all = TokenBuckets("all", limits.all, AN_HOUR, 1)

    def count(self, address: str, site: str) -> None:
        """Takes one from each of the three; raises TooFast, and takes nothing, when one of them is empty."""
        now = self.steady()
        client = household(address) if ":" in address else address
        wait = max(
            self.clients.seconds_until_free(client, now),
            self.sites.seconds_until_free(site, now),
            self.all.seconds_until_free("", now),
        )
        if wait > 0:
            raise TooFast("too many hits", retry_after=wait)
        self.clients.take(client, now)
        self.sites.take(site, now)
        self.all.take("", now)
        if self.tell:
            self.tell(self.clients, client)
            self.tell(self.sites, site)
            self.tell(self.all, "")
