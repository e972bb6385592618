"""Group commit: rows that callers add at the same time are written together by one thread."""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from utilities.model.clock import Clock
from utilities.model.errors import FoyerError, Overloaded, StoreDown
from utilities.runtime.outage_log import OutageLog, is_outage_logged

log = logging.getLogger(__name__)

MAX_PENDING_ROWS = 20_000  # rows being written included; about 20 MB
MAX_COMMIT_ROWS = 5_000  # rows in one commit, so that a hit does not wait for an import
STORE_CLOSED_TEXT = "The page-view store is closed."

EncodedRow = TypeVar("EncodedRow")
"""A row in the form that the engine writes."""

WriteRows = Callable[[Sequence[EncodedRow]], None]
"""Writes rows to disk, all or none. Raises StoreDown when it cannot write, ValueError when a row is invalid."""


@dataclass(frozen=True, slots=True, eq=False)
class PendingAdd(Generic[EncodedRow]):
    """The rows of one call of `add_rows`."""

    rows: Sequence[EncodedRow]
    committed: "asyncio.Future[None]"


class GroupCommit(Generic[EncodedRow]):
    """Writes batches on its own thread. Created on the event loop that adds rows."""

    def __init__(
        self,
        write_rows: WriteRows[EncodedRow],
        clock: Clock,
        unflushed_rows: Callable[[], int] = int,
        capacity: int = MAX_PENDING_ROWS,
    ) -> None:
        """`unflushed_rows` counts rows that are written but still use up capacity."""
        self.write_rows = write_rows
        self.clock = clock
        self.capacity = capacity
        self.unflushed_rows = unflushed_rows
        self.pending_rows = 0  # event loop only
        self.last_commit: datetime | None = None
        self.outage = OutageLog(log, "Page views are refused", "Page views are stored again", "beacons get 503")
        self.loop = asyncio.get_running_loop()
        self.new_adds: list[PendingAdd[EncodedRow]] = []  # event loop only
        self.queue: deque[PendingAdd[EncodedRow]] = deque()
        self.condition = threading.Condition()
        self.is_open = True  # guarded by `condition`, as is `queue`
        self.thread = threading.Thread(target=self._run_writer, name="page-views-commit", daemon=True)
        self.thread.start()

    async def add_rows(self, rows: Sequence[EncodedRow]) -> None:
        """Returns when the rows are on disk. Raises Overloaded when there is no room, StoreDown when they cannot be
        written, ValueError when one of them is invalid."""
        if self.pending_rows + self.unflushed_rows() + len(rows) > self.capacity:
            raise Overloaded("Too many page views are waiting to be written.")
        if not self.is_open:
            raise StoreDown(STORE_CLOSED_TEXT)
        add = PendingAdd(rows, self.loop.create_future())
        if not self.new_adds:
            self.loop.call_soon(self._wake_writer)
        self.new_adds.append(add)
        self.pending_rows += len(rows)
        await add.committed

    def _wake_writer(self) -> None:
        """Wakes the thread once for all callers of this turn of the event loop."""
        batch, self.new_adds = self.new_adds, []
        with self.condition:
            if self.is_open:
                self.queue += batch
                self.condition.notify()
                return
        self._resolve_batch(batch, [StoreDown(STORE_CLOSED_TEXT)] * len(batch))

    def _run_writer(self) -> None:
        """Runs on the thread until closed. While one batch is written, the next one collects."""
        batch: list[PendingAdd[EncodedRow]] = []
        try:
            while batch := self._next_batch():
                self._report_batch(batch, self._write_batch(batch))
        finally:
            with self.condition:
                self.is_open = False
                batch += self.queue
                self.queue.clear()
            self._report_batch(batch, [StoreDown(STORE_CLOSED_TEXT)] * len(batch))

    def _next_batch(self) -> list[PendingAdd[EncodedRow]]:
        """Waits for rows and returns them; an empty list once it is closed and everything is written."""
        with self.condition:
            self.condition.wait_for(lambda: self.queue or not self.is_open)
            batch: list[PendingAdd[EncodedRow]] = []
            rows = 0
            while self.queue and (not batch or rows + len(self.queue[0].rows) <= MAX_COMMIT_ROWS):
                batch.append(self.queue.popleft())
                rows += len(batch[-1].rows)
            return batch

    def _write_batch(self, batch: Sequence[PendingAdd[EncodedRow]]) -> list[FoyerError | ValueError | None]:
        """Writes the batch as one and returns an error or None for each add; an invalid row fails only its own add."""
        try:
            self.write_rows([row for add in batch for row in add.rows])
        except StoreDown as error:
            return [error] * len(batch)
        except ValueError as error:
            return [error] if len(batch) == 1 else [self._write_batch([add])[0] for add in batch]
        return [None] * len(batch)

    def _report_batch(
        self, batch: Sequence[PendingAdd[EncodedRow]], errors: Sequence[FoyerError | ValueError | None]
    ) -> None:
        if batch and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._resolve_batch, batch, errors)

    def _resolve_batch(
        self, batch: Sequence[PendingAdd[EncodedRow]], errors: Sequence[FoyerError | ValueError | None]
    ) -> None:
        """Wakes the callers; runs on the event loop."""
        for add, error in zip(batch, errors, strict=True):
            self.pending_rows -= len(add.rows)
            if add.committed.done():  # the caller was cancelled
                continue
            if error is None:
                add.committed.set_result(None)
            else:
                add.committed.set_exception(error)
        failures = (error for error in errors if isinstance(error, StoreDown) and not is_outage_logged(error))
        down = [text for text in map(str, failures) if text != STORE_CLOSED_TEXT]
        if down:
            self.outage.record_failure(down[0])
        elif None in errors:
            self.outage.record_success()
        if None in errors:
            self.last_commit = self.clock()

    def health(self, other_error: str = "") -> Mapping[str, object]:
        """Returns facts for /healthz; `other_error` is an error outside the commit, '' for none."""
        last = self.last_commit
        return {
            "answers": not (other_error or self.outage.is_failing),
            "waiting": self.pending_rows + self.unflushed_rows(),
            "room": self.capacity,
            "last_commit": last and last.isoformat(timespec="milliseconds"),
        }

    async def close(self) -> None:
        """Writes the rows that were added and accepts no more."""
        self._wake_writer()
        with self.condition:
            self.is_open = False
            self.condition.notify()
        await asyncio.to_thread(self.thread.join)
