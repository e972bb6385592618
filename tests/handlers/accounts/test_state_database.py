"""The state database: migrations, transactions and failures, on both databases."""

import asyncio
import sqlite3
import stat
from collections.abc import AsyncIterator, Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from tests.waiting import wait_until
from utilities.accounts.database.connection import StateDatabase, open_state_database
from utilities.accounts.database.engines import create_database_engine
from utilities.accounts.database.migrate import LATEST_MIGRATION, current_migration
from utilities.accounts.database.tables import METADATA
from utilities.config.settings import Settings
from utilities.model.errors import StateDown


@pytest.fixture
def database_settings(settings: Callable[..., Settings], database_url: str) -> Settings:
    return settings(database_url=database_url)


@pytest.fixture
async def database(database_settings: Settings) -> AsyncIterator[StateDatabase]:
    opened = await open_state_database(database_settings)
    yield opened
    await opened.close()


async def test_migrations_create_exactly_the_current_tables(database: StateDatabase):
    def compare_schema(connection):
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": METADATA})
        return compare_metadata(context, METADATA)

    assert await database.run(compare_schema) == []
    assert await database.run(current_migration) == LATEST_MIGRATION


async def test_processes_that_start_together_migrate_once(database_settings: Settings):
    states = await asyncio.gather(*(open_state_database(database_settings) for _ in range(4)))
    for opened in states:
        assert await opened.run(lambda connection: connection.scalar(text("SELECT count(*) FROM alembic_version"))) == 1
        await opened.close()


async def test_database_of_a_newer_foyer_is_not_changed(database_settings: Settings, database: StateDatabase):
    await database.run(lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(StateDown, match="newer Foyer"):
        await open_state_database(database_settings)


async def test_failed_transaction_is_rolled_back(database: StateDatabase):
    def write_then_fail(connection):
        connection.execute(text("INSERT INTO spent_attempts (key, until) VALUES ('x', '2026-01-01 00:00:00')"))
        raise KeyError("in the middle")

    with pytest.raises(KeyError):
        await database.run(write_then_fail)
    assert await database.run(lambda c: c.scalar(text("SELECT count(*) FROM spent_attempts"))) == 0


async def test_two_processes_write_to_one_sqlite_at_the_same_time(settings: Callable[..., Settings]):
    first, second = [await open_state_database(settings()) for _ in range(2)]

    def write(number: int):
        row = text("INSERT INTO spent_attempts (key, until) VALUES (:key, '2026-01-01 00:00:00')")
        return lambda connection: connection.execute(row, {"key": str(number)})

    await asyncio.gather(*((first if n % 2 else second).run(write(n)) for n in range(200)))
    assert await first.run(lambda c: c.scalar(text("SELECT count(*) FROM spent_attempts"))) == 200
    await first.close()
    await second.close()


async def test_sqlite_file_is_readable_by_its_owner_only(settings: Callable[..., Settings]):
    database_settings = settings()
    await (await open_state_database(database_settings)).close()
    assert stat.S_IMODE((database_settings.data_dir / "state.sqlite").stat().st_mode) == 0o600


async def test_file_that_is_no_database_is_reported(settings: Callable[..., Settings]):
    database_settings = settings()
    database_settings.data_dir.mkdir()
    (database_settings.data_dir / "state.sqlite").write_text("Dear diary, " * 100)
    with pytest.raises(StateDown):
        await open_state_database(database_settings)


@pytest.mark.slow
async def test_locked_sqlite_fails_after_a_timeout(settings: Callable[..., Settings]):
    database_settings = settings()
    database = await open_state_database(database_settings)
    holder = sqlite3.connect(database_settings.data_dir / "state.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StateDown):
        await database.run(lambda connection: connection.execute(text("DELETE FROM sessions")))
    assert not database.health()["writes"]
    await wait_until(lambda: database.health()["answers"])  # reading goes on
    holder.close()
    await wait_until(lambda: database.health()["writes"])
    await database.run(lambda connection: connection.execute(text("DELETE FROM sessions")))
    await database.close()


async def test_event_loop_runs_while_the_database_works(database: StateDatabase):
    ticks = 0
    slow = "SELECT pg_sleep(0.3)"
    if database.engine.name == "sqlite":
        slow = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1000000) SELECT count(*) FROM n"
    work = asyncio.create_task(database.run(lambda connection: connection.execute(text(slow)).all()))
    while not work.done():
        await asyncio.sleep(0)
        ticks += 1
    assert ticks >= 5


@pytest.mark.parametrize("url", ["postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"])
def test_postgresql_uses_psycopg(settings: Callable[..., Settings], url: str):
    engine = create_database_engine(settings(database_url=url))
    assert engine.driver == "psycopg"
    assert ":p@" not in repr(engine)
