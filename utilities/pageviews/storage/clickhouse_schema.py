"""The table in ClickHouse: made and brought up to date, whichever of several processes comes first."""

from collections.abc import Mapping, Sequence

from clickhouse_connect.driver.client import Client

from utilities.model.errors import SettingsError
from utilities.pageviews.sql.columns import COLUMNS, TABLE
from utilities.pageviews.storage.dropped_hits import CLICKHOUSE_DROPPED_TABLE_SQL

MigrationSteps = Mapping[int, Sequence[str]]

CLICKHOUSE_MIGRATIONS: MigrationSteps = {
    1: (
        # Rows with the same sorting key, and so with the same id, become one: `final` in every question sees to it.
        # The index serves questions about part of a day.
        f"CREATE TABLE IF NOT EXISTS {TABLE} ({', '.join(f'{column.name} {column.click}' for column in COLUMNS)}, "
        "INDEX moments moment TYPE minmax GRANULARITY 1) "
        "ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(day) ORDER BY (site, day, moment, id)",
    ),
    2: (CLICKHOUSE_DROPPED_TABLE_SQL,),
}
"""From each version of the table to the next; every statement may be run twice, for two processes may start at once."""


def migrate_clickhouse(client: Client, steps: MigrationSteps = CLICKHOUSE_MIGRATIONS) -> None:
    """Takes every step the table has not taken; SettingsError when a newer Foyer made it."""
    client.command("CREATE TABLE IF NOT EXISTS about (version Int32) ENGINE = MergeTree ORDER BY version")
    at = client.query("SELECT max(version) FROM about").result_rows[0][0] or 0
    if at > max(steps):
        raise SettingsError(f"The page views were written by a newer Foyer (version {at}): run that one.")
    for version in range(at + 1, max(steps) + 1):
        for step in steps[version]:
            client.command(step)
        client.insert("about", [(version,)], column_names=["version"])
