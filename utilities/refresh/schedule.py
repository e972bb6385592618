"""When a report is due and how long to wait after a failure: rules without a clock, a loop or a store."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from utilities.model.errors import OverQuota, SourceMisconfigured, error_kind
from utilities.model.frames import LastError, Reading
from utilities.reports import Report

MAX_SHOWN_AGE = timedelta(days=14)
"""Older figures are dropped at the next failure: the tile shows `failed` instead of a number."""

FIRST_RETRY_SECONDS = 5.0  # upper bound after the first failure
MAX_RETRY_SECONDS = 300.0
MISCONFIGURED_RETRY_SECONDS = 600.0
MAX_QUOTA_RETRY_SECONDS = 86_400.0
MAX_QUOTA_JITTER_SECONDS = 120.0  # a quota that is refilled at midnight is used again within minutes
PARTIAL_FRAME_SECONDS = 60.0  # an incomplete frame older than this is refreshed: the process that wrote it has died
REFRESH_AT = (0.85, 0.9)  # share of the interval after which to refresh, so that a healthy report is never ageing


@dataclass(frozen=True)
class Observation:
    """When this process first saw a reading, by both clocks.

    The monotonic clock decides what is due, so a jump of the wall clock neither stops the refresh nor repeats it.
    """

    reading: Reading | None
    monotonic_at: float  # seconds
    observed_at: datetime
    refresh_at: float = field(default_factory=lambda: random.uniform(*REFRESH_AT))  # noqa: S311 (jitter)

    def seconds_until_due(
        self, report: Report, monotonic_now: float, now: datetime, slowdown: float, last_duration: float
    ) -> float:
        """Returns the seconds until the report is due, 0.0 when it is due now.

        `slowdown` multiplies the report's interval; `last_duration` is the duration of the last query in seconds.
        """
        reading, elapsed = self.reading, monotonic_now - self.monotonic_at
        if reading is None:
            return 0.0
        if reading.last_error is not None:
            delay = (reading.last_error.retry_at - self.observed_at).total_seconds()
            return max(min(delay - elapsed, (reading.last_error.retry_at - now).total_seconds()), 0.0)
        if reading.taken_at is None:
            return 0.0
        interval = refresh_interval(report.refresh_every.total_seconds(), self.refresh_at, last_duration) * max(
            slowdown, 1.0
        )
        if not reading.complete:
            interval = min(interval, PARTIAL_FRAME_SECONDS)
        age_when_observed = max((self.observed_at - reading.taken_at).total_seconds(), 0.0)
        age_now = max((now - reading.taken_at).total_seconds(), 0.0)
        return max(interval - max(age_when_observed + elapsed, age_now), 0.0)


def refresh_interval(pace: float, refresh_at: float, last_duration: float) -> float:
    """Returns seconds between two queries, short enough that one as slow as the last still ends within `pace`."""
    return max(min(pace * refresh_at, pace - 1.5 * last_duration), pace / 2)


def retry_delay(error: Exception, attempts: int, pace: timedelta, rng: random.Random) -> float:
    """Returns seconds to wait after the `attempts`-th failure in a row: exponential back-off with full jitter."""
    if isinstance(error, OverQuota):
        # With jitter, or every report of the source retries in the same instant.
        wait = max(error.retry_after, 1.0)
        return min(wait + rng.uniform(0.0, min(0.1 * wait, MAX_QUOTA_JITTER_SECONDS)), MAX_QUOTA_RETRY_SECONDS)
    if isinstance(error, SourceMisconfigured):
        return error.retry_after or MISCONFIGURED_RETRY_SECONDS
    ceiling = min(FIRST_RETRY_SECONDS * 2 ** min(attempts - 1, 10), pace.total_seconds(), MAX_RETRY_SECONDS)
    return rng.uniform(min(1.0, ceiling), ceiling)


def failure_reading(
    report: Report, old: Reading | None, error: Exception, message: str, now: datetime, rng: random.Random
) -> Reading:
    """Builds the reading after a failure: the error, and the old figures unless they are older than MAX_SHOWN_AGE."""
    old = old or Reading(report.name)
    previous = old.last_error
    attempts = previous.attempts + 1 if previous else 1
    trouble = LastError(
        message=message,
        kind=error_kind(error),
        since=min(previous.since, now) if previous else now,
        attempts=attempts,
        retry_at=now + timedelta(seconds=retry_delay(error, attempts, report.refresh_every, rng)),
    )
    age = old.age_at(now)
    if age is None or age > MAX_SHOWN_AGE:
        return Reading(report.name, last_error=trouble)
    return Reading(report.name, old.frame, old.taken_at, trouble, old.complete)
