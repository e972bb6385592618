"""Clocks, passed in wherever a rule depends on the time."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns an aware datetime in UTC."""

MonotonicClock = Callable[[], float]
"""Returns seconds that never jump, such as `time.monotonic`."""


def utc_now() -> datetime:
    """Returns the time of the machine's clock."""
    return datetime.now(UTC)
