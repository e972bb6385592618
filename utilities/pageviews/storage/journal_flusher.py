"""From the journal into the table: rows are acknowledged as soon as they are in one, and moved in larger lots."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

from utilities.model.errors import StoreDown
from utilities.pageviews.storage.journal import Journal

PACE = 1.0  # seconds between two lots, when nobody asks for the rows sooner
REST = 1.0  # seconds before the table is tried again
CATCHING_UP = 3.0  # seconds a question waits for the rows before it, at most

Fold = Callable[[Path], None]
"""Puts the rows of a file into the table and on disk, without those that are there; StoreDown when it cannot."""


class Folding:
    """A commit to the table costs some milliseconds of processor time whatever its size, one to the journal none.

    There are two journals: rows go to one while the engine reads the other.
    """

    def __init__(self, fold: Fold, journals: tuple[Journal, Journal]) -> None:
        self.fold = fold
        self.journal, self.other = journals
        self.pending = 0  # the rows of `journal`
        self.turn = threading.Lock()  # guards these three
        self.taken = self.folded = 0  # rows, ever
        self.waiters: list[tuple[int, Future[None]]] = []  # until how many rows have been moved
        self.change = threading.Condition()  # guards these, and `closing`
        self.closing = False
        self.trouble = ""
        for journal in journals:  # what a crash has left behind
            if journal.mend():
                self.read(journal)
            journal.empty()
        self.thread = threading.Thread(target=self.run, name="page-views-fold", daemon=True)
        self.thread.start()

    def behind(self) -> int:
        """How many rows are acknowledged but not in the table yet."""
        return self.taken - self.folded

    def take(self, lines: Sequence[bytes]) -> None:
        """On the commit thread: returns when they are on disk; raises StoreDown."""
        with self.turn:
            self.journal.write(lines)
            self.pending += len(lines)
            self.taken += len(lines)

    def run(self) -> None:
        """The thread's whole life."""
        ending = False
        try:
            while not ending:
                with self.change:
                    self.change.wait_for(lambda: self.waiters or self.closing, timeout=PACE)
                    ending = self.closing
                self.move()
            self.wake()
        finally:
            if not ending:
                self.trouble = "a fault of Foyer's own; page views wait in the journal for the next start"

    def move(self) -> None:
        with self.turn:
            rows, self.pending = self.pending, 0
            self.journal, self.other = self.other, self.journal
        while rows and not self.moved(self.other):
            with self.change:
                if self.change.wait_for(lambda: self.closing, timeout=REST):
                    return  # the journal has them
        self.folded += rows
        self.wake()
        if rows:
            self.other.empty()

    def read(self, journal: Journal) -> None:
        try:
            lot = journal.lot()
            self.fold(lot)
            lot.unlink()
        except OSError as error:
            raise StoreDown(f"The page views cannot be moved: {error.strerror}.") from error

    def moved(self, journal: Journal) -> bool:
        try:
            self.read(journal)
        except StoreDown as error:
            self.trouble = str(error)
            return False
        self.trouble = ""
        return True

    def wake(self) -> None:
        with self.change:
            done = [future for until, future in self.waiters if until <= self.folded or self.closing]
            self.waiters = [each for each in self.waiters if each[1] not in done]
        for future in done:
            if future.set_running_or_notify_cancel():
                future.set_result(None)

    async def catch_up(self) -> None:
        """Returns when all that has been acknowledged can be asked for, or when that takes too long."""
        if not self.behind() or self.trouble:
            return
        future: Future[None] = Future()
        with self.change:
            if self.closing:
                return
            self.waiters.append((self.taken, future))
            self.change.notify()
        await asyncio.wait([asyncio.wrap_future(future)], timeout=CATCHING_UP)

    async def close(self) -> None:
        """Moves the rest; what the table does not take stays in the journal."""
        if self.closing:
            return
        with self.change:
            self.closing = True
            self.change.notify()
        await asyncio.to_thread(self.thread.join)
        self.journal.close()
        self.other.close()
