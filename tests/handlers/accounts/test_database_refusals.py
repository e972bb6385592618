"""The state database answers and refuses, or its file is spoiled: it is down until that is over."""

import asyncio
import contextlib
import logging
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from tests.handlers.accounts.database_faults import (
    CUT_OTHERS,
    FAILED,
    HEALED,
    NO_WRITES,
    WRITES,
    OpenDatabase,
    change_postgres,
    fails,
    log_lines,
    still_works,
    write_row,
)
from tests.handlers.accounts.postgres import PostgresCluster
from tests.waiting import wait_until
from utilities.accounts.database.database_errors import describe_failure
from utilities.accounts.database.migrate import hold_migration_lock
from utilities.config.settings import Settings

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


@pytest.mark.slow
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


@pytest.mark.slow
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


async def test_migrations_have_a_time_limit_of_their_own(open_database: OpenDatabase, postgres_url: str):
    database = await open_database(postgres_url)

    def read_limits(connection: Connection) -> list[str]:
        return [connection.execute(text(f"SHOW {name}")).scalar_one() for name in ("statement_timeout", "lock_timeout")]

    def compare_limits() -> tuple[list[str], list[str]]:
        with database.engine.connect() as connection:
            with hold_migration_lock(connection):
                during = read_limits(connection)
            return during, read_limits(connection)

    assert await asyncio.to_thread(compare_limits) == (["10min", "10min"], ["3s", "3s"])


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


@pytest.mark.slow
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


@pytest.mark.slow
async def test_sqlite_file_that_was_deleted_is_made_again(
    open_database: OpenDatabase, settings: Callable[..., Settings]
):
    database = await open_database()
    shutil.rmtree(settings().data_dir)
    await fails(database)
    await wait_until(lambda: database.health()["answers"])
    assert not await fails(database, write_row)
    assert (settings().data_dir / "state.sqlite").stat().st_size
