"""Connects to the state database: SQLAlchemy in a worker pool, awaited from the event loop."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from utilities.accounts.database.migrate import run_migrations
from utilities.config.settings import Settings
from utilities.model.errors import StateDown
from utilities.runtime.worker_pool import WorkerPool

Result = TypeVar("Result")

DATABASE_THREADS = 4
MAX_QUEUED_TRANSACTIONS = 200  # a database that hangs must not collect the requests of everybody
DATABASE_TIMEOUT_SECONDS = 3.0  # for one transaction, including its time in the queue


class StateDatabase:
    """Runs functions in worker threads, each in a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # SQLite has one writer anyway, and on one thread two pieces of work never wait for each other's lock.
        self.workers = WorkerPool(
            "The state database",
            threads=1 if engine.name == "sqlite" else DATABASE_THREADS,
            max_pending=MAX_QUEUED_TRANSACTIONS,
            timeout=DATABASE_TIMEOUT_SECONDS,
            error_type=StateDown,
        )

    async def run(self, work: Callable[[Connection], Result]) -> Result:
        """Returns what `work` returns, committed; raises StateDown when the database does not answer."""
        return await self.workers.run(lambda handle: self._run_in_transaction(work))

    def _run_in_transaction(self, work: Callable[[Connection], Result]) -> Result:
        """Calls `work` in a transaction; runs in a worker thread."""
        try:
            with self.engine.begin() as connection:
                return work(connection)
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            raise StateDown("The state database does not answer.") from error

    async def close(self) -> None:
        """Waits up to three seconds for running transactions, then closes all connections."""
        await self.workers.close(DATABASE_TIMEOUT_SECONDS)
        self.engine.dispose()


async def open_state_database(settings: Settings) -> StateDatabase:
    """Opens the state database and migrates it; SQLite in DATA_DIR unless DATABASE_URL names a PostgreSQL."""
    try:
        state = StateDatabase(create_database_engine(settings))
    except (OSError, ArgumentError, ValueError) as error:
        raise database_open_error(settings, error) from error
    try:
        await asyncio.wrap_future(state.workers.submit(lambda: run_migrations(state.engine)))
    except DBAPIError as error:
        await state.close()
        raise database_open_error(settings, error.orig) from error
    except StateDown:
        await state.close()
        raise
    return state


def database_open_error(settings: Settings, error: BaseException | None) -> StateDown:
    """Returns the error: which setting to check, and the first line of the database's message, never an address."""
    if not settings.database_url.get_secret_value():
        where = "Does DATA_DIR belong to the user that Foyer runs as?"
    else:
        where = "Look at DATABASE_URL."
    reason = (error.strerror if isinstance(error, OSError) else str(error).partition("\n")[0]) if error else ""
    why = f" ({reason})" if reason and not isinstance(error, ArgumentError | ValueError) else ""
    return StateDown(f"The state database cannot be opened{why}. {where}")


def create_database_engine(settings: Settings) -> Engine:
    configured_url = settings.database_url.get_secret_value()
    url = (
        make_url(configured_url)
        if configured_url
        else URL.create("sqlite", database=str(settings.data_dir / "state.sqlite"))
    )
    return _create_sqlite_engine(url) if url.get_backend_name() == "sqlite" else _create_postgresql_engine(url)


def _create_postgresql_engine(url: URL) -> Engine:
    timeout = f"{1000 * DATABASE_TIMEOUT_SECONDS:.0f}"
    limits = f"-c statement_timeout={timeout} -c lock_timeout={timeout} -c timezone=UTC"
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=DATABASE_THREADS,
        max_overflow=0,
        pool_pre_ping=True,
        pool_timeout=DATABASE_TIMEOUT_SECONDS,
        connect_args={"connect_timeout": 3, "options": limits, "application_name": "foyer"},
    )


def _create_sqlite_engine(url: URL) -> Engine:
    if url.database:
        file = Path(url.database)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
    # IMMEDIATE takes the write lock when a write begins, so two processes wait for each other and never fail half-way.
    engine = create_engine(url, connect_args={"isolation_level": "IMMEDIATE", "timeout": DATABASE_TIMEOUT_SECONDS})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
