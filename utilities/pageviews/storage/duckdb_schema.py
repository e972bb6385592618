"""The DuckDB tables: created and migrated, with macros for ClickHouse's function names, and loaded from row files."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from utilities.model.errors import SettingsError
from utilities.pageviews.sql.columns import COLUMN_NAMES, PAGE_VIEW_COLUMNS, PAGE_VIEWS_TABLE
from utilities.pageviews.sql.dialect import DUCKDB_MACROS
from utilities.pageviews.storage.dropped_hits import DUCKDB_APPEND_DROPPED_STEPS, DUCKDB_DROPPED_TABLE_SQL
from utilities.pageviews.storage.journal import FIELD_SEPARATOR, MAX_LINE_BYTES, NULL_TEXT, QUOTE_CHAR

MigrationSteps = Mapping[int, Sequence[str]]

DUCKDB_MIGRATIONS: MigrationSteps = {
    1: (
        f"CREATE TABLE {PAGE_VIEWS_TABLE} "
        f"({', '.join(f'{column.name} {column.duckdb_type} NOT NULL' for column in PAGE_VIEW_COLUMNS)})",
    ),
    2: (DUCKDB_DROPPED_TABLE_SQL,),
    3: DUCKDB_APPEND_DROPPED_STEPS,
}
"""The statements that lead to each version; those of a released version are never changed."""


STORED_IDS_SQL = f"SELECT id FROM {PAGE_VIEWS_TABLE} WHERE moment BETWEEN $first AND $last"  # noqa: S608
"""The ids in the time range of a row file; the engine skips the rest of the table."""


def read_row_file_sql(row_file: Path, *, skip_bad_rows: bool = False) -> str:
    """Returns a table expression for a file of journal lines; `skip_bad_rows` leaves out lines that are not rows."""
    columns = {"checksum": "VARCHAR"} | {column.name: column.duckdb_type for column in PAGE_VIEW_COLUMNS}
    name = str(row_file).replace("'", "''")
    return f"""read_csv('{name}',
        columns = {columns}, auto_detect = false, header = false, parallel = false, new_line = '\\n',
        delim = '{FIELD_SEPARATOR}', quote = '{QUOTE_CHAR}', escape = '{QUOTE_CHAR}', nullstr = '{NULL_TEXT}',
        allow_quoted_nulls = false, max_line_size = {MAX_LINE_BYTES + 100}, buffer_size = {4 * MAX_LINE_BYTES},
        ignore_errors = {skip_bad_rows})"""


def row_file_summary_sql(row_file: Path, *, skip_bad_rows: bool = False) -> str:
    """Returns a query for the first and last moment of a row file, and whether an id is in it more than once."""
    rows = read_row_file_sql(row_file, skip_bad_rows=skip_bad_rows)
    return f"SELECT min(moment), max(moment), count(*) > count(DISTINCT id) FROM {rows}"  # noqa: S608


def insert_row_file_sql(row_file: Path, *, has_duplicates: bool, skip_bad_rows: bool = False) -> str:
    """Returns a statement that inserts the new rows of a file; in memory is only the current row group."""
    distinct = "DISTINCT ON (id) " if has_duplicates else ""
    source = read_row_file_sql(row_file, skip_bad_rows=skip_bad_rows)
    rows = f"SELECT {distinct}{', '.join(COLUMN_NAMES)} FROM {source}"  # noqa: S608
    return f"INSERT INTO {PAGE_VIEWS_TABLE} {rows} ANTI JOIN ({STORED_IDS_SQL}) USING (id)"


def migrate_duckdb(connection: duckdb.DuckDBPyConnection, steps: MigrationSteps = DUCKDB_MIGRATIONS) -> None:
    """Applies the missing migrations, each in a transaction; raises SettingsError when a newer Foyer wrote the file."""
    connection.execute("CREATE TABLE IF NOT EXISTS about (version INTEGER NOT NULL)")
    current = connection.execute("SELECT coalesce(max(version), 0) FROM about").fetchall()[0][0]
    if current > max(steps):
        raise SettingsError(f"A newer Foyer wrote the page views (version {current}): run that one.")
    for version in range(current + 1, max(steps) + 1):
        connection.begin()
        for step in steps[version]:
            connection.execute(step)
        connection.execute("INSERT INTO about VALUES (?)", [version])
        connection.commit()
    connection.begin()
    for head, body in DUCKDB_MACROS.items():
        connection.execute(f"CREATE OR REPLACE MACRO {head} AS {body}")
    connection.commit()
