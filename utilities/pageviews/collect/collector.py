"""The path of a hit from the parsed beacon to the store."""

from collections.abc import Callable, Mapping

from utilities.model.clock import Clock
from utilities.model.errors import BadHit
from utilities.pageviews import Classifier, DropReason
from utilities.pageviews.collect.beacon import BeaconPayload, build_hit
from utilities.pageviews.collect.path_limit import PathLimit
from utilities.pageviews.collect.rate_limit import HitRateLimiter
from utilities.pageviews.sites.registry import SiteRegistry
from utilities.pageviews.storage.interface import PageViewStore


class Collector:
    """Finds a hit's site, applies the rate limits, classifies the hit and stores it. Belongs to the event loop."""

    def __init__(
        self,
        sites: SiteRegistry,
        counter: Classifier,
        views: PageViewStore,
        clock: Clock,
        rate_limiter: HitRateLimiter | None = None,
    ) -> None:
        self.sites = sites
        self.counter = counter
        self.views = views
        self.clock = clock
        self.rate_limiter = rate_limiter or HitRateLimiter(sites.limits)
        self.path_limit = PathLimit()
        self.stored_count = 0  # since the start
        self.on_stored: Callable[[], None] = ignore_hit  # called for each stored hit; must not wait

    async def collect_hit(self, payload: BeaconPayload, address: str, agent: str, headers: Mapping[str, str]) -> None:
        """Returns when the hit is stored or is not counted; raises HitRejected, Overloaded and StoreDown."""
        site = self.sites.find_site(payload.site, payload.host)
        if self.rate_limiter.limits is not self.sites.limits:
            self.rate_limiter.set_limits(self.sites.limits)
        self.rate_limiter.take_tokens(address, site.name)
        view = self.counter.classify_hit(build_hit(payload, site, self.clock(), address, agent, headers))
        if isinstance(view, DropReason):
            return
        try:
            await self.views.add_views((self.path_limit.limit_path(view, site.distinct_paths),))
        except ValueError:
            raise BadHit("the page view cannot be stored") from None
        self.stored_count += 1
        self.on_stored()


def ignore_hit() -> None:
    """Does nothing."""
