"""The interface of a page-view store: DuckDB, ClickHouse, or another process's store through the local socket."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from utilities.pageviews import PageView
from utilities.pageviews.storage.dropped_hits import DroppedHits

ADDRESS_IN_ERROR = re.compile(r"\w+://[^\s'\"]+|host='[^']*', port=\d+", re.ASCII)
LONG_QUERY_SECONDS = 600.0  # for imports, deletes and exports


class ExportFormat(StrEnum):
    """The file format of an export."""

    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True)
class DeleteRequest:
    """Which rows to delete: those that match every field that is set. At least one besides `site` must be set."""

    site: str = ""
    visitor: int | None = None
    path: str = ""  # exact; with `*` at the end, every path with this prefix
    before: date | None = None  # rows of earlier days, in the site's time zone

    @property
    def covers_whole_days(self) -> bool:
        """Whether all rows of these days go, so that the counts of dropped hits go too."""
        return self.visitor is None and not self.path

    def where_clause(self) -> tuple[str, Mapping[str, Any]]:
        """Returns the WHERE condition in the SQL of both engines, and its values; ValueError when nothing is set."""
        prefix = self.path.removesuffix("*")
        conditions: list[tuple[str, str, Any]] = [
            ("site = $site", "site", self.site or None),
            ("visitor = $visitor", "visitor", self.visitor),
            ("startsWith(path, $path)" if prefix != self.path else "path = $path", "path", prefix or None),
            ("day < $before", "before", self.before),
        ]
        used = [condition for condition in conditions if condition[2] is not None]
        if all(name == "site" for _, name, _ in used):
            raise ValueError("say what to delete: a visitor, a path, or everything before a day")
        return " AND ".join(sql for sql, _, _ in used), {name: value for _, name, value in used}


class PageViewStore(Protocol):
    """Stores page views and answers SQL queries about them."""

    async def add_views(self, views: Sequence[PageView]) -> None:
        """Returns when the rows are on disk (or accepted by ClickHouse).

        Raises Overloaded when the buffer has no room, StoreDown when the rows cannot be written, and ValueError when
        one of the rows is invalid.
        """
        ...

    async def load_row_file(self, row_file: Path) -> int:
        """Stores the page views of a RowFile and returns how many were new; raises StoreDown."""
        ...

    async def add_dropped_hits(self, dropped: Sequence[DroppedHits]) -> None:
        """Returns when these counts are on disk; raises StoreDown."""
        ...

    async def query(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Returns the rows of a query in the SQL of both engines; `$name` is a placeholder. Runs off the event loop.

        Raises Unavailable when it takes too long and BadAnswer when the engine rejects the query.
        """
        ...

    async def delete_rows(self, request: DeleteRequest) -> int:
        """Deletes these rows permanently and returns how many; raises StoreDown."""
        ...

    async def export_rows(self, file: Path, format: ExportFormat, site: str = "", *, raw: bool = False) -> int:
        """Writes every row (of one site) to `file`, oldest first, and returns how many; raises StoreDown, OSError.

        In CSV no text begins a formula, unless it is `raw`.
        """
        ...

    def health(self) -> Mapping[str, object]:
        """Returns JSON-ready facts without waiting: `engine`, `answers`, `rows`, `waiting`, `room`, `last_commit`."""
        ...

    def broken_reason(self) -> str:
        """Returns why the store must be opened again; an empty string while that is not so."""
        ...

    async def close(self) -> None: ...


def first_error_line(error: Exception) -> str:
    """Returns the first line of an engine's error, without the server's address; the rest repeats the query."""
    return ADDRESS_IN_ERROR.sub("the server", (str(error).splitlines() or [type(error).__name__])[0])
