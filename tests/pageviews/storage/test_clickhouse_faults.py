"""ClickHouse over HTTP fails: nothing hangs, is lost or counted twice; one line when it begins and one when it ends."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from tests.clickhouse_http import ClickHouseHttpServer, run_clickhouse_http
from tests.pageviews.classify.conftest import CHROME
from tests.pageviews.storage.views import numbered
from tests.waiting import wait_until
from utilities.config.settings import Settings
from utilities.model.clock import utc_now
from utilities.model.errors import BadAnswer, SourceError, StoreDown, TooFast, Unavailable
from utilities.model.outgoing_proxies import OutgoingProxies
from utilities.pageviews.collect.beacon import BeaconPayload
from utilities.pageviews.collection import open_collection
from utilities.pageviews.storage.clickhouse_engine import ClickHousePageViewStore, open_clickhouse_store

pytestmark = pytest.mark.slow
PATHS_SQL = "SELECT path FROM page_views ORDER BY path"
SITES = "sites: [{name: example, domains: [example.com], zone: Europe/Berlin}]"


@pytest.fixture
def server(clickhouse: str, clickhouse_engine: Client) -> Iterator[ClickHouseHttpServer]:
    with run_clickhouse_http(clickhouse_engine) as running:
        yield running


@asynccontextmanager
async def opened(server: ClickHouseHttpServer) -> AsyncIterator[ClickHousePageViewStore]:
    store = await open_clickhouse_store(server.url, utc_now, OutgoingProxies())
    yield store
    server.faults.released.set()
    await store.close()


def clickhouse_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.INFO]
    return [line.partition(" (")[0] for line in lines if not line.startswith("HTTP")]


async def works(store: ClickHousePageViewStore, number: int) -> bool:
    with suppress(StoreDown, SourceError):
        await store.add_views([numbered(number)])
        return bool(await store.query(PATHS_SQL, {}))
    return False


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
async def test_insert_whose_connection_is_dropped_is_stored_once_and_without_a_word(
    server: ClickHouseHttpServer, fault: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    async with opened(server) as store:
        setattr(server.faults, fault, 2)
        await store.add_views([numbered(1), numbered(2)])
        assert await store.query(PATHS_SQL, {}) == [("/1",), ("/2",)]
        assert store.health()["answers"]
    assert clickhouse_lines(caplog) == []


async def test_hit_that_is_sent_again_after_lost_answers_is_one_page_view(
    server: ClickHouseHttpServer, settings: Callable[..., Settings], tmp_path: Path
):
    (tmp_path / "sites.yaml").write_text(SITES)
    payload = BeaconPayload(url="https://example.com/a", host="example.com", id="a" * 22)
    async with open_collection(settings(clickhouse_url=server.url, boards_dir=tmp_path), utc_now) as own:
        server.faults.drop_after = 1000
        with pytest.raises(StoreDown):
            await own.collector.collect_hit(payload, "192.0.2.7", CHROME, {})
        server.faults.drop_after = 0

        async def is_stored() -> bool:
            with suppress(StoreDown, TooFast):  # until the breaker lets a call through, and the address has a token
                await own.collector.collect_hit(payload, "192.0.2.7", CHROME, {})
                return True
            return False

        await wait_until(is_stored)
        assert await own.views.query(PATHS_SQL, {}) == [("/a",)]


FAULTS = {
    "wrong password": (
        500,
        516,
        "Code: 516. DB::Exception: secret-user: Authentication failed (AUTHENTICATION_FAILED)",
    ),
    "no table": (500, 60, "Code: 60. DB::Exception: Table secret-db.page_views does not exist. (UNKNOWN_TABLE)"),
    "proxy without server": (502, 0, "<html>bad gateway</html>"),
    "proxy at its limit": (503, 0, "busy"),
    "another server": (404, 0, "There is nothing here"),
}


@pytest.mark.parametrize("error", FAULTS.values(), ids=FAULTS)
async def test_server_that_answers_everything_with_an_error_has_one_line_and_heals(
    server: ClickHouseHttpServer, error: tuple[int, int, str], caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    async with opened(server) as store:
        server.faults.error = error
        for _ in range(3):
            with pytest.raises(Unavailable) as failed:
                await store.query(PATHS_SQL, {})
            with pytest.raises(StoreDown):
                await store.add_views([numbered(1)])
        assert not store.health()["answers"]
        requests = server.faults.requests
        assert await asyncio.gather(*(works(store, 1) for _ in range(100))) == [False] * 100
        assert server.faults.requests - requests <= 12  # the breaker lets one call through after each rest
        server.faults.error = None
        await wait_until(lambda: works(store, 2))
        assert store.health()["answers"]
    assert clickhouse_lines(caplog) == ["ClickHouse does not answer", "ClickHouse answers again"]
    assert "secret" not in caplog.text + str(failed.value)


async def test_user_with_few_rights_is_refused_without_the_users_name(server: ClickHouseHttpServer):
    text = "Code: 497. DB::Exception: secret-user: Not enough privileges on secret-db.page_views. (ACCESS_DENIED)"
    async with opened(server) as store:
        server.faults.error = (500, 497, text)
        with pytest.raises(BadAnswer, match="the user may not do this") as refused:
            await store.query(PATHS_SQL, {})
        assert "secret" not in str(refused.value)


async def test_silent_server_holds_no_thread_for_long_and_refuses_at_once_afterwards(
    server: ClickHouseHttpServer, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    async with opened(server) as store:
        server.faults.is_silent = True
        calls = [store.query(PATHS_SQL, {}) for _ in range(60)]
        async with asyncio.timeout(45):
            answers = await asyncio.gather(*calls, store.add_views([numbered(1)]), return_exceptions=True)
        assert {type(answer) for answer in answers} == {Unavailable, StoreDown}
        assert server.faults.requests < 40
        await wait_until(lambda: store.query_pool.pending_count == 0)
        assert not store.health()["answers"]
        server.faults.is_silent = False
        await wait_until(lambda: works(store, 2))
    assert clickhouse_lines(caplog) == ["ClickHouse does not answer", "ClickHouse answers again"]
