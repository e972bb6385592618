"""How fresh figures are: the states of a reading, and figures that come by being pushed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LATE_FACTOR = 2  # after so many intervals without a push figures are stale


class ReadingState(StrEnum):
    """How fresh a reading is; every reading is in exactly one."""

    WAITING = "waiting"  # no answer yet
    LIVE = "live"
    AGEING = "ageing"  # older than its refresh interval
    STALE = "stale"  # past its limit; the last good figures stay
    FAILED = "failed"  # no good figures, and the reason


@dataclass(frozen=True)
class Push:
    """When figures were pushed, and how often that should happen; None for no rule."""

    at: datetime
    expect_every: timedelta | None = None

    def state_at(self, now: datetime) -> ReadingState:
        """Returns the state: ageing once a push is late, stale after twice the interval."""
        age = now - self.at
        return state_of_age(age, self.expect_every or age, LATE_FACTOR * (self.expect_every or age))


def state_of_age(age: timedelta, live_for: timedelta, stale_after: timedelta) -> ReadingState:
    """Returns the state of figures that are so old."""
    if age <= live_for:
        return ReadingState.LIVE
    return ReadingState.AGEING if age <= stale_after else ReadingState.STALE


def worse_state(one: ReadingState, other: ReadingState) -> ReadingState:
    """Returns the less fresh of two states of figures that there are."""
    order = (ReadingState.LIVE, ReadingState.AGEING, ReadingState.STALE)
    return max(one, other, key=order.index)
