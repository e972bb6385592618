"""Moves rows from the journal into the table in batches, on its own thread."""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path

from utilities.model.errors import StoreDown
from utilities.pageviews.storage.journal import Journal
from utilities.runtime.outage_log import OutageLog

log = logging.getLogger(__name__)

FLUSH_SECONDS = 1.0  # between two flushes when no query needs the rows sooner
FLUSH_RETRY_SECONDS = 1.0
CATCH_UP_SECONDS = 3.0  # longest time that a query waits for earlier rows

InsertRows = Callable[[Path], None]
"""Inserts the rows of a file into the table, on disk, except those already there; raises StoreDown."""


class JournalFlusher:
    """A commit to the table takes milliseconds of processor time at any size, one to the journal almost none.

    There are two journals: rows are appended to one while the engine loads the other.
    """

    def __init__(self, insert_rows: InsertRows, journals: tuple[Journal, Journal]) -> None:
        """Inserts the rows that a crash left in the journals, then starts the thread. Raises StoreDown."""
        self.insert_rows = insert_rows
        self.active, self.flushing = journals
        self.active_rows = 0
        self.lock = threading.Lock()  # guards these three
        self.appended = self.flushed = 0  # rows since the start
        self.waiters: list[tuple[int, Future[None]]] = []  # each waits until this many rows are flushed
        self.condition = threading.Condition()  # guards these, and `closing`
        self.closing = False
        self.outage = OutageLog(
            log, "Page views stay in the journal", "Page views move to the table again", "reports do not show them yet"
        )
        with ExitStack() as on_failure:
            for journal in journals:
                on_failure.callback(journal.close)
            for journal in journals:
                if journal.recover_lines():
                    self._insert_journal(journal)
                journal.clear_lines()
            on_failure.pop_all()
        self.thread = threading.Thread(target=self._run_thread, name="page-views-fold", daemon=True)
        self.thread.start()

    def unflushed_rows(self) -> int:
        """Returns how many rows are acknowledged but not in the table yet."""
        return self.appended - self.flushed

    def append_lines(self, lines: Sequence[bytes]) -> None:
        """Returns when the lines are on disk; raises StoreDown. Called on the commit thread."""
        with self.lock:
            self.active.append_lines(lines)
            self.active_rows += len(lines)
            self.appended += len(lines)

    def _run_thread(self) -> None:
        stopping = False
        try:
            while not stopping:
                with self.condition:
                    self.condition.wait_for(lambda: self.waiters or self.closing, timeout=FLUSH_SECONDS)
                    stopping = self.closing
                self._flush_journal()
            self._wake_waiters()
        finally:
            if not stopping:
                self.outage.record_failure("internal error; until the next start")

    def _flush_journal(self) -> None:
        with self.lock:
            rows, self.active_rows = self.active_rows, 0
            self.active, self.flushing = self.flushing, self.active
        while rows and not self._try_insert(self.flushing):
            with self.condition:
                if self.condition.wait_for(lambda: self.closing, timeout=FLUSH_RETRY_SECONDS):
                    return  # the rows stay in the journal
        self.flushed += rows
        self._wake_waiters()
        if rows:
            self.flushing.clear_lines()

    def _insert_journal(self, journal: Journal) -> None:
        try:
            copy = journal.copy_lines()
            self.insert_rows(copy)
            copy.unlink()
        except OSError as error:
            raise StoreDown(f"The page views cannot be moved to the table: {error.strerror}.") from error

    def _try_insert(self, journal: Journal) -> bool:
        try:
            self._insert_journal(journal)
        except StoreDown as error:
            self.outage.record_failure(str(error))
            return False
        self.outage.record_success()
        return True

    def has_lost_file(self) -> bool:
        """Whether a journal was deleted: what is written to it would be lost."""
        return self.active.is_deleted() or self.flushing.is_deleted()

    def _wake_waiters(self) -> None:
        with self.condition:
            ready = [future for rows, future in self.waiters if rows <= self.flushed or self.closing]
            self.waiters = [waiter for waiter in self.waiters if waiter[1] not in ready]
        for future in ready:
            if future.set_running_or_notify_cancel():
                future.set_result(None)

    async def catch_up(self) -> None:
        """Waits until all acknowledged rows are in the table, CATCH_UP_SECONDS at most."""
        if not self.unflushed_rows() or self.outage.is_failing:
            return
        future: Future[None] = Future()
        with self.condition:
            if self.closing:
                return
            self.waiters.append((self.appended, future))
            self.condition.notify()
        await asyncio.wait([asyncio.wrap_future(future)], timeout=CATCH_UP_SECONDS)

    async def close(self) -> None:
        """Flushes the remaining rows; those that the table does not take stay in the journal."""
        if self.closing:
            return
        with self.condition:
            self.closing = True
            self.condition.notify()
        await asyncio.to_thread(self.thread.join)
        self.active.close()
        self.flushing.close()
