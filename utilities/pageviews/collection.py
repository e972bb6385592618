"""Opens and closes what collects page views: sites, classifier, store and collector."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from utilities.config.settings import Settings
from utilities.model.clock import Clock
from utilities.model.errors import SourceError, StoreDown
from utilities.pageviews.classify.classifier import HitClassifier, open_classifier
from utilities.pageviews.classify.dropped_counter import UNDECIDED_SECONDS, DroppedCounter
from utilities.pageviews.classify.dropped_files import DroppedFiles
from utilities.pageviews.classify.sessions import RECENT_VISITS_SQL, SESSION_TIMEOUT_SECONDS
from utilities.pageviews.collect.collector import Collector
from utilities.pageviews.collect.rate_limit import HitRateLimiter
from utilities.pageviews.collect.recent_hits import IDS_BETWEEN_SQL, RECENT_HIT_SECONDS, RECENT_IDS_SQL, key_of_row
from utilities.pageviews.sites.registry import SITES_FILE_NAME, SiteRegistry
from utilities.pageviews.sites.site_file import Site
from utilities.pageviews.storage.interface import PageViewStore
from utilities.pageviews.storage.open import open_reopening_store
from utilities.pageviews.storage.reopening_store import ReopeningPageViewStore
from utilities.pageviews.storage.retention import DEFAULT_RETENTION_MONTHS, run_nightly_retention
from utilities.runtime.outage_log import outage_level
from utilities.runtime.supervised_loop import SupervisedLoop, stop_loops

if TYPE_CHECKING:  # each loads a large library, which not every process needs
    from utilities.pageviews.collect.other_stores import OtherStores
    from utilities.pageviews.collect.shared_hits import SharedHits
    from utilities.pageviews.storage.clickhouse_salts import SharedSalts

log = logging.getLogger("foyer.collect")

DEMO_SITE_NAME = "demo-company"
PURGE_INTERVAL_SECONDS = 60.0
SHARE_SALTS_SECONDS = 10.0
FLUSH_INTERVAL_SECONDS = 5.0
SITES_CHECK_SECONDS = 2.0


@dataclass(frozen=True)
class Collection:
    """Sites, classifier, store and collector of this process."""

    sites: SiteRegistry
    classifier: HitClassifier
    views: ReopeningPageViewStore
    collector: Collector


def make_site_registry(settings: Settings) -> SiteRegistry:
    """Returns the registry of BOARDS_DIR/sites.yaml, which has not been read yet; a demo has one site of its own."""
    file, zone = settings.boards_dir / SITES_FILE_NAME, settings.tz or local_zone_name()
    if settings.demo:
        demo_site = Site(name=DEMO_SITE_NAME, domains=(urlsplit(settings.website).hostname or "localhost",))
        return SiteRegistry(file, any_host=False, zone=zone, fixed_sites=(demo_site,))
    return SiteRegistry(file, any_host=settings.loopback_only, zone=zone)


def open_sites(settings: Settings) -> SiteRegistry:
    """Reads the sites for a command; raises BoardError."""
    sites = make_site_registry(settings)
    sites.load_file()
    return sites


@asynccontextmanager
async def open_collection(settings: Settings, clock: Clock) -> AsyncIterator[Collection]:
    """Opens the collection, and closes it on exit. Raises SettingsError."""
    sites = make_site_registry(settings)
    sites.poll()  # a wrong file stops neither the start nor the walls; it is read again as soon as it is right
    async with AsyncExitStack() as closing:
        views = await open_reopening_store(settings, clock)
        closing.push_async_callback(views.close)
        shared = await open_shared_salts(views, sites, clock) if settings.clickhouse_url.get_secret_value() else None
        classifier = open_classifier(
            settings.data_dir,
            settings.geoip_db,
            clock(),
            sites.get,
            salts=shared.salts if shared else None,
            find_owner=sites.owner_of,
        )
        closing.callback(classifier.close)
        rate_limiter, shared_hits = await open_shared_limits(settings, sites, closing)
        dropped = classifier.dropped
        loops = [
            SupervisedLoop.every(SITES_CHECK_SECONDS, "sites: refresh", sites.refresh),
            SupervisedLoop.every(
                PURGE_INTERVAL_SECONDS, "page views: purge", lambda: classifier.purge_expired(clock())
            ),
            SupervisedLoop.every(
                FLUSH_INTERVAL_SECONDS,
                "page views: flush",
                lambda: flush_dropped(dropped, views, clock().timestamp(), shared_hits),
            ),
            SupervisedLoop(
                "page views: retention",
                lambda: run_nightly_retention(views, lambda name: retention_months(sites, name), clock),
            ),
        ]
        if shared:
            loops.append(SupervisedLoop.every(SHARE_SALTS_SECONDS, "page views: share salts", shared.sync))
        dropped_files = DroppedFiles(settings.data_dir / "dropped")
        closing.push_async_callback(end_dropped, dropped, dropped_files, views, clock, shared_hits)
        closing.push_async_callback(stop_loops, loops)
        collector = Collector(sites, classifier, views, clock, rate_limiter, shared_hits)
        await views.prepare_with(lambda: restore_state(collector, shared, dropped_files))
        if (url := settings.redis_url.get_secret_value()) and not shared:
            other_stores = await open_other_stores(url, settings.data_dir, closing)
            collector.warning_sources.append(other_stores.warning)
        yield Collection(sites, classifier, views, collector)


async def open_shared_salts(views: ReopeningPageViewStore, sites: SiteRegistry, clock: Clock) -> "SharedSalts":
    """Returns the salts in ClickHouse, read for the first time."""
    from utilities.pageviews.storage.clickhouse_salts import SharedSalts

    return await SharedSalts.open(views, sites, clock)


async def open_other_stores(url: str, data_dir: Path, closing: AsyncExitStack) -> "OtherStores":
    """Returns what watches for processes with the same Redis and page views of their own."""
    from utilities.pageviews.collect.other_stores import OTHER_STORES_SECONDS, OtherStores

    other_stores = OtherStores(url, data_dir)
    closing.push_async_callback(other_stores.close)
    loop = SupervisedLoop.every(OTHER_STORES_SECONDS, "page views: other stores", other_stores.look)
    closing.push_async_callback(stop_loops, [loop])
    return other_stores


async def open_shared_limits(
    settings: Settings, sites: SiteRegistry, closing: AsyncExitStack
) -> "tuple[HitRateLimiter, SharedHits | None]":
    """Returns the rate limiter of this process, or one shared by all processes with the same Redis, and their hits."""
    if not (url := settings.redis_url.get_secret_value()):
        return HitRateLimiter(sites.limits), None
    from utilities.pageviews.collect.shared_hits import SharedHits
    from utilities.pageviews.collect.shared_rate_limit import SharedRateLimits

    shared_limits = SharedRateLimits(url)
    closing.push_async_callback(shared_limits.close)
    shared_hits = SharedHits(shared_limits.connection)
    closing.push_async_callback(shared_hits.close)
    return HitRateLimiter(sites.limits, on_token=shared_limits.record_token), shared_hits


async def restore_state(collector: Collector, shared: "SharedSalts | None", dropped_files: DroppedFiles) -> None:
    """Restores what an earlier process had in memory, before the first page view is stored."""
    if shared and not shared.is_shared:
        await shared.sync()
    await restore_open_visits(collector)
    await restore_recent_hits(collector)
    dropped_files.restore(collector.counter.dropped)
    await forget_stored_hits(collector)


async def restore_open_visits(collector: Collector) -> None:
    """Restores the open visits of an earlier process; without them some visits are counted as new."""
    since = collector.clock() - timedelta(seconds=SESSION_TIMEOUT_SECONDS)
    try:
        collector.counter.restore_visits(await collector.views.query(RECENT_VISITS_SQL, {"since": since}))
    except SourceError as error:
        log.log(outage_level(error), "open visits are counted as new ones: %s", error)


async def restore_recent_hits(collector: Collector) -> None:
    """Restores which hits are stored; without them a hit that is sent again after the restart counts twice."""
    since = collector.clock() - timedelta(seconds=RECENT_HIT_SECONDS)
    try:
        collector.recent.restore(await collector.views.query(RECENT_IDS_SQL, {"since": since}))
    except SourceError as error:
        log.log(outage_level(error), "hits that are sent again now count twice: %s", error)


async def forget_stored_hits(collector: Collector) -> None:
    """Forgets undecided hits of an earlier process that another one has stored meanwhile."""
    dropped = collector.counter.dropped
    if not dropped.undecided:
        return
    due = [when for when, *_ in dropped.undecided.values()]
    first, last = (datetime.fromtimestamp(at, UTC) for at in (min(due) - UNDECIDED_SECONDS, max(due)))
    try:
        for (row_id,) in await collector.views.query(IDS_BETWEEN_SQL, {"first": first, "last": last}):
            dropped.forget_undecided(key_of_row(row_id))
    except SourceError as error:
        log.log(outage_level(error), "hits that were sent again may also be counted as dropped: %s", error)


async def end_dropped(
    dropped: DroppedCounter,
    files: DroppedFiles,
    views: PageViewStore,
    clock: Clock,
    shared_hits: "SharedHits | None" = None,
) -> None:
    """Writes the counts of dropped hits when the process ends, and saves those that may come again for the next one."""
    await flush_dropped(dropped, views, clock().timestamp(), shared_hits)
    if not files.save(dropped):
        await flush_dropped(dropped, views, float("inf"), shared_hits)


async def flush_dropped(
    dropped: DroppedCounter, views: PageViewStore, now: float, shared_hits: "SharedHits | None" = None
) -> None:
    """Writes the counts of dropped hits; they wait for the next try when the store does not take them."""
    due = dropped.due_undecided(now)
    dropped.settle_undecided(now, await shared_hits.claim_dropped(due) if shared_hits and due else ())
    await write_dropped(dropped, views)


async def write_dropped(dropped: DroppedCounter, views: PageViewStore) -> None:
    try:
        await dropped.flush_to(views)
    except (SourceError, StoreDown) as error:
        log.debug("the counts of dropped hits are not stored yet: %s", error)  # the store logs its outages


def retention_months(sites: SiteRegistry, name: str) -> int:
    """Returns how many months a site's page views are stored; the default for a site that is no longer configured."""
    site = sites.get(name)
    return site.retention_months if site else DEFAULT_RETENTION_MONTHS


def local_zone_name() -> str:
    """Returns the name of the server's time zone; UTC where /etc/localtime does not link to it."""
    target = Path("/etc/localtime").resolve().as_posix()
    return target.partition("/zoneinfo/")[2] or "UTC"
