"""The table in a DuckDB file: made, brought up to date, and given the words that ClickHouse has."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from utilities.model.errors import SettingsError
from utilities.pageviews.sql.columns import COLUMNS, NAMES, TABLE
from utilities.pageviews.sql.dialect import DUCK_MACROS
from utilities.pageviews.storage.dropped_hits import DUCKDB_DROPPED_TABLE_SQL
from utilities.pageviews.storage.journal import COMMA, LONGEST, NULL, QUOTE

MigrationSteps = Mapping[int, Sequence[str]]

DUCKDB_MIGRATIONS: MigrationSteps = {
    1: (f"CREATE TABLE {TABLE} ({', '.join(f'{column.name} {column.duck} NOT NULL' for column in COLUMNS)})",),
    2: (DUCKDB_DROPPED_TABLE_SQL,),
}
"""From each version of the table to the next; a step that has been released is never changed."""


STORED_IDS_SQL = f"SELECT id FROM {TABLE} WHERE moment BETWEEN $first AND $last"  # noqa: S608
"""Between the first and the last moment of a lot, which the engine can skip to."""


def read_row_file_sql(row_file: Path, *, skip_bad_rows: bool = False) -> str:
    """A file of a journal's lines as a table that SQL can read; `but_faults` leaves out what is no row."""
    columns = {"checksum": "VARCHAR"} | {column.name: column.duck for column in COLUMNS}
    name = str(row_file).replace("'", "''")
    return f"""read_csv('{name}',
        columns = {columns}, auto_detect = false, header = false, parallel = false, new_line = '\\n',
        delim = '{COMMA}', quote = '{QUOTE}', escape = '{QUOTE}', nullstr = '{NULL}', allow_quoted_nulls = false,
        max_line_size = {LONGEST + 100}, buffer_size = {4 * LONGEST}, ignore_errors = {skip_bad_rows})"""


def row_file_summary_sql(row_file: Path, *, skip_bad_rows: bool = False) -> str:
    """The first and the last moment of a lot, and whether an id is in it twice."""
    rows = read_row_file_sql(row_file, skip_bad_rows=skip_bad_rows)
    return f"SELECT min(moment), max(moment), count(*) > count(DISTINCT id) FROM {rows}"  # noqa: S608


def insert_row_file_sql(row_file: Path, *, has_duplicates: bool, skip_bad_rows: bool = False) -> str:
    """A lot straight into the table: nothing is held in memory but a row group that is under way."""
    once = "DISTINCT ON (id) " if has_duplicates else ""
    rows = f"SELECT {once}{', '.join(NAMES)} FROM {read_row_file_sql(row_file, skip_bad_rows=skip_bad_rows)}"  # noqa: S608
    return f"INSERT INTO {TABLE} {rows} ANTI JOIN ({STORED_IDS_SQL}) USING (id)"


def migrate_duckdb(connection: duckdb.DuckDBPyConnection, steps: MigrationSteps = DUCKDB_MIGRATIONS) -> None:
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
