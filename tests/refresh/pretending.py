"""A source that is told what to answer, and small reports on it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from utilities.model.clock import utc_now
from utilities.model.frames import Column, Frame, Reading, ValueKind
from utilities.refresh.refresher import Refresher
from utilities.reports import Report
from utilities.sources import SourceKind, Sources


def number(value: int) -> Frame:
    return Frame((Column("users", "Users", ValueKind.INTEGER),), ((value,),))


@dataclass
class Oracle:
    """Answers 1, 2, 3, … after `seconds`; raises `error` instead while there is one."""

    seconds: float = 0.0
    error: Exception | None = None
    factor: float = 1.0
    asked: int = 0
    running: int = 0
    most_running: int = 0

    async def answer(self, ask: object) -> Frame:
        self.asked += 1
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            await asyncio.sleep(self.seconds)
            if self.error is not None:
                raise self.error
            return number(self.asked)
        finally:
            self.running -= 1

    async def check(self) -> str:
        return "well"

    def stretch(self) -> float:
        return self.factor

    def health(self) -> Mapping[str, object]:
        return {}

    async def close(self) -> None: ...


async def never(*_: object) -> None: ...


def sources(**oracles: Oracle) -> Sources:
    return Sources([SourceKind(name, object, never) for name in oracles], oracles)


def report(name: str = "users", pace: float = 60.0, limit: float = 3600.0, source: str = "oracle", **more) -> Report:
    times = {"refresh_every": timedelta(seconds=pace), "stale_after": timedelta(seconds=limit)}
    return Report(name, name, (source,), **times, **more)


def known(*reports: Report) -> dict[str, Report]:
    return {each.name: each for each in reports}


@dataclass
class Jumping:
    """The machine's clock, moved by `ahead`."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@asynccontextmanager
async def running(store, oracle: Oracle, *reports: Report, clock=utc_now, **more) -> AsyncIterator[Refresher]:
    """A refresher at work on these reports."""
    refresher = Refresher(store, sources(oracle=oracle), known(*reports), clock, **more)
    refresher.set_active([each.name for each in reports])
    await refresher.start()
    try:
        yield refresher
    finally:
        await refresher.stop()


async def until(true: Callable[[], object], within: float = 5.0) -> None:
    """Waits for something to come true; fails when it does not."""
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110 (what it waits for is not ours to change)
            await asyncio.sleep(0.005)


def shown(reading: Reading | None) -> object:
    """The one number of a reading."""
    return reading.frame.rows[0][0] if reading and reading.frame else None
