"""Page views in ClickHouse: the engine that several processes share."""

import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError

from utilities.model.clock import Clock
from utilities.model.errors import BadAnswer, SettingsError, StoreDown, Unavailable
from utilities.pageviews import PageView
from utilities.pageviews.sql.columns import NAMES, TABLE, Row, row_of
from utilities.pageviews.sql.dialect import CLICK_SETTINGS, aware, for_click, in_utc, plain, used
from utilities.pageviews.storage.clickhouse_schema import migrate_clickhouse
from utilities.pageviews.storage.dropped_hits import DROPPED_TABLE, DroppedHits
from utilities.pageviews.storage.group_commit import MOST_AT_ONCE, GroupCommit
from utilities.pageviews.storage.interface import DeleteRequest, ExportFormat
from utilities.pageviews.storage.query_pool import Questions, Stop
from utilities.pageviews.storage.row_file import rows_in

COUNT_ROWS_SQL = f"SELECT count(*) FROM {TABLE}"  # noqa: S608
CLICKHOUSE_QUERY_THREADS = 8  # the work is done elsewhere
INSERT_RETRY_SECONDS = (0.1, 0.5, 2.0)  # seconds between one try to insert and the next
INSERT_SETTINGS = {"async_insert": 1, "wait_for_async_insert": 1, "async_insert_busy_timeout_ms": 50}
# A session would allow one question at a time.
CLIENT_OPTIONS: Mapping[str, Any] = {"autogenerate_session_id": False, "connect_timeout": 5}
CLICKHOUSE_FORMATS = {ExportFormat.CSV: "CSVWithNames", ExportFormat.PARQUET: "Parquet"}
LONG_QUERY_SECONDS = 600.0  # seconds for what a person or the night asks for: forgetting, exporting
MOMENT_INDEX = NAMES.index("moment")
BUSY_ERROR_NAMES = ("TIMEOUT_EXCEEDED", "TOO_MANY_SIMULTANEOUS_QUERIES", "MEMORY_LIMIT_EXCEEDED")


class ClickPageViews:
    """The page-view store behind CLICKHOUSE_URL."""

    def __init__(self, client: Client, questions: Questions, rows: int, clock: Clock) -> None:
        self.client = client
        self.questions = questions
        self.rows = rows
        self.commit = GroupCommit(self._insert_rows, clock)

    async def add_views(self, views: Sequence[PageView]) -> None:
        """Returns when ClickHouse has accepted them. Overloaded when there is no room, StoreDown when it does not answer,
        ValueError when one of them cannot be kept."""
        if views:
            await self.commit.add([row_of(view) for view in views])

    def _insert_rows(self, rows: Sequence[Row]) -> None:
        """On the commit thread. Rows that arrive twice, because an answer was lost, are one row in the end."""
        rows = [(*row[:MOMENT_INDEX], aware(row[MOMENT_INDEX]), *row[MOMENT_INDEX + 1 :]) for row in rows]
        for rest in (*INSERT_RETRY_SECONDS, None):
            try:
                self.client.insert(TABLE, rows, column_names=NAMES, settings=INSERT_SETTINGS)
            except (UnicodeError, TypeError, OverflowError) as error:
                raise ValueError(f"A page view cannot be kept: {error}") from error
            except (ClickHouseError, OSError) as error:
                if rest is None or (isinstance(error, DatabaseError) and not busy(error)):
                    raise StoreDown(f"ClickHouse does not take page views: {first_line(error)}") from error
                time.sleep(rest)
            else:
                self.rows += len(rows)
                return

    async def load_row_file(self, row_file: Path) -> int:
        before = await self.query(COUNT_ROWS_SQL, {})
        for rows in rows_in(row_file, MOST_AT_ONCE):
            await self.commit.add(rows)
        after = await self.query(COUNT_ROWS_SQL, {})
        return int(after[0][0]) - int(before[0][0])

    async def query(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Rows; raises Unavailable when it takes too long and BadAnswer when the engine does not understand."""
        values = used(sql, values)
        seconds = self.questions.patience
        return await self.questions.run(lambda stop: plain(self._execute_query(stop, for_click(sql, values), values, seconds)))

    def _execute_query(self, cancel: Stop, sql: str, values: Mapping[str, Any], seconds: float) -> Sequence[Sequence[Any]]:
        """On a thread of `questions`. ClickHouse gives up by itself after `seconds`."""
        cancel.by(None)
        settings = {**CLICK_SETTINGS, "max_execution_time": seconds}
        try:
            return self.client.query(sql, parameters=in_utc(values), settings=settings).result_rows
        except DatabaseError as error:
            if busy(error):
                raise Unavailable(f"ClickHouse takes too long to answer: {first_line(error)}") from error
            raise BadAnswer(f"ClickHouse does not understand: {first_line(error)}") from error
        except (ClickHouseError, OSError) as error:
            raise Unavailable(f"ClickHouse does not answer: {first_line(error)}") from error

    async def delete_rows(self, request: DeleteRequest) -> int:
        condition, given = request.where_clause()
        values = used(condition, given)
        sql = for_click(condition, values)
        if request.covers_whole_days:
            await self.questions.run(lambda stop: self._delete_from_table(stop, DROPPED_TABLE, sql, values), LONG_QUERY_SECONDS)
        gone = await self.questions.run(lambda stop: self._delete_from_table(stop, TABLE, sql, values), LONG_QUERY_SECONDS)
        self.rows -= gone
        return gone

    def _delete_from_table(self, cancel: Stop, table: str, condition: str, values: Mapping[str, Any]) -> int:
        try:
            rows = self._execute_query(cancel, f"SELECT count(*) FROM {table} WHERE {condition}", values, LONG_QUERY_SECONDS)  # noqa: S608
            if rows[0][0]:
                # Not the quick DELETE, which only hides rows: what is forgotten is off the disk when this returns.
                sql = f"ALTER TABLE {table} DELETE WHERE {condition}"
                self.client.command(sql, parameters=in_utc(values), settings={"mutations_sync": 2})
        except (ClickHouseError, OSError, Unavailable, BadAnswer) as error:
            raise StoreDown(f"ClickHouse does not forget: {first_line(error)}") from error
        return int(rows[0][0])

    async def add_dropped_hits(self, dropped: Sequence[DroppedHits]) -> None:
        await self.questions.run(lambda stop: self._insert_dropped_hits(stop, dropped))

    def _insert_dropped_hits(self, cancel: Stop, dropped: Sequence[DroppedHits]) -> None:
        cancel.by(None)
        try:
            self.client.insert(DROPPED_TABLE, dropped, column_names=DroppedHits._fields)
        except (ClickHouseError, OSError) as error:
            raise StoreDown(f"ClickHouse does not take counts: {first_line(error)}") from error

    async def export_rows(self, file: Path, format: ExportFormat, site: str = "") -> int:
        return await self.questions.run(lambda stop: self.pour(stop, file, format, site), LONG_QUERY_SECONDS)

    def pour(self, stop: Stop, file: Path, form: ExportFormat, site: str) -> int:
        where, values = ("WHERE site = {site:String}", {"site": site}) if site else ("", {})
        sql = f"SELECT {', '.join(NAMES)} FROM {TABLE} {where} ORDER BY moment, id"  # noqa: S608
        settings = {**CLICK_SETTINGS, "max_execution_time": LONG_QUERY_SECONDS}
        try:
            rows = self._execute_query(stop, f"SELECT count(*) FROM {TABLE} {where}", values, LONG_QUERY_SECONDS)  # noqa: S608
            with (
                file.open("wb") as out,
                self.client.raw_stream(sql, parameters=values, settings=settings, fmt=CLICKHOUSE_FORMATS[form]) as parts,
            ):
                for part in parts:
                    out.write(part)
        except (ClickHouseError, Unavailable, BadAnswer) as error:
            raise StoreDown(f"ClickHouse does not hand out its rows: {first_line(error)}") from error
        return int(rows[0][0])

    def health(self) -> Mapping[str, object]:
        return {**self.commit.health(), "engine": "clickhouse", "rows": self.rows}

    async def close(self) -> None:
        await self.commit.close()
        await self.questions.close()
        self.client.close()


async def open_click(url: str, clock: Clock) -> ClickPageViews:
    """The store behind `url`, made or brought up to date; SettingsError when it cannot be reached or used."""
    questions = Questions(CLICKHOUSE_QUERY_THREADS)
    async with AsyncExitStack() as otherwise:
        otherwise.push_async_callback(questions.close)
        client = await questions.run(lambda stop: opened(url), LONG_QUERY_SECONDS)
        otherwise.callback(client.close)
        rows = await questions.run(lambda stop: client.query(f"SELECT count(*) FROM {TABLE}").result_rows)  # noqa: S608
        views = ClickPageViews(client, questions, int(rows[0][0]), clock)
        otherwise.pop_all()
    return views


def opened(url: str) -> Client:
    try:
        client = clickhouse_connect.get_client(dsn=url, interface=urlsplit(url).scheme, **CLIENT_OPTIONS)
        migrate_clickhouse(client)
    except (ClickHouseError, OSError) as error:
        raise SettingsError(f"CLICKHOUSE_URL: ClickHouse cannot be used: {first_line(error)}") from error
    return client


def busy(error: Exception) -> bool:
    return any(name in str(error) for name in BUSY_ERROR_NAMES)


def first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
