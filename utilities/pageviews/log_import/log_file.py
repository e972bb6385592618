"""The lines of a log file, plain or compressed, one after the other and each with the place where it ends."""

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

CHUNK = 1 << 20  # bytes read at once
LONGEST = 1 << 16  # bytes of a line; what is longer was never written by a web server
COMPRESSED: dict[bytes, Callable[[BinaryIO], Any]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}
"""By what the file begins with, for rotated logs have all kinds of names."""
TOO_LONG = b"\0"  # stands for such a line
HEAD = 4096  # bytes


class LogFile:
    """Use as `with LogFile(path) as file`. `cut` says afterwards that a compressed file ends before its end.

    Raises OSError when there is no such file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size  # bytes on disk, for the progress bar
        self.cut = False
        self.raw: BinaryIO = path.open("rb")
        head = self.raw.read(HEAD)
        self.raw.seek(0)
        self.begins = hashlib.sha256(head).hexdigest()  # by this it is known again, whatever its name is then
        kind = next((opens for magic, opens in COMPRESSED.items() if head.startswith(magic)), None)
        self.text: Any = kind(self.raw) if kind else self.raw

    def __enter__(self) -> "LogFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.text.close()
        self.raw.close()

    @property
    def read(self) -> int:
        """Bytes on disk that have been read so far."""
        return self.raw.tell()

    def chunk(self) -> bytes:
        """The next bytes; none at the end, and none when the rest of a compressed file cannot be read."""
        try:
            return bytes(self.text.read1(CHUNK))  # `read` loses what is before a cut
        except (EOFError, OSError, zlib.error, lzma.LZMAError):
            self.cut = True
            return b""

    def lines(self, start: int = 0) -> Iterator[tuple[int, bytes]]:
        """Where a line ends (bytes of text, uncompressed) and the line; TOO_LONG for one that is none."""
        self.text.seek(start, io.SEEK_SET)
        place, tail, long = start, b"", 0
        while chunk := self.chunk():
            first, *others = (tail + chunk).split(b"\n")
            if others:
                place += long + len(first) + 1
                yield place, TOO_LONG if long else first
                for line in others[:-1]:
                    place += len(line) + 1
                    yield place, line if len(line) < LONGEST else TOO_LONG
                first, long = others[-1], 0
            tail = first
            if len(tail) >= LONGEST:
                long, tail = long + len(tail), b""
        if tail or long:
            yield place + long + len(tail), TOO_LONG if long else tail
