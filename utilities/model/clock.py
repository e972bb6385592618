"""The time, as something that is passed in."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Answers an aware datetime in UTC."""


def utc_now() -> datetime:
    """The machine's own clock."""
    return datetime.now(UTC)
