"""Several processes: with one ClickHouse a person is one visitor; page views of their own are stated everywhere."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from tests.conftest import RedisServer
from tests.handlers.collect.test_limits import FailingStore
from tests.pageviews.classify.conftest import CHROME
from tests.waiting import wait_until
from utilities.config.settings import Settings
from utilities.model.errors import StoreDown
from utilities.pageviews.collect.beacon import BeaconPayload
from utilities.pageviews.collect.other_stores import OtherStores
from utilities.pageviews.collect.recent_hits import hit_key
from utilities.pageviews.collect.shared_hits import SharedHits
from utilities.pageviews.collection import Collection, flush_dropped, open_collection
from utilities.pageviews.storage.clickhouse_engine import ClickHousePageViewStore
from utilities.pageviews.storage.clickhouse_salts import ClickHouseSalts, SharedSalts
from utilities.runtime.redis_connection import RedisConnection

pytestmark = pytest.mark.slow  # each test has several collections and databases

NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)
EVENING = datetime(2026, 11, 20, 22, 55, tzinfo=UTC)  # 23:55 in Berlin
SITES = "sites: [{name: example, domains: [example.com], zone: Europe/Berlin}]"
OpenProcess = Callable[..., Awaitable[Collection]]


class SteppedClock:
    """A clock that the test sets, for all processes."""

    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
async def open_process(
    settings: Callable[..., Settings], tmp_path: Path, clock: SteppedClock
) -> AsyncIterator[OpenProcess]:
    """`await open_process("a", …)`: a process with a DATA_DIR of its own."""
    async with AsyncExitStack() as stack:
        (tmp_path / "sites.yaml").write_text(SITES)

        async def start(name: str, **values: Any) -> Collection:
            own = settings(boards_dir=tmp_path, data_dir=tmp_path / name, **values)
            return await stack.enter_async_context(open_collection(own, clock))

        yield start


async def visit(process: Collection, person: int) -> None:
    payload = BeaconPayload(url="https://example.com/", host="example.com")
    await process.collector.collect_hit(payload, f"192.0.2.{person}", CHROME, {})


async def test_person_is_one_visitor_in_all_processes_with_one_clickhouse(
    open_process: OpenProcess, clickhouse: str, clock: SteppedClock
):
    first = await open_process("a", clickhouse_url=clickhouse)
    second = await open_process("b", clickhouse_url=clickhouse)
    for process in (first, second):
        for person in range(3):
            await visit(process, person)
    assert await first.views.query("SELECT count(DISTINCT visitor), count(*) FROM page_views", {}) == [(3, 6)]
    clock.now += timedelta(days=1)  # the salts of tomorrow were read ahead
    for process in (first, second):
        await visit(process, 1)
    day = "SELECT count(DISTINCT visitor) FROM page_views WHERE day = '2026-11-21'"
    assert await first.views.query(day, {}) == [(1,)]


async def test_salts_of_past_days_are_deleted_from_the_table(
    open_process: OpenProcess, clickhouse: str, clock: SteppedClock
):
    process = await open_process("a", clickhouse_url=clickhouse)
    await visit(process, 1)
    store = process.views.opened_store()
    assert isinstance(store, ClickHousePageViewStore)
    table = ClickHouseSalts(store)
    days = "SELECT DISTINCT toString(day) AS d FROM salts ORDER BY d"
    clock.now = EVENING
    await table.sync(clock.now, [("example", "Europe/Berlin")], lambda *salt: None)
    assert [row[0] for row in store.client.query(days).result_rows] == ["2026-11-20", "2026-11-21"]
    table.delete("example", NOON.date())
    await table.sync(clock.now + timedelta(hours=1), [("example", "Europe/Berlin")], lambda *salt: None)
    assert [row[0] for row in store.client.query(days).result_rows] == ["2026-11-21", "2026-11-22"]
    clock.now += timedelta(days=9)
    await ClickHouseSalts(store).sync(clock.now, [], lambda *salt: None)
    assert store.client.query(days).result_rows == []


async def test_process_that_was_second_takes_the_salt_of_the_first(open_process: OpenProcess, clickhouse: str):
    process = await open_process("a", clickhouse_url=clickhouse)
    store = process.views.opened_store()
    assert isinstance(store, ClickHousePageViewStore)
    tables, replaced = [ClickHouseSalts(store) for _ in range(2)], []
    salts = [table.create("new", "UTC", NOON.date()) for table in tables]  # both before they have read the table
    for table in (*tables, *tables):
        await table.sync(NOON, [], lambda *salt: replaced.append(salt))
    assert replaced == [("new", NOON.date(), salts[0])]
    assert [table.create("new", "UTC", NOON.date()) for table in tables] == [salts[0]] * 2


async def test_processes_share_the_salts_of_every_midnight(
    open_process: OpenProcess, clickhouse: str, clock: SteppedClock
):
    """One of them starts later."""
    process = await open_process("a", clickhouse_url=clickhouse)
    shared, used = [await SharedSalts.open(process.views, process.sites, clock)], []
    for day in range(2):
        for hour in (11, 23):  # 12:00, and 0:00 of the next day in Berlin
            clock.now = datetime(2026, 11, 20 + day, hour, tzinfo=UTC)
            at = clock.now.timestamp()
            salts = [each.salts.salts_at("example", "Europe/Berlin", at).salt for each in shared]
            assert len(set(salts)) == 1
            used.append(salts[0])
            for each in shared:
                each.salts.destroy_expired(at)
                await each.sync()
            if len(shared) == 1:
                shared.append(await SharedSalts.open(process.views, process.sites, clock))
    assert used[1] == used[2]
    assert len(set(used)) == 3


async def test_page_views_of_their_own_are_stated_while_another_process_runs(
    open_process: OpenProcess, redis_server: RedisServer, tmp_path: Path
):
    redis_url = redis_server.url
    process = await open_process("a", redis_url=redis_url)
    mine, other = (OtherStores(redis_url, tmp_path / name) for name in ("a", "b"))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(mine.close)
        async with AsyncExitStack() as others:
            others.push_async_callback(other.close)
            await mine.look()
            assert mine.warning() == ""
            await look_until_warned(other, mine)
            assert len(process.collector.warning_sources) == 1
        await mine.look()
        assert mine.warning() == ""


@pytest.fixture
async def open_patient(redis_server: RedisServer) -> AsyncIterator[Callable[[], RedisConnection]]:
    """`open_patient()`: a connection that waits for Redis however busy the machine is."""
    async with AsyncExitStack() as stack:

        def connect() -> RedisConnection:
            url = redis_server.url
            connection = RedisConnection(url, max_connections=2, call_seconds=30)
            stack.push_async_callback(connection.close)
            return connection

        yield connect


async def test_hit_that_is_sent_again_to_another_process_counts_once(
    open_process: OpenProcess, redis_server: RedisServer, open_patient: Callable[[], RedisConnection]
):
    """The answer of the first process was lost. A first try never waits for Redis, nor does a hit without an id."""
    first, second = [await open_process(name, redis_url=redis_server.url) for name in ("a", "b")]
    shared = [cast(SharedHits, process.collector.shared_hits) for process in (first, second)]
    for each in shared:
        each.connection = open_patient()
    payload = BeaconPayload(url="https://example.com/", host="example.com", id="0.123")
    await first.collector.collect_hit(payload, "192.0.2.1", CHROME, {})
    await wait_until(lambda: shared[1].is_counted(hit_key("example", "0.123")))
    for again in (payload._replace(is_retry=True), payload._replace(id="", is_retry=True)):
        await second.collector.collect_hit(again, "192.0.2.1", CHROME, {})
    await second.collector.collect_hit(payload._replace(id="0.456", is_retry=True), "192.0.2.1", CHROME, {})
    assert (first.collector.stored_count, second.collector.stored_count) == (1, 2)
    redis_server.kill()  # hits count on, each process by itself
    await second.collector.collect_hit(payload._replace(id="0.789", is_retry=True), "192.0.2.1", CHROME, {})
    assert second.collector.stored_count == 3


async def test_hit_that_processes_refuse_is_dropped_once_and_not_when_another_stores_it(
    open_process: OpenProcess, redis_server: RedisServer, open_patient: Callable[[], RedisConnection]
):
    first, second = processes = [await open_process(name, redis_url=redis_server.url) for name in ("a", "b")]
    shared = [cast(SharedHits, process.collector.shared_hits) for process in processes]
    for each in shared:
        each.connection = open_patient()
    working = second.collector.views
    first.collector.views = second.collector.views = FailingStore(StoreDown("full"))

    async def refuse(process: Collection, hit_id: str) -> None:
        payload = BeaconPayload(url="https://example.com/", host="example.com", id=hit_id)
        with pytest.raises(StoreDown):
            await process.collector.collect_hit(payload, "192.0.2.1", CHROME, {})

    async def settle() -> list[int]:
        """Returns how many hits each process has counted as dropped, after all have waited for a later try."""
        for process, hits in zip(processes, shared, strict=True):
            await flush_dropped(process.classifier.dropped, process.views, float("inf"), hits)
        return [sum(process.classifier.dropped.totals_since_start().values()) for process in processes]

    for process in processes:
        await refuse(process, "stored later")
        await refuse(process, "refused twice")
    await refuse(second, "refused once")
    second.collector.views = working
    stored = BeaconPayload(url="https://example.com/", host="example.com", id="stored later", is_retry=True)
    await second.collector.collect_hit(stored, "192.0.2.1", CHROME, {})
    await wait_until(lambda: shared[0].is_counted(hit_key("example", "stored later")))
    await shared[0].claim_dropped([hit_key("example", "refused twice")])  # cut off before it was counted
    assert await settle() == [1, 1]
    assert not await shared[1].is_counted(hit_key("example", "refused twice"))  # a late try is stored
    redis_server.kill()  # each process counts by itself
    second.collector.views = first.collector.views
    for process in processes:
        await refuse(process, "refused without Redis")
    assert await settle() == [2, 2]


async def look_until_warned(*stores: OtherStores) -> None:
    """Looks again while Redis is too slow for the short timeout, as on a busy machine."""
    async with asyncio.timeout(30):
        while not all("CLICKHOUSE_URL" in store.warning() for store in stores):
            for store in stores:
                await store.look()
            await asyncio.sleep(0.05)
