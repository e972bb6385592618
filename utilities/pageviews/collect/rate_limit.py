"""Rate limits for hits: a token bucket for each client, one for each site, and one for all hits together."""

import time
from collections.abc import Callable

from utilities.http.client_address import address_block
from utilities.model.errors import TooFast
from utilities.pageviews.sites.site_file import RateLimits
from utilities.runtime.token_buckets import TokenBuckets

MAX_CLIENT_BUCKETS = 50_000  # the least recently used are dropped
MAX_SITE_BUCKETS = 2000
SECONDS_PER_MINUTE, SECONDS_PER_HOUR = 60.0, 3600.0


OnToken = Callable[[TokenBuckets, str], None]
"""Called for each token that is used, with the buckets and the name; must not wait."""


class HitRateLimiter:
    """The three kinds of buckets of one process."""

    def __init__(
        self, limits: RateLimits, monotonic: Callable[[], float] = time.monotonic, on_token: OnToken | None = None
    ) -> None:
        self.monotonic = monotonic
        self.on_token = on_token
        self.set_limits(limits)

    def set_limits(self, limits: RateLimits) -> None:
        """Replaces the limits; every bucket is full again."""
        self.limits = limits
        self.clients = TokenBuckets("client", limits.address, SECONDS_PER_MINUTE, MAX_CLIENT_BUCKETS)
        self.sites = TokenBuckets("site", limits.site, SECONDS_PER_HOUR, MAX_SITE_BUCKETS)
        self.all = TokenBuckets("all", limits.all, SECONDS_PER_HOUR, 1)

    def take_tokens(self, address: str, site: str) -> None:
        """Takes a token from each of the three; raises TooFast, and takes none, when one of them is empty."""
        now = self.monotonic()
        client = address_block(address) if ":" in address else address
        wait = max(
            self.clients.seconds_until_free(client, now),
            self.sites.seconds_until_free(site, now),
            self.all.seconds_until_free("", now),
        )
        if wait > 0:
            raise TooFast("too many hits", retry_after=wait)
        self.clients.take_token(client, now)
        self.sites.take_token(site, now)
        self.all.take_token("", now)
        if self.on_token:
            self.on_token(self.clients, client)
            self.on_token(self.sites, site)
            self.on_token(self.all, "")
