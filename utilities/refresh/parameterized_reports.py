"""Reports as somebody wants them: for another site or another time; asked when wanted, for as long as they are."""

import hashlib
import time
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

from utilities.model.clock import Clock
from utilities.model.errors import Overloaded
from utilities.model.frames import Frame, Reading
from utilities.refresh.refresher import Refresher
from utilities.reports import BuildFrames, Report
from utilities.sources import Adjusting, Sources
from utilities.store.disk_cache import Shelf
from utilities.store.memory_store import MemoryStore

MOST = 200  # variants that are remembered
MOST_ROWS = 200_000  # rows of all their frames together, above which the oldest give way
KEPT = 30.0  # seconds that one is kept fresh after somebody looked
BUSY = 10.0  # seconds in which one that was looked at is not given up for another


class NoShelf(Shelf):
    """Nothing on disk: who wants a variant once seldom wants it after a restart."""

    def keep(self, reading: Reading) -> None: ...


class Passing(MemoryStore):
    """Readings of this process, until they are forgotten."""

    def forget(self, report: str) -> None:
        for kept in (self.known.readings, self.given, self.written):
            kept.pop(report, None)

    def rows(self) -> int:
        return sum(len(reading.frame.rows) for reading in self.known.readings.values() if reading.frame)


class Adjusted(Sources):
    """The same sources, each ask with the parameters of a request."""

    def __init__(self, sources: Sources, said: Mapping[str, str]) -> None:
        super().__init__(tuple(sources.kinds.values()), sources.opened, sources.website, sources.clock)
        self.said = said

    async def ask(self, source: str, ask: object) -> Frame:
        asked = self.opened.get(source)
        return await super().ask(source, asked.adjusted(ask, self.said) if isinstance(asked, Adjusting) else ask)


def elsewhen(build: BuildFrames, said: Mapping[str, str]) -> BuildFrames:
    return lambda sources: build(Adjusted(sources, said))


class Variants:
    """A refresher of its own over the same sources, with at most MOST reports. Owned by the event loop."""

    def __init__(self, sources: Sources, clock: Clock, most: int = MOST, most_rows: int = MOST_ROWS) -> None:
        self.most = most
        self.most_rows = most_rows
        self.sources = sources
        self.store = Passing(NoShelf(Path(), clock))
        self.reports: dict[str, Report] = {}
        self.wanted: dict[str, float] = {}  # when, by the monotonic clock; the longest ago comes first
        self.refresher = Refresher(self.store, sources, self.reports, clock, kept=KEPT)

    def look(self, report: Report, said: Mapping[str, str], *, compare: bool = False) -> Reading | None:
        """The reading of a report that has parameters, with these, and the wish that it be kept fresh; never waits.

        None is a reading that is still awaited. Raises as `want` does.
        """
        return self.store.latest(self.want(report, said, compare=compare))

    def want(self, report: Report, said: Mapping[str, str], *, compare: bool = False) -> str:
        """Keeps the report with these parameters fresh for a while; the name under which its readings are stored.

        Raises ParameterError for what cannot be understood, and Overloaded while too many others are looked at.
        """
        adjusted = self.adjusted(report, said, compare=compare)
        name = f"{report.name}.{hashlib.sha256(repr(adjusted.ask).encode()).hexdigest()[:24]}"
        if name not in self.reports:
            self.make_room()
            self.reports[name] = replace(adjusted, name=name)
        self.keep(name)
        return name

    def again(self, name: str) -> Reading | None:
        """The reading by the name that `want` answered, as from `look`; None as well when it has been given up."""
        if name not in self.reports:
            return None
        self.keep(name)
        return self.store.latest(name)

    def keep(self, name: str) -> None:
        self.wanted.pop(name, None)
        self.wanted[name] = time.monotonic()
        self.refresher.want(name)

    def parameters(self, report: Report) -> Collection[str]:
        """The names of the parameters the report has; none when its source has none, or is not configured."""
        source = self.sources.opened.get(report.sources[0])
        return source.parameters(report.ask) if report.ask is not None and isinstance(source, Adjusting) else ()

    def compares(self, report: Report) -> bool:
        """Whether the report can be set beside the time before, and is not already."""
        source = self.sources.opened.get(report.sources[0])
        plain = report.build is None and not getattr(report.ask, "compare", False)
        return plain and report.ask is not None and isinstance(source, Adjusting) and source.compares(report.ask)

    def adjusted(self, report: Report, said: Mapping[str, str], *, compare: bool = False) -> Report:
        """The report with these parameters; raises ParameterError."""
        ask = cast(Adjusting, self.sources.opened[report.sources[0]]).adjusted(report.ask, said, compare=compare)
        build = None if report.build is None else elsewhen(report.build, said)
        return replace(report, ask=ask, build=build)

    def make_room(self) -> None:
        """Gives up those that nobody has looked at for longest; raises Overloaded when all are being looked at."""
        while len(self.reports) >= self.most or self.store.rows() > self.most_rows:
            oldest = next(iter(self.wanted))
            if time.monotonic() - self.wanted[oldest] < BUSY:
                raise Overloaded("Too many reports with parameters of their own are looked at just now.")
            del self.wanted[oldest], self.reports[oldest]
            self.refresher.let_go(oldest)
            self.store.forget(oldest)


@asynccontextmanager
async def varied(sources: Sources, clock: Clock) -> AsyncIterator[Variants]:
    """Variants while inside."""
    variants = Variants(sources, clock)
    await variants.refresher.start()
    try:
        yield variants
    finally:
        await variants.refresher.stop()
        await variants.store.close()
