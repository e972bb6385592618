"""What one process knows: its readings, and who wants to hear of new ones."""

import asyncio
from collections.abc import AsyncIterator
from weakref import WeakSet

from utilities.model.frames import Reading


class Listener(AsyncIterator[str]):
    """Names of reports with a new reading, oldest first; a name that is waiting already is not put twice."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.some = asyncio.Event()

    def put(self, report: str) -> None:
        self.names[report] = None
        self.some.set()

    async def __anext__(self) -> str:
        while not self.names:
            self.some.clear()
            await self.some.wait()
        report = next(iter(self.names))
        del self.names[report]
        return report


class Known:
    """The readings of this process, by report; belongs to the event loop."""

    def __init__(self) -> None:
        self.readings: dict[str, Reading] = {}
        self.listeners: WeakSet[Listener] = WeakSet()

    def get(self, report: str) -> Reading | None:
        return self.readings.get(report)

    def put(self, reading: Reading) -> None:
        """Takes a reading and tells everybody, unless it is the one that was known."""
        if self.readings.get(reading.report) == reading:
            return
        self.readings[reading.report] = reading
        for listener in list(self.listeners):
            listener.put(reading.report)

    def listen(self) -> Listener:
        listener = Listener()
        self.listeners.add(listener)
        return listener
