"""Every night, the page views that a site no longer wants to keep are forgotten."""

import asyncio
import calendar
import logging
from collections.abc import Callable
from datetime import date

from utilities.model.clock import Clock
from utilities.model.errors import SourceError, StoreDown
from utilities.pageviews.storage.interface import DeleteRequest, Keeping

log = logging.getLogger("foyer.keeping")

MONTHS = 25  # two years and the month that is compared, where a site says nothing
NIGHT = 2  # o'clock UTC; deleting is cheap, and no hour suits every zone
BETWEEN_LOOKS = 600.0  # seconds
SITES = """
    SELECT DISTINCT site FROM (SELECT site FROM page_views UNION ALL SELECT site FROM dropped) AS known ORDER BY site"""


def months_before(day: date, months: int) -> date:
    """The same day so many months ago, or the last one of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < 1:
        return date.min
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


async def retire(views: Keeping, months_of: Callable[[str], int], today: date) -> int:
    """Forgets every site's page views that are older than its months and answers how many; SourceError, StoreDown."""
    gone = 0
    for (site,) in await views.query(SITES, {}):
        before = months_before(today, months_of(site))
        count = await views.delete_rows(DeleteRequest(site=site, before=before))
        if count:
            log.info("%s: %d page views from before %s are forgotten", site, count, before)
        gone += count
    return gone


async def every_night(views: Keeping, months_of: Callable[[str], int], clock: Clock) -> None:
    """Retires once a night, and at the start when a night was missed; runs until cancelled."""
    done: date | None = None
    while True:
        now = clock()
        if done is None or (now.date() != done and now.hour >= NIGHT):
            try:
                await retire(views, months_of, now.date())
                done = now.date()
            except (SourceError, StoreDown) as error:
                log.warning("old page views could not be forgotten, and will be tried again: %s", error)
        await asyncio.sleep(BETWEEN_LOOKS)
