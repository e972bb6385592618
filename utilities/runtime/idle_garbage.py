"""Collects cyclic garbage between requests: Python would do it in the middle of one, and longer with each object."""

import gc
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from utilities.model.clock import MonotonicClock
from utilities.runtime.supervised_loop import SupervisedLoop

LOOK_SECONDS = 0.5
DUE_COUNT = 10  # collections of young objects since the last full one: Python's own threshold
OVERDUE_COUNT = 40  # then also while there are requests
FREEZE_SECONDS = 0.01  # of the thread's processor time; after a longer collection, what is left is not visited again
THAW_SECONDS = 86_400.0  # then everything is visited once, or garbage that was frozen alive would stay for ever
OVERDUE_THAW_SECONDS = 3600.0  # after which everything is visited also while there are requests
NO_THRESHOLD = 1_000_000_000  # Python itself never starts a full collection


class GarbageCollector:
    """Runs full collections in idle moments. Belongs to the event loop's thread.

    Python 3.14 collects old objects in small parts by itself: its count of full collections stays 0.
    """

    def __init__(self, is_idle: Callable[[], bool], monotonic: MonotonicClock = time.monotonic) -> None:
        self._is_idle = is_idle
        self._monotonic = monotonic
        self._thaw_at = monotonic() + THAW_SECONDS

    def begin(self) -> None:
        """Leaves what there is at the start alone: visiting it takes 90 ms, and nobody is answered meanwhile."""
        gc.freeze()
        gc.set_threshold(*gc.get_threshold()[:2], NO_THRESHOLD)
        gc.enable()

    def collect_if_due(self) -> None:
        """Runs a full collection when one is due and nobody waits for an answer."""
        count, is_idle, now = gc.get_count()[2], self._is_idle(), self._monotonic()
        if now >= self._thaw_at + (0.0 if is_idle else OVERDUE_THAW_SECONDS):
            self._thaw_at = now + THAW_SECONDS
            gc.unfreeze()
            gc.collect()
            gc.freeze()
        elif count >= (DUE_COUNT if is_idle else OVERDUE_COUNT):
            began = time.thread_time()
            gc.collect()
            if time.thread_time() - began > FREEZE_SECONDS:
                gc.freeze()


@asynccontextmanager
async def collect_garbage_when_idle(is_idle: Callable[[], bool]) -> AsyncIterator[None]:
    """Takes the full collections over from Python while the context is open."""
    threshold = gc.get_threshold()
    collector = GarbageCollector(is_idle)
    collector.begin()
    loop = SupervisedLoop.every(LOOK_SECONDS, "garbage", collector.collect_if_due)
    try:
        yield
    finally:
        await loop.stop()
        gc.set_threshold(*threshold)
