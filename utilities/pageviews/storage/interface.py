"""What keeps page views can do beyond taking and answering: forget, hand out, and say how it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from utilities.pageviews import PageViews
from utilities.pageviews.storage.dropped_hits import Dropping


class ExportFormat(StrEnum):
    """How an export is written."""

    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True)
class DeleteRequest:
    """Which rows to forget: those to which everything that is given applies; something must be given."""

    site: str = ""
    visitor: int | None = None
    path: str = ""  # whole; with `*` at its end, everything that begins so
    before: date | None = None  # rows of earlier days, on the site's wall clock

    @property
    def covers_whole_days(self) -> bool:
        """Whether it is about everything there is of these days, hits that were not counted among them."""
        return self.visitor is None and not self.path

    def where_clause(self) -> tuple[str, Mapping[str, Any]]:
        """The WHERE of these rows in both engines' SQL, and its values; ValueError when nothing is given."""
        head = self.path.removesuffix("*")
        parts: list[tuple[str, str, Any]] = [
            ("site = $site", "site", self.site or None),
            ("visitor = $visitor", "visitor", self.visitor),
            ("startsWith(path, $path)" if head != self.path else "path = $path", "path", head or None),
            ("day < $before", "before", self.before),
        ]
        given = [part for part in parts if part[2] is not None]
        if all(name == "site" for _, name, _ in given):
            raise ValueError("say what to forget: a visitor, a path, or everything before a day")
        return " AND ".join(sql for sql, _, _ in given), {name: value for _, name, value in given}


class Keeping(PageViews, Protocol):
    """A page-view store as a process holds it; `ask` raises Unavailable or BadAnswer, `add` Overloaded or StoreDown."""

    async def load_row_file(self, row_file: Path) -> int:
        """Keeps the page views of a Lot, on disk, and answers how many were not there before; raises StoreDown."""
        ...

    async def delete_rows(self, request: DeleteRequest) -> int:
        """Removes these rows for good and answers how many there were; raises StoreDown."""
        ...

    async def export_rows(self, file: Path, format: ExportFormat, site: str = "") -> int:
        """Writes every row (of one site) to `file`, oldest first, and answers how many; raises StoreDown, OSError."""
        ...

    def health(self) -> Mapping[str, object]:
        """JSON-ready facts, without waiting: `engine`, `answers`, `rows`, `waiting`, `room`, `last_commit`."""
        ...


class Owned(Keeping, Dropping, Protocol):
    """A page-view store as a process holds it that counts."""
