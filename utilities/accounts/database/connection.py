"""The state database: SQLAlchemy in a worker pool, awaited from the event loop; it fails fast and heals by itself."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, delete, event, exists, insert, literal, select
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from utilities.accounts.database.database_errors import Failure, classify_failure, describe_failure
from utilities.accounts.database.engines import (
    DATABASE_THREADS,
    DATABASE_TIMEOUT_SECONDS,
    create_database_engine,
    make_interrupt,
)
from utilities.accounts.database.migrate import MIGRATION_SECONDS, NewerDatabase, needs_migration, run_migrations
from utilities.accounts.database.tables import METADATA, spent_attempts
from utilities.config.settings import Settings
from utilities.model.clock import MonotonicClock
from utilities.model.errors import StateDown
from utilities.runtime.disk_errors import is_temporary_disk_error
from utilities.runtime.outage_log import OutageLog
from utilities.runtime.supervised_loop import Sleep, SupervisedLoop
from utilities.runtime.worker_pool import CancelHandle, WorkerPool

log = logging.getLogger(__name__)

Result = TypeVar("Result")

MAX_QUEUED_TRANSACTIONS = 200  # a database that hangs must not collect the requests of everybody
MAX_TRIES = 3  # of a transaction that another one was in the way of
DATABASE_START_SECONDS = 10.0  # for connecting and migrating at the start
PROBE_SECONDS = 1.0  # between two tries while the database fails
IDLE_PROBE_SECONDS = 5.0  # between two tries while it works, so that /healthz is right when nobody signs in
PROBE_ROW = {"key": "probe", "until": datetime(2000, 1, 1, tzinfo=UTC)}
DOWN_TEXT = "The state database does not answer."


class StateDatabase:
    """Runs functions in worker threads, each in a transaction of its own.

    After a failure every call fails at once, until a probe, which runs in the background, has tried every table and a
    write. A database that only refuses writes still answers calls that read.
    """

    def __init__(
        self, engine: Engine, *, monotonic: MonotonicClock = time.monotonic, sleep: Sleep = asyncio.sleep
    ) -> None:
        self.engine = engine
        self.outage = OutageLog(log, DOWN_TEXT.rstrip("."), "The state database answers again")
        self.write_outage = OutageLog(
            log, "The state database refuses writes", "The state database accepts writes again"
        )
        # SQLite has one writer anyway, and on one thread two pieces of work never wait for each other's lock.
        self.workers = WorkerPool(
            "The state database",
            threads=1 if engine.name == "sqlite" else DATABASE_THREADS,
            max_pending=MAX_QUEUED_TRANSACTIONS,
            timeout=DATABASE_TIMEOUT_SECONDS,
            error_type=StateDown,
            on_timeout=lambda: self.outage.record_failure(f"no answer within {DATABASE_TIMEOUT_SECONDS:g} seconds"),
        )
        self._monotonic = monotonic
        self._sleep = sleep
        self._thread = threading.local()  # the handle of the call that a worker thread runs
        self._probe_loop: SupervisedLoop | None = None
        self._deferred: list[Callable[[Connection], object]] = []
        event.listen(engine, "checkout", self._set_interrupt, insert=True)
        for name in ("checkin", "close"):
            event.listen(engine, name, self._clear_interrupt)

    async def run(self, work: Callable[[Connection], Result]) -> Result:
        """Returns what `work` returns, committed. `work` may be called again when another transaction was in the way.

        Raises StateDown when the database does not answer or refuses, and IntegrityError.
        """
        if self.outage.is_failing:
            raise StateDown(DOWN_TEXT)
        return await self.workers.run(lambda handle: self._run_in_transaction(handle, work))

    async def run_when_answering(self, work: Callable[[Connection], object]) -> None:
        """Runs `work` now, or before any other call as soon as the database answers."""
        try:
            await self.run(work)
        except StateDown:
            self._deferred.append(work)

    def _run_in_transaction(self, handle: CancelHandle, work: Callable[[Connection], Result]) -> Result:
        """Calls `work` in a transaction; runs in a worker thread."""
        self._thread.handle = handle
        tries = 0
        while True:
            tries += 1
            try:
                with self.engine.begin() as connection:
                    return work(connection)
            except IntegrityError:
                raise
            except (SQLAlchemyError, OSError) as error:
                failure = classify_failure(error)
                if failure is not Failure.CONFLICT or tries == MAX_TRIES:
                    self._record_failure(handle, failure, error)
                    raise StateDown(DOWN_TEXT) from error

    def _record_failure(self, handle: CancelHandle, failure: Failure, error: Exception) -> None:
        if handle.is_cancelled:  # its deadline has been recorded, and a probe may have succeeded since
            self.engine.dispose()
            return
        reason = describe_failure(error)
        match failure:
            case Failure.CONFLICT | Failure.BAD_VALUE:
                log.warning("The state database refuses a transaction: %s", reason)
            case Failure.NO_WRITES:
                self.write_outage.record_failure(reason)
            case Failure.DOWN:
                self.outage.record_failure(reason)
                self.engine.dispose()  # connections to a file or server that is no longer the same

    def _set_interrupt(self, connection: Any, *_: object) -> None:
        """Lets the deadline of the current call interrupt it; raises StateDown when that is over already."""
        if (handle := getattr(self._thread, "handle", None)) is not None:
            handle.set_interrupt(make_interrupt(connection))

    def _clear_interrupt(self, *_: object) -> None:
        if (handle := getattr(self._thread, "handle", None)) is not None:
            handle.set_interrupt(None)

    async def start(self, *, must_answer: bool) -> None:
        """Migrates, and begins to probe. Raises StateDown for a newer Foyer's database and a folder that
        cannot be used; with `must_answer` whenever the database does not answer."""
        try:
            await self._probe(DATABASE_START_SECONDS)
        except NewerDatabase:
            raise
        except StateDown as error:
            if must_answer or (isinstance(error.__cause__, OSError) and not is_temporary_disk_error(error.__cause__)):
                raise
        self._probe_loop = SupervisedLoop("state database: probe", self._keep_probing, sleep=self._sleep)

    async def _keep_probing(self) -> None:
        while True:
            due = self._monotonic() + IDLE_PROBE_SECONDS
            while self._monotonic() < due and not (self.outage.is_failing or self.write_outage.is_failing):
                await self._sleep(PROBE_SECONDS)
            if self.outage.is_failing or self.write_outage.is_failing:
                await self._sleep(PROBE_SECONDS)
            try:
                await self._probe(DATABASE_TIMEOUT_SECONDS)
            except StateDown as error:
                log.debug("the probe of the state database failed: %s", error)

    async def _probe(self, timeout: float) -> None:
        """Migrates if necessary, reads every table and writes a row; ends the outage, or begins one with StateDown."""
        if await self.workers.run(self._try_version, timeout):
            await self.workers.run(self._try_migrating, MIGRATION_SECONDS)
        await self.workers.run(self._try_tables, timeout)
        self.outage.record_success()
        if self.write_outage.is_failing:
            await self.workers.run(self._try_write, timeout)
            self.write_outage.record_success()

    def _try_version(self, handle: CancelHandle) -> bool:
        return self._try_schema(handle, needs_migration) or False

    def _try_migrating(self, handle: CancelHandle) -> None:
        self._try_schema(handle, run_migrations)

    def _try_schema(self, handle: CancelHandle, work: Callable[[Engine], Result]) -> Result | None:
        self._thread.handle = handle
        try:
            return work(self.engine)
        except NewerDatabase as error:
            self.outage.record_failure(str(error))
            raise
        except (SQLAlchemyError, OSError) as error:
            self._record_failure(handle, classify_failure(error), error)
            if classify_failure(error) is not Failure.NO_WRITES:
                raise StateDown(self.outage.reason or DOWN_TEXT) from error
            return None

    def _try_tables(self, handle: CancelHandle) -> None:
        self._run_in_transaction(handle, _read_every_table)
        while self._deferred:
            self._run_in_transaction(handle, self._deferred[0])
            del self._deferred[0]

    def _try_write(self, handle: CancelHandle) -> None:
        self._run_in_transaction(handle, _write_probe_row)

    def health(self) -> Mapping[str, object]:
        """Returns facts for /healthz without waiting."""
        return {
            "kind": self.engine.name,
            "answers": not self.outage.is_failing,
            "writes": not (self.outage.is_failing or self.write_outage.is_failing),
        }

    async def close(self) -> None:
        """Waits three seconds for running transactions, in an outage for none, and closes all connections."""
        if self._probe_loop is not None:
            await self._probe_loop.stop()
        if self.outage.is_failing or not await self.workers.close(DATABASE_TIMEOUT_SECONDS):
            await self.workers.close(1.0, interrupt=True)
        self.engine.dispose()


def _read_every_table(connection: Connection) -> None:
    """Reads all tables with one query: a database far away, or on a busy machine, must not fail for many short ones."""
    connection.execute(select(*(exists(select(literal(1)).select_from(each)) for each in METADATA.sorted_tables)))


def _write_probe_row(connection: Connection) -> None:
    """Writes a row that counts as expired, and is deleted with the others."""
    connection.execute(delete(spent_attempts).where(spent_attempts.c.key == PROBE_ROW["key"]))
    connection.execute(insert(spent_attempts).values(PROBE_ROW))


async def open_state_database(settings: Settings, *, must_answer: bool = True) -> StateDatabase:
    """Opens the state database and migrates it; SQLite in DATA_DIR unless DATABASE_URL names a PostgreSQL.

    Raises StateDown for a bad URL and a newer Foyer's database. With `must_answer` also when the database does not
    answer; without, it is opened as soon as it does.
    """
    try:
        state = StateDatabase(create_database_engine(settings))
    except (ArgumentError, ValueError) as error:
        raise StateDown("DATABASE_URL is not the address of a database. See docs/settings.md.") from error
    try:
        await state.start(must_answer=must_answer)
    except NewerDatabase:
        await state.close()
        raise
    except StateDown as error:
        await state.close()
        raise database_open_error(settings, state.outage.reason) from error
    return state


def database_open_error(settings: Settings, reason: str | None) -> StateDown:
    """Returns the error: why, and which setting to check."""
    if not settings.database_url.get_secret_value():
        where = "Does DATA_DIR belong to the user that Foyer runs as?"
    else:
        where = "Look at DATABASE_URL."
    return StateDown(f"The state database cannot be opened{f' ({reason})' if reason else ''}. {where}")
