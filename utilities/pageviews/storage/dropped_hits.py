"""The table of dropped hits: a count for each site, day and reason, and nothing else about them."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

DROPPED_TABLE = "dropped"
DUCKDB_DROPPED_TABLE_SQL = (
    f"CREATE TABLE {DROPPED_TABLE} (site VARCHAR NOT NULL, day DATE NOT NULL, why VARCHAR NOT NULL, "
    "hits BIGINT NOT NULL, PRIMARY KEY (site, day, why))"
)
CLICKHOUSE_DROPPED_TABLE_SQL = (
    f"CREATE TABLE IF NOT EXISTS {DROPPED_TABLE} (site String, day Date, why LowCardinality(String), hits UInt64) "
    "ENGINE = SummingMergeTree ORDER BY (site, day, why)"
)
DUCKDB_APPEND_DROPPED_STEPS = (
    "CREATE TABLE dropped_rows (site VARCHAR NOT NULL, day DATE NOT NULL, why VARCHAR NOT NULL, hits BIGINT NOT NULL)",
    "INSERT INTO dropped_rows SELECT site, day, why, hits FROM dropped",
    "DROP TABLE dropped",
    "ALTER TABLE dropped_rows RENAME TO dropped",
)
"""Leads to a table without a key. DuckDB never frees some memory of an UPDATE, so counts are appended."""

DUCKDB_ADD_DROPPED_SQL = "INSERT INTO dropped SELECT unnest($sites), unnest($days), unnest($whys), unnest($hits)"
DUCKDB_HAS_UNMERGED_SQL = "SELECT count(*) > count(DISTINCT (site, day, why)) FROM dropped"
DUCKDB_MERGE_DROPPED_SQL = """
    BEGIN;
    CREATE TEMP TABLE merged_dropped AS SELECT site, day, why, sum(hits) AS hits FROM dropped GROUP BY ALL;
    DELETE FROM dropped;
    INSERT INTO dropped FROM merged_dropped;
    DROP TABLE merged_dropped;
    COMMIT"""
"""Makes the rows of one site, day and reason one. Rows that are appended meanwhile stay as they are."""


class DroppedHits(NamedTuple):
    """How many more hits were dropped; one for each site, day and reason."""

    site: str
    day: date
    why: str
    hits: int


def dropped_hits_by_column(dropped: Sequence[DroppedHits]) -> dict[str, list[object]]:
    """Returns the values of DUCKDB_ADD_DROPPED_SQL."""
    return dict(zip(("sites", "days", "whys", "hits"), map(list, zip(*dropped, strict=True)), strict=True))
