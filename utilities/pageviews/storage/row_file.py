"""A file of encoded page views that an engine can load, for imports of many rows."""

from collections.abc import Callable, Iterator, Sequence
from csv import reader
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

from utilities.pageviews import PageView
from utilities.pageviews.sql.columns import PAGE_VIEW_COLUMNS, StoredRow, to_stored_row
from utilities.pageviews.storage.journal import FIELD_SEPARATOR, QUOTE_CHAR, encode_row

TYPE_PARSERS: dict[str, Callable[[str], Any]] = {
    "VARCHAR": str,
    "UUID": str,
    "TIMESTAMP_MS": datetime.fromisoformat,
    "DATE": date.fromisoformat,
}
COLUMN_PARSERS = [TYPE_PARSERS.get(column.duckdb_type, int) for column in PAGE_VIEW_COLUMNS]


class RowFile:
    """A temporary file, to be used in a `with` statement: deleted on exit, overwritten when a crash left one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.file = path.open("wb")

    def __enter__(self) -> "RowFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Deletes the file."""
        self.file.close()
        self.path.unlink(missing_ok=True)

    def write_view(self, view: PageView) -> None:
        """Appends a page view; raises ValueError when it is invalid."""
        self.file.write(encode_row(to_stored_row(view)))
        self.rows += 1

    def flush_rows(self) -> Path:
        """Flushes the rows to the file and returns its path."""
        self.file.flush()
        return self.path

    def clear_rows(self) -> None:
        """Truncates the file."""
        self.file.seek(0)
        self.file.truncate()
        self.rows = 0


def read_row_batches(path: Path, batch_size: int) -> Iterator[Sequence[StoredRow]]:
    """Yields the rows of a RowFile in batches, for an engine that does not read the file itself."""
    with path.open(encoding="utf-8", newline="\n") as file:
        lines = reader(file, delimiter=FIELD_SEPARATOR, quotechar=QUOTE_CHAR)
        rows = (tuple(parse(text) for parse, text in zip(COLUMN_PARSERS, texts, strict=True)) for _, *texts in lines)
        while batch := list(islice(rows, batch_size)):
            yield batch
