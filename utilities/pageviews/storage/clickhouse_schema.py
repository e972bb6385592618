"""The ClickHouse tables: created and migrated by whichever process starts first."""

from collections.abc import Mapping, Sequence

from clickhouse_connect.driver.client import Client

from utilities.model.errors import SettingsError
from utilities.pageviews.sql.columns import PAGE_VIEW_COLUMNS, PAGE_VIEWS_TABLE
from utilities.pageviews.storage.dropped_hits import CLICKHOUSE_DROPPED_TABLE_SQL

MigrationSteps = Mapping[int, Sequence[str]]

CLICKHOUSE_MIGRATIONS: MigrationSteps = {
    1: (
        # Rows with the same sorting key, and so with the same id, become one: the `final` setting of queries does it.
        # The index serves queries about part of a day.
        f"CREATE TABLE IF NOT EXISTS {PAGE_VIEWS_TABLE} "
        f"({', '.join(f'{column.name} {column.clickhouse_type}' for column in PAGE_VIEW_COLUMNS)}, "
        "INDEX moments moment TYPE minmax GRANULARITY 1) "
        "ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(day) ORDER BY (site, day, moment, id)",
    ),
    2: (CLICKHOUSE_DROPPED_TABLE_SQL,),
    3: (),  # of DuckDB only
}
"""The statements that lead to each version. Each may run twice, because two processes may start at once."""


def migrate_clickhouse(client: Client, steps: MigrationSteps = CLICKHOUSE_MIGRATIONS) -> None:
    """Applies the missing migrations; raises SettingsError when a newer Foyer made the tables."""
    client.command("CREATE TABLE IF NOT EXISTS about (version Int32) ENGINE = MergeTree ORDER BY version")
    current = client.query("SELECT max(version) FROM about").result_rows[0][0] or 0
    if current > max(steps):
        raise SettingsError(f"A newer Foyer wrote the page views (version {current}): run that one.")
    for version in range(current + 1, max(steps) + 1):
        for step in steps[version]:
            client.command(step)
        client.insert("about", [(version,)], column_names=["version"])
