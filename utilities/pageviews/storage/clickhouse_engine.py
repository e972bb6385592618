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
from utilities.pageviews.storage.clickhouse_schema import bring_up_to_date
from utilities.pageviews.storage.dropped_hits import DROPPED, Drops
from utilities.pageviews.storage.group_commit import MOST_AT_ONCE, GroupCommit
from utilities.pageviews.storage.interface import Forget, Form
from utilities.pageviews.storage.query_pool import Questions, Stop
from utilities.pageviews.storage.row_file import rows_in

COUNT = f"SELECT count(*) FROM {TABLE}"  # noqa: S608
THREADS = 8  # the work is done elsewhere
TRIES = (0.1, 0.5, 2.0)  # seconds between one try to insert and the next
INSERTING = {"async_insert": 1, "wait_for_async_insert": 1, "async_insert_busy_timeout_ms": 50}
# A session would allow one question at a time.
OPTIONS: Mapping[str, Any] = {"autogenerate_session_id": False, "connect_timeout": 5}
FORMS = {Form.CSV: "CSVWithNames", Form.PARQUET: "Parquet"}
LONG = 600.0  # seconds for what a person or the night asks for: forgetting, exporting
MOMENT = NAMES.index("moment")
TOO_SLOW = ("TIMEOUT_EXCEEDED", "TOO_MANY_SIMULTANEOUS_QUERIES", "MEMORY_LIMIT_EXCEEDED")


class ClickPageViews:
    """The page-view store behind CLICKHOUSE_URL."""

    def __init__(self, client: Client, questions: Questions, rows: int, clock: Clock) -> None:
        self.client = client
        self.questions = questions
        self.rows = rows
        self.commit = GroupCommit(self.write, clock)

    async def add(self, views: Sequence[PageView]) -> None:
        """Returns when ClickHouse has accepted them. Overloaded when there is no room, StoreDown when it is down,
        ValueError when one of them cannot be kept."""
        if views:
            await self.commit.add([row_of(view) for view in views])

    def write(self, rows: Sequence[Row]) -> None:
        """On the commit thread. Rows that arrive twice, because an answer was lost, are one row in the end."""
        rows = [(*row[:MOMENT], aware(row[MOMENT]), *row[MOMENT + 1 :]) for row in rows]
        for rest in (*TRIES, None):
            try:
                self.client.insert(TABLE, rows, column_names=NAMES, settings=INSERTING)
            except (UnicodeError, TypeError, OverflowError) as error:
                raise ValueError(f"A page view cannot be kept: {error}") from error
            except (ClickHouseError, OSError) as error:
                if rest is None or (isinstance(error, DatabaseError) and not busy(error)):
                    raise StoreDown(f"ClickHouse does not take page views: {first_line(error)}") from error
                time.sleep(rest)
            else:
                self.rows += len(rows)
                return

    async def load(self, lot: Path) -> int:
        before = await self.ask(COUNT, {})
        for rows in rows_in(lot, MOST_AT_ONCE):
            await self.commit.add(rows)
        after = await self.ask(COUNT, {})
        return int(after[0][0]) - int(before[0][0])

    async def ask(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Rows; raises Unavailable when it takes too long and BadAnswer when the engine does not understand."""
        values = used(sql, values)
        seconds = self.questions.patience
        return await self.questions.run(lambda stop: plain(self.answer(stop, for_click(sql, values), values, seconds)))

    def answer(self, stop: Stop, sql: str, values: Mapping[str, Any], seconds: float) -> Sequence[Sequence[Any]]:
        """On a thread of `questions`. ClickHouse gives up by itself after `seconds`."""
        stop.by(None)
        settings = {**CLICK_SETTINGS, "max_execution_time": seconds}
        try:
            return self.client.query(sql, parameters=in_utc(values), settings=settings).result_rows
        except DatabaseError as error:
            if busy(error):
                raise Unavailable(f"ClickHouse takes too long to answer: {first_line(error)}") from error
            raise BadAnswer(f"ClickHouse does not understand: {first_line(error)}") from error
        except (ClickHouseError, OSError) as error:
            raise Unavailable(f"ClickHouse does not answer: {first_line(error)}") from error

    async def forget(self, what: Forget) -> int:
        condition, given = what.condition()
        values = used(condition, given)
        sql = for_click(condition, values)
        if what.whole_days:
            await self.questions.run(lambda stop: self.remove(stop, DROPPED, sql, values), LONG)
        gone = await self.questions.run(lambda stop: self.remove(stop, TABLE, sql, values), LONG)
        self.rows -= gone
        return gone

    def remove(self, stop: Stop, table: str, condition: str, values: Mapping[str, Any]) -> int:
        try:
            rows = self.answer(stop, f"SELECT count(*) FROM {table} WHERE {condition}", values, LONG)  # noqa: S608
            if rows[0][0]:
                # Not the quick DELETE, which only hides rows: what is forgotten is off the disk when this returns.
                sql = f"ALTER TABLE {table} DELETE WHERE {condition}"
                self.client.command(sql, parameters=in_utc(values), settings={"mutations_sync": 2})
        except (ClickHouseError, OSError, Unavailable, BadAnswer) as error:
            raise StoreDown(f"ClickHouse does not forget: {first_line(error)}") from error
        return int(rows[0][0])

    async def drop(self, drops: Sequence[Drops]) -> None:
        await self.questions.run(lambda stop: self.count_dropped(stop, drops))

    def count_dropped(self, stop: Stop, drops: Sequence[Drops]) -> None:
        stop.by(None)
        try:
            self.client.insert(DROPPED, drops, column_names=Drops._fields)
        except (ClickHouseError, OSError) as error:
            raise StoreDown(f"ClickHouse does not take counts: {first_line(error)}") from error

    async def export(self, file: Path, form: Form, site: str = "") -> int:
        return await self.questions.run(lambda stop: self.pour(stop, file, form, site), LONG)

    def pour(self, stop: Stop, file: Path, form: Form, site: str) -> int:
        where, values = ("WHERE site = {site:String}", {"site": site}) if site else ("", {})
        sql = f"SELECT {', '.join(NAMES)} FROM {TABLE} {where} ORDER BY moment, id"  # noqa: S608
        settings = {**CLICK_SETTINGS, "max_execution_time": LONG}
        try:
            rows = self.answer(stop, f"SELECT count(*) FROM {TABLE} {where}", values, LONG)  # noqa: S608
            with (
                file.open("wb") as out,
                self.client.raw_stream(sql, parameters=values, settings=settings, fmt=FORMS[form]) as parts,
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
    questions = Questions(THREADS)
    async with AsyncExitStack() as otherwise:
        otherwise.push_async_callback(questions.close)
        client = await questions.run(lambda stop: opened(url), LONG)
        otherwise.callback(client.close)
        rows = await questions.run(lambda stop: client.query(f"SELECT count(*) FROM {TABLE}").result_rows)  # noqa: S608
        views = ClickPageViews(client, questions, int(rows[0][0]), clock)
        otherwise.pop_all()
    return views


def opened(url: str) -> Client:
    try:
        client = clickhouse_connect.get_client(dsn=url, interface=urlsplit(url).scheme, **OPTIONS)
        bring_up_to_date(client)
    except (ClickHouseError, OSError) as error:
        raise SettingsError(f"CLICKHOUSE_URL: ClickHouse cannot be used: {first_line(error)}") from error
    return client


def busy(error: Exception) -> bool:
    return any(name in str(error) for name in TOO_SLOW)


def first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
