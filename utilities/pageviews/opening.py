"""Everything that counting needs, opened and closed in the right order."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from utilities.clock import Clock
from utilities.errors import SourceError
from utilities.pageviews.collector import Collector
from utilities.pageviews.counting import Counting, open_counting
from utilities.pageviews.engine import open_page_views
from utilities.pageviews.keeping import Keeping
from utilities.pageviews.retention import MONTHS, every_night
from utilities.pageviews.sites import FILE, Sites
from utilities.pageviews.visitors import SILENCE
from utilities.pageviews.visits import RECENT
from utilities.settings import Settings

log = logging.getLogger("foyer.collect")

BETWEEN_ROUNDS = 60.0  # seconds


@dataclass(frozen=True)
class OurOwn:
    """Our own numbers: what counts them, what keeps them."""

    sites: Sites
    counting: Counting
    views: Keeping
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
    counting = open_counting(settings.data_dir, settings.geoip_db, clock(), sites.get)
    try:
        views = await open_page_views(settings, clock)
        try:
            await go_on(counting, views, clock)
            rounds = asyncio.gather(
                every_minute(counting, clock), every_night(views, lambda name: months_of(sites, name), clock)
            )
            try:
                yield OurOwn(sites, counting, views, Collector(sites, counting, views, clock))
            finally:
                rounds.cancel()
                with suppress(asyncio.CancelledError):
                    await rounds
        finally:
            await views.close()
    finally:
        counting.close()


async def go_on(counting: Counting, views: Keeping, clock: Clock) -> None:
    """Takes up the visits of an earlier process; without them some are counted as new, and that is all."""
    try:
        counting.restore(await views.ask(RECENT, {"since": clock() - timedelta(seconds=SILENCE)}))
    except SourceError as error:
        log.warning("visits that were going on are counted as new ones: %s", error)


async def every_minute(counting: Counting, clock: Clock) -> None:
    """Destroys salts and forgets visits whose time is over; runs until cancelled."""
    while True:
        await asyncio.sleep(BETWEEN_ROUNDS)
        counting.tend(clock())


def months_of(sites: Sites, name: str) -> int:
    """How long a site keeps its page views; one that is no longer configured, as long as is usual."""
    site = sites.get(name)
    return site.retention_months if site else MONTHS


def local_zone_name() -> str:
    """The server's own zone by its name; UTC where the system keeps it otherwise."""
    place = Path("/etc/localtime").resolve().as_posix()
    return place.partition("/zoneinfo/")[2] or "UTC"
