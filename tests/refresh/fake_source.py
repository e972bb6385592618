"""A source whose answers a test decides, clocks that a test moves, and small reports."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.waiting import wait_until
from utilities.model.clock import utc_now
from utilities.model.frames import Column, Frame, Reading, ValueKind
from utilities.refresh.refresher import Refresher
from utilities.reports import Report
from utilities.sources import Sources, SourceType


def one_figure(value: int) -> Frame:
    """Returns a frame with a single figure."""
    return Frame((Column("users", "Users", ValueKind.INTEGER),), ((value,),))


def figure_of(reading: Reading | None) -> object:
    """Returns the single figure of a reading."""
    return reading.frame.rows[0][0] if reading and reading.frame else None


@dataclass
class FakeSource:
    """Answers 1, 2, 3, …; raises `error` instead while there is one. While `gate` is not set, queries wait."""

    error: Exception | None = None
    slowdown_factor: float = 1.0
    on_query: Callable[[], None] = lambda: None
    gate: asyncio.Event | None = None
    query_count: int = 0
    running: int = 0
    max_running: int = 0

    async def fetch_frame(self, ask: object) -> Frame:
        self.query_count += 1
        number = self.query_count
        self.running += 1
        self.max_running = max(self.max_running, self.running)
        try:
            self.on_query()
            await (self.gate.wait() if self.gate else asyncio.sleep(0))
            if self.error is not None:
                raise self.error
            return one_figure(number)
        finally:
            self.running -= 1

    async def check(self) -> str:
        return "well"

    def slowdown(self) -> float:
        return self.slowdown_factor

    def health(self) -> Mapping[str, object]:
        return {}

    async def close(self) -> None: ...


async def never(*_: object) -> None: ...


def make_sources(**opened: FakeSource) -> Sources:
    return Sources([SourceType(name, object, never) for name in opened], opened)


def make_report(name: str = "users", pace: float = 60.0, limit: float = 3600.0, source: str = "fake", **more) -> Report:
    times = {"refresh_every": timedelta(seconds=pace), "stale_after": timedelta(seconds=limit)}
    return Report(name, name, (source,), **times, **more)


def by_name(*reports: Report) -> dict[str, Report]:
    return {report.name: report for report in reports}


@dataclass
class FakeClock:
    """A wall clock and a monotonic clock that stand still until a test moves them."""

    now: datetime = field(default_factory=utc_now)
    seconds: float = 1000.0

    def __call__(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float, *refreshers: Refresher) -> None:
        """Moves both clocks, and wakes all tasks of these refreshers, whose real sleeps go on."""
        self.now += timedelta(seconds=seconds)
        self.seconds += seconds
        for refresher in refreshers:
            for task in refresher.refresh_tasks.values():
                task.wake_event.set()


@asynccontextmanager
async def running_refresher(
    store, source: FakeSource, *reports: Report, clock=utc_now, **more
) -> AsyncIterator[Refresher]:
    """A started refresher of these reports; with a FakeClock both of its clocks are used."""
    if isinstance(clock, FakeClock):
        more["monotonic"] = clock.monotonic
    refresher = Refresher(store, make_sources(fake=source), by_name(*reports), clock, **more)
    refresher.set_active([report.name for report in reports])
    await refresher.start()
    try:
        yield refresher
    finally:
        await refresher.stop()


def is_settled(refresher: Refresher) -> bool:
    """Whether every task has seen the newest reading and waits until it is due."""
    return all(
        task.last_seen.reading == refresher.context.store.latest(name) and task.seconds_until_due() > 0
        for name, task in refresher.refresh_tasks.items()
    )


async def settle(*refreshers: Refresher) -> None:
    """Waits until all tasks of these refreshers wait: nothing more is queried until a clock moves."""
    await wait_until(lambda: all(is_settled(refresher) for refresher in refreshers))
