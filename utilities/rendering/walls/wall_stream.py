"""The open stream of one wall: what it has received, and whether it still reads."""

from asyncio import Future
from collections.abc import Callable, Iterable
from typing import Protocol

from utilities.rendering.walls.sse_events import LAST_CHUNK, SseEvent


class StreamPipe(Protocol):
    """The connection to a wall; Tornado's IOStream is one."""

    def write(self, data: bytes) -> "Future[None]": ...

    def writing(self) -> bool: ...

    def closed(self) -> bool: ...

    def close(self) -> None: ...

    def set_close_callback(self, callback: Callable[[], None] | None) -> None: ...


class SessionEnd(Protocol):
    """Is set when the session of a wall ends; asyncio.Event is one."""

    def is_set(self) -> bool: ...


SeesPrivate = Callable[[], bool]
"""Whether a wall may show private tiles now; asked again while the wall is open."""


def never_private() -> bool:
    """Returns False: for walls of which nobody says who sees them."""
    return False


class WallStream:
    """Has no queue: a slow wall remembers only the last event it has received, so its memory cannot grow.

    When a pending write ends, `on_drained` is called, which sends the newest event of every tile it has missed.
    """

    __slots__ = ("chunked", "last_seq", "on_drained", "pipe", "sees_private", "session_end", "stalled_since")

    def __init__(
        self,
        pipe: StreamPipe,
        *,
        chunked: bool,
        last_seq: int,
        session_end: SessionEnd | None,
        on_drained: Callable[["WallStream"], None],
        sees_private: SeesPrivate = never_private,
    ) -> None:
        self.pipe = pipe
        self.chunked = chunked
        self.last_seq = last_seq
        self.session_end = session_end
        self.on_drained = on_drained
        self.sees_private = sees_private
        self.stalled_since: float | None = None  # monotonic seconds; None while no write is pending

    def send_events(self, events: Iterable[SseEvent], now: float) -> None:
        """Writes unless the previous write is still pending (back-pressure); `now` is monotonic seconds."""
        if self.stalled_since is not None or self.pipe.closed():
            return
        last_write = None
        for event in events:
            last_write = self.pipe.write(event.bytes_for(self.chunked))
            if event.seq:
                self.last_seq = event.seq
            if self.pipe.closed():
                return
        if last_write is not None and self.pipe.writing():
            self.stalled_since = now
            last_write.add_done_callback(self._on_written)

    def _on_written(self, write: "Future[None]") -> None:
        self.stalled_since = None
        if not write.cancelled() and write.exception() is None:
            self.on_drained(self)

    def send_farewell(self, farewell: SseEvent) -> "Future[None] | None":
        """Sends the last event and ends the response; returns None when there is nothing to wait for."""
        if self.pipe.closed():
            return None
        if self.stalled_since is not None:
            self.pipe.close()
            return None
        write = self.pipe.write(farewell.bytes_for(self.chunked) + (LAST_CHUNK if self.chunked else b""))
        write.add_done_callback(lambda _: self.pipe.close())
        return write
