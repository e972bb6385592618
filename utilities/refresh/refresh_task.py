"""The refresh task of one report: wait until it is due, acquire the lease, query, write, repeat."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import cast

from utilities.model.clock import Clock, MonotonicClock
from utilities.model.errors import ErrorKind, SourceError, StoreDown, Unavailable, error_kind
from utilities.model.frames import Frame, Reading, ReadingState
from utilities.model.wall_words import TIMEOUT, describe_for_wall
from utilities.refresh.schedule import Observation, as_of, can_complete, failure_reading, has_turned
from utilities.reports import Report
from utilities.runtime.outage_log import is_outage_logged, outage_level
from utilities.runtime.supervised_loop import catch_error
from utilities.sources import Sources
from utilities.store import Lease, Store, unfenced_lease

log = logging.getLogger(__name__)

MAX_SLEEP_SECONDS = 30.0  # between two checks of what is due, so that a jump of the clock is noticed
START_JITTER_SECONDS = 0.2  # over which the first queries of a process are spread
MAX_ERROR_CHARS = 300
MIN_ROUND_SECONDS = 0.05  # pause between two rounds, whatever happens
UNEXPECTED_ERROR_SECONDS = 1.0  # pause after a failure before the query, which has no retry time of its own
MIN_EARLY_RETRY_SECONDS = 60.0  # between two retries of a report because another one has been answered
LEASE_MARGIN_SECONDS = 15.0  # how much longer a lease lasts than the query timeout


@dataclass(frozen=True)
class RefreshContext:
    """What all refresh tasks of a refresher share."""

    store: Store
    sources: Sources
    clock: Clock
    timeout: float  # seconds for one report, all its queries together
    rng: random.Random
    start_jitter: float = START_JITTER_SECONDS
    monotonic: MonotonicClock = time.monotonic
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep


class RefreshTask:
    """Keeps `report` fresh until the monotonic clock reaches `expires_at`; `run` is its asyncio task."""

    def __init__(self, context: RefreshContext, report: Report, expires_at: float) -> None:
        self.context = context
        self.report = report
        self.expires_at = expires_at
        self.wake_event = asyncio.Event()
        self.last_seen = self._observe()
        # The configuration may have been corrected while the server was down.
        self.due_now = is_misconfigured(self.last_seen.reading)
        self.has_new_rows = False  # the source has some since the last query began
        self.last_duration = 0.0  # seconds
        self.early_retry_at = -inf  # monotonic seconds of the last one
        self.is_logged_elsewhere = False  # the last failure, by what failed

    @property
    def is_expired(self) -> bool:
        """Whether nobody uses the report any longer."""
        return self.context.monotonic() >= self.expires_at

    def set_report(self, report: Report) -> None:
        """Replaces the definition after an edit of a board file; a changed report is due at once."""
        if report != self.report:
            self.report = report
            self.mark_due()
            self.wake_event.set()

    def mark_due(self) -> None:
        """Makes the report due now, unless another process refreshes it first."""
        self.last_seen = self._observe()
        self.due_now = True

    def has_recovered(self) -> bool:
        """Whether the store has an answer after the failure that this process has seen last."""
        seen, latest = self.last_seen.reading, self.context.store.latest(self.report.name)
        return bool(seen and seen.last_error and latest and not latest.last_error)

    def end_wait(self) -> None:
        """Retries a report that has failed: its source has answered another one again. Once a minute at most."""
        reading, now = self.last_seen.reading, self.context.monotonic()
        if reading and reading.last_error and now - self.early_retry_at >= MIN_EARLY_RETRY_SECONDS:
            self.early_retry_at = now
            self.due_now = True
            self.wake_event.set()

    def notify_new_rows(self, *, ends_wait: bool = False) -> None:
        """Makes the report due, also while a query that began earlier runs; with `ends_wait` also one that failed."""
        self.due_now |= ends_wait
        self.has_new_rows = True
        self.wake_event.set()

    async def run(self) -> None:
        """Refreshes the report whenever it is due; returns when `expires_at` has passed."""
        await asyncio.sleep(self.context.rng.uniform(0.0, self.context.start_jitter))
        while not self.is_expired:
            await self.run_round()
            await self.context.pause(MIN_ROUND_SECONDS)

    async def run_round(self) -> None:
        """Waits until the report is due and refreshes it once; records any error and never raises one."""
        lease: Lease | None = None

        async def attempt() -> None:
            nonlocal lease
            if await self.wait_until_due():
                lease = await self.acquire_lease()
                if lease is not None:
                    await self.refresh_once(lease)

        try:
            error = await catch_error(attempt())
            if error is not None:
                await self.record_failure(error, lease or unfenced_lease(self.report.name))
                await self.context.pause(0.0 if lease else UNEXPECTED_ERROR_SECONDS)
        finally:
            if lease is not None:
                await self.context.store.release_lease(lease)

    async def wait_until_due(self) -> bool:
        """Waits until the report is due; returns False when it has expired."""
        self.note_new_reading()
        while (seconds := self.seconds_until_due()) > 0 and not self.is_expired:
            await self.sleep(min(seconds, MAX_SLEEP_SECONDS))
            self.note_new_reading()
        return not self.is_expired

    def note_new_reading(self) -> None:
        """Starts the interval anew when the store has another reading than `last_seen`."""
        latest = self._observe()
        if latest.reading != self.last_seen.reading:
            self.last_seen, self.due_now = latest, False

    def seconds_until_due(self) -> float:
        """Returns the seconds until the report is due, counted from `last_seen`; changes nothing."""
        reading = self.last_seen.reading
        if self.due_now or (self.has_new_rows and (reading is None or reading.last_error is None)):
            return 0.0
        slowdown = self.context.sources.slowdown(self.report.sources)
        now, monotonic_now = self.context.clock(), self.context.monotonic()
        if can_complete(reading, self.context.sources.answers_since(self.report.sources), now):
            return 0.0
        return self.last_seen.seconds_until_due(self.report, monotonic_now, now, slowdown, self.last_duration)

    async def sleep(self, seconds: float) -> None:
        """Sleeps, at most until `wake_event` is set."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.wake_event.wait()
            self.wake_event.clear()

    async def acquire_lease(self) -> Lease | None:
        """Returns the lease; None, after a sleep, while another process holds it; an unfenced one without a store."""
        try:
            lease = await self.context.store.acquire_lease(
                self.report.name, self.context.timeout + LEASE_MARGIN_SECONDS
            )
        except StoreDown:
            return unfenced_lease(self.report.name)
        if lease is None:
            await self.sleep(self.context.rng.uniform(1.0, 3.0))
        return lease

    async def refresh_once(self, lease: Lease) -> None:
        """Queries and writes, unless another process has just written. Raises SourceError, Unavailable on timeout."""
        try:
            newest = await self.context.store.read(self.report.name)
        except StoreDown:
            newest = self.context.store.latest(self.report.name)
        if newest != self.last_seen.reading:
            return
        self.due_now = self.has_new_rows = False
        report, started, started_at = self.report, self.context.monotonic(), self.context.clock()
        try:
            async with asyncio.timeout(self.context.timeout):
                await self._query_and_write(lease, started_at)
        except TimeoutError as error:
            raise Unavailable(f"no answer within {self.context.timeout:g} seconds", wall_text=TIMEOUT) from error
        self.last_duration = self.context.monotonic() - started
        latest, now = self.context.store.latest(report.name), self.context.clock()
        if report is not self.report or has_turned(latest, started_at, now):  # during the query
            self.mark_due()

    async def _query_and_write(self, lease: Lease, started_at: datetime) -> None:
        """Writes each frame as it arrives; the last one is complete. One of another day is as old as its query."""
        frame: Frame | None = None
        frames = cast(AsyncGenerator[Frame, None], self.report.fetch_frames(self.context.sources))
        async with aclosing(frames):
            async for frame in frames:
                received_at = self.context.clock()
                if self.report.build is not None:
                    await self._write_partial(frame, lease)
        if frame is None:
            raise Unavailable("the source returned no frame")
        before = self.context.store.latest(self.report.name)
        if before is not None and before.last_error is not None:
            level = logging.DEBUG if self.is_logged_elsewhere else logging.INFO
            log.log(level, "%s: the figures are up to date again", self.report.name)
        taken_at = as_of(frame, started_at, received_at)
        await self._write_reading(Reading(self.report.name, frame, taken_at), lease)
        if before is not None and before.last_error is not None:
            self.context.sources.announce_recovery(self.report.sources[0], self.report.query)

    async def _write_partial(self, frame: Frame, lease: Lease) -> None:
        """Writes an incomplete frame, unless the stored one is complete and live: tables must not lose columns."""
        latest = self.context.store.latest(self.report.name) or Reading(self.report.name)
        now = self.context.clock()
        is_live = latest.state_at(now, self.report.refresh_every, self.report.stale_after) is ReadingState.LIVE
        if not (is_live and latest.complete):
            await self._write_reading(Reading(self.report.name, frame, now, latest.last_error, complete=False), lease)

    async def _write_reading(self, reading: Reading, lease: Lease) -> None:
        reading = reading.with_texts(self.context.sources.redactor.mask_secrets)  # whatever a library has put there
        if not await self.context.store.write(reading, lease):
            log.warning("%s: the query ended too late, another process has written a newer reading", reading.report)

    async def record_failure(self, error: Exception, lease: Lease) -> None:
        """Writes the error as a reading; logs it once for as long as the kind of error stays the same."""
        is_expected = isinstance(error, SourceError)
        self.is_logged_elsewhere = is_outage_logged(error)
        old = self.context.store.latest(self.report.name)
        message = str(error)[:MAX_ERROR_CHARS] if is_expected else "internal error"
        wall_text = describe_for_wall(error, self.context.sources.source_title(self.report.sources[0]))
        reading = failure_reading(self.report, old, error, message, self.context.clock(), self.context.rng, wall_text)
        if old is None or old.last_error is None or old.last_error.kind is not error_kind(error):
            level, traceback = (outage_level(error), None) if is_expected else (logging.ERROR, error)
            if not self.context.sources.has_source(self.report.sources[0]):
                level = logging.DEBUG  # nobody wants its figures here; /boards and `run.py check` name the source
            log.log(level, "%s: %s", self.report.name, error, exc_info=traceback)
        await self._write_reading(reading, lease)

    def _observe(self) -> Observation:
        """Returns the latest reading of the store with the time now."""
        latest = self.context.store.latest(self.report.name)
        return Observation(latest, self.context.monotonic(), self.context.clock())


def is_misconfigured(reading: Reading | None) -> bool:
    """Whether the last query failed because of the configuration."""
    return reading is not None and reading.last_error is not None and reading.last_error.kind is ErrorKind.MISCONFIGURED
