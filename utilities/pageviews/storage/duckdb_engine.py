"""Page views in a DuckDB file: the engine of one process."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import duckdb

from utilities.model.clock import Clock
from utilities.model.errors import BadAnswer, SettingsError, StoreDown, Unavailable
from utilities.pageviews import PageView
from utilities.pageviews.sql.columns import TABLE, row_of
from utilities.pageviews.sql.dialect import plain, used
from utilities.pageviews.storage.dropped_hits import DUCKDB_ADD_DROPPED_SQL, DROPPED_TABLE, DroppedHits, dropped_hits_by_column
from utilities.pageviews.storage.duckdb_limits import limit_duckdb_resources
from utilities.pageviews.storage.duckdb_schema import migrate_duckdb, insert_row_file_sql, row_file_summary_sql
from utilities.pageviews.storage.group_commit import GroupCommit
from utilities.pageviews.storage.interface import DeleteRequest, ExportFormat
from utilities.pageviews.storage.journal import Journal, line_of
from utilities.pageviews.storage.journal_flusher import Folding
from utilities.pageviews.storage.query_pool import Questions, Stop

log = logging.getLogger(__name__)

# The log of the file is folded into it at this size: rarely enough to be no part of the 99th percentile, and early
# enough that a start after a crash reads it in a second or two.
DUCKDB_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "checkpoint_threshold": "64MB",
    "autoinstall_known_extensions": False,
    "enable_external_file_cache": False,  # a journal is another one each time it is read
}
SMALL_DUCKDB_CONFIG = DUCKDB_CONFIG | {"threads": 1, "memory_limit": "40MB"}
"""For a process that only imports: without a limit DuckDB keeps every block that it has written."""
COPY_OPTIONS = {ExportFormat.CSV: "FORMAT csv, HEADER", ExportFormat.PARQUET: "FORMAT parquet, COMPRESSION zstd"}
LONG_QUERY_SECONDS = 600.0  # seconds for what a person or the night asks for: forgetting, exporting
BULK_ROWS = 100  # page views in one call: no beacon's
ROW_ERRORS = (duckdb.DataError, duckdb.InvalidInputException)


class DuckDBPageViewStore:
    """The page-view store in one file, which this process owns."""

    def __init__(self, file: Path, connection: duckdb.DuckDBPyConnection, query_pool: Questions, clock: Clock) -> None:
        self.file = file
        self.connection = connection  # never used itself: each thread takes a cursor of its own
        self.query_pool = query_pool
        self.writer = connection.cursor()  # the folding thread's
        self.rows: int = connection.execute(f"SELECT count(*) FROM {TABLE}").fetchall()[0][0]  # noqa: S608
        self.close_callbacks: list[Callable[[], Awaitable[None]]] = []
        journals = (Journal(file.with_suffix(".journal")), Journal(file.with_suffix(".journal2")))
        self.flusher = Folding(self.insert_journal_rows, journals)
        self.commit = GroupCommit(self.flusher.take, clock, behind=self.flusher.behind)

    async def add_views(self, views: Sequence[PageView]) -> None:
        """Returns when they are on disk. Overloaded when there is no room, StoreDown when the disk does not take them,
        ValueError when one of them cannot be kept."""
        if len(views) >= BULK_ROWS and self.flusher.behind() >= self.commit.room // 4:
            await self.flusher.catch_up()  # an import leaves room to those who are looking at a page just now
        if views:
            await self.commit.add([line_of(row_of(view)) for view in views])

    def insert_journal_rows(self, row_file: Path) -> None:
        """One transaction, on the folding thread; rows that are there already are left out. Raises StoreDown."""
        try:
            try:
                self._insert_row_file(row_file)
            except ROW_ERRORS as error:
                log.error("A page view cannot be kept: %s", first_line(error))
                self._insert_row_file(row_file, skip_bad_rows=True)
        except duckdb.Error as error:
            raise StoreDown(f"The page views cannot be written: {first_line(error)}") from error

    def _insert_row_file(self, row_file: Path, *, skip_bad_rows: bool = False) -> None:
        first, last, twice = self.writer.execute(row_file_summary_sql(row_file, skip_bad_rows=skip_bad_rows)).fetchall()[0]
        sql = insert_row_file_sql(row_file, has_duplicates=twice, skip_bad_rows=skip_bad_rows)
        self.rows += self.writer.execute(sql, {"first": first, "last": last}).fetchall()[0][0]

    async def load_row_file(self, row_file: Path) -> int:
        [(first, last, twice)] = await self._run_long_query(row_file_summary_sql(row_file), {})
        new = await self._run_statement(insert_row_file_sql(row_file, has_duplicates=twice), {"first": first, "last": last})
        self.rows += new
        return new

    async def query(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Rows; raises Unavailable when it takes too long and BadAnswer when the engine does not understand."""
        values = used(sql, values)
        await self.flusher.catch_up()
        return await self.query_pool.run(lambda stop: plain(self._execute_query(stop, sql, values)))

    def _execute_query(self, cancel: Stop, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """On a thread of `questions`."""
        with self.connection.cursor() as cursor:
            try:
                cancel.by(cursor.interrupt)
                return cursor.execute(sql, values).fetchall()
            except duckdb.InterruptException as error:
                raise Unavailable("The page-view store takes too long to answer.") from error
            except duckdb.OperationalError as error:
                raise Unavailable(f"The page-view store does not answer: {first_line(error)}") from error
            except duckdb.Error as error:
                raise BadAnswer(f"The page-view store does not understand: {first_line(error)}") from error
            finally:
                cancel.by(None)

    async def delete_rows(self, request: DeleteRequest) -> int:
        condition, values = request.where_clause()
        gone = await self._run_statement(f"DELETE FROM {TABLE} WHERE {condition}", used(condition, values))  # noqa: S608
        self.rows -= gone
        if request.covers_whole_days:
            await self._run_statement(f"DELETE FROM {DROPPED_TABLE} WHERE {condition}", used(condition, values))  # noqa: S608
        if gone:
            await self._run_statement("FORCE CHECKPOINT", {})
        return gone

    async def add_dropped_hits(self, dropped: Sequence[DroppedHits]) -> None:
        await self._run_statement(DUCKDB_ADD_DROPPED_SQL, dropped_hits_by_column(dropped))

    async def export_rows(self, file: Path, format: ExportFormat, site: str = "") -> int:
        where = "WHERE site = $site " if site else ""
        name = str(file).replace("'", "''")
        sql = f"COPY (FROM {TABLE} {where}ORDER BY moment, id) TO '{name}' ({COPY_OPTIONS[format]})"
        return await self._run_statement(sql, {"site": site} if site else {})

    async def _run_statement(self, sql: str, values: Mapping[str, Any]) -> int:
        """How many rows a long piece of work touched; raises StoreDown."""
        rows = await self._run_long_query(sql, values)
        return int(rows[0][0]) if rows else 0

    async def _run_long_query(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        await self.flusher.catch_up()
        try:
            return await self.query_pool.run(lambda stop: self._execute_query(stop, sql, values), LONG_QUERY_SECONDS)
        except (Unavailable, BadAnswer) as error:
            raise StoreDown(str(error)) from error

    def health(self) -> Mapping[str, object]:
        health = self.commit.health(self.flusher.trouble)
        return {**health, "engine": "duckdb", "rows": self.rows + self.flusher.behind()}

    def call_before_close(self, callback: Callable[[], Awaitable[None]]) -> None:
        self.close_callbacks.append(callback)

    async def close(self) -> None:
        while self.close_callbacks:
            await self.close_callbacks.pop()()
        await self.commit.close()
        await self.flusher.close()
        await self.query_pool.close()
        self.writer.close()
        self.connection.close()


async def open_duckdb_store(file: Path, clock: Clock, *, small: bool = False) -> DuckDBPageViewStore:
    """The store in `file`, made or brought up to date; SettingsError when it cannot be, or another process has it."""
    questions = Questions()
    async with AsyncExitStack() as otherwise:
        otherwise.push_async_callback(questions.close)
        # Opened on a thread that stands back, so that the threads DuckDB starts stand back too.
        connection = await questions.run(lambda stop: connect_duckdb(file, small=small), LONG_QUERY_SECONDS)
        otherwise.callback(connection.close)
        views = DuckDBPageViewStore(file, connection, questions, clock)
        otherwise.pop_all()
    return views


def connect_duckdb(file: Path, *, small: bool = False) -> duckdb.DuckDBPyConnection:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as otherwise:
            connection = duckdb.connect(str(file), config=SMALL_DUCKDB_CONFIG if small else DUCKDB_CONFIG)
            otherwise.callback(connection.close)
            file.chmod(0o600)
            if not small:
                limit_duckdb_resources(connection, file.parent)
            migrate_duckdb(connection)
            otherwise.pop_all()
    except (duckdb.Error, OSError) as error:
        raise SettingsError(open_error_text(file, str(error))) from error
    return connection


def open_error_text(file: Path, engine_error: str) -> str:
    """The engine's reason as something a person can act on."""
    owner = re.search(r"PID (\d+)", engine_error)
    if "lock" in engine_error.lower():
        who = f"process {owner[1]}" if owner else "another process"
        return (
            f"{file} belongs to {who}, and only one process can have it: stop that one, give this one a DATA_DIR of "
            "its own, or set CLICKHOUSE_URL, which several can share."
        )
    return f"{file} cannot be opened: {engine_error.splitlines()[0]} Look at who owns DATA_DIR, or move the file away."


def first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]
