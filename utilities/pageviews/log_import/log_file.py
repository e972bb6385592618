"""Reads the lines of a log once from its beginning to its end: a file or a pipe, plain or compressed."""

import asyncio
import bz2
import codecs
import lzma
import os
import stat
import zlib
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Protocol

import zstandard

from utilities.model.errors import SettingsError

READ_CHUNK_BYTES = 1 << 20  # bytes read at once
MAX_LINE_BYTES = 1 << 16  # no web server writes longer lines
PACKED_CHUNK_BYTES = 1 << 16  # fewer, because they may become a thousand times as many
MAGIC_BYTES = 64
MIN_UNMARKED_BYTES = 16  # of UTF-16 without a byte-order mark, which the zeros of ASCII's letters show
MAX_LAYERS = 3  # as in UTF-16 that was compressed, or a file that was compressed twice
TOO_LONG_LINE = b"\0too long"  # replaces a line longer than MAX_LINE_BYTES; compared by identity
STANDARD_INPUT = Path("-")


class Decompressor(Protocol):
    """What the standard library's decompressors have in common."""

    def decompress(self, data: bytes, /) -> bytes: ...

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...


DECOMPRESSORS: dict[bytes, Callable[[], Decompressor]] = {
    b"\x1f\x8b": lambda: zlib.decompressobj(wbits=31),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ": lzma.LZMADecompressor,
    b"\x5d\x00\x00": lzma.LZMADecompressor,
    b"\x28\xb5\x2f\xfd": lambda: zstandard.ZstdDecompressor().decompressobj(),
    b"\x50\x2a\x4d\x18": lambda: zstandard.ZstdDecompressor().decompressobj(),  # pzstd begins with a frame to skip
}
"""By the first bytes of the file, because rotated logs have all kinds of names."""
DECOMPRESSION_ERRORS = (EOFError, OSError, zlib.error, lzma.LZMAError, zstandard.ZstdError)
UNREAD_FORMATS = {
    b"PK\x03\x04": "a zip archive: unpack it first",
    b"7z\xbc\xaf": "a 7z archive: unpack it first",
    b"Rar!": "a rar archive: unpack it first",
    b"\x1f\x9d": "compressed with `compress`: unpack it with `uncompress` first",
    b"\x04\x22\x4d\x18": "compressed with lz4: unpack it with `lz4 -d` first",
    b"LZIP": "compressed with lzip: unpack it with `lzip -d` first",
    b"PAR1": "a Parquet file: export it as JSON lines first",
    b"LPKSHHRH": "a systemd journal: pipe it with `journalctl -o cat -u UNIT | run.py import-log -`",
}
"""Formats of files that are named instead of being counted as unreadable lines."""


class Utf16Decoder:
    """Turns UTF-16, which Windows tools write, into UTF-8. `utf-16` takes the order of the bytes from their mark."""

    eof = False
    unused_data = b""

    def __init__(self, encoding: str = "utf-16") -> None:
        self.decoder = codecs.getincrementaldecoder(encoding)("replace")

    def decompress(self, data: bytes, /) -> bytes:
        return self.decoder.decode(data).encode("utf-8", "replace")


class LogFile:
    """A log, used as `with LogFile(path) as file`; `-` is the standard input.

    After reading, `is_truncated` says that an archive is incomplete, and `is_open_ended` that the last line has no
    line end. Raises SettingsError when the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes_read = 0  # on disk, for the progress bar
        self.chunk_bytes = READ_CHUNK_BYTES
        self.is_truncated = self.is_open_ended = False
        try:
            self.raw = open(0, "rb", 0, closefd=False) if path == STANDARD_INPUT else path.open("rb", 0)  # noqa: SIM115
        except OSError as error:
            raise unreadable_file(path, error) from error
        details = os.fstat(self.raw.fileno())
        self.size = details.st_size
        self.is_regular = stat.S_ISREG(details.st_mode)

    def __enter__(self) -> "LogFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.raw.close()

    async def _read_raw(self) -> bytes:
        """Returns the next bytes on disk or in the pipe, none at the end; a pipe does not block the event loop."""
        if not self.is_regular:
            await wait_readable(self.raw.fileno())
        try:
            data = self.raw.read(self.chunk_bytes) or b""
        except OSError as error:
            raise unreadable_file(self.path, error) from error
        self.bytes_read += len(data)
        return data

    async def _read_chunks(self) -> AsyncIterator[bytes]:
        """Yields the bytes on disk or in the pipe."""
        while data := await self._read_raw():
            yield data

    async def _read_text(self, chunks: AsyncIterator[bytes], layers: int = MAX_LAYERS) -> AsyncIterator[bytes]:
        """Yields the text of these bytes, which may be packed in several layers.

        Ends early where the rest of an archive cannot be unpacked.
        """
        head = b""
        while len(head) < MAGIC_BYTES and (data := await anext(chunks, b"")):
            head += data
        for magic, name in UNREAD_FORMATS.items():
            if head.startswith(magic):
                raise SettingsError(f"{self.path} is {name}.")
        make = find_decompressor(head) if layers else None
        if make:
            async for text in self._read_text(self._unpack(head, chunks, make), layers - 1):
                yield text
            return
        if head:
            yield head
        async for data in chunks:
            yield data

    async def _unpack(
        self, data: bytes, chunks: AsyncIterator[bytes], make: Callable[[], Decompressor]
    ) -> AsyncIterator[bytes]:
        """Yields the unpacked bytes of an archive, or of several, one behind the other."""
        self.chunk_bytes = PACKED_CHUNK_BYTES
        unpacker, is_open = make(), False
        while data:
            try:
                text = unpacker.decompress(data)
            except DECOMPRESSION_ERRORS:
                is_open = True
                break
            if text:
                yield text
            is_open, data = not unpacker.eof, unpacker.unused_data.lstrip(b"\0")
            if unpacker.eof:
                unpacker = make()
            data = data or await anext(chunks, b"")
        self.is_truncated |= is_open and not isinstance(unpacker, Utf16Decoder)

    async def read_lines(self) -> AsyncIterator[list[bytes]]:
        """Yields the lines, many at a time; TOO_LONG_LINE for a longer one."""
        tail, is_long = b"", False
        async for text in self._read_text(self._read_chunks()):
            lines = (tail + text).split(b"\n")
            tail = lines.pop()
            if lines and is_long:
                lines[0], is_long = TOO_LONG_LINE, False
            yield [line if len(line) < MAX_LINE_BYTES else shorten_line(line) for line in lines]
            if len(tail) >= MAX_LINE_BYTES:
                tail = tail.lstrip(b"\0")  # a sparse beginning, which `copytruncate` makes, can be of any length
                is_long, tail = is_long or len(tail) >= MAX_LINE_BYTES, tail if len(tail) < MAX_LINE_BYTES else b""
        if tail or is_long:
            self.is_open_ended = True
            yield [TOO_LONG_LINE if is_long else tail]


def shorten_line(line: bytes) -> bytes:
    """Returns a long line without the NULs before it, TOO_LONG_LINE when it is still too long."""
    line = line.rpartition(b"\0")[2]
    return line if len(line) < MAX_LINE_BYTES else TOO_LONG_LINE


def find_decompressor(head: bytes) -> Callable[[], Decompressor] | None:
    """Returns what unpacks a file with this beginning, None for text."""
    is_utf16 = (head.startswith(b"\xff\xfe") and not any(head[3::2])) or (
        head.startswith(b"\xfe\xff") and not any(head[2::2])
    )
    if is_utf16 and len(head) > 2:
        return Utf16Decoder
    if len(head) >= MIN_UNMARKED_BYTES:
        for encoding, letters, zeros in (("utf-16-le", head[0::2], head[1::2]), ("utf-16-be", head[1::2], head[0::2])):
            if all(letters) and not any(zeros):
                return partial(Utf16Decoder, encoding)
    return next((make for magic, make in DECOMPRESSORS.items() if head.startswith(magic)), None)


def unreadable_file(path: Path, error: OSError) -> SettingsError:
    name = "The standard input" if path == STANDARD_INPUT else path
    return SettingsError(f"{name} cannot be read: {error.strerror or type(error).__name__}.")


async def wait_readable(descriptor: int) -> None:
    """Returns when a pipe or terminal has bytes or its end; at once for what cannot be waited for, like /dev/null."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    try:
        loop.add_reader(descriptor, ready.set)
    except (OSError, ValueError):
        return
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)
