"""A cache bounded in size that also drops what nobody has used for a while: figures of yesterday are not read again."""

import time
from collections.abc import Callable
from typing import TypeVar

from cachetools import LRUCache

from utilities.model.clock import MonotonicClock

Key = TypeVar("Key")
Item = TypeVar("Item")


class IdleCache(LRUCache[Key, Item]):
    """An LRU cache. Each new item drops those that were not read or written for `idle_seconds`."""

    def __init__(
        self,
        maxsize: float,
        idle_seconds: float,
        getsizeof: Callable[[Item], float] | None = None,
        monotonic: MonotonicClock = time.monotonic,
    ) -> None:
        super().__init__(maxsize, getsizeof)
        self._idle_seconds = idle_seconds
        self._monotonic = monotonic
        self._used_at: dict[Key, float] = {}  # in the order of the last use

    def __getitem__(self, key: Key) -> Item:
        item = super().__getitem__(key)
        self._record_use(key)
        return item

    def __setitem__(self, key: Key, value: Item) -> None:
        super().__setitem__(key, value)
        self._record_use(key)
        self._drop_idle()

    def __delitem__(self, key: Key) -> None:
        super().__delitem__(key)
        self._used_at.pop(key, None)

    def clear(self) -> None:
        super().clear()
        self._used_at.clear()

    def _record_use(self, key: Key) -> None:
        self._used_at.pop(key, None)
        self._used_at[key] = self._monotonic()

    def _drop_idle(self) -> None:
        before = self._monotonic() - self._idle_seconds
        while (key := next(iter(self._used_at))) in self and self._used_at[key] < before:
            del self[key]
