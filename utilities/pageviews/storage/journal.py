"""The journal: rows are written to it before they are acknowledged, and the engine loads them from it."""

import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from utilities.model.errors import SettingsError, StoreDown
from utilities.pageviews.sql.columns import StoredRow

# A line is the values of a row: CSV with control characters as separator and quotation mark. Text hardly ever contains
# one of these, and a search for them is fast.
FIELD_SEPARATOR, QUOTE_CHAR, NULL_TEXT, LINE_END = "\x1f", "\x1e", "\x1d", "\n"
MAX_LINE_BYTES = 1 << 20


def encode_row(row: StoredRow) -> bytes:
    """Returns the line of a row; raises ValueError when it is too long or its text is not valid Unicode."""
    text = FIELD_SEPARATOR.join(map(str, row))
    separators = text.count(FIELD_SEPARATOR)
    if separators >= len(row) or QUOTE_CHAR in text or NULL_TEXT in text or LINE_END in text or "\r" in text:
        text = FIELD_SEPARATOR.join(map(quote_field, row))
    data = text.encode()
    if len(data) > MAX_LINE_BYTES:
        raise ValueError("a page view is too long")
    return data + b"\n"


def quote_field(value: object) -> str:
    """Returns a value in quotation marks."""
    return f"{QUOTE_CHAR}{str(value).replace(QUOTE_CHAR, QUOTE_CHAR + QUOTE_CHAR)}{QUOTE_CHAR}"


class Journal:
    """One journal: a SQLite file with a record for each commit; used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Opens or creates the file; raises SettingsError."""
        self.path = path
        try:
            os.close(open_private(str(path), os.O_RDWR | os.O_CREAT))
            self.database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self.database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self.database.execute("PRAGMA journal_mode = WAL")
            self.database.execute("PRAGMA synchronous = FULL")  # on disk when an INSERT returns
            self.database.execute("CREATE TABLE IF NOT EXISTS commits (number INTEGER PRIMARY KEY, lines BLOB)")
        except (sqlite3.Error, OSError) as error:
            raise SettingsError(
                f"{path} cannot be opened: {error}. Check who owns DATA_DIR, or move the file away."
            ) from error

    def append_lines(self, lines: Sequence[bytes]) -> None:
        """Writes all lines to disk; raises StoreDown, and writes none of them, when the disk does not take them."""
        try:
            # One record: sqlite3 takes the GIL again after each statement, and the event loop may hold it for 5 ms.
            self.database.execute("INSERT INTO commits (lines) VALUES (?)", (b"".join(lines),))
        except sqlite3.Error as error:
            raise StoreDown(f"The page views cannot be written: {error}.") from error

    def has_lines(self) -> bool:
        """Whether a crash left rows in it."""
        return bool(self.database.execute("SELECT EXISTS (SELECT 1 FROM commits)").fetchone()[0])

    def copy_lines(self) -> Path:
        """Copies the lines to a temporary file for the engine and returns its path; raises StoreDown and OSError."""
        copy = self.path.with_suffix(".rows")
        copy.unlink(missing_ok=True)
        try:
            with open(copy, "xb", opener=open_private) as file:
                file.writelines(
                    lines for (lines,) in self.database.execute("SELECT lines FROM commits ORDER BY number")
                )
        except sqlite3.Error as error:
            raise StoreDown(f"The page views cannot be read from the journal: {error}.") from error
        return copy

    def clear_lines(self) -> None:
        """Deletes the lines. If this fails or a crash comes before, they are loaded again: ids prevent duplicates."""
        with suppress(sqlite3.Error):
            self.database.execute("DELETE FROM commits")
            self.database.execute("PRAGMA wal_checkpoint(RESTART)")  # the next commit overwrites the log

    def close(self) -> None:
        self.database.close()


def open_private(path: str, flags: int) -> int:
    """Opens a file that only its owner can read."""
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


def import_old_journal(path: Path, journal: Journal) -> None:
    """Moves the rows of a journal of an earlier version, if there is one; raises StoreDown."""
    try:
        with path.open("rb") as file:
            journal.append_lines(list(read_old_lines(file)))
        path.unlink()
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreDown(f"The journal {path} cannot be read: {error.strerror}.") from error


def read_old_lines(file: Iterable[bytes]) -> Iterator[bytes]:
    """Yields the complete lines, each of which began with a checksum. A row whose text has line breaks spans several
    parts of the file."""
    expected, checksum = b"", 0
    line: list[bytes] = []
    for part in file:
        text = part
        if not line:
            expected, _, text = part.partition(FIELD_SEPARATOR.encode())
            checksum = 0
        line.append(text)
        if text.endswith(b"\n") and expected == b"%08x" % zlib.crc32(text[:-1], checksum):
            yield b"".join(line)
            line = []
        else:
            checksum = zlib.crc32(text, checksum)
