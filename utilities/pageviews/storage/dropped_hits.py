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
DUCKDB_ADD_DROPPED_SQL = f"""
    INSERT INTO {DROPPED_TABLE} SELECT unnest($sites), unnest($days), unnest($whys), unnest($hits)
    ON CONFLICT DO UPDATE SET hits = hits + excluded.hits"""


class DroppedHits(NamedTuple):
    """How many more hits were dropped; one for each site, day and reason."""

    site: str
    day: date
    why: str
    hits: int


def dropped_hits_by_column(dropped: Sequence[DroppedHits]) -> dict[str, list[object]]:
    """Returns the values of DUCKDB_ADD_DROPPED_SQL."""
    return dict(zip(("sites", "days", "whys", "hits"), map(list, zip(*dropped, strict=True)), strict=True))
