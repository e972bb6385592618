"""Reads the lines of a log file, plain or compressed, each with the offset where it ends."""

import bz2
import gzip
import hashlib
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

READ_CHUNK_BYTES = 1 << 20  # bytes read at once
MAX_LINE_BYTES = 1 << 16  # no web server writes longer lines
DECOMPRESSORS: dict[bytes, Callable[[BinaryIO], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}
"""By the first bytes of the file, because rotated logs have all kinds of names."""
TOO_LONG_LINE = b"\0"  # replaces a line longer than MAX_LINE_BYTES
FINGERPRINT_BYTES = 4096  # bytes


class LogFile:
    """A log file, used as `with LogFile(path) as file`. `is_truncated` is True after reading an incomplete archive.

    Raises OSError when there is no such file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size  # bytes on disk, for the progress bar
        self.is_truncated = False
        self.raw: BinaryIO = path.open("rb")
        head = self.raw.read(FINGERPRINT_BYTES)
        self.raw.seek(0)
        self.fingerprint = hashlib.sha256(head).hexdigest()  # identifies the file after it is renamed
        kind = next((opens for magic, opens in DECOMPRESSORS.items() if head.startswith(magic)), None)
        self.text: Any = kind(self.raw) if kind else self.raw

    def __enter__(self) -> "LogFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.text.close()
        self.raw.close()

    @property
    def bytes_read(self) -> int:
        """How many bytes on disk have been read."""
        return self.raw.tell()

    def read_chunk(self) -> bytes:
        """Returns the next bytes; none at the end, and none when the rest of a compressed file cannot be read."""
        try:
            return bytes(self.text.read1(READ_CHUNK_BYTES))  # `read` loses the bytes before a truncation
        except (EOFError, OSError, zlib.error, lzma.LZMAError):
            self.is_truncated = True
            return b""

    def read_lines(self, start: int = 0) -> Iterator[tuple[int, bytes]]:
        """Yields where a line ends (bytes of uncompressed text) and the line, TOO_LONG_LINE for a longer one."""
        self.text.seek(start, io.SEEK_SET)
        place, tail, long = start, b"", 0
        while chunk := self.read_chunk():
            first, *others = (tail + chunk).split(b"\n")
            if others:
                place += long + len(first) + 1
                yield place, TOO_LONG_LINE if long else first
                for line in others[:-1]:
                    place += len(line) + 1
                    yield place, line if len(line) < MAX_LINE_BYTES else TOO_LONG_LINE
                first, long = others[-1], 0
            tail = first
            if len(tail) >= MAX_LINE_BYTES:
                long, tail = long + len(tail), b""
        if tail or long:
            yield place + long + len(tail), TOO_LONG_LINE if long else tail
