"""When to ask again: rules without a clock, a loop or a store."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from utilities.model.errors import OverQuota, SourceMisconfigured, error_kind
from utilities.model.frames import LastError, Reading
from utilities.reports import Report

LONGEST_KEPT = timedelta(days=14)
"""Figures older than this are dropped when the source fails once more: the tile says `failed`, not a number."""

FIRST_WAIT = 5.0  # seconds, at most, after the first failure
LONGEST_WAIT = 300.0
REFUSED_WAIT = 600.0
LONGEST_QUOTA_WAIT = 86_400.0
HALF_DONE = 60.0  # seconds after which an answer that is not whole is asked for anew: who asked has died
EARLY = (0.85, 0.9)  # of the pace: asked a bit early, so that a healthy report is never ageing


@dataclass(frozen=True)
class Sight:
    """When this process first saw a reading; what is due is told by the monotonic clock, so a clock that jumps
    neither stops the asking nor hurries it for long."""

    reading: Reading | None
    at: float  # monotonic seconds
    now: datetime
    early: float = field(default_factory=lambda: random.uniform(*EARLY))  # noqa: S311 (jitter)

    def wait(self, report: Report, at: float, now: datetime, stretch: float, took: float) -> float:
        """Seconds until the report is due, 0.0 when it is.

        `stretch` slows the pace down; `took` is how many seconds the last answer took to come.
        """
        reading, gone = self.reading, at - self.at
        if reading is None:
            return 0.0
        if reading.last_error is not None:
            longest = (reading.last_error.retry_at - self.now).total_seconds()
            return max(min(longest - gone, (reading.last_error.retry_at - now).total_seconds()), 0.0)
        if reading.taken_at is None:
            return 0.0
        interval = due_after(report.refresh_every.total_seconds(), self.early, took) * max(stretch, 1.0)
        if not reading.complete:
            interval = min(interval, HALF_DONE)
        age_then = max((self.now - reading.taken_at).total_seconds(), 0.0)
        age_now = max((now - reading.taken_at).total_seconds(), 0.0)
        return max(interval - max(age_then + gone, age_now), 0.0)


def due_after(pace: float, early: float, took: float) -> float:
    """Seconds after which to ask again: early enough that an answer as slow as the last one is still in time."""
    return max(min(pace * early, pace - 1.5 * took), pace / 2)


def pause(error: Exception, attempts: int, pace: timedelta, draw: random.Random) -> float:
    """Seconds to leave a source alone after its `attempts`-th failure in a row."""
    if isinstance(error, OverQuota):
        # A tenth of jitter, or every report of the source is back in the same instant.
        return min(max(error.retry_after, 1.0) * draw.uniform(1.0, 1.1), LONGEST_QUOTA_WAIT)
    if isinstance(error, SourceMisconfigured):
        return REFUSED_WAIT
    ceiling = min(FIRST_WAIT * 2 ** min(attempts - 1, 10), pace.total_seconds(), LONGEST_WAIT)
    return draw.uniform(min(1.0, ceiling), ceiling)


def failed(
    report: Report, old: Reading | None, error: Exception, message: str, now: datetime, draw: random.Random
) -> Reading:
    """The reading after a failure: the old figures, unless they are too old to be shown, and the trouble."""
    old = old or Reading(report.name)
    before = old.last_error
    attempts = before.attempts + 1 if before else 1
    trouble = LastError(
        message=message,
        kind=error_kind(error),
        since=min(before.since, now) if before else now,
        attempts=attempts,
        retry_at=now + timedelta(seconds=pause(error, attempts, report.refresh_every, draw)),
    )
    age = old.age_at(now)
    if age is None or age > LONGEST_KEPT:
        return Reading(report.name, last_error=trouble)
    return Reading(report.name, old.frame, old.taken_at, trouble, old.complete)
