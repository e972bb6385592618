"""The state database fails in every way that databases fail: calls end soon, and it heals by itself."""

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from tests.handlers.accounts.conftest import StartFoyer
from tests.handlers.accounts.postgres import SKIP_REASON, PostgresCluster, find_postgres_folder, run_cluster
from tests.tcp_proxy import TcpProxy, run_tcp_proxy
from tests.waiting import wait_until
from utilities.accounts.database.connection import StateDatabase, open_state_database
from utilities.accounts.database.database_errors import describe_failure
from utilities.config.settings import Settings
from utilities.model.errors import StateDown

MAX_ANSWER_SECONDS = 20.0  # far more than the deadline of a transaction, and far less than for ever
FAILED, HEALED = "The state database does not answer", "The state database answers again"
NO_WRITES, WRITES = "The state database refuses writes", "The state database accepts writes again"
OpenDatabase = Callable[..., Awaitable[StateDatabase]]


def read_tables(connection: Connection) -> int:
    return connection.execute(text("SELECT count(*) FROM sessions")).scalar_one()


def write_row(connection: Connection) -> None:
    connection.execute(text("INSERT INTO spent_attempts (key, until) VALUES ('x', '2020-01-01 00:00:00')"))
    connection.execute(text("DELETE FROM spent_attempts WHERE key = 'x'"))


async def fails(database: StateDatabase, work: Callable[[Connection], object] = read_tables) -> bool:
    """Whether a call ends with StateDown, and not with anything else; it must end."""
    async with asyncio.timeout(MAX_ANSWER_SECONDS):
        try:
            await database.run(work)
        except StateDown:
            return True
    return False


@pytest.fixture
async def open_database(settings: Callable[..., Settings]) -> AsyncIterator[OpenDatabase]:
    opened: list[StateDatabase] = []

    async def open_one(url: str = "", *, must_answer: bool = True) -> StateDatabase:
        opened.append(await open_state_database(settings(database_url=url), must_answer=must_answer))
        return opened[-1]

    yield open_one
    for each in opened:
        await each.close()


@pytest.fixture
async def proxy(postgres: PostgresCluster) -> AsyncIterator[TcpProxy]:
    async with run_tcp_proxy(postgres.port) as started:
        yield started


@pytest.fixture
def proxied_url(postgres_url: str, proxy: TcpProxy) -> str:
    return make_url(postgres_url).set(port=proxy.port).render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[PostgresCluster]:
    """A PostgreSQL server of this module's own, to be frozen and killed."""
    if (folder := find_postgres_folder()) is None:
        pytest.skip(SKIP_REASON)
    with run_cluster(folder) as started:
        yield started


def change_postgres(url: str, *statements: str) -> None:
    """Runs statements on a connection of their own, each in a transaction of its own."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


CUT_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"  # noqa: E501


def log_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "state database" in record.getMessage().lower()]


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


@pytest.mark.parametrize("kind", ["reset", "refuse", "silent"])
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


REFUSALS = {
    "a table is dropped": (["ALTER TABLE sessions RENAME TO gone"], ["ALTER TABLE gone RENAME TO sessions"]),
    "a column is dropped": (
        ["ALTER TABLE sessions RENAME key TO gone"],
        ["ALTER TABLE sessions RENAME gone TO key"],
    ),
    "wrong password": (
        ["ALTER ROLE foyer2 NOLOGIN", CUT_OTHERS],
        ["ALTER ROLE foyer2 LOGIN"],
    ),
    "too many connections": (
        ["ALTER ROLE foyer2 CONNECTION LIMIT 0", CUT_OTHERS],
        ["ALTER ROLE foyer2 CONNECTION LIMIT -1"],
    ),
    "no rights": (
        ["REVOKE ALL ON sessions FROM foyer2"],
        ["GRANT ALL ON sessions TO foyer2"],
    ),
}


@pytest.mark.parametrize("kind", list(REFUSALS))
async def test_database_that_refuses_is_down_until_it_no_longer_does(
    open_database: OpenDatabase, own_postgres: PostgresCluster, kind: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    url = own_postgres.create_database()
    change_postgres(
        url,
        "DO $$ BEGIN CREATE ROLE foyer2 LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        "GRANT ALL ON SCHEMA public TO foyer2",
        "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO foyer2",
    )
    await (await open_database(url)).close()  # the other user owns the tables
    change_postgres(url, "GRANT ALL ON ALL TABLES IN SCHEMA public TO foyer2")
    database = await open_database(str(url).replace("foyer@", "foyer2@"))
    harm, help_ = REFUSALS[kind]
    change_postgres(url, *harm)
    assert await fails(database, lambda connection: connection.execute(text("SELECT key FROM sessions")).all())
    change_postgres(url, *help_)
    await wait_until(lambda: database.health()["answers"])
    assert not await fails(database)
    lines = log_lines(caplog)
    assert [line.partition(" (")[0] for line in lines] == [FAILED, HEALED]
    assert "foyer2" not in "".join(lines)
    assert not any(record.exc_info for record in caplog.records)


async def test_read_only_database_still_answers_what_reads(
    open_database: OpenDatabase, postgres_url: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    database = await open_database(postgres_url)
    name = make_url(postgres_url).database
    change_postgres(postgres_url, f"ALTER DATABASE {name} SET default_transaction_read_only = on", CUT_OTHERS)
    assert await fails(database, write_row)
    assert not await fails(database)
    assert (database.health()["answers"], database.health()["writes"]) == (True, False)
    change_postgres(
        postgres_url,
        "SET default_transaction_read_only = off",
        f"ALTER DATABASE {name} RESET default_transaction_read_only",
        CUT_OTHERS,
    )
    await wait_until(lambda: database.health()["writes"])
    assert not await fails(database, write_row)
    assert [line.partition(" (")[0] for line in log_lines(caplog)] == [NO_WRITES, WRITES]


async def test_transactions_in_each_others_way_are_tried_again(open_database: OpenDatabase, postgres_url: str):
    database = await open_database(postgres_url)
    tries = 0

    def conflict_once(connection: Connection) -> str:
        nonlocal tries
        tries += 1
        if tries == 1:
            connection.execute(text("DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$"))
        return "done"

    assert await database.run(conflict_once) == "done"
    assert database.health()["answers"]


def test_every_error_has_a_reason_without_its_message():
    with pytest.raises(psycopg.OperationalError) as raised:
        psycopg.connect("postgresql://secret-user:secret-word@127.0.0.1:1/secret-name", connect_timeout=2)
    assert describe_failure(raised.value) == "nothing listens there"


async def test_duplicate_key_is_no_outage(open_database: OpenDatabase, database_url: str):
    database = await open_database(database_url)
    insert = text("INSERT INTO spent_attempts (key, until) VALUES ('twice', '2020-01-01 00:00:00')")
    await database.run(lambda connection: connection.execute(insert))
    with pytest.raises(IntegrityError):
        await database.run(lambda connection: connection.execute(insert))
    assert database.health()["answers"]


def spoil_replaced(file: Path) -> None:
    file.unlink()
    file.write_text("Dear diary, " * 1000)


def spoil_with_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def spoil_overwritten(file: Path) -> None:
    with file.open("r+b") as out:
        out.write(b"Dear diary, " * 1000)


@pytest.fixture
def backup(settings: Callable[..., Settings], tmp_path: Path) -> Callable[[], Path]:
    """Copies the whole state database and empties its write-ahead log."""

    def make() -> Path:
        with contextlib.closing(sqlite3.connect(settings().data_dir / "state.sqlite")) as source:
            source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            with contextlib.closing(sqlite3.connect(tmp_path / "backup")) as copy:
                source.backup(copy)
        return tmp_path / "backup"

    return make


@pytest.mark.parametrize("spoil", [spoil_replaced, spoil_with_folder, spoil_overwritten])
async def test_spoiled_sqlite_file_is_down_until_it_is_restored(
    open_database: OpenDatabase,
    settings: Callable[..., Settings],
    backup: Callable[[], Path],
    spoil: Callable[[Path], None],
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level(logging.INFO)
    database, file = await open_database(), settings().data_dir / "state.sqlite"
    copy = backup()
    spoil(file)
    for _ in range(20):
        await fails(database, write_row)  # or works, from what SQLite has in memory
    if spoil is not spoil_overwritten:
        assert await fails(database)
    for path in settings().data_dir.glob("state.sqlite*"):
        path.rmdir() if path.is_dir() else path.unlink()
    shutil.copy(copy, file)
    await wait_until(lambda: database.health()["answers"])
    await wait_until(lambda: still_works(database))
    assert not any(record.exc_info for record in caplog.records)
    if spoil is not spoil_overwritten:
        assert [line.partition(" (")[0] for line in log_lines(caplog)] == [FAILED, HEALED]


async def still_works(database: StateDatabase) -> bool:
    return not await fails(database, write_row)


async def test_sqlite_file_that_was_deleted_is_made_again(
    open_database: OpenDatabase, settings: Callable[..., Settings]
):
    database = await open_database()
    shutil.rmtree(settings().data_dir)
    await fails(database)
    await wait_until(lambda: database.health()["answers"])
    assert not await fails(database, write_row)
    assert (settings().data_dir / "state.sqlite").stat().st_size


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


def server_processes(server: PostgresCluster) -> list[int]:
    """Returns the process ids of the server and of its backends."""
    first = int((server.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
    others = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [first, *(pid for pid in others if parent_process(pid) == first)]


def thaw_processes(server: PostgresCluster, pids: list[int]) -> None:
    """Lets them continue, and also runuser, which stops when its child does."""
    signal_processes([*pids, server.process.pid], signal.SIGCONT)


def parent_process(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def signal_processes(pids: list[int], number: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
