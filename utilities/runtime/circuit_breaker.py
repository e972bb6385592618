"""Stops calls to a server that has failed several times in a row, until it has had a rest."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from utilities.model.clock import Clock

MIN_JITTER, MAX_JITTER = 0.75, 1.25  # factors of a rest, so that many processes do not return at one moment


class CircuitBreaker:
    """Closed while calls are allowed. May be used from any thread.

    It opens after `max_failures` failures in a row, for `rest_seconds` give or take a quarter. After the rest one call
    is allowed; the others are refused until that one has reported, or until another rest has passed. With
    `max_rest_seconds` each rest is twice as long as the one before, up to that many seconds.
    """

    def __init__(
        self,
        clock: Clock,
        max_failures: int = 3,
        rest_seconds: float = 30.0,
        max_rest_seconds: float = 0.0,
        random_fraction: Callable[[], float] = random.random,
    ) -> None:
        self.clock = clock
        self.max_failures = max_failures
        self.rest_seconds = rest_seconds
        self.max_rest_seconds = max(rest_seconds, max_rest_seconds)
        self.random_fraction = random_fraction
        self.failure_count = 0  # in a row
        self.open_until: datetime | None = None
        self.lock = Lock()

    @property
    def is_closed(self) -> bool:
        """Whether a call would be allowed now; changes nothing."""
        return self.remaining_seconds == 0.0

    @property
    def remaining_seconds(self) -> float:
        """Seconds until a call is allowed; 0.0 when one is allowed now, or when the clock was set back meanwhile."""
        until = self.open_until
        seconds = 0.0 if until is None else (until - self.clock()).total_seconds()
        return seconds if 0.0 < seconds <= MAX_JITTER * self.max_rest_seconds else 0.0

    def allow_call(self) -> bool:
        """Returns whether this call is allowed; after a rest, True makes this call the only one that tries."""
        with self.lock:
            if not self.is_closed:
                return False
            if self.open_until is not None:
                self._start_rest()
            return True

    def record_success(self) -> None:
        """Closes the breaker."""
        with self.lock:
            self.failure_count = 0
            self.open_until = None

    def record_failure(self) -> None:
        """Counts a failure, and opens the breaker when there are too many in a row."""
        with self.lock:
            self.failure_count += 1
            if self.failure_count >= self.max_failures:
                self._start_rest()

    def _start_rest(self) -> None:
        """Starts a rest. The caller holds the lock."""
        doublings = min(max(self.failure_count - self.max_failures, 0), 30)
        seconds = min(self.rest_seconds * 2**doublings, self.max_rest_seconds)
        factor = MIN_JITTER + (MAX_JITTER - MIN_JITTER) * self.random_fraction()
        self.open_until = self.clock() + timedelta(seconds=seconds * factor)
