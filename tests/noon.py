"""The moment at which the clocks of tests start, so that no test depends on the hour, the weekday or the month."""

from datetime import UTC, datetime

from demo.clock import VirtualClock

FRIDAY_NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)  # 12:00 in Berlin, eleven days before the month ends


def start_noon_clock() -> VirtualClock:
    """Returns a clock that goes on from FRIDAY_NOON."""
    return VirtualClock(FRIDAY_NOON)
