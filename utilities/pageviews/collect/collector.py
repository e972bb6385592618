"""The path of a hit from the parsed beacon to the store."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from utilities.model.clock import Clock
from utilities.model.errors import (
    BadHit,
    ForeignHost,
    FoyerError,
    HitRejected,
    Overloaded,
    StoreDown,
    TooFast,
    UnknownSite,
)
from utilities.pageviews import DropReason
from utilities.pageviews.classify.classifier import HitClassifier
from utilities.pageviews.classify.site_clock import site_time
from utilities.pageviews.collect.beacon import BeaconPayload, build_hit
from utilities.pageviews.collect.path_limit import PathLimit
from utilities.pageviews.collect.rate_limit import HitRateLimiter
from utilities.pageviews.collect.recent_hits import RecentHits, hit_key, row_id
from utilities.pageviews.sites.registry import SiteRegistry
from utilities.pageviews.sites.site_file import Site
from utilities.pageviews.storage.interface import PageViewStore

if TYPE_CHECKING:  # it needs the library of Redis, which not every process has
    from utilities.pageviews.collect.shared_hits import SharedHits

REJECTED_REASONS: tuple[tuple[type[FoyerError], DropReason], ...] = (
    (TooFast, DropReason.LIMIT),
    (ForeignHost, DropReason.FOREIGN),
    (UnknownSite, DropReason.UNKNOWN_SITE),
    (HitRejected, DropReason.INVALID),
    (Overloaded, DropReason.NOT_STORED),
    (StoreDown, DropReason.NOT_STORED),
)
"""Why a rejected hit is not counted; the first class that fits."""
RETRIED_REASONS = frozenset({DropReason.LIMIT, DropReason.NOT_STORED})
"""The script sends these hits again, so they are dropped only when no later try is stored."""


class Collector:
    """Finds a hit's site, applies the rate limits, classifies the hit and stores it. Belongs to the event loop."""

    def __init__(
        self,
        sites: SiteRegistry,
        counter: HitClassifier,
        views: PageViewStore,
        clock: Clock,
        rate_limiter: HitRateLimiter | None = None,
        shared_hits: "SharedHits | None" = None,
    ) -> None:
        self.sites = sites
        self.counter = counter
        self.views = views
        self.clock = clock
        self.rate_limiter = rate_limiter or HitRateLimiter(sites.limits)
        self.path_limit = PathLimit()
        self.recent = RecentHits()
        self.shared_hits = shared_hits
        self.stored_count = 0  # since the start
        self.on_stored: Callable[[], None] = ignore_hit  # called for each stored hit; must not wait
        self.warning_sources: list[Callable[[], str]] = []  # each returns a sentence, or '' while all is well

    async def collect_hit(self, payload: BeaconPayload, address: str, agent: str, headers: Mapping[str, str]) -> None:
        """Returns when the hit is stored or is dropped on purpose; raises HitRejected, Overloaded and StoreDown.

        A hit that is neither stored nor retried is counted as dropped, with the reason.
        """
        try:
            site = self.sites.find_site(payload.site, payload.host)
            key = hit_key(site.name, payload.id)
            if self.recent.is_done(key):
                return
            with self.recent.count_once(key):
                await self._count_hit(payload, site, key, address, agent, headers)
            if self.shared_hits:
                self.shared_hits.record_hit(key)
            self.counter.dropped.forget_undecided(key)
        except (HitRejected, Overloaded, StoreDown) as error:
            self.count_rejected(error, payload)
            raise

    async def _count_hit(
        self,
        payload: BeaconPayload,
        site: Site,
        key: str,
        address: str,
        agent: str,
        headers: Mapping[str, str],
    ) -> None:
        if self.rate_limiter.limits is not self.sites.limits:
            self.rate_limiter.set_limits(self.sites.limits)
        self.rate_limiter.take_tokens(address, site.name)
        if key and payload.is_retry and self.shared_hits and await self.shared_hits.is_counted(key):
            return
        now = self.clock()
        at = datetime.fromtimestamp(self.recent.first_try(key, now.timestamp()), now.tzinfo)
        view = self.counter.classify_hit(
            build_hit(payload, site, at, address, agent, headers, row_id(key, at.timestamp()))
        )
        if isinstance(view, DropReason):
            return
        try:
            await self.views.add_views((self.path_limit.limit_path(view, site.distinct_paths),))
        except ValueError:
            raise BadHit("the page view cannot be stored") from None
        except StoreDown:
            self.recent.record_failed_try(key, at.timestamp())
            raise
        self.stored_count += 1
        self.on_stored()

    def warnings(self) -> tuple[str, ...]:
        """Returns what makes the figures of this process wrong although nothing fails, in sentences."""
        return tuple(text for source in self.warning_sources if (text := source()))

    def count_rejected(self, error: FoyerError, payload: BeaconPayload | None = None) -> None:
        """Counts a hit that is not stored as dropped: of its site, or of the first one when it has none.

        `payload` is None for a request that cannot be parsed.
        """
        reason = next(reason for kind, reason in REJECTED_REASONS if isinstance(error, kind))
        site, now = self._site_of_rejected(payload), self.clock().timestamp()
        day = site_time(site.zone if site else self.sites.zone, now).day
        name = site.name if site else ""
        if payload and payload.id and reason in RETRIED_REASONS:
            self.counter.dropped.add_undecided(hit_key(name, payload.id), name, day, reason, now)
        else:
            self.counter.dropped.add_hits(name, day, reason)

    def _site_of_rejected(self, payload: BeaconPayload | None) -> Site | None:
        site = self.sites.get(payload.site) if payload and payload.site else None
        if payload and site is None:
            site = self.sites.owner_of(payload.host)
        return site or next(iter(self.sites), None)


def ignore_hit() -> None:
    """Does nothing."""
