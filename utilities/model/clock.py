"""Clocks, passed in wherever a rule depends on the time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Returns an aware datetime in UTC."""

MonotonicClock = Callable[[], float]
"""Returns seconds that never jump, such as `time.monotonic`."""


MONOTONIC_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # any moment: monotonic seconds begin nowhere


def moments_of(monotonic: MonotonicClock) -> Clock:
    """Returns a clock that never jumps, for what only compares moments with each other."""
    return lambda: MONOTONIC_EPOCH + timedelta(seconds=monotonic())


def utc_now() -> datetime:
    """Returns the time of the machine's clock."""
    return datetime.now(UTC)
