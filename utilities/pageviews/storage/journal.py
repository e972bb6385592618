"""The journal: a file that rows are written to before they are acknowledged, and that the engine loads them from."""

import os
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from utilities.model.errors import StoreDown
from utilities.pageviews.sql.columns import StoredRow

# A line is a checksum and the values of a row: CSV with control characters as separator and quotation mark. Text hardly
# ever contains one of these, and a search for them is fast.
FIELD_SEPARATOR, QUOTE_CHAR, NULL_TEXT, LINE_END = "\x1f", "\x1e", "\x1d", "\n"
MAX_LINE_BYTES = 1 << 20
MIN_JOURNAL_BYTES = 2 << 20  # the size of a journal, however few lines it has


def encode_row(row: StoredRow) -> bytes:
    """Returns the line of a row; raises ValueError when it is too long or its text is not valid Unicode."""
    text = FIELD_SEPARATOR.join(map(str, row))
    separators = text.count(FIELD_SEPARATOR)
    if separators >= len(row) or QUOTE_CHAR in text or NULL_TEXT in text or LINE_END in text or "\r" in text:
        text = FIELD_SEPARATOR.join(map(quote_field, row))
    data = text.encode()
    if len(data) > MAX_LINE_BYTES:
        raise ValueError("a page view is too long")
    return b"%08x\x1f%b\n" % (zlib.crc32(data), data)


def quote_field(value: object) -> str:
    """Returns a value in quotation marks."""
    return f"{QUOTE_CHAR}{str(value).replace(QUOTE_CHAR, QUOTE_CHAR + QUOTE_CHAR)}{QUOTE_CHAR}"


def valid_length(file: Iterable[bytes]) -> int:
    """Returns how many bytes come before the first line that is incomplete or has a wrong checksum.

    A row whose text has line breaks spans several lines of the file.
    """
    valid = position = checksum = 0
    expected: bytes | None = None
    for part in file:
        position += len(part)
        text = part
        if expected is None:
            expected, separator, text = part.partition(FIELD_SEPARATOR.encode())
            checksum = 0
            if not separator:
                break
        if text.endswith(b"\n") and expected == b"%08x" % zlib.crc32(text[:-1], checksum):
            valid, expected = position, None
        else:
            checksum = zlib.crc32(text, checksum)
    return valid


def open_private(path: str, flags: int) -> int:
    """Opens a file that only its owner can read."""
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


class Journal:
    """One journal file; used by one thread at a time.

    Unused space holds empty lines: a file system overwrites a file much faster than it makes one longer, and delays
    other writers less.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # O_DSYNC: data is on disk when the write returns. A separate fdatasync would have to take the GIL once more.
        self.file = open_private(str(path), os.O_RDWR | os.O_CREAT | os.O_DSYNC)
        self.length = 0
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)  # the directory entry must be on disk too
        os.close(folder)

    def append_lines(self, lines: Sequence[bytes]) -> None:
        """Writes all lines to disk; raises StoreDown, and writes none of them, when the disk does not take them."""
        if self.is_deleted():
            raise StoreDown("The page views cannot be written: the journal in DATA_DIR was deleted.")
        data = b"".join(lines)
        try:
            self._write_at(data, self.length)
        except OSError as error:
            self._truncate(self.length)
            raise StoreDown(f"The page views cannot be written: {error.strerror}.") from error
        self.length += len(data)

    def is_deleted(self) -> bool:
        """Whether the file has no name any more, so that what is written to it is lost when it is closed."""
        return os.fstat(self.file).st_nlink == 0

    def _write_at(self, data: bytes, offset: int) -> None:
        view = memoryview(data)
        done = 0
        while done < len(data):
            done += os.pwrite(self.file, view[done:], offset + done)

    def _truncate(self, length: int) -> None:
        """Cuts the file, unless the disk refuses that too: the next write overwrites what is left."""
        with suppress(OSError):
            os.ftruncate(self.file, length)

    def recover_lines(self) -> int:
        """Cuts the file after its last valid line, for the start after a crash; returns how many bytes remain.

        These are all acknowledged rows, and perhaps some that were about to be acknowledged.
        """
        with os.fdopen(os.dup(self.file), "rb") as file:
            file.seek(0)
            self.length = valid_length(file)
        os.ftruncate(self.file, self.length)
        return self.length

    def copy_lines(self) -> Path:
        """Copies the lines without the empty ones to a temporary file for the engine and returns its path.

        The file is deleted after loading and hardly ever reaches the disk; parsing the empty lines would take longer.
        """
        copy = self.path.with_suffix(".lot")
        copy.unlink(missing_ok=True)
        with open(copy, "xb", opener=open_private) as file:
            file.write(os.pread(self.file, self.length, 0))
        return copy

    def clear_lines(self) -> None:
        """Overwrites the lines with empty ones. After a crash before this reaches the disk, ids prevent duplicates."""
        size = os.fstat(self.file).st_size
        try:
            if size > MIN_JOURNAL_BYTES:
                os.ftruncate(self.file, MIN_JOURNAL_BYTES)
            used = min(self.length, MIN_JOURNAL_BYTES)
            self._write_at(b"\n" * (used if size >= MIN_JOURNAL_BYTES else MIN_JOURNAL_BYTES), 0)
        except OSError:
            self._truncate(0)
        self.length = 0

    def close(self) -> None:
        os.close(self.file)
