"""The salts of all sites in ClickHouse: processes that share page views have the same visitors."""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, cast

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from utilities.model.clock import Clock, utc_now
from utilities.model.errors import SourceError, StoreDown
from utilities.pageviews.classify.daily_salts import ONE_DAY, DailySalts
from utilities.pageviews.classify.salt_files import StoredSalt, new_salt
from utilities.pageviews.classify.site_clock import site_time
from utilities.pageviews.sites.registry import SiteRegistry
from utilities.pageviews.storage.clickhouse_engine import ClickHousePageViewStore
from utilities.pageviews.storage.clickhouse_guard import ClickHouseCall
from utilities.pageviews.storage.reopening_store import ReopeningPageViewStore
from utilities.runtime.outage_log import outage_level

log = logging.getLogger("foyer.collect")

SALTS_TABLE_SQL = (
    "CREATE TABLE IF NOT EXISTS salts (site String, zone String, day Date, salt String, created DateTime64(3, 'UTC')) "
    "ENGINE = MergeTree ORDER BY (day, site)"
)
SALT_COLUMNS = ("site", "zone", "day", "salt", "created")
READ_SALTS_SQL = "SELECT site, zone, day, salt FROM salts ORDER BY created, salt"
LAST_MIDNIGHT = timedelta(hours=12, minutes=30)  # after a day has ended in UTC: its visits have ended everywhere

SiteDay = tuple[str, date]
OnSalt = Callable[[str, date, bytes], None]
"""Called with a site, a day and its salt when another process was first; it replaces ours."""


class NewSalt(NamedTuple):
    """A salt that is not in the table yet."""

    zone: str
    salt: bytes
    created: datetime


class ClickHouseSalts:
    """A SaltStorage whose table is read and written by `sync`, so that no hit waits for it.

    The salts of today and tomorrow are read ahead. When two processes create one at the same moment, the first one in
    the table is used by both from the next `sync` on.
    """

    def __init__(self, store: ClickHousePageViewStore | ReopeningPageViewStore, clock: Clock = utc_now) -> None:
        self.store = store
        self.clock = clock
        self.salts: dict[SiteDay, StoredSalt] = {}
        self.unsaved: dict[SiteDay, NewSalt] = {}
        self.expired: set[SiteDay] = set()

    def load(self, now: float) -> Sequence[StoredSalt]:
        """Returns what the last `sync` has read, until today, by day."""
        until_today = (each for each in self.salts.values() if each.day <= site_time(each.zone, now).day)
        return sorted(until_today, key=lambda each: each.day)

    def create(self, site: str, zone: str, day: date) -> bytes:
        """Returns the salt that was read ahead, or else a new one, which the next `sync` saves."""
        if (site, day) not in self.salts:
            salt = new_salt()
            self.unsaved[site, day] = NewSalt(zone, salt, self.clock())
            self.salts[site, day] = StoredSalt(site, zone, day, salt)
        return self.salts[site, day].salt

    def delete(self, site: str, day: date) -> None:
        """Forgets a salt; the next `sync` deletes it from the table."""
        self.salts.pop((site, day), None)
        self.unsaved.pop((site, day), None)
        self.expired.add((site, day))

    def retry_failed(self) -> None:
        """Does nothing: `sync` tries again."""

    async def sync(self, now: datetime, sites: Iterable[tuple[str, str]], on_salt: OnSalt) -> None:
        """Saves, deletes and reads salts, and creates those of today and tomorrow of the sites (name and zone).

        Raises StoreDown and SourceError; then nothing is lost, and the next call tries again.
        """
        for site, zone in sites:
            today = site_time(zone, now.timestamp()).day
            for day in (today, today + ONE_DAY):
                if (site, day) not in self.expired:
                    self.create(site, zone, day)
        oldest = (now.astimezone(UTC) - LAST_MIDNIGHT).date()
        unsaved, expired = dict(self.unsaved), set(self.expired)
        opened = self.store.opened_store() if isinstance(self.store, ReopeningPageViewStore) else self.store
        store = cast(ClickHousePageViewStore, opened)
        rows = await store.query_pool.run(lambda cancel: self._call_exchange(store, unsaved, expired, oldest))
        self.unsaved = {key: salt for key, salt in self.unsaved.items() if key not in unsaved}
        self.expired = {key for key in self.expired if key[1] >= oldest - ONE_DAY}
        first = {(row.site, row.day): row for row in reversed(rows) if (row.site, row.day) not in self.expired}
        for key, row in first.items():
            if key in self.salts and self.salts[key].salt != row.salt:
                on_salt(*key, row.salt)
        self.salts = {key: salt for key, salt in {**self.salts, **first}.items() if key[1] >= oldest - ONE_DAY}

    def _call_exchange(
        self,
        store: ClickHousePageViewStore,
        unsaved: dict[SiteDay, NewSalt],
        expired: set[SiteDay],
        oldest: date,
    ) -> list[StoredSalt]:
        try:
            with store.guard.watch_call(ClickHouseCall.QUERY):
                return self._exchange(store.client, unsaved, expired, oldest)
        except (ClickHouseError, OSError) as error:
            what = "ClickHouse does not exchange salts"
            raise store.guard.make_error(StoreDown, ClickHouseCall.QUERY, what, error) from error

    def _exchange(
        self, client: Client, unsaved: dict[SiteDay, NewSalt], expired: set[SiteDay], oldest: date
    ) -> list[StoredSalt]:
        """Runs on a query thread: writes the new salts, deletes the old ones, and returns the rest, the first first."""
        client.command(SALTS_TABLE_SQL)
        present = {(site, day) for site, _, day, _ in client.query(READ_SALTS_SQL).result_rows}
        new: list[list[Any]] = [
            [site, each.zone, day, each.salt.hex(), each.created]
            for (site, day), each in unsaved.items()
            if (site, day) not in present
        ]
        if new:
            client.insert("salts", new, column_names=SALT_COLUMNS)
        old = [key for key in present if key in expired or key[1] < oldest - ONE_DAY]
        if old:
            parameters = {f"s{n}": site for n, (site, _) in enumerate(old)}
            parameters |= {f"d{n}": day.isoformat() for n, (_, day) in enumerate(old)}
            condition = " OR ".join(f"(site = {{s{n}:String}} AND day = {{d{n}:Date}})" for n in range(len(old)))
            sql = f"ALTER TABLE salts DELETE WHERE {condition}"
            client.command(sql, parameters=parameters, settings={"mutations_sync": 2})
        rows = client.query(READ_SALTS_SQL).result_rows
        return [StoredSalt(site, zone, day, bytes.fromhex(salt)) for site, zone, day, salt in rows]


class SharedSalts:
    """The salts of this process, and their table in ClickHouse."""

    def __init__(self, table: ClickHouseSalts, salts: DailySalts, sites: SiteRegistry, clock: Clock) -> None:
        self.table = table
        self.salts = salts
        self.sites = sites
        self.clock = clock
        self.is_shared = True

    @classmethod
    async def open(cls, store: ReopeningPageViewStore, sites: SiteRegistry, clock: Clock) -> "SharedSalts":
        """Reads the salts; while ClickHouse does not answer, the process has its own."""
        table, now = ClickHouseSalts(store, clock), clock()
        is_shared = await try_sync(table, sites, now, ignore_salt, was_shared=True)
        shared = cls(table, DailySalts(table, now.timestamp()), sites, clock)
        shared.is_shared = is_shared
        return shared

    async def sync(self) -> None:
        """Exchanges salts with the other processes; called every few seconds."""
        on_salt = self.salts.replace_salt
        self.is_shared = await try_sync(self.table, self.sites, self.clock(), on_salt, was_shared=self.is_shared)


async def try_sync(
    table: ClickHouseSalts, sites: SiteRegistry, now: datetime, on_salt: OnSalt, *, was_shared: bool
) -> bool:
    """Whether the salts are exchanged; logs one line when that fails, and one when it works again."""
    try:
        await table.sync(now, [(site.name, site.zone) for site in sites], on_salt)
    except (StoreDown, SourceError) as error:
        if was_shared:
            log.log(
                outage_level(error),
                "visitors of several processes count several times until ClickHouse answers: %s",
                error,
            )
        return False
    if not was_shared:
        log.info("the processes share their visitors again")
    return True


def ignore_salt(site: str, day: date, salt: bytes) -> None:
    """Does nothing: no salt is in use yet."""
