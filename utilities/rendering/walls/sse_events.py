"""Server-sent events, encoded once for all walls."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SseEvent:
    """The bytes of one event; `chunked` has HTTP/1.1 chunk framing, `seq` is 0 for an event without an id."""

    seq: int
    plain: bytes
    chunked: bytes

    def bytes_for(self, chunked: bool) -> bytes:
        """Returns the bytes with or without chunk framing."""
        return self.chunked if chunked else self.plain


LAST_CHUNK = b"0\r\n\r\n"
"""Ends a chunked response."""


def encode_event(name: str, data: Mapping[str, object], *, seq: int = 0, boot: str = "") -> SseEvent:
    """Returns an event with `data` as JSON on one line; only with a `seq` it has an id to resume from."""
    lines = [f"id: {event_id(boot, seq)}"] if seq else []
    lines += [f"event: {name}", f"data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}"]
    return encode_lines(lines, seq)


def encode_retry(seconds: float) -> SseEvent:
    """Returns how long a plain EventSource waits before it reconnects; wall.js has its own delays."""
    return encode_lines([f"retry: {int(seconds * 1000)}"])


def pick_retry_event() -> SseEvent:
    """Returns one of several waits for a new wall, so that after a restart they do not all reconnect at one moment."""
    return random.choice(_RETRY_EVENTS)  # noqa: S311 (jitter)


def encode_lines(lines: list[str], seq: int = 0) -> SseEvent:
    """Returns the event with these lines."""
    plain = "\n".join([*lines, "", ""]).encode()
    return SseEvent(seq, plain, b"%x\r\n%b\r\n" % (len(plain), plain))


def event_id(boot: str, seq: int) -> str:
    """Returns the id that a wall sends back when it reconnects."""
    return f"{boot}-{seq}"


def parse_event_id(text: str, boot: str) -> int:
    """Returns the `seq` of an id of this process; 0, which means all tiles, for any other text."""
    prefix, _, number = text.rpartition("-")
    return int(number) if prefix == boot and number.isascii() and number.isdigit() and len(number) < 16 else 0


_RETRY_EVENTS = tuple(encode_retry(seconds) for seconds in (1.0, 1.7, 2.4, 3.1, 3.8, 4.5))
