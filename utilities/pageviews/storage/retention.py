"""Deletes page views that are older than their site's retention, every night."""

import asyncio
import calendar
import logging
from collections.abc import Callable
from datetime import date

from utilities.model.clock import Clock
from utilities.model.errors import SourceError, StoreDown
from utilities.pageviews.storage.interface import DeleteRequest, PageViewStore
from utilities.runtime.outage_log import outage_level

log = logging.getLogger("foyer.retention")

DEFAULT_RETENTION_MONTHS = 25  # two years and the month to compare with
RETENTION_HOUR_UTC = 2  # deleting is cheap, and no hour suits every time zone
RETENTION_CHECK_SECONDS = 600.0
STORED_SITES_SQL = """
    SELECT DISTINCT site FROM (SELECT site FROM page_views UNION ALL SELECT site FROM dropped) AS sites ORDER BY site"""


def months_before(day: date, months: int) -> date:
    """Returns the same day of the month so many months earlier, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < 1:
        return date.min
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


async def delete_expired_views(store: PageViewStore, months_of: Callable[[str], int], today: date) -> int:
    """Deletes the page views older than their site's retention and returns how many; raises SourceError, StoreDown."""
    total = 0
    for (site,) in await store.query(STORED_SITES_SQL, {}):
        before = months_before(today, months_of(site))
        count = await store.delete_rows(DeleteRequest(site=site, before=before))
        if count:
            log.info("%s: deleted %d page views from before %s", site, count, before)
        total += count
    return total


async def run_nightly_retention(store: PageViewStore, months_of: Callable[[str], int], clock: Clock) -> None:
    """Deletes expired page views at the start and then once a night; runs until cancelled."""
    last_run: date | None = None
    while True:
        now = clock()
        if last_run is None or (now.date() != last_run and now.hour >= RETENTION_HOUR_UTC):
            try:
                await delete_expired_views(store, months_of, now.date())
                last_run = now.date()
            except (SourceError, StoreDown) as error:
                log.log(outage_level(error), "Expired page views could not be deleted; retrying later: %s", error)
        await asyncio.sleep(RETENTION_CHECK_SECONDS)
