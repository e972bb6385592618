"""One open stream: how far it has heard, and whether it still takes what it is told."""

from asyncio import Future
from collections.abc import Callable, Iterable
from typing import Protocol

from utilities.rendering.walls.sse_events import LAST_CHUNK, Event


class Pipe(Protocol):
    """What a wall is told through; Tornado's IOStream is one."""

    def write(self, data: bytes) -> "Future[None]": ...

    def writing(self) -> bool: ...

    def closed(self) -> bool: ...

    def close(self) -> None: ...

    def set_close_callback(self, callback: Callable[[], None] | None) -> None: ...


class Ended(Protocol):
    """Set when the session a wall was opened with is over; asyncio.Event is one."""

    def is_set(self) -> bool: ...


class Wall:
    """Holds no queue: a wall that lags remembers only how far it has heard, so it can never grow.

    Once it has taken what it was sent, `drained` is called, and it is sent the newest of every tile it missed.
    """

    __slots__ = ("chunked", "drained", "ended", "pipe", "seen", "stuck_since")

    def __init__(
        self, pipe: Pipe, *, chunked: bool, seen: int, ended: Ended | None, drained: Callable[["Wall"], None]
    ) -> None:
        self.pipe = pipe
        self.chunked = chunked
        self.seen = seen
        self.ended = ended
        self.drained = drained
        self.stuck_since: float | None = None

    def tell(self, events: Iterable[Event], now: float) -> None:
        """Writes unless the wall still chews on something; `now` is monotonic seconds."""
        if self.stuck_since is not None or self.pipe.closed():
            return
        written = None
        for event in events:
            written = self.pipe.write(event.chunked if self.chunked else event.plain)
            if event.seq:
                self.seen = event.seq
            if self.pipe.closed():
                return
        if written is not None and self.pipe.writing():
            self.stuck_since = now
            written.add_done_callback(self._on_written)

    def _on_written(self, written: "Future[None]") -> None:
        self.stuck_since = None
        if not written.cancelled() and written.exception() is None:
            self.drained(self)

    def leave(self, farewell: Event) -> "Future[None] | None":
        """Says good-bye and ends the answer; None when there is nothing to wait for."""
        if self.pipe.closed():
            return None
        if self.stuck_since is not None:
            self.pipe.close()
            return None
        done = self.pipe.write(farewell.framed(self.chunked) + (LAST_CHUNK if self.chunked else b""))
        done.add_done_callback(lambda _: self.pipe.close())
        return done
