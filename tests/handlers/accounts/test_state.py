"""The state database: the migrations make the tables that the code believes in, on either database, however often."""

import asyncio
import sqlite3
import stat
from collections.abc import AsyncIterator, Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from utilities.accounts.database.connection import StateDatabase, create_database_engine, open_state_database
from utilities.accounts.database.migrate import LATEST_MIGRATION, current_migration
from utilities.accounts.database.tables import METADATA
from utilities.config.settings import Settings
from utilities.model.errors import StateDown


@pytest.fixture
def made(settings: Callable[..., Settings], database_url: str) -> Settings:
    return settings(database_url=database_url)


@pytest.fixture
async def state(made: Settings) -> AsyncIterator[StateDatabase]:
    opened = await open_state_database(made)
    yield opened
    await opened.close()


async def test_migrations_make_exactly_the_tables_of_today(state: StateDatabase):
    def differences(connection):
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": METADATA})
        return compare_metadata(context, METADATA)

    assert await state.run(differences) == []
    assert await state.run(current_migration) == LATEST_MIGRATION


async def test_processes_that_start_together_migrate_once(made: Settings):
    states = await asyncio.gather(*(open_state_database(made) for _ in range(4)))
    for state in states:
        assert await state.run(lambda connection: connection.scalar(text("SELECT count(*) FROM alembic_version"))) == 1
        await state.close()


async def test_database_of_a_newer_foyer_is_left_alone(made: Settings, state: StateDatabase):
    await state.run(lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(StateDown, match="newer Foyer"):
        await open_state_database(made)


async def test_work_that_fails_leaves_nothing_behind(state: StateDatabase):
    def half(connection):
        connection.execute(text("INSERT INTO spent_attempts (key, until) VALUES ('x', '2026-01-01 00:00:00')"))
        raise KeyError("in the middle")

    with pytest.raises(KeyError):
        await state.run(half)
    assert await state.run(lambda c: c.scalar(text("SELECT count(*) FROM spent_attempts"))) == 0


async def test_two_processes_write_to_one_sqlite_at_the_same_time(settings: Callable[..., Settings]):
    one, two = [await open_state_database(settings()) for _ in range(2)]

    def write(number: int):
        row = text("INSERT INTO spent_attempts (key, until) VALUES (:key, '2026-01-01 00:00:00')")
        return lambda connection: connection.execute(row, {"key": str(number)})

    await asyncio.gather(*((one if n % 2 else two).run(write(n)) for n in range(200)))
    assert await one.run(lambda c: c.scalar(text("SELECT count(*) FROM spent_attempts"))) == 200
    await one.close()
    await two.close()


async def test_sqlite_is_for_the_owners_eyes_only(settings: Callable[..., Settings]):
    made = settings()
    await (await open_state_database(made)).close()
    assert stat.S_IMODE((made.data_dir / "state.sqlite").stat().st_mode) == 0o600


async def test_file_that_is_no_database_is_said_so(settings: Callable[..., Settings]):
    made = settings()
    made.data_dir.mkdir()
    (made.data_dir / "state.sqlite").write_text("Dear diary, " * 100)
    with pytest.raises(StateDown):
        await open_state_database(made)


async def test_locked_sqlite_is_down_and_not_for_ever(settings: Callable[..., Settings]):
    made = settings()
    state = await open_state_database(made)
    holder = sqlite3.connect(made.data_dir / "state.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StateDown):
        await state.run(lambda connection: connection.execute(text("DELETE FROM sessions")))
    holder.close()
    await state.run(lambda connection: connection.execute(text("DELETE FROM sessions")))
    await state.close()


async def test_loop_is_free_while_the_database_works(state: StateDatabase):
    ticks = 0
    slow = "SELECT pg_sleep(0.3)"
    if state.engine.name == "sqlite":
        slow = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1000000) SELECT count(*) FROM n"
    work = asyncio.create_task(state.run(lambda connection: connection.execute(text(slow)).all()))
    while not work.done():
        await asyncio.sleep(0)
        ticks += 1
    assert ticks >= 5


@pytest.mark.parametrize("url", ["postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"])
def test_postgresql_is_spoken_to_by_psycopg(settings: Callable[..., Settings], url: str):
    engine = create_database_engine(settings(database_url=url))
    assert engine.driver == "psycopg"
    assert ":p@" not in repr(engine)
