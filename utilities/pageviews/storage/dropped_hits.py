"""The table of hits that were not counted: how many of each site, day and reason, and nothing else about them."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, Protocol

DROPPED = "dropped"
DUCK = (
    f"CREATE TABLE {DROPPED} (site VARCHAR NOT NULL, day DATE NOT NULL, why VARCHAR NOT NULL, hits BIGINT NOT NULL, "
    "PRIMARY KEY (site, day, why))"
)
CLICK = (
    f"CREATE TABLE IF NOT EXISTS {DROPPED} (site String, day Date, why LowCardinality(String), hits UInt64) "
    "ENGINE = SummingMergeTree ORDER BY (site, day, why)"
)
ADD = f"""
    INSERT INTO {DROPPED} SELECT unnest($sites), unnest($days), unnest($whys), unnest($hits)
    ON CONFLICT DO UPDATE SET hits = hits + excluded.hits"""


class Drops(NamedTuple):
    """So many more, each site, day and reason once."""

    site: str
    day: date
    why: str
    hits: int


class Dropping(Protocol):
    """Whatever keeps them."""

    async def drop(self, drops: Sequence[Drops]) -> None:
        """Returns when these are on disk as well; raises StoreDown."""
        ...


def in_columns(drops: Sequence[Drops]) -> dict[str, list[object]]:
    """The values of ADD."""
    return dict(zip(("sites", "days", "whys", "hits"), map(list, zip(*drops, strict=True)), strict=True))
