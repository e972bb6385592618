"""The state database is unreachable, silent, frozen or killed: calls end soon, and it heals by itself."""

import asyncio
import logging
import signal
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.handlers.accounts.conftest import StartFoyer
from tests.handlers.accounts.database_faults import (
    FAILED,
    HEALED,
    MAX_ANSWER_SECONDS,
    OpenDatabase,
    fails,
    log_lines,
    server_processes,
    signal_processes,
    thaw_processes,
    write_row,
)
from tests.handlers.accounts.postgres import PostgresCluster
from tests.tcp_proxy import TcpProxy
from tests.waiting import wait_until
from utilities.accounts.database.connection import open_state_database
from utilities.config.settings import Settings


@pytest.mark.slow
async def test_silent_connection_is_cut_and_replaced(
    open_database: OpenDatabase, proxied_url: str, proxy: TcpProxy, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    database = await open_database(proxied_url)
    await asyncio.gather(*(database.run(lambda c: c.execute(text("SELECT pg_sleep(0.2)"))) for _ in range(4)))
    proxy.silence_open_connections()
    answers = await asyncio.gather(*(fails(database) for _ in range(12)))
    assert any(answers)
    await wait_until(lambda: database.health()["answers"])
    assert not any(await asyncio.gather(*(fails(database) for _ in range(8))))
    assert [line.partition(" (")[0] for line in log_lines(caplog)] == [FAILED, HEALED]
    await wait_until(lambda: database.workers.pending_count == 0)  # no thread hangs


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind", ["refuse", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("reset", "silent"))]
)
async def test_broken_network_heals(open_database: OpenDatabase, proxied_url: str, proxy: TcpProxy, kind: str):
    database = await open_database(proxied_url)
    if kind == "refuse":
        await proxy.refuse()
    elif kind == "silent":
        proxy.is_silent = True
        proxy.silence_open_connections()
    else:
        proxy.reset_open_connections()
    if kind != "reset":  # a connection that was reset is replaced without anybody noticing
        assert await fails(database)
        assert not database.health()["answers"]
    if kind == "refuse":
        await proxy.start()
    proxy.is_silent = False
    await wait_until(lambda: database.health()["answers"])
    assert not await fails(database)


@pytest.mark.slow
async def test_closing_ends_although_connections_are_silent(
    settings: Callable[..., Settings], proxied_url: str, proxy: TcpProxy
):
    database = await open_state_database(settings(database_url=proxied_url))
    proxy.is_silent = True
    proxy.silence_open_connections()
    hanging = [asyncio.create_task(fails(database)) for _ in range(6)]
    await wait_until(lambda: database.workers.pending_count >= 4)
    async with asyncio.timeout(MAX_ANSWER_SECONDS):
        await database.close()
        await asyncio.gather(*hanging)
    await wait_until(lambda: database.workers.pending_count == 0)


@pytest.mark.slow
async def test_frozen_server_is_refused_at_once_after_the_first_failure(
    open_database: OpenDatabase, own_postgres: PostgresCluster
):
    database = await open_database(own_postgres.create_database())
    frozen = server_processes(own_postgres)
    signal_processes(frozen, signal.SIGSTOP)
    try:
        assert await fails(database)
        pending = database.workers.pending_count
        assert all(await asyncio.gather(*(fails(database) for _ in range(100))))
        assert database.workers.pending_count <= pending + 1  # none of them waited: at most a probe does
    finally:
        thaw_processes(own_postgres, frozen)
    await wait_until(lambda: database.health()["answers"])
    assert not await fails(database)


@pytest.mark.slow
async def test_server_that_is_killed_and_started_again_heals(
    open_database: OpenDatabase, own_postgres: PostgresCluster, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    database = await open_database(own_postgres.create_database())
    signal_processes(server_processes(own_postgres)[:1], signal.SIGQUIT)
    await asyncio.to_thread(own_postgres.process.wait, 20)
    await wait_until(lambda: not database.health()["answers"])  # without a call: the probe notices
    assert await fails(database)
    await asyncio.to_thread(own_postgres.start)
    await wait_until(lambda: database.health()["answers"])
    assert not await fails(database)
    assert [line.partition(" (")[0] for line in log_lines(caplog)] == [FAILED, HEALED]


async def test_server_that_is_absent_at_the_start_is_used_as_soon_as_it_answers(
    open_database: OpenDatabase, proxied_url: str, proxy: TcpProxy, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    await proxy.refuse()
    database = await open_database(proxied_url, must_answer=False)
    assert await fails(database)
    await database.run_when_answering(write_row)
    await proxy.start()
    await wait_until(lambda: database.health()["answers"])
    assert not await fails(database, write_row)
    assert log_lines(caplog) == [f"{FAILED} (nothing listens there)", HEALED]


@pytest.mark.slow
async def test_pages_answer_503_with_retry_after_and_walls_do_not_need_the_database(
    start_foyer: StartFoyer, proxied_url: str, proxy: TcpProxy, caplog: pytest.LogCaptureFixture
):
    foyer = await start_foyer(database_url=proxied_url)
    browser = foyer.new_browser()
    await browser.sign_in()
    assert (await browser.open("/boards/office")).code == 200
    proxy.is_silent = True
    proxy.silence_open_connections()
    foyer.clock.shift(timedelta(seconds=10))
    caplog.clear()
    answers = [await browser.open("/reports") for _ in range(30)]
    assert {answer.code for answer in answers} == {503}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers)
    wall = await browser.open("/boards/office")
    assert wall.code == 200
    for path in ("/login", "/tokens", "/links"):
        assert (await browser.open(path)).code in (302, 503)
    assert len([record for record in caplog.records if record.levelno >= logging.WARNING]) == 1
    assert not any(record.exc_info for record in caplog.records)
    proxy.is_silent = False
    await wait_until(lambda: foyer.database.health()["answers"])
    assert (await browser.open("/reports")).code == 200
