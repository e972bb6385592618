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
from utilities.pageviews.storage.dropped_hits import ADD, DROPPED, Drops, in_columns
from utilities.pageviews.storage.duckdb_limits import bounded
from utilities.pageviews.storage.duckdb_schema import bring_up_to_date, load_of, span_of
from utilities.pageviews.storage.group_commit import GroupCommit
from utilities.pageviews.storage.interface import Forget, Form
from utilities.pageviews.storage.journal import Journal, line_of
from utilities.pageviews.storage.journal_flusher import Folding
from utilities.pageviews.storage.query_pool import Questions, Stop

log = logging.getLogger(__name__)

# The log of the file is folded into it at this size: rarely enough to be no part of the 99th percentile, and early
# enough that a start after a crash reads it in a second or two.
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "checkpoint_threshold": "64MB",
    "autoinstall_known_extensions": False,
    "enable_external_file_cache": False,  # a journal is another one each time it is read
}
SMALL = CONFIG | {"threads": 1, "memory_limit": "40MB"}
"""For a process that only imports: without a limit DuckDB keeps every block that it has written."""
FORMS = {Form.CSV: "FORMAT csv, HEADER", Form.PARQUET: "FORMAT parquet, COMPRESSION zstd"}
FORGETTING = 600.0  # seconds for what a person or the night asks for: forgetting, exporting
A_LOT = 100  # page views in one call: no beacon's
A_ROWS_FAULT = (duckdb.DataError, duckdb.InvalidInputException)


class DuckPageViews:
    """The page-view store in one file, which this process owns."""

    def __init__(self, file: Path, connection: duckdb.DuckDBPyConnection, questions: Questions, clock: Clock) -> None:
        self.file = file
        self.connection = connection  # never used itself: each thread takes a cursor of its own
        self.questions = questions
        self.writer = connection.cursor()  # the folding thread's
        self.rows: int = connection.execute(f"SELECT count(*) FROM {TABLE}").fetchall()[0][0]  # noqa: S608
        self.closing: list[Callable[[], Awaitable[None]]] = []
        journals = (Journal(file.with_suffix(".journal")), Journal(file.with_suffix(".journal2")))
        self.folding = Folding(self.fold, journals)
        self.commit = GroupCommit(self.folding.take, clock, behind=self.folding.behind)

    async def add(self, views: Sequence[PageView]) -> None:
        """Returns when they are on disk. Overloaded when there is no room, StoreDown when the disk does not take them,
        ValueError when one of them cannot be kept."""
        if len(views) >= A_LOT and self.folding.behind() >= self.commit.room // 4:
            await self.folding.catch_up()  # an import leaves room to those who are looking at a page just now
        if views:
            await self.commit.add([line_of(row_of(view)) for view in views])

    def fold(self, lot: Path) -> None:
        """One transaction, on the folding thread; rows that are there already are left out. Raises StoreDown."""
        try:
            try:
                self.read(lot)
            except A_ROWS_FAULT as error:
                log.error("A page view cannot be kept: %s", first_line(error))
                self.read(lot, but_faults=True)
        except duckdb.Error as error:
            raise StoreDown(f"The page views cannot be written: {first_line(error)}") from error

    def read(self, lot: Path, *, but_faults: bool = False) -> None:
        first, last, twice = self.writer.execute(span_of(lot, but_faults=but_faults)).fetchall()[0]
        sql = load_of(lot, twice=twice, but_faults=but_faults)
        self.rows += self.writer.execute(sql, {"first": first, "last": last}).fetchall()[0][0]

    async def load(self, lot: Path) -> int:
        [(first, last, twice)] = await self.long(span_of(lot), {})
        new = await self.work(load_of(lot, twice=twice), {"first": first, "last": last})
        self.rows += new
        return new

    async def ask(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Rows; raises Unavailable when it takes too long and BadAnswer when the engine does not understand."""
        values = used(sql, values)
        await self.folding.catch_up()
        return await self.questions.run(lambda stop: plain(self.answer(stop, sql, values)))

    def answer(self, stop: Stop, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """On a thread of `questions`."""
        with self.connection.cursor() as cursor:
            try:
                stop.by(cursor.interrupt)
                return cursor.execute(sql, values).fetchall()
            except duckdb.InterruptException as error:
                raise Unavailable("The page-view store takes too long to answer.") from error
            except duckdb.OperationalError as error:
                raise Unavailable(f"The page-view store does not answer: {first_line(error)}") from error
            except duckdb.Error as error:
                raise BadAnswer(f"The page-view store does not understand: {first_line(error)}") from error
            finally:
                stop.by(None)

    async def forget(self, what: Forget) -> int:
        condition, values = what.condition()
        gone = await self.work(f"DELETE FROM {TABLE} WHERE {condition}", used(condition, values))  # noqa: S608
        self.rows -= gone
        if what.whole_days:
            await self.work(f"DELETE FROM {DROPPED} WHERE {condition}", used(condition, values))  # noqa: S608
        if gone:
            await self.work("FORCE CHECKPOINT", {})
        return gone

    async def drop(self, drops: Sequence[Drops]) -> None:
        await self.work(ADD, in_columns(drops))

    async def export(self, file: Path, form: Form, site: str = "") -> int:
        where = "WHERE site = $site " if site else ""
        name = str(file).replace("'", "''")
        sql = f"COPY (FROM {TABLE} {where}ORDER BY moment, id) TO '{name}' ({FORMS[form]})"
        return await self.work(sql, {"site": site} if site else {})

    async def work(self, sql: str, values: Mapping[str, Any]) -> int:
        """How many rows a long piece of work touched; raises StoreDown."""
        rows = await self.long(sql, values)
        return int(rows[0][0]) if rows else 0

    async def long(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        await self.folding.catch_up()
        try:
            return await self.questions.run(lambda stop: self.answer(stop, sql, values), FORGETTING)
        except (Unavailable, BadAnswer) as error:
            raise StoreDown(str(error)) from error

    def health(self) -> Mapping[str, object]:
        health = self.commit.health(self.folding.trouble)
        return {**health, "engine": "duckdb", "rows": self.rows + self.folding.behind()}

    def before_closing(self, work: Callable[[], Awaitable[None]]) -> None:
        self.closing.append(work)

    async def close(self) -> None:
        while self.closing:
            await self.closing.pop()()
        await self.commit.close()
        await self.folding.close()
        await self.questions.close()
        self.writer.close()
        self.connection.close()


async def open_duck(file: Path, clock: Clock, *, small: bool = False) -> DuckPageViews:
    """The store in `file`, made or brought up to date; SettingsError when it cannot be, or another process has it."""
    questions = Questions()
    async with AsyncExitStack() as otherwise:
        otherwise.push_async_callback(questions.close)
        # Opened on a thread that stands back, so that the threads DuckDB starts stand back too.
        connection = await questions.run(lambda stop: opened(file, small=small), FORGETTING)
        otherwise.callback(connection.close)
        views = DuckPageViews(file, connection, questions, clock)
        otherwise.pop_all()
    return views


def opened(file: Path, *, small: bool = False) -> duckdb.DuckDBPyConnection:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as otherwise:
            connection = duckdb.connect(str(file), config=SMALL if small else CONFIG)
            otherwise.callback(connection.close)
            file.chmod(0o600)
            if not small:
                bounded(connection, file.parent)
            bring_up_to_date(connection)
            otherwise.pop_all()
    except (duckdb.Error, OSError) as error:
        raise SettingsError(why_not(file, str(error))) from error
    return connection


def why_not(file: Path, said: str) -> str:
    """The engine's reason as something a person can act on."""
    owner = re.search(r"PID (\d+)", said)
    if "lock" in said.lower():
        who = f"process {owner[1]}" if owner else "another process"
        return (
            f"{file} belongs to {who}, and only one process can have it: stop that one, give this one a DATA_DIR of "
            "its own, or set CLICKHOUSE_URL, which several can share."
        )
    return f"{file} cannot be opened: {said.splitlines()[0]} Look at who owns DATA_DIR, or move the file away."


def first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0]
