"""The table in a DuckDB file: made, brought up to date, and given the words that ClickHouse has."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from utilities.model.errors import SettingsError
from utilities.pageviews.sql.columns import COLUMNS, NAMES, TABLE
from utilities.pageviews.sql.dialect import DUCK_MACROS
from utilities.pageviews.storage.dropped_hits import DUCK
from utilities.pageviews.storage.journal import COMMA, LONGEST, NULL, QUOTE

Steps = Mapping[int, Sequence[str]]

STEPS: Steps = {
    1: (f"CREATE TABLE {TABLE} ({', '.join(f'{column.name} {column.duck} NOT NULL' for column in COLUMNS)})",),
    2: (DUCK,),
}
"""From each version of the table to the next; a step that has been released is never changed."""


KEPT = f"SELECT id FROM {TABLE} WHERE moment BETWEEN $first AND $last"  # noqa: S608
"""Between the first and the last moment of a lot, which the engine can skip to."""


def rows_of(lot: Path, *, but_faults: bool = False) -> str:
    """A file of a journal's lines as a table that SQL can read; `but_faults` leaves out what is no row."""
    columns = {"checksum": "VARCHAR"} | {column.name: column.duck for column in COLUMNS}
    name = str(lot).replace("'", "''")
    return f"""read_csv('{name}',
        columns = {columns}, auto_detect = false, header = false, parallel = false, new_line = '\\n',
        delim = '{COMMA}', quote = '{QUOTE}', escape = '{QUOTE}', nullstr = '{NULL}', allow_quoted_nulls = false,
        max_line_size = {LONGEST + 100}, buffer_size = {4 * LONGEST}, ignore_errors = {but_faults})"""


def span_of(lot: Path, *, but_faults: bool = False) -> str:
    """The first and the last moment of a lot, and whether an id is in it twice."""
    rows = rows_of(lot, but_faults=but_faults)
    return f"SELECT min(moment), max(moment), count(*) > count(DISTINCT id) FROM {rows}"  # noqa: S608


def load_of(lot: Path, *, twice: bool, but_faults: bool = False) -> str:
    """A lot straight into the table: nothing is held in memory but a row group that is under way."""
    once = "DISTINCT ON (id) " if twice else ""
    rows = f"SELECT {once}{', '.join(NAMES)} FROM {rows_of(lot, but_faults=but_faults)}"  # noqa: S608
    return f"INSERT INTO {TABLE} {rows} ANTI JOIN ({KEPT}) USING (id)"


def bring_up_to_date(connection: duckdb.DuckDBPyConnection, steps: Steps = STEPS) -> None:
    """Takes every step the file has not taken, each whole or not at all; SettingsError when a newer Foyer wrote it."""
    connection.execute("CREATE TABLE IF NOT EXISTS about (version INTEGER NOT NULL)")
    at = connection.execute("SELECT coalesce(max(version), 0) FROM about").fetchall()[0][0]
    if at > max(steps):
        raise SettingsError(f"The page views were written by a newer Foyer (version {at}): run that one.")
    for version in range(at + 1, max(steps) + 1):
        connection.begin()
        for step in steps[version]:
            connection.execute(step)
        connection.execute("INSERT INTO about VALUES (?)", [version])
        connection.commit()
    for head, body in DUCK_MACROS.items():
        connection.execute(f"CREATE OR REPLACE MACRO {head} AS {body}")
