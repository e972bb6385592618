"""Everything that counting needs, opened and closed in the right order."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from utilities.config.settings import Settings
from utilities.model.clock import Clock
from utilities.model.errors import SourceError, StoreDown
from utilities.pageviews.classify.classifier import Counting, open_counting
from utilities.pageviews.classify.dropped_counter import Tally
from utilities.pageviews.classify.sessions import RECENT
from utilities.pageviews.classify.visitor_ids import SILENCE
from utilities.pageviews.collect.collector import Collector
from utilities.pageviews.collect.rate_limit import HitRateLimiter
from utilities.pageviews.sites.registry import FILE, Sites
from utilities.pageviews.storage.interface import PageViewStore
from utilities.pageviews.storage.open import open_page_view_store
from utilities.pageviews.storage.retention import DEFAULT_RETENTION_MONTHS, run_nightly_retention

log = logging.getLogger("foyer.collect")

BETWEEN_ROUNDS = 60.0  # seconds
BETWEEN_COUNTS = 5.0


@dataclass(frozen=True)
class OurOwn:
    """Our own numbers: what counts them, what keeps them."""

    sites: Sites
    counting: Counting
    views: PageViewStore
    collector: Collector


def open_sites(settings: Settings) -> Sites:
    """The sites of BOARDS_DIR/sites.yaml; raises BoardError."""
    sites = Sites(settings.boards_dir / FILE, any_host=settings.loopback_only, zone=local_zone_name())
    sites.load()
    return sites


@asynccontextmanager
async def our_own(settings: Settings, clock: Clock) -> AsyncIterator[OurOwn]:
    """Opens all of it, and closes it on leaving. Raises BoardError and SettingsError."""
    sites = open_sites(settings)
    async with AsyncExitStack() as closing:
        counting = open_counting(settings.data_dir, settings.geoip_db, clock(), sites.get)
        closing.callback(counting.close)
        views = await open_page_view_store(settings, clock)
        closing.push_async_callback(views.close)
        await go_on(counting, views, clock)
        rate_limiter = await open_rate_limiter(settings, sites, closing)
        rounds = asyncio.gather(
            every_minute(counting, clock),
            run_nightly_retention(views, lambda name: months_of(sites, name), clock),
            every_few_seconds(counting.tally, views),
        )
        closing.push_async_callback(keep, counting.tally, views)
        closing.push_async_callback(ended, rounds)
        yield OurOwn(sites, counting, views, Collector(sites, counting, views, clock, rate_limiter))


async def open_rate_limiter(settings: Settings, sites: Sites, closing: AsyncExitStack) -> HitRateLimiter:
    """Returns the rate limiter of this process, or one shared by all processes with the same Redis."""
    if not (url := settings.redis_url.get_secret_value()):
        return HitRateLimiter(sites.limits)
    from utilities.pageviews.collect.shared_rate_limit import SharedRateLimits

    shared_limits = SharedRateLimits(url)
    closing.push_async_callback(shared_limits.close)
    return HitRateLimiter(sites.limits, on_token=shared_limits.record_token)


async def ended(rounds: "asyncio.Future[tuple[None, None, None]]") -> None:
    rounds.cancel()
    with suppress(asyncio.CancelledError):
        await rounds


async def go_on(counting: Counting, views: PageViewStore, clock: Clock) -> None:
    """Takes up the visits of an earlier process; without them some are counted as new, and that is all."""
    try:
        counting.restore(await views.query(RECENT, {"since": clock() - timedelta(seconds=SILENCE)}))
    except SourceError as error:
        log.warning("visits that were going on are counted as new ones: %s", error)


async def every_minute(counting: Counting, clock: Clock) -> None:
    """Destroys salts and forgets visits whose time is over; runs until cancelled."""
    while True:
        await asyncio.sleep(BETWEEN_ROUNDS)
        counting.tend(clock())


async def every_few_seconds(tally: Tally, views: PageViewStore) -> None:
    """Keeps the counts of what was dropped; runs until cancelled."""
    while True:
        await asyncio.sleep(BETWEEN_COUNTS)
        await keep(tally, views)


async def keep(tally: Tally, views: PageViewStore) -> None:
    try:
        await tally.keep(views)
    except (SourceError, StoreDown) as error:
        log.warning("the counts of dropped hits wait: %s", error)


def months_of(sites: Sites, name: str) -> int:
    """How long a site keeps its page views; one that is no longer configured, as long as is usual."""
    site = sites.get(name)
    return site.retention_months if site else DEFAULT_RETENTION_MONTHS


def local_zone_name() -> str:
    """The server's own zone by its name; UTC where the system keeps it otherwise."""
    place = Path("/etc/localtime").resolve().as_posix()
    return place.partition("/zoneinfo/")[2] or "UTC"
