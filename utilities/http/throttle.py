"""Throttle for calls to one server: limits on concurrency and rate, and pauses after failures."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from utilities.model.clock import Clock, MonotonicClock
from utilities.model.errors import OverQuota, SourceError, SourceMisconfigured, Unavailable
from utilities.runtime.circuit_breaker import CircuitBreaker

REFUSAL_PAUSE_SECONDS = 900.0
"""After a refusal; a person may have changed something at the other end by then."""


MAX_PAUSE = timedelta(days=1)
MAX_SLOT_WAIT_SECONDS = 60.0
"""A call waits that long for a server that asks for a pause; for longer pauses it fails."""


@dataclass(frozen=True)
class CallRate:
    """Limit of `calls` in any period of `seconds`."""

    calls: int
    seconds: float


class Throttle:
    """Limits calls to one server: `async with throttle.slot(): …`. Belongs to one event loop.

    A call waits for its slot, but fails at once, with the reason, while calls are paused.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        concurrency: int,
        rates: Sequence[CallRate] = (),
        monotonic: MonotonicClock = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`sleep` waits for that many seconds of `monotonic`."""
        self.clock = clock
        self.monotonic = monotonic
        self.sleep = sleep
        self.breaker = CircuitBreaker(clock, max_failures=3, rest_seconds=30.0, max_rest_seconds=600.0)
        self.slots = asyncio.Semaphore(concurrency)
        self.trial_lock = asyncio.Lock()
        self.windows = [(rate, deque[float](maxlen=rate.calls)) for rate in rates]
        self.earliest_call = 0.0  # time of the monotonic clock; set by `pause`, not by an error
        self.paused_until: datetime | None = None
        self.last_error: SourceError | None = None
        self.failed_at: datetime | None = None  # when `last_error` came
        self.recovered_at: datetime | None = None  # when a call succeeded after a failure

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Waits for a slot within concurrency and rates; raises the error that caused a pause, and records new ones."""
        async with self.slots:
            self.raise_if_paused()
            await self.wait_for_rates()
            if self.breaker.open_until is not None:
                # After a pause one call goes first; the others wait for its result.
                async with self.trial_lock:
                    if self.breaker.open_until is not None:
                        if not self.breaker.allow_call():
                            raise self.copy_of_error()
                        async with self.recording(is_trial=True):
                            yield
                        return
            async with self.recording():
                yield

    def raise_if_paused(self) -> None:
        """Raises the error that caused a pause, unless the pause is over or a first call tests whether it is."""
        if self.is_paused() or not (self.breaker.is_closed or self.trial_lock.locked()):
            raise self.copy_of_error()

    def is_paused(self) -> bool:
        """Whether a quota or refusal pause goes on."""
        if self.paused_until is None:
            return False
        return timedelta() < self.paused_until - self.clock() <= MAX_PAUSE  # longer: the clock was set back

    def next_attempt_at(self) -> datetime | None:
        """Returns when the next call is allowed; None when it is allowed now."""
        if self.is_paused():
            return self.paused_until
        return None if self.breaker.is_closed else self.breaker.open_until

    def allowed_since(self) -> datetime | None:
        """Returns when the last pause was over; None while there is one, and when there was none."""
        if self.next_attempt_at() is not None:
            return None
        now = self.clock()
        ends = (self.recovered_at, self.paused_until, self.breaker.open_until)
        return max((end for end in ends if end is not None and end <= now), default=None)

    def end_pause(self, answered_at: datetime) -> None:
        """Ends a pause: the server has answered another process after the failure here."""
        if self.failed_at is not None and answered_at > self.failed_at:
            self._recover()

    def _recover(self) -> None:
        self.breaker.record_success()
        self.recovered_at = self.clock()
        self.paused_until = self.last_error = self.failed_at = None

    def copy_of_error(self) -> SourceError:
        """Returns a copy of the last error, so that tracebacks of many callers do not accumulate on one object."""
        error = self.last_error or Unavailable("calls are paused")
        if isinstance(error, OverQuota) and self.paused_until:
            return OverQuota(str(error), retry_after=max((self.paused_until - self.clock()).total_seconds(), 0.0))
        return type(error)(str(error))

    def pause(self, seconds: float) -> None:
        """Delays calls by the seconds that a server requires with a good answer; they fail if that is too long."""
        if seconds > MAX_SLOT_WAIT_SECONDS:
            self.record_error(OverQuota("rate limit reached", retry_after=seconds), is_trial=False)
            return
        self.earliest_call = max(self.earliest_call, self.monotonic() + seconds)

    async def wait_for_rates(self) -> None:
        """Waits until every rate allows one more call, and counts it."""
        while (wait := self.seconds_to_wait(self.monotonic())) > 0:
            await self.sleep(wait)
            self.raise_if_paused()
        for _, starts in self.windows:
            starts.append(self.monotonic())

    def seconds_to_wait(self, now: float) -> float:
        """Returns the seconds until a call may start."""
        full = (starts[0] + rate.seconds - now for rate, starts in self.windows if len(starts) == rate.calls)
        return max(self.earliest_call - now, *full, 0.0) if self.windows else self.earliest_call - now

    @asynccontextmanager
    async def recording(self, *, is_trial: bool = False) -> AsyncIterator[None]:
        try:
            yield
        except SourceError as error:
            self.record_error(error, is_trial)
            raise
        self.breaker.record_success()
        if self.last_error is not None and self.next_attempt_at() is None:
            self._recover()  # a call that was already running does not end a pause

    def record_error(self, error: SourceError, is_trial: bool) -> None:
        self.last_error, self.failed_at = error, self.clock()
        if isinstance(error, OverQuota):
            self.paused_until = self.clock() + min(timedelta(seconds=error.retry_after), MAX_PAUSE)
        elif isinstance(error, SourceMisconfigured):
            self.paused_until = self.clock() + timedelta(seconds=REFUSAL_PAUSE_SECONDS)
        elif is_trial or self.breaker.is_closed:  # ten calls that fail together are one pause, not ten
            self.breaker.record_failure()
