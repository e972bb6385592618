"""What the tests of a failing state database have in common."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, text

from tests.handlers.accounts.postgres import PostgresCluster
from utilities.accounts.database.connection import StateDatabase
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


def log_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "state database" in record.getMessage().lower()]


def change_postgres(url: str, *statements: str) -> None:
    """Runs statements on a connection of their own, each in a transaction of its own."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


CUT_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"  # noqa: E501


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


async def still_works(database: StateDatabase) -> bool:
    return not await fails(database, write_row)
