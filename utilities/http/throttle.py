"""Manners towards one server: so many calls at a time, so many in a while, and a rest when it is tired."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from utilities.model.clock import Clock
from utilities.model.errors import OverQuota, SourceError, SourceMisconfigured, Unavailable
from utilities.runtime.circuit_breaker import CircuitBreaker

AFTER_REFUSAL = 900.0
"""Seconds until a server that refused us is tried again; a person may have mended it at the other end."""


LONGEST = timedelta(days=1)
LONG = 60.0
"""Seconds that a call waits for a server that wants quiet; for more it fails and says so."""


@dataclass(frozen=True)
class Rate:
    """At most `calls` in any `seconds`."""

    calls: int
    seconds: float


class Pacer:
    """Lets calls to one server through: `async with pacer.turn(): …`; belongs to one event loop.

    A call waits for its turn, but fails at once, with the reason, while the server rests.
    """

    def __init__(self, clock: Clock, *, concurrency: int, rates: Sequence[Rate] = ()) -> None:
        self.clock = clock
        self.breaker = CircuitBreaker(clock, max_failures=3, rest_seconds=30.0, max_rest_seconds=600.0)
        self.places = asyncio.Semaphore(concurrency)
        self.trying = asyncio.Lock()
        self.windows = [(rate, deque[float](maxlen=rate.calls)) for rate in rates]
        self.not_before = 0.0  # of the event loop's clock: told by the server in passing, nobody's fault
        self.until: datetime | None = None
        self.why: SourceError | None = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Waits for a place and a moment; raises the SourceError that made the server rest, and notes new ones."""
        async with self.places:
            self.check()
            await self.moment()
            if self.breaker.open_until is not None:
                # After a rest one call tries; those behind it learn from what it met.
                async with self.trying:
                    if self.breaker.open_until is not None:
                        if not self.breaker.allow_call():
                            raise self.reason()
                        async with self.noting(trying=True):
                            yield
                        return
            async with self.noting():
                yield

    def check(self) -> None:
        """Raises what made the server rest, while it rests and no call is trying whether it has rested enough."""
        if self.told_to_rest() or not (self.breaker.is_closed or self.trying.locked()):
            raise self.reason()

    def told_to_rest(self) -> bool:
        if self.until is None:
            return False
        return timedelta() < self.until - self.clock() <= LONGEST  # more is a clock that was set back

    def resting_until(self) -> datetime | None:
        """When the next call may be tried; None when it may be now."""
        if self.told_to_rest():
            return self.until
        return None if self.breaker.is_closed else self.breaker.open_until

    def reason(self) -> SourceError:
        """A fresh copy, so that tracebacks of many waiters do not pile up on one error."""
        why = self.why or Unavailable("is resting")
        if isinstance(why, OverQuota) and self.until:
            return OverQuota(str(why), retry_after=max((self.until - self.clock()).total_seconds(), 0.0))
        return type(why)(str(why))

    def hold(self, seconds: float) -> None:
        """The server asked, along with a good answer, for so many seconds of quiet: calls wait, unless it is long."""
        if seconds > LONG:
            self.note(OverQuota("has answered enough for now", retry_after=seconds), trying=False)
            return
        self.not_before = max(self.not_before, asyncio.get_running_loop().time() + seconds)

    async def moment(self) -> None:
        """Waits until every window has room, then takes it."""
        now = asyncio.get_running_loop().time
        while (wait := self.wait(now())) > 0:
            await asyncio.sleep(wait)
            self.check()
        for _, starts in self.windows:
            starts.append(now())

    def wait(self, now: float) -> float:
        """Seconds until a call may begin."""
        full = (starts[0] + rate.seconds - now for rate, starts in self.windows if len(starts) == rate.calls)
        return max(self.not_before - now, *full, 0.0) if self.windows else self.not_before - now

    @asynccontextmanager
    async def noting(self, *, trying: bool = False) -> AsyncIterator[None]:
        try:
            yield
        except SourceError as error:
            self.note(error, trying)
            raise
        self.breaker.record_success()
        if self.resting_until() is None:  # a call that was on its way already does not end a rest
            self.until = self.why = None

    def note(self, error: SourceError, trying: bool) -> None:
        self.why = error
        if isinstance(error, OverQuota):
            self.until = self.clock() + min(timedelta(seconds=error.retry_after), LONGEST)
        elif isinstance(error, SourceMisconfigured):
            self.until = self.clock() + timedelta(seconds=AFTER_REFUSAL)
        elif trying or self.breaker.is_closed:  # ten calls that fail together are not ten rests, each twice as long
            self.breaker.record_failure()
