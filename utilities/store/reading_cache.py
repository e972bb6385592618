"""The readings of one process in memory, and the listeners for new ones."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from weakref import WeakSet

from utilities.model.frames import Reading


class ReadingListener(AsyncIterator[str]):
    """Names of reports with a new reading, oldest first; a name that waits already is not added twice."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.has_names = asyncio.Event()

    def add_name(self, report: str) -> None:
        """Adds a name and wakes the listener."""
        self.names[report] = None
        self.has_names.set()

    async def __anext__(self) -> str:
        while not self.names:
            self.has_names.clear()
            await self.has_names.wait()
        report = next(iter(self.names))
        del self.names[report]
        return report


class ReadingCache:
    """Readings by report; owned by the event loop."""

    def __init__(self) -> None:
        self.readings: dict[str, Reading] = {}
        self.listeners: WeakSet[ReadingListener] = WeakSet()

    def get(self, report: str) -> Reading | None:
        return self.readings.get(report)

    def put_reading(self, reading: Reading) -> None:
        """Stores a reading and notifies all listeners, unless it equals the one stored."""
        if self.readings.get(reading.report) == reading:
            return
        self.readings[reading.report] = reading
        for listener in list(self.listeners):
            listener.add_name(reading.report)

    def count_rows(self) -> int:
        """Returns the number of rows of all frames."""
        return sum(len(reading.frame.rows) for reading in self.readings.values() if reading.frame)

    def listen(self) -> ReadingListener:
        """Returns a new listener, which gets all names from now on."""
        listener = ReadingListener()
        self.listeners.add(listener)
        return listener


class DecodedReadings:
    """The digests of the stored bytes that the readings in a cache were decoded from.

    All readings are read again every few seconds, and few of them have changed.
    """

    def __init__(self) -> None:
        self._entries: dict[str, tuple[bytes, Reading]] = {}

    def add(self, encoded: bytes, reading: Reading) -> None:
        """Notes that these bytes are this reading."""
        self._entries[reading.report] = (_digest_bytes(encoded), reading)

    def is_current(self, encoded: bytes, reading: Reading | None) -> bool:
        """Whether these bytes are this reading, so that they need no decoding."""
        digest, decoded = self._entries.get(reading.report, (b"", None)) if reading else (b"", None)
        return decoded is not None and decoded is reading and digest == _digest_bytes(encoded)

    def drop(self, report: str) -> None:
        """Frees the memory for a report."""
        self._entries.pop(report, None)


def _digest_bytes(encoded: bytes) -> bytes:
    return hashlib.blake2b(encoded, digest_size=16).digest()
