"""The page-view store in ClickHouse, which several processes can share."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError

from utilities.model.clock import Clock
from utilities.model.errors import BadAnswer, SourceError, StoreDown, Unavailable
from utilities.model.outgoing_proxies import OutgoingProxies
from utilities.model.wall_words import TIMEOUT
from utilities.pageviews import PageView
from utilities.pageviews.sql.columns import (
    COLUMN_NAMES,
    PAGE_VIEWS_TABLE,
    StoredRow,
    guarded_columns_sql,
    to_stored_row,
)
from utilities.pageviews.sql.dialect import (
    CLICKHOUSE_SETTINGS,
    plain_rows,
    to_aware,
    to_clickhouse_sql,
    used_values,
    with_utc,
)
from utilities.pageviews.storage.clickhouse_guard import ClickHouseCall, ClickHouseGuard, is_server_fault, is_silence
from utilities.pageviews.storage.clickhouse_open import (
    COUNT_ROWS_SQL,
    connect_clickhouse,
    count_stored_rows,
    describe_client_error,
    make_client,
)
from utilities.pageviews.storage.dropped_hits import DROPPED_TABLE, DroppedHits
from utilities.pageviews.storage.group_commit import MAX_COMMIT_ROWS, GroupCommit
from utilities.pageviews.storage.interface import LONG_QUERY_SECONDS, DeleteRequest, ExportFormat, first_error_line
from utilities.pageviews.storage.query_pool import open_query_pool
from utilities.pageviews.storage.row_file import read_row_batches
from utilities.runtime.outage_log import mark_logged
from utilities.runtime.worker_pool import CancelHandle, WorkerPool

CLICKHOUSE_QUERY_THREADS = 8  # the server does the work
INSERT_RETRY_SECONDS = (0.1, 0.5, 2.0)
INSERT_SECONDS = 5.0  # after which a failed insert is not tried again; none is while ClickHouse has been failing
PROGRESS_SETTINGS = {"send_progress_in_http_headers": 1, "http_headers_progress_interval_ms": 2000}
"""A query that runs for long sends a byte now and then, well within ANSWER_SECONDS."""
INSERT_SETTINGS = {"async_insert": 1, "wait_for_async_insert": 1, "async_insert_busy_timeout_ms": 50}
CLICKHOUSE_FORMATS = {ExportFormat.CSV: "CSVWithNames", ExportFormat.PARQUET: "Parquet"}
ID_INDEX, SITE_INDEX, MOMENT_INDEX = map(COLUMN_NAMES.index, ("id", "site", "moment"))
STORED_SITE_IDS_SQL = f"SELECT id FROM {PAGE_VIEWS_TABLE} WHERE moment BETWEEN $first AND $last AND has($sites, site)"  # noqa: S608
OPEN_SECONDS = 20.0  # for connecting and migrating
BUSY_ERROR_NAMES = ("TIMEOUT_EXCEEDED", "TOO_MANY_SIMULTANEOUS_QUERIES", "MEMORY_LIMIT_EXCEEDED")


class ClickHousePageViewStore:
    """The page-view store at CLICKHOUSE_URL."""

    def __init__(self, client: Client, long_client: Client, query_pool: WorkerPool, rows: int, clock: Clock) -> None:
        self.client = client
        self.long_client = long_client  # waits long for an answer: for deletes and exports
        self.query_pool = query_pool
        self.rows = rows
        self.guard = ClickHouseGuard()
        self.commit = GroupCommit(self._insert_rows, clock)

    async def add_views(self, views: Sequence[PageView]) -> None:
        """Returns when ClickHouse has accepted the rows. Raises Overloaded when there is no room, StoreDown when it
        does not answer, ValueError when one of the rows is invalid."""
        if views:
            await self.commit.add_rows([to_stored_row(view) for view in views])

    def _insert_rows(self, rows: Sequence[StoredRow]) -> None:
        """Runs on the commit thread. A row that is inserted twice, because an answer was lost, counts once."""
        rows = [(*row[:MOMENT_INDEX], to_aware(row[MOMENT_INDEX]), *row[MOMENT_INDEX + 1 :]) for row in rows]
        deadline = self.guard.monotonic() + INSERT_SECONDS
        for delay in (*INSERT_RETRY_SECONDS, None):
            try:
                with self.guard.watch_call(ClickHouseCall.INSERT):
                    self.client.insert(PAGE_VIEWS_TABLE, rows, column_names=COLUMN_NAMES, settings=INSERT_SETTINGS)
            except (UnicodeError, TypeError, OverflowError) as error:
                raise ValueError(f"A page view cannot be stored: {error}") from error
            except (ClickHouseError, OSError) as error:
                is_failing = self.commit.outage.is_failing or self.guard.is_failing(ClickHouseCall.INSERT)
                is_temporary = is_silence(error) or is_busy_error(error)
                if delay is None or is_failing or not is_temporary or self.guard.monotonic() > deadline:
                    what = "ClickHouse does not accept page views"
                    raise self.guard.make_error(StoreDown, ClickHouseCall.INSERT, what, error) from error
                time.sleep(delay)
            else:
                self.rows += len(rows)
                return

    async def load_row_file(self, row_file: Path) -> int:
        new = 0
        for rows in read_row_batches(row_file, MAX_COMMIT_ROWS):
            new += len({row[ID_INDEX] for row in rows} - await self._stored_ids(rows))
            await self.commit.add_rows(rows)
        return new

    async def _stored_ids(self, rows: Sequence[StoredRow]) -> set[str]:
        """Returns the ids that are stored in the time range of these rows; raises StoreDown."""
        moments = [to_aware(row[MOMENT_INDEX]) for row in rows]
        values = {"first": min(moments), "last": max(moments), "sites": sorted({row[SITE_INDEX] for row in rows})}
        try:
            return {row[0] for row in await self.query(STORED_SITE_IDS_SQL, values)}
        except (Unavailable, BadAnswer) as error:
            raise StoreDown(str(error)) from error

    async def query(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Returns rows; raises Unavailable when it takes too long and BadAnswer when ClickHouse rejects the query."""
        values = used_values(sql, values)
        seconds = self.query_pool.timeout
        return await self.query_pool.run(
            lambda cancel: plain_rows(self._execute_query(cancel, to_clickhouse_sql(sql, values), values, seconds))
        )

    def _execute_query(
        self, cancel: CancelHandle, sql: str, values: Mapping[str, Any], seconds: float
    ) -> Sequence[Sequence[Any]]:
        """Runs on a query thread. ClickHouse itself stops the query after `seconds`."""
        cancel.set_interrupt(None)
        settings = {**CLICKHOUSE_SETTINGS, **PROGRESS_SETTINGS, "max_execution_time": seconds}
        try:
            with self.guard.watch_call(ClickHouseCall.QUERY):
                return self.client.query(sql, parameters=with_utc(values), settings=settings).result_rows
        except StoreDown as error:
            raise mark_logged(Unavailable(str(error))) from error
        except (ClickHouseError, OSError) as error:
            if is_busy_error(error):
                text = f"ClickHouse takes too long to answer: {first_error_line(error)}"
                raise Unavailable(text, wall_text=TIMEOUT) from error
            if isinstance(error, DatabaseError) and not is_server_fault(error):
                raise BadAnswer(f"ClickHouse rejects the query: {describe_client_error(error)}") from error
            what = "ClickHouse does not answer"
            raise self.guard.make_error(Unavailable, ClickHouseCall.QUERY, what, error) from error

    async def delete_rows(self, request: DeleteRequest) -> int:
        condition, request_values = request.where_clause()
        values = used_values(condition, request_values)
        sql = to_clickhouse_sql(condition, values)
        if request.covers_whole_days:
            await self._run_long(lambda cancel: self._delete_from_table(cancel, DROPPED_TABLE, sql, values))
        deleted = await self._run_long(lambda cancel: self._delete_from_table(cancel, PAGE_VIEWS_TABLE, sql, values))
        self.rows -= deleted
        return deleted

    async def _run_long(self, work: Callable[[CancelHandle], int]) -> int:
        return await self.query_pool.run(work, LONG_QUERY_SECONDS)

    def _delete_from_table(self, cancel: CancelHandle, table: str, condition: str, values: Mapping[str, Any]) -> int:
        try:
            count_sql = f"SELECT count(*) FROM {table} WHERE {condition}"  # noqa: S608
            rows = self._execute_query(cancel, count_sql, values, LONG_QUERY_SECONDS)
            if rows[0][0]:
                # Not a lightweight DELETE, which only hides rows: they must be off the disk when this returns.
                sql = f"ALTER TABLE {table} DELETE WHERE {condition}"
                self.long_client.command(sql, parameters=with_utc(values), settings={"mutations_sync": 2})
        except (ClickHouseError, OSError, Unavailable, BadAnswer) as error:
            raise StoreDown(f"ClickHouse does not delete: {describe_failed_call(error)}") from error
        return int(rows[0][0])

    async def add_dropped_hits(self, dropped: Sequence[DroppedHits]) -> None:
        await self.query_pool.run(lambda cancel: self._insert_dropped_hits(cancel, dropped))

    def _insert_dropped_hits(self, cancel: CancelHandle, dropped: Sequence[DroppedHits]) -> None:
        cancel.set_interrupt(None)
        try:
            with self.guard.watch_call(ClickHouseCall.INSERT):
                self.client.insert(DROPPED_TABLE, dropped, column_names=DroppedHits._fields)
        except (ClickHouseError, OSError) as error:
            what = "ClickHouse does not accept counts"
            raise self.guard.make_error(StoreDown, ClickHouseCall.INSERT, what, error) from error

    async def export_rows(self, file: Path, format: ExportFormat, site: str = "", *, raw: bool = False) -> int:
        return await self._run_long(lambda cancel: self._write_export(cancel, file, format, site, raw))

    def _write_export(self, cancel: CancelHandle, file: Path, format: ExportFormat, site: str, raw: bool) -> int:
        where, values = ("WHERE site = {site:String}", {"site": site}) if site else ("", {})
        columns = guarded_columns_sql("match") if format is ExportFormat.CSV and not raw else ", ".join(COLUMN_NAMES)
        sql = f"SELECT {columns} FROM {PAGE_VIEWS_TABLE} {where} ORDER BY moment, id"  # noqa: S608
        settings = {
            **CLICKHOUSE_SETTINGS,
            "max_execution_time": LONG_QUERY_SECONDS,
            "prefer_column_name_to_alias": 1,
        }
        try:
            rows = self._execute_query(cancel, f"{COUNT_ROWS_SQL} {where}", values, LONG_QUERY_SECONDS)
            fmt = CLICKHOUSE_FORMATS[format]
            with (
                file.open("wb") as out,
                self.long_client.raw_stream(sql, parameters=values, settings=settings, fmt=fmt) as chunks,
            ):
                for chunk in chunks:
                    out.write(chunk)
        except (ClickHouseError, Unavailable, BadAnswer) as error:
            raise StoreDown(f"ClickHouse cannot export its rows: {describe_failed_call(error)}") from error
        return int(rows[0][0])

    def broken_reason(self) -> str:
        return ""  # each request opens a connection of its own where that is necessary

    def health(self) -> Mapping[str, object]:
        return {**self.commit.health(self.guard.outage.reason or ""), "engine": "clickhouse", "rows": self.rows}

    async def close(self) -> None:
        await self.commit.close()
        await self.query_pool.close()
        self.client.close()
        self.long_client.close()


async def open_clickhouse_store(url: str, clock: Clock, proxies: OutgoingProxies) -> ClickHousePageViewStore:
    """Returns the store at `url`, created or migrated.

    Raises StoreDown when it cannot be reached or used, and SettingsError when a newer Foyer made the tables.
    """
    query_pool = open_query_pool(CLICKHOUSE_QUERY_THREADS)
    async with AsyncExitStack() as on_failure:
        on_failure.push_async_callback(query_pool.close)
        client = await query_pool.run(lambda cancel: connect_clickhouse(url, proxies), OPEN_SECONDS)
        on_failure.callback(client.close)
        long_client = await query_pool.run(
            lambda cancel: make_client(url, int(LONG_QUERY_SECONDS), proxies), OPEN_SECONDS
        )
        on_failure.callback(long_client.close)
        rows = await query_pool.run(lambda cancel: count_stored_rows(client))
        store = ClickHousePageViewStore(client, long_client, query_pool, rows, clock)
        on_failure.pop_all()
    return store


def describe_failed_call(error: Exception) -> str:
    """Returns our own message, or the reason of the client's error."""
    return str(error) if isinstance(error, SourceError) else describe_client_error(error)


def is_busy_error(error: Exception) -> bool:
    """Whether the same query may succeed later."""
    return any(name in str(error) for name in BUSY_ERROR_NAMES)
