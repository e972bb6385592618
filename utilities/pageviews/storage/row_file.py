"""Page views on their way from a log into the table: a file of a journal's lines, which an engine reads by itself."""

from collections.abc import Callable, Iterator, Sequence
from csv import reader
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

from utilities.pageviews import PageView
from utilities.pageviews.sql.columns import COLUMNS, Row, row_of
from utilities.pageviews.storage.journal import COMMA, QUOTE, line_of

READ: dict[str, Callable[[str], Any]] = {"VARCHAR": str, "UUID": str, "TIMESTAMP_MS": datetime.fromisoformat}
READ["DATE"] = date.fromisoformat
READS = [READ.get(column.duck, int) for column in COLUMNS]


class Lot:
    """Use as `with Lot(path) as lot`. One that was left behind is written over: its lines are read again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.file = path.open("wb")

    def __enter__(self) -> "Lot":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()
        self.path.unlink(missing_ok=True)

    def add(self, view: PageView) -> None:
        self.file.write(line_of(row_of(view)))
        self.rows += 1

    def whole(self) -> Path:
        """The file, with all that was added in it."""
        self.file.flush()
        return self.path

    def clear(self) -> None:
        self.file.seek(0)
        self.file.truncate()
        self.rows = 0


def rows_in(lot: Path, at_once: int) -> Iterator[Sequence[Row]]:
    """The rows again, for an engine that does not read such files."""
    with lot.open(encoding="utf-8", newline="\n") as file:
        lines = reader(file, delimiter=COMMA, quotechar=QUOTE)
        rows = (tuple(read(text) for read, text in zip(READS, texts, strict=True)) for _, *texts in lines)
        while some := list(islice(rows, at_once)):
            yield some
