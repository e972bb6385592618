"""Google Analytics 4, through the Data API v1beta."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Filter:
    """A condition on one dimension's text; not case sensitive."""

    field: str
    value: str
    match: Literal["exact", "contains", "begins"] = "exact"
    negate: bool = False


@dataclass(frozen=True)
class Ga4Ask:
    """One runReport, or runRealtimeReport when `realtime`.

    The range is the last `days` whole days up to and with yesterday, in the property's time zone; None is
    LOOK_BACK_DAYS. `compare` asks for as many days before as well and adds a `<metric>:previous` column behind
    each metric (only without dimensions). `order` is a field, with `-` in front for descending; '' is the first
    metric descending. Rows are filtered by all of `filters`.
    """

    dimensions: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    days: int | None = None
    limit: int = 10
    order: str = ""
    filters: tuple[Filter, ...] = ()
    compare: bool = False
    realtime: bool = False
