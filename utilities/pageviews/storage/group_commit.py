"""Group commit: many who add, one thread that writes, and nobody is answered before the disk has it."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from utilities.model.clock import Clock
from utilities.model.errors import FoyerError, Overloaded, StoreDown

MAX_PENDING_ROWS = 20_000  # rows, those being written included; about 20 MB
MAX_COMMIT_ROWS = 5_000  # rows in one commit, so that nobody waits for somebody else's import
STORE_CLOSED_TEXT = "The page-view store is closed."

EncodedRow = TypeVar("Kept")
"""What an engine makes of a row before it is written."""

WriteRows = Callable[[Sequence[EncodedRow]], None]
"""Puts rows on disk; StoreDown when that is nobody's fault, ValueError when it is a row's. Nothing is kept then."""


@dataclass(frozen=True, slots=True, eq=False)
class Adding(Generic[EncodedRow]):
    """One call of `add`."""

    rows: Sequence[EncodedRow]
    done: "asyncio.Future[None]"


class GroupCommit(Generic[EncodedRow]):
    """Made on the event loop that adds; `write` runs on a thread of ours and nowhere else."""

    def __init__(
        self, write: WriteRows[EncodedRow], clock: Clock, behind: Callable[[], int] = int, room: int = MAX_PENDING_ROWS
    ) -> None:
        self.write = write
        self.clock = clock
        self.room = room
        self.behind = behind  # rows that are written, but still take up room
        self.waiting = 0  # rows; the loop's
        self.last_commit: datetime | None = None
        self.trouble = ""  # what the last commit failed of
        self.loop = asyncio.get_running_loop()
        self.gathered: list[Adding[EncodedRow]] = []  # the loop's
        self.queue: deque[Adding[EncodedRow]] = deque()
        self.change = threading.Condition()
        self.open = True  # guarded by `change`, as is `queue`
        self.thread = threading.Thread(target=self.run, name="page-views-commit", daemon=True)
        self.thread.start()

    async def add(self, rows: Sequence[EncodedRow]) -> None:
        """Returns when the rows are on disk. Overloaded when there is no room, StoreDown when they cannot be written,
        ValueError when one of them cannot be kept."""
        if self.waiting + self.behind() + len(rows) > self.room:
            raise Overloaded("More page views than can be written just now.")
        if not self.open:
            raise StoreDown(STORE_CLOSED_TEXT)
        adding = Adding(rows, self.loop.create_future())
        if not self.gathered:
            self.loop.call_soon(self.hand_over)
        self.gathered.append(adding)
        self.waiting += len(rows)
        await adding.done

    def hand_over(self) -> None:
        """On the event loop, after everybody whose turn it was has added: the thread is woken once for all of them."""
        batch, self.gathered = self.gathered, []
        with self.change:
            if self.open:
                self.queue += batch
                self.change.notify()
                return
        self.answer(batch, [StoreDown(STORE_CLOSED_TEXT)] * len(batch))

    def run(self) -> None:
        """The thread's whole life. While one batch is being written the next one gathers."""
        batch: list[Adding[EncodedRow]] = []
        try:
            while batch := self.take():
                self.settle(batch, self.attempt(batch))
        finally:
            with self.change:
                self.open = False
                batch += self.queue
                self.queue.clear()
            self.settle(batch, [StoreDown(STORE_CLOSED_TEXT)] * len(batch))

    def take(self) -> list[Adding[EncodedRow]]:
        """What has gathered, waiting for it; nothing when all is written and nobody may add any more."""
        with self.change:
            self.change.wait_for(lambda: self.queue or not self.open)
            batch: list[Adding[EncodedRow]] = []
            rows = 0
            while self.queue and (not batch or rows + len(self.queue[0].rows) <= MAX_COMMIT_ROWS):
                batch.append(self.queue.popleft())
                rows += len(batch[-1].rows)
            return batch

    def attempt(self, batch: Sequence[Adding[EncodedRow]]) -> list[FoyerError | ValueError | None]:
        """Writes the batch as one; a row that cannot be kept fails only those who brought it."""
        try:
            self.write([row for adding in batch for row in adding.rows])
        except StoreDown as error:
            return [error] * len(batch)
        except ValueError as error:
            return [error] if len(batch) == 1 else [self.attempt([adding])[0] for adding in batch]
        return [None] * len(batch)

    def settle(self, batch: Sequence[Adding[EncodedRow]], ends: Sequence[FoyerError | ValueError | None]) -> None:
        if batch and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.answer, batch, ends)

    def answer(self, batch: Sequence[Adding[EncodedRow]], ends: Sequence[FoyerError | ValueError | None]) -> None:
        """On the event loop."""
        for adding, end in zip(batch, ends, strict=True):
            self.waiting -= len(adding.rows)
            if adding.done.done():  # whoever added has gone away
                continue
            if end is None:
                adding.done.set_result(None)
            else:
                adding.done.set_exception(end)
        down = [str(end) for end in ends if isinstance(end, StoreDown)]
        self.trouble = down[0] if down else ""
        if None in ends:
            self.last_commit = self.clock()

    def health(self, trouble: str = "") -> Mapping[str, object]:
        """Facts for /healthz; `trouble` is what else goes wrong."""
        last = self.last_commit
        return {
            "answers": not (trouble or self.trouble),
            "waiting": self.waiting + self.behind(),
            "room": self.room,
            "last_commit": last and last.isoformat(timespec="milliseconds"),
        }

    async def close(self) -> None:
        """Writes what has been added, takes nothing more."""
        self.hand_over()
        with self.change:
            self.open = False
            self.change.notify()
        await asyncio.to_thread(self.thread.join)
