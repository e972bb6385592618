"""The page-view store in a DuckDB file, which one process owns."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import duckdb

from utilities.model.clock import Clock
from utilities.model.errors import BadAnswer, StoreDown, Unavailable
from utilities.model.wall_words import TIMEOUT
from utilities.pageviews import PageView
from utilities.pageviews.sql.columns import PAGE_VIEWS_TABLE, guarded_columns_sql, to_stored_row
from utilities.pageviews.sql.dialect import plain_rows, used_values
from utilities.pageviews.storage.dropped_hits import (
    DROPPED_TABLE,
    DUCKDB_ADD_DROPPED_SQL,
    DUCKDB_HAS_UNMERGED_SQL,
    DUCKDB_MERGE_DROPPED_SQL,
    DroppedHits,
    dropped_hits_by_column,
)
from utilities.pageviews.storage.duckdb_export import export_by_day
from utilities.pageviews.storage.duckdb_memory import (
    MIN_STATEMENTS_PER_NIGHT,
    STATEMENTS_PER_RELEASE,
    release_duckdb_memory,
    trim_heap,
)
from utilities.pageviews.storage.duckdb_open import connect_duckdb
from utilities.pageviews.storage.duckdb_schema import insert_row_file_sql, row_file_summary_sql
from utilities.pageviews.storage.group_commit import GroupCommit
from utilities.pageviews.storage.interface import LONG_QUERY_SECONDS, DeleteRequest, ExportFormat, first_error_line
from utilities.pageviews.storage.journal import Journal, encode_row
from utilities.pageviews.storage.journal_flusher import JournalFlusher
from utilities.pageviews.storage.query_pool import open_query_pool
from utilities.runtime.watched_file import read_file_inode
from utilities.runtime.worker_pool import CancelHandle, WorkerPool

log = logging.getLogger(__name__)

BULK_ROWS = 100  # a call with so many rows is an import, not a beacon
ROW_ERRORS = (duckdb.DataError, duckdb.InvalidInputException)


class DuckDBPageViewStore:
    """The page-view store in a DuckDB file."""

    def __init__(self, file: Path, connection: duckdb.DuckDBPyConnection, query_pool: WorkerPool, clock: Clock) -> None:
        self.file = file
        self._inode = read_file_inode(file)
        self._fatal_error = ""  # of an engine that must be opened again
        self.connection = connection  # only for cursors: each thread uses its own
        self.query_pool = query_pool
        self.load_lock = asyncio.Lock()
        self.delete_lock = asyncio.Lock()  # two transactions that delete the same row conflict
        self.writer = connection.cursor()  # of the flusher's thread
        self.rows: int = connection.execute(f"SELECT count(*) FROM {PAGE_VIEWS_TABLE}").fetchall()[0][0]  # noqa: S608
        self._statements = 0  # since memory was released; about so many
        self.close_callbacks: list[Callable[[], Awaitable[None]]] = []
        journals = (Journal(file.with_suffix(".journal")), Journal(file.with_suffix(".journal2")))
        self.flusher = JournalFlusher(self.insert_journal_rows, journals)
        self.commit = GroupCommit(self.flusher.append_lines, clock, unflushed_rows=self.flusher.unflushed_rows)

    async def add_views(self, views: Sequence[PageView]) -> None:
        """Returns when the rows are on disk. Raises Overloaded when there is no room, StoreDown when the disk does not
        take them, ValueError when one of them is invalid."""
        if len(views) >= BULK_ROWS and self.flusher.unflushed_rows() >= self.commit.capacity // 4:
            await self.flusher.catch_up()  # an import must leave room for hits
        if views:
            await self.commit.add_rows([encode_row(to_stored_row(view)) for view in views])

    def insert_journal_rows(self, row_file: Path) -> None:
        """Inserts the rows that are not in the table yet, in one transaction; raises StoreDown. Flusher's thread."""
        try:
            try:
                self._insert_row_file(row_file)
            except ROW_ERRORS as error:
                log.error("A page view cannot be stored: %s", first_error_line(error))
                self._insert_row_file(row_file, skip_bad_rows=True)
            self._statements += 2
            if self._statements >= STATEMENTS_PER_RELEASE:
                self._release_memory(self.writer)
        except duckdb.Error as error:
            self._note_fatal_error(error)
            raise StoreDown(f"The page views cannot be written: {first_error_line(error)}") from error

    def _insert_row_file(self, row_file: Path, *, skip_bad_rows: bool = False) -> None:
        summary_sql = row_file_summary_sql(row_file, skip_bad_rows=skip_bad_rows)
        first, last, has_duplicates = self.writer.execute(summary_sql).fetchall()[0]
        sql = insert_row_file_sql(row_file, has_duplicates=has_duplicates, skip_bad_rows=skip_bad_rows)
        self.rows += self.writer.execute(sql, {"first": first, "last": last}).fetchall()[0][0]

    def _release_memory(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._statements = 0
        release_duckdb_memory(cursor)

    async def load_row_file(self, row_file: Path) -> int:
        async with self.load_lock:  # two inserts at once would not see each other's rows
            [(first, last, has_duplicates)] = await self._run_long_query(row_file_summary_sql(row_file), {})
            sql = insert_row_file_sql(row_file, has_duplicates=has_duplicates)
            inserted = await self._run_statement(sql, {"first": first, "last": last})
        self.rows += inserted
        return inserted

    async def query(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Returns rows; raises Unavailable when it takes too long and BadAnswer when DuckDB rejects the query."""
        values = used_values(sql, values)
        await self.flusher.catch_up()
        return await self.query_pool.run(lambda cancel: plain_rows(self._execute_query(cancel, sql, values)))

    def _execute_query(self, cancel: CancelHandle, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Runs on a query thread."""
        self._statements += 1
        with self.connection.cursor() as cursor:
            try:
                cancel.set_interrupt(cursor.interrupt)
                return cursor.execute(sql, values).fetchall()
            except duckdb.InterruptException as error:
                raise Unavailable("The page-view store takes too long to answer.", wall_text=TIMEOUT) from error
            except duckdb.OperationalError as error:
                self._note_fatal_error(error)
                raise Unavailable(f"The page-view store does not answer: {first_error_line(error)}") from error
            except duckdb.Error as error:
                self._note_fatal_error(error)
                raise BadAnswer(f"The page-view store rejects the query: {first_error_line(error)}") from error
            finally:
                cancel.set_interrupt(None)

    async def delete_rows(self, request: DeleteRequest) -> int:
        condition, request_values = request.where_clause()
        values = used_values(condition, request_values)
        async with self.delete_lock:
            deleted = await self._run_statement(f"DELETE FROM {PAGE_VIEWS_TABLE} WHERE {condition}", values)  # noqa: S608
            self.rows -= deleted
            if request.covers_whole_days:
                await self._run_statement(f"DELETE FROM {DROPPED_TABLE} WHERE {condition}", values)  # noqa: S608
            await self._tidy_up("FORCE CHECKPOINT" if deleted else "CHECKPOINT")
        return deleted

    async def _tidy_up(self, checkpoint_sql: str) -> None:
        """Merges the counts of dropped hits, moves DuckDB's write-ahead log into the file, and releases memory.

        Rows that are only in the log take memory, and more of it. The nightly deletion is what moves them on a site
        with so few hits that the log stays small for weeks.
        """
        try:
            [(has_unmerged,)] = await self._run_long_query(DUCKDB_HAS_UNMERGED_SQL, {})
            if has_unmerged:
                await self._run_statement(DUCKDB_MERGE_DROPPED_SQL, {})
            await self._run_statement(checkpoint_sql, {})
            if self._statements >= MIN_STATEMENTS_PER_NIGHT:
                await self.query_pool.run(self._release_nightly, LONG_QUERY_SECONDS)
        except (StoreDown, Unavailable) as error:
            log.debug("the counts of dropped hits are merged later: %s", error)

    def _release_nightly(self, cancel: CancelHandle) -> None:
        with self.connection.cursor() as cursor:
            self._release_memory(cursor)
        trim_heap()

    async def add_dropped_hits(self, dropped: Sequence[DroppedHits]) -> None:
        await self._run_statement(DUCKDB_ADD_DROPPED_SQL, dropped_hits_by_column(dropped))

    async def export_rows(self, file: Path, format: ExportFormat, site: str = "", *, raw: bool = False) -> int:
        columns = guarded_columns_sql("regexp_matches") if format is ExportFormat.CSV and not raw else "*"
        return await export_by_day(self._run_long_query, self.file.parent, file, format, site, columns)

    async def _run_statement(self, sql: str, values: Mapping[str, Any]) -> int:
        """Runs a long statement and returns how many rows it changed; raises StoreDown."""
        rows = await self._run_long_query(sql, values)
        return int(rows[0][0]) if rows else 0

    async def _run_long_query(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        await self.flusher.catch_up()
        try:
            return await self.query_pool.run(
                lambda cancel: self._execute_query(cancel, sql, values), LONG_QUERY_SECONDS
            )
        except (Unavailable, BadAnswer) as error:
            raise StoreDown(str(error)) from error

    def _note_fatal_error(self, error: duckdb.Error) -> None:
        """Notes that the engine refuses everything from now on, and must be opened again."""
        if isinstance(error, duckdb.FatalException | duckdb.InternalException) or "invalidated" in str(error):
            self._fatal_error = first_error_line(error)

    def broken_reason(self) -> str:
        if read_file_inode(self.file) != self._inode or self.flusher.has_lost_file():
            return "its files in DATA_DIR were deleted or replaced; it begins anew with the files that are there"
        return self._fatal_error

    def health(self) -> Mapping[str, object]:
        health = self.commit.health(self.flusher.outage.reason or "")
        return {**health, "engine": "duckdb", "rows": self.rows + self.flusher.unflushed_rows()}

    def call_before_close(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Makes `close` await the callback first."""
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
    """Returns the store in `file`, created or migrated.

    Raises SettingsError when another process has it, and StoreDown when it may work later.
    """
    query_pool = open_query_pool()
    async with AsyncExitStack() as on_failure:
        on_failure.push_async_callback(query_pool.close)
        # Connected on a low-priority thread, so that the threads DuckDB starts have low priority too.
        connection = await query_pool.run(lambda cancel: connect_duckdb(file, small=small), LONG_QUERY_SECONDS)
        on_failure.callback(connection.close)
        store = DuckDBPageViewStore(file, connection, query_pool, clock)
        on_failure.pop_all()
    return store
