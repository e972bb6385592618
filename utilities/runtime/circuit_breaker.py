"""A breaker: after some failures in a row nobody calls a dead server again until it has had a rest."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from utilities.model.clock import Clock

LEAST, MOST = 0.75, 1.25  # of a rest, so that many processes do not come back at one moment


class Breaker:
    """Closed while calls may go through; may be used from any thread.

    It opens after `failures` failures in a row, for `rest` seconds give or take a quarter. After the rest one call
    may try; the others are held back until it has reported, or until another rest has gone by. With `longest` a rest
    is twice as long as the one before, up to that many seconds.
    """

    def __init__(
        self,
        clock: Clock,
        failures: int = 3,
        rest: float = 30.0,
        longest: float = 0.0,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.clock = clock
        self.failures = failures
        self.rest = rest
        self.longest = max(rest, longest)
        self.jitter = jitter
        self.in_a_row = 0
        self.until: datetime | None = None
        self.lock = Lock()

    @property
    def closed(self) -> bool:
        """Whether a call would be let through now; takes nothing."""
        return self.remaining == 0.0

    @property
    def remaining(self) -> float:
        """Seconds until a call is let through again; 0.0 when one is now, or when the clock was set back meanwhile."""
        until = self.until
        left = 0.0 if until is None else (until - self.clock()).total_seconds()
        return left if 0.0 < left <= MOST * self.longest else 0.0

    def check(self) -> bool:
        """Whether this call may go through; a True while resting makes this call the one that tries."""
        with self.lock:
            if not self.closed:
                return False
            if self.until is not None:
                self.open()
            return True

    def succeeded(self) -> None:
        with self.lock:
            self.in_a_row = 0
            self.until = None

    def failed(self) -> None:
        with self.lock:
            self.in_a_row += 1
            if self.in_a_row >= self.failures:
                self.open()

    def open(self) -> None:
        """Starts a rest. Needs the lock."""
        doublings = min(max(self.in_a_row - self.failures, 0), 30)
        rest = min(self.rest * 2**doublings, self.longest)
        self.until = self.clock() + timedelta(seconds=rest * (LEAST + (MOST - LEAST) * self.jitter()))
