"""The duty to keep one report fresh: wait until it is due, take the lease, ask, write, and start over."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

from utilities.model.clock import Clock
from utilities.model.errors import ErrorKind, SourceError, StoreDown, Unavailable, error_kind
from utilities.model.frames import Frame, Reading, ReadingState
from utilities.refresh.schedule import Sight, failed
from utilities.reports import Report
from utilities.runtime.supervised_loop import catch_error
from utilities.sources import Sources
from utilities.store import Lease, Store, alone

log = logging.getLogger(__name__)

LOOK_AGAIN = 30.0  # seconds at most between two looks at what is due, so that a jump of the clock is noticed
STAGGER = 0.2  # seconds over which the first asks of a process are spread
LONGEST_MESSAGE = 300  # characters
BREATH = 0.05  # seconds between two rounds, whatever happens
UNASKED = 1.0  # seconds after a failure that came before anything was asked, and so knows no pause of its own
LEASE_SPARE = 15.0  # seconds that a lease outlives the deadline


@dataclass(frozen=True)
class Means:
    """What every duty works with."""

    store: Store
    sources: Sources
    clock: Clock
    deadline: float  # seconds for one report, all its asks together
    draw: random.Random


class Duty:
    """Keeps `report` fresh until the monotonic clock says `until`; `run` is its task."""

    def __init__(self, means: Means, report: Report, until: float) -> None:
        self.means = means
        self.report = report
        self.until = until
        self.woken = asyncio.Event()
        self.sight = self.look()
        self.hurry = refused(self.sight.reading)  # it may have been mended while nobody ran
        self.pulsed = False  # a page view has come since it was asked last
        self.took = 0.0  # seconds the last answer took

    def change(self, report: Report) -> None:
        """Takes the definition a board file has now; another one than before is asked at once."""
        if report != self.report:
            self.report = report
            self.hasten()
            self.woken.set()

    def look(self) -> Sight:
        return Sight(self.means.store.latest(self.report.name), time.monotonic(), self.means.clock())

    def hasten(self) -> None:
        """Due at once, unless another process asks before."""
        self.sight = self.look()
        self.hurry = True

    def pulse(self) -> None:
        """A page view has come; unlike `hasten` it is remembered while an ask is under way that began before it."""
        self.pulsed = True
        self.woken.set()

    async def run(self) -> None:
        """Ends when nobody wants the report any longer."""
        await asyncio.sleep(self.means.draw.uniform(0.0, STAGGER))
        while time.monotonic() < self.until:
            await self.run_round()
            await asyncio.sleep(BREATH)

    async def run_round(self) -> None:
        """Waits until the report is due and asks once; whatever goes wrong is written down and never raised."""
        lease: Lease | None = None

        async def attempt() -> None:
            nonlocal lease
            if await self.due():
                lease = await self.take()
                if lease is not None:
                    await self.turn(lease)

        try:
            error = await catch_error(attempt())
            if error is not None:
                await self.fail(error, lease or alone(self.report.name))
                await asyncio.sleep(0.0 if lease else UNASKED)
        finally:
            if lease is not None:
                await self.means.store.release(lease)

    async def due(self) -> bool:
        """Waits until the report is due; False when nobody wants it any longer."""
        while (seconds := self.wait()) > 0 and time.monotonic() < self.until:
            await self.nap(min(seconds, LOOK_AGAIN))
        return time.monotonic() < self.until

    def wait(self) -> float:
        """Seconds until the report is due."""
        seen = self.look()
        if seen.reading != self.sight.reading:
            self.sight, self.hurry = seen, False
        if self.hurry or (self.pulsed and (seen.reading is None or seen.reading.last_error is None)):
            return 0.0
        stretch = self.means.sources.stretch(self.report.sources)
        return self.sight.wait(self.report, seen.at, seen.now, stretch, self.took)

    async def nap(self, seconds: float) -> None:
        """Sleeps, or until there is a new reading."""
        try:
            async with asyncio.timeout(seconds):
                await self.woken.wait()
        except TimeoutError:
            return
        self.woken.clear()

    async def take(self) -> Lease | None:
        """The lease; None after a nap when another process has it; one of our own when the store is down."""
        try:
            lease = await self.means.store.lease(self.report.name, self.means.deadline + LEASE_SPARE)
        except StoreDown:
            return alone(self.report.name)
        if lease is None:
            await self.nap(self.means.draw.uniform(1.0, 3.0))
        return lease

    async def turn(self, lease: Lease) -> None:
        """Asks, unless another process has just done so."""
        try:
            newest = await self.means.store.read(self.report.name)
        except StoreDown:
            newest = self.means.store.latest(self.report.name)
        if newest != self.sight.reading:
            return
        self.hurry = self.pulsed = False
        report, began = self.report, time.monotonic()
        try:
            async with asyncio.timeout(self.means.deadline):
                await self.ask(lease)
        except TimeoutError as error:
            raise Unavailable(f"no answer within {self.means.deadline:g} seconds") from error
        self.took = time.monotonic() - began
        if report is not self.report:  # changed while it was asked: that was the answer to the old question
            self.hasten()

    async def ask(self, lease: Lease) -> None:
        """Writes each frame as it comes; the last one is whole."""
        frame: Frame | None = None
        frames = cast(AsyncGenerator[Frame, None], self.report.fetch_frames(self.means.sources))
        async with aclosing(frames):
            async for frame in frames:
                taken = self.means.clock()
                if self.report.build is not None:
                    await self.write_part(frame, lease)
        if frame is None:
            raise Unavailable("it gave no answer at all")
        await self.write(Reading(self.report.name, frame, taken), lease)

    async def write_part(self, frame: Frame, lease: Lease) -> None:
        """A frame that is not whole replaces only figures that are not whole either, or no longer live: a table does
        not lose columns for a moment at every round."""
        latest = self.means.store.latest(self.report.name) or Reading(self.report.name)
        now = self.means.clock()
        live = latest.state_at(now, self.report.refresh_every, self.report.stale_after) is ReadingState.LIVE
        if not (live and latest.complete):
            await self.write(Reading(self.report.name, frame, now, latest.last_error, complete=False), lease)

    async def write(self, reading: Reading, lease: Lease) -> None:
        if not await self.means.store.write(reading, lease):
            log.warning("%s: answered too late, another process has written meanwhile", reading.report)

    async def fail(self, error: Exception, lease: Lease) -> None:
        """Writes down what went wrong, and in the log once for as long as it goes wrong in the same way."""
        expected = isinstance(error, SourceError)
        old = self.means.store.latest(self.report.name)
        message = str(error)[:LONGEST_MESSAGE] if expected else "internal error"
        reading = failed(self.report, old, error, message, self.means.clock(), self.means.draw)
        if old is None or old.last_error is None or old.last_error.kind is not error_kind(error):
            trace = None if expected else error
            log.log(logging.WARNING if expected else logging.ERROR, "%s: %s", self.report.name, error, exc_info=trace)
        await self.write(reading, lease)


def refused(reading: Reading | None) -> bool:
    return reading is not None and reading.last_error is not None and reading.last_error.kind is ErrorKind.MISCONFIGURED
