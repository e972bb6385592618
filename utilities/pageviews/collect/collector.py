"""What happens to a beacon between the wire and the store."""

from collections.abc import Callable, Mapping

from utilities.model.clock import Clock
from utilities.model.errors import BadHit
from utilities.pageviews import Counter, Dropped
from utilities.pageviews.collect.beacon import Said, hit_of
from utilities.pageviews.collect.path_limit import Paths
from utilities.pageviews.collect.rate_limit import Pace
from utilities.pageviews.sites.registry import Sites
from utilities.pageviews.storage.interface import PageViewStore


class Collector:
    """Whose site it is, whether there is room for it, what it counts as, and its place on disk. Owned by the loop."""

    def __init__(
        self, sites: Sites, counter: Counter, views: PageViewStore, clock: Clock, pace: Pace | None = None
    ) -> None:
        self.sites = sites
        self.counter = counter
        self.views = views
        self.clock = clock
        self.pace = pace or Pace(sites.limits)
        self.paths = Paths()
        self.kept = 0  # since the start
        self.tell: Callable[[], None] = nobody  # told of each that is safe; must not wait

    async def take(self, said: Said, address: str, agent: str, headers: Mapping[str, str]) -> None:
        """Returns when the hit is stored or is not counted; raises HitRejected, Overloaded and StoreDown."""
        site = self.sites.find(said.site, said.host)
        if self.pace.limits is not self.sites.limits:
            self.pace.set(self.sites.limits)
        self.pace.count(address, site.name)
        counted = self.counter.count(hit_of(said, site, self.clock(), address, agent, headers))
        if isinstance(counted, Dropped):
            return
        try:
            await self.views.add_views((self.paths.kept(counted, site.distinct_paths),))
        except ValueError:
            raise BadHit("it cannot be kept") from None
        self.kept += 1
        self.tell()


def nobody() -> None:
    """Nobody wants to know."""
