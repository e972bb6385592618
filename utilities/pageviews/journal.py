"""A file that rows are put into before they are acknowledged, and read back from after a crash."""

import json
import os
import zlib
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from utilities.errors import StoreDown
from utilities.pageviews.columns import Row

sync = getattr(os, "fdatasync", os.fsync)  # macOS has no fdatasync


def line_of(row: Row) -> bytes:
    """A checksum and the row as JSON; ValueError for text that is no Unicode."""
    text = json.dumps(row, ensure_ascii=False, default=written, separators=(",", ":")).encode()
    return b"%08x %b\n" % (zlib.crc32(text), text)


def written(value: UUID | date | datetime) -> str:
    return value.hex if isinstance(value, UUID) else value.isoformat()


def row_in(line: bytes) -> Row | None:
    """The row of a line; None for one that was not written to its end."""
    checksum, _, text = line.partition(b" ")
    if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(text[:-1]):
        return None
    id, site, moment, day, *rest = json.loads(text)
    return (UUID(id), site, datetime.fromisoformat(moment), date.fromisoformat(day), *rest)


class Journal:
    """One file; used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.length = os.fstat(self.file).st_size
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)  # that there is such a file has to be on disk, too
        os.close(folder)

    def write(self, rows: Sequence[Row]) -> None:
        """All of the rows, on disk; StoreDown, and none of them, when the disk does not take them."""
        data = memoryview(b"".join(map(line_of, rows)))
        try:
            done = 0
            while done < len(data):
                done += os.pwrite(self.file, data[done:], self.length + done)
            sync(self.file)
        except OSError as error:
            self.shorten(self.length)
            raise StoreDown(f"The page views cannot be written: {error.strerror}.") from error
        self.length += len(data)

    def rows(self) -> list[Row]:
        """What was acknowledged, and perhaps more that was about to be; ends at the first line that is not whole."""
        found = []
        with os.fdopen(os.dup(self.file), "rb") as file:
            file.seek(0)
            for line in file:
                row = row_in(line)
                if row is None:
                    break
                found.append(row)
        return found

    def shorten(self, length: int = 0) -> None:
        """Forgets what is behind `length`; a crash before that reaches the disk does no harm, ids being unique."""
        os.ftruncate(self.file, length)
        self.length = length

    def close(self) -> None:
        os.close(self.file)
