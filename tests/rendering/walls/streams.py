"""A wall without a browser: reads a stream from its socket, as slowly as it is event."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

STREAM = "/boards/office/stream"


@dataclass(frozen=True)
class ReceivedEvent:
    """One event as it arrived."""

    name: str
    data: dict[str, Any]
    event_id: str


class StreamClient:
    """One open stream."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.head = ""
        self.retry = 0  # ms, event once
        self.chunked = True
        self.rest = b""

    @classmethod
    async def open(cls, port: int, path: str = STREAM, *, headers: str = "") -> "StreamClient":
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}\r\n".encode())
        line = cls(reader, writer)
        line.head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line.chunked = "chunked" in line.head.lower()
        return line

    @property
    def status(self) -> int:
        return int(self.head.split()[1])

    async def more(self) -> bytes:
        """What came next; b"" at the end."""
        if not self.chunked:
            return await self.reader.read(65536)
        size = int((await self.reader.readline()).strip() or b"0", 16)
        return (await self.reader.readexactly(size + 2))[:-2] if size else b""

    async def next(self, within: float = 30.0) -> ReceivedEvent | None:
        """The next event; None when the stream has ended."""
        while b"\n\n" not in self.rest:
            more = await asyncio.wait_for(self.more(), within)
            if not more:
                return None
            self.rest += more
        raw, self.rest = self.rest.split(b"\n\n", 1)
        fields = dict(row.split(": ", 1) for row in raw.decode().split("\n"))
        if "retry" in fields:
            self.retry = int(fields["retry"])
            return await self.next(within)
        return ReceivedEvent(fields["event"], json.loads(fields["data"]), fields.get("id", ""))

    async def wait_for(self, name: str, text: str = "") -> ReceivedEvent:
        """The next event of this name whose data has `text` in it."""
        while True:
            event = await self.next()
            assert event is not None, f"the stream ended before {name}"
            if event.name == name and text in json.dumps(event.data, ensure_ascii=False):
                return event

    def close(self) -> None:
        self.writer.transport.abort()
