"""What is said on a stream, encoded once for all walls that hear it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """The bytes of one event; `chunked` is the same framed for HTTP/1.1, `seq` is 0 for what is not resumed."""

    seq: int
    plain: bytes
    chunked: bytes

    def framed(self, chunked: bool) -> bytes:
        return self.chunked if chunked else self.plain


LAST_CHUNK = b"0\r\n\r\n"
"""Ends a chunked answer."""


def event(name: str, data: Mapping[str, object], *, seq: int = 0, boot: str = "") -> Event:
    """`data` travels as JSON on one line; only events with a `seq` move the mark a wall resumes from."""
    lines = [f"id: {mark(boot, seq)}"] if seq else []
    lines += [f"event: {name}", f"data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}"]
    return said(lines, seq)


def retry(seconds: float) -> Event:
    """How long a plain EventSource waits before it comes back; wall.js has a mind of its own."""
    return said([f"retry: {int(seconds * 1000)}"])


def said(lines: list[str], seq: int = 0) -> Event:
    plain = "\n".join([*lines, "", ""]).encode()
    return Event(seq, plain, b"%x\r\n%b\r\n" % (len(plain), plain))


def mark(boot: str, seq: int) -> str:
    """How far a wall has heard, in words it hands back when it returns."""
    return f"{boot}-{seq}"


def heard(text: str, boot: str) -> int:
    """The `seq` of a mark of this process; 0, which means everything, for any other text."""
    before, _, number = text.rpartition("-")
    return int(number) if before == boot and number.isascii() and number.isdigit() and len(number) < 16 else 0
