"""When a report is due and how long to wait after a failure: rules without a clock, a loop or a store."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from zoneinfo import ZoneInfo

from utilities.model.errors import OverQuota, SourceMisconfigured, error_kind
from utilities.model.frames import Frame, LastError, Reading
from utilities.model.time_ranges import start_of_day
from utilities.reports import Report

MAX_SHOWN_AGE = timedelta(days=14)
"""Older figures are dropped at the next failure: the tile shows `failed` instead of a number."""

FIRST_RETRY_SECONDS = 5.0  # upper bound after the first failure
MAX_RETRY_SECONDS = 300.0
MISCONFIGURED_RETRY_SECONDS = 600.0
MAX_QUOTA_RETRY_SECONDS = 86_400.0
MAX_QUOTA_JITTER_SECONDS = 120.0  # a quota that is refilled at midnight is used again within minutes
PARTIAL_FRAME_SECONDS = 60.0  # an incomplete frame older than this is refreshed: the process that wrote it has died
MIN_PART_RETRY = timedelta(minutes=5)  # between two queries because a part of a source may answer again
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
        turn = next_turn(reading.frame, reading.taken_at)
        if turn is not None and turn <= now:
            return 0.0
        until_turn = (turn - now).total_seconds() if turn is not None else inf
        age_when_observed = max((self.observed_at - reading.taken_at).total_seconds(), 0.0)
        age_now = max((now - reading.taken_at).total_seconds(), 0.0)
        return max(min(interval - max(age_when_observed + elapsed, age_now), until_turn), 0.0)


def next_turn(frame: Frame | None, after: datetime) -> datetime | None:
    """Returns when the figures are about other days than the report: at the end of their period, or of the day.

    The day is that of the figures' own zone.
    """
    if frame is None:
        return None
    turns = [frame.current_until] if frame.current_until and frame.current_until > after else []
    if frame.date_range is not None:
        zone = ZoneInfo(frame.date_range.zone)
        turns.append(start_of_day(after.astimezone(zone).date() + timedelta(days=1), zone))
    return min(turns, default=None)


def as_of(frame: Frame, started_at: datetime, received_at: datetime) -> datetime:
    """Returns the time of an answer: when it came, or when its query began if the day has ended since then."""
    turn = next_turn(frame, started_at)
    return started_at if turn is not None and turn <= received_at else received_at


def has_turned(reading: Reading | None, since: datetime, now: datetime) -> bool:
    """Whether the day or the period of the figures has ended since then."""
    turn = next_turn(reading.frame, since) if reading else None
    return turn is not None and turn <= now


def can_complete(reading: Reading | None, answers_since: datetime | None, now: datetime) -> bool:
    """Whether figures lack a part whose server may answer again since then: its pause is over."""
    if reading is None or reading.taken_at is None or reading.last_error is not None or answers_since is None:
        return False
    return reading.taken_at < answers_since and now - reading.taken_at >= MIN_PART_RETRY


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
    report: Report,
    old: Reading | None,
    error: Exception,
    message: str,
    now: datetime,
    rng: random.Random,
    wall_text: str = "",
) -> Reading:
    """Builds the reading after a failure: the error, and the old figures unless they are older than MAX_SHOWN_AGE."""
    old = (old or Reading(report.name)).current_at(now)
    previous = old.last_error
    attempts = previous.attempts + 1 if previous else 1
    trouble = LastError(
        message=message,
        kind=error_kind(error),
        since=min(previous.since, now) if previous else now,
        attempts=attempts,
        retry_at=now + timedelta(seconds=retry_delay(error, attempts, report.refresh_every, rng)),
        wall_text=wall_text,
    )
    if old.taken_at is None or now - old.taken_at > MAX_SHOWN_AGE:
        return Reading(report.name, last_error=trouble)
    return Reading(report.name, old.frame, old.taken_at, trouble, old.complete)
