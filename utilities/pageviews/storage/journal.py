"""A file that rows are put into before they are acknowledged, and that the engine reads them from."""

import os
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from utilities.model.errors import StoreDown
from utilities.pageviews.sql.columns import Row

# A line is a checksum and the values of a row, as CSV has it with control characters for the comma and the quotation
# mark: a text nearly never has one of these in it, and whether it has is soon found out.
COMMA, QUOTE, NULL, END = "\x1f", "\x1e", "\x1d", "\n"
LONGEST = 1 << 20  # bytes of a line
ROOM = 2 << 20  # bytes that a journal takes up however few its lines are


def line_of(row: Row) -> bytes:
    """ValueError for a row that cannot be kept: too long, or with text that is no Unicode."""
    text = COMMA.join(map(str, row))
    if text.count(COMMA) >= len(row) or QUOTE in text or NULL in text or END in text or "\r" in text:
        text = COMMA.join(map(quoted, row))
    data = text.encode()
    if len(data) > LONGEST:
        raise ValueError("a page view is too long")
    return b"%08x\x1f%b\n" % (zlib.crc32(data), data)


def quoted(value: object) -> str:
    return f"{QUOTE}{str(value).replace(QUOTE, QUOTE + QUOTE)}{QUOTE}"


def whole(file: Iterable[bytes]) -> int:
    """How many bytes there are before the first line that is not whole; a text with line breaks comes in parts."""
    good = read = checksum = 0
    said: bytes | None = None
    for part in file:
        read += len(part)
        text = part
        if said is None:
            said, comma, text = part.partition(COMMA.encode())
            checksum = 0
            if not comma:
                break
        if text.endswith(b"\n") and said == b"%08x" % zlib.crc32(text[:-1], checksum):
            good, said = read, None
        else:
            checksum = zlib.crc32(text, checksum)
    return good


def private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


class Journal:
    """One file; used by one thread at a time.

    Behind its lines come empty ones: to write over what is there is, to a file system, far less than to make a file
    longer, and nobody who writes at the same time is in the way.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # What is written is on disk when the call returns: a second call would have to win Python's lock once more.
        self.file = private(str(path), os.O_RDWR | os.O_CREAT | os.O_DSYNC)
        self.length = 0
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)  # that there is such a file has to be on disk, too
        os.close(folder)

    def write(self, lines: Sequence[bytes]) -> None:
        """All of the lines, on disk; StoreDown, and none of them, when the disk does not take them."""
        data = b"".join(lines)
        try:
            self.put(data, self.length)
        except OSError as error:
            os.ftruncate(self.file, self.length)
            raise StoreDown(f"The page views cannot be written: {error.strerror}.") from error
        self.length += len(data)

    def put(self, data: bytes, place: int) -> None:
        view = memoryview(data)
        done = 0
        while done < len(data):
            done += os.pwrite(self.file, view[done:], place + done)

    def mend(self) -> int:
        """After a crash: leaves what was acknowledged, and perhaps more that was about to be; says how many bytes."""
        with os.fdopen(os.dup(self.file), "rb") as file:
            file.seek(0)
            self.length = whole(file)
        os.ftruncate(self.file, self.length)
        return self.length

    def lot(self) -> Path:
        """A file of the lines alone, which goes when they have been read and is hardly ever written to the disk:
        reading the empty lines would take longer than all the rest."""
        lot = self.path.with_suffix(".lot")
        lot.unlink(missing_ok=True)
        with open(lot, "xb", opener=private) as file:
            file.write(os.pread(self.file, self.length, 0))
        return lot

    def empty(self) -> None:
        """Forgets the lines; a crash before that reaches the disk does no harm, ids being unique."""
        size = os.fstat(self.file).st_size
        try:
            if size > ROOM:
                os.ftruncate(self.file, ROOM)
            self.put(b"\n" * (min(self.length, ROOM) if size >= ROOM else ROOM), 0)
        except OSError:
            os.ftruncate(self.file, 0)
        self.length = 0

    def close(self) -> None:
        os.close(self.file)
