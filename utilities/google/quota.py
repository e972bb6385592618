"""Remaining quota of a property, when it is refilled, and the slowdown it requires."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from threading import Lock
from zoneinfo import ZoneInfo

from cachetools import LRUCache

from utilities.model.clock import Clock
from utilities.model.errors import OverQuota
from utilities.model.text import clean_text

CORE, REALTIME = "core", "realtime"

STANDARD_LIMITS = {
    "tokensPerDay": 200_000,
    "tokensPerHour": 40_000,
    "tokensPerProjectPerHour": 14_000,
    "concurrentRequests": 10,
    "serverErrorsPerProjectPerHour": 10,
    "potentiallyThresholdedRequestsPerHour": 120,
}
"""The limits of a standard property. Those of a 360 property are 10 times as high, the small ones 5 times."""

TOKEN_BUCKETS = ("tokensPerDay", "tokensPerHour", "tokensPerProjectPerHour")
SLOW_BELOW_SHARE = 0.2
WALL_SHARE = 0.4  # of each bucket of tokens, which only walls and schedules may use
VIEWER_SHARE = 0.25  # of each bucket of tokens, the most that one person or token may use
MAX_COUNTED_VIEWERS = 10_000
MAX_SLOWDOWN = 10.0
PACIFIC_TIME = ZoneInfo("America/Los_Angeles")

EXHAUSTED_MESSAGES = (
    ("concurrent requests", ""),
    ("server error", "serverErrorsPerProjectPerHour"),
    ("tokens per day", "tokensPerDay"),
    ("for a project per hour", "tokensPerProjectPerHour"),
    ("tokens per hour", "tokensPerHour"),
    ("potentially thresholded", "potentiallyThresholdedRequestsPerHour"),
)
"""Words in the message of a 429, and the bucket they mean; '' is over as soon as another call has ended."""


class QuotaExhausted(OverQuota):
    """OverQuota with the bucket that is empty; '' when Google did not name it."""

    def __init__(self, message: str, *, retry_after: float, bucket: str) -> None:
        super().__init__(message, retry_after=retry_after)
        self.bucket = bucket


@dataclass(frozen=True)
class QuotaBucket:
    """The last reported level of a bucket."""

    remaining: int
    limit: int
    reported_at: datetime
    full_at: datetime  # at the latest

    def is_current(self, now: datetime) -> bool:
        """Whether the level still counts: the bucket was not refilled since, nor the clock set back by hours."""
        return self.reported_at - timedelta(hours=1) < now < self.full_at


class Quota:
    """The buckets of one property, separately for core and realtime. May be used from any thread."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.lock = Lock()
        self.buckets: dict[tuple[str, str], QuotaBucket] = {}
        self._used: LRUCache[tuple[str, str, str], tuple[int, datetime]] = LRUCache(3 * MAX_COUNTED_VIEWERS)

    def update_buckets(self, category: str, quota: Mapping[str, int]) -> None:
        """Stores a response's propertyQuota: the remaining tokens or calls by bucket name."""
        now = self.clock()
        with self.lock:
            for name, remaining in quota.items():
                if name in STANDARD_LIMITS:
                    before = self.buckets.get((category, name))
                    size = max(bucket_limit(name, remaining), before.limit if before else 0)
                    self.buckets[category, name] = QuotaBucket(remaining, size, now, next_refill(name, now))

    def add_usage(self, viewer: str, category: str, consumed: Mapping[str, int]) -> None:
        """Adds the tokens that a response for this viewer has cost, by bucket name, until the bucket is refilled."""
        now = self.clock()
        with self.lock:
            for name in TOKEN_BUCKETS:
                tokens, until = self._used.get((viewer, category, name), (0, now))
                if until <= now:
                    tokens, until = 0, next_refill(name, now)
                self._used[viewer, category, name] = (tokens + consumed.get(name, 0), until)

    def _used_by(self, viewer: str, category: str, name: str) -> int:
        with self.lock:
            tokens, until = self._used.get((viewer, category, name), (0, self.clock()))
        return tokens if until > self.clock() else 0

    def raise_if_share_is_used(self, category: str, viewer: str) -> None:
        """Raises OverQuota while a viewer's share of a bucket is used up, or what is left is the walls' share."""
        for name in TOKEN_BUCKETS:
            bucket = self.buckets.get((category, name))
            if bucket is None or not bucket.is_current(self.clock()):
                continue
            which, wait = f"the Google Analytics quota ({category}, {name})", self.seconds_until_full(category, name)
            refill = f"it is refilled within {ceil(wait / 60)} minutes"
            if self._used_by(viewer, category, name) >= VIEWER_SHARE * bucket.limit:
                raise OverQuota(f"your share of {which} is used up; {refill}", retry_after=wait)
            if bucket.remaining <= WALL_SHARE * bucket.limit:
                raise OverQuota(f"the rest of {which} is reserved for the boards; {refill}", retry_after=wait)

    def remaining_in(self, category: str, name: str) -> int | None:
        """Returns what remains in a bucket; None when nothing was reported since it was last full."""
        bucket = self.buckets.get((category, name))
        return bucket.remaining if bucket is not None and bucket.is_current(self.clock()) else None

    def seconds_until_full(self, category: str, name: str) -> float:
        """Returns the seconds until a bucket is full again; 0.0 when nothing was reported."""
        bucket, now = self.buckets.get((category, name)), self.clock()
        return (bucket.full_at - now).total_seconds() if bucket is not None and bucket.is_current(now) else 0.0

    def raise_if_exhausted(self, category: str) -> None:
        """Raises OverQuota while a bucket of tokens is empty."""
        for name in TOKEN_BUCKETS:
            remaining = self.remaining_in(category, name)
            if remaining is not None and remaining <= 0:
                wait = self.seconds_until_full(category, name)
                raise OverQuota(
                    f"the Google Analytics quota ({category}, {name}) is used up; "
                    f"it is refilled within {ceil(wait / 60)} minutes",
                    retry_after=wait,
                )

    def slowdown(self) -> float:
        """Returns 1.0 while every bucket of tokens is above a fifth, up to MAX_SLOWDOWN when the emptiest is empty."""
        now = self.clock()
        with self.lock:
            shares = [
                b.remaining / b.limit
                for (_, name), b in self.buckets.items()
                if b.is_current(now) and name in TOKEN_BUCKETS
            ]
        lowest = min(shares, default=1.0)
        return (
            1.0
            if lowest >= SLOW_BELOW_SHARE
            else MAX_SLOWDOWN - (MAX_SLOWDOWN - 1.0) * max(lowest, 0.0) / SLOW_BELOW_SHARE
        )

    def health(self) -> dict[str, dict[str, dict[str, int]]]:
        """Returns `{"core": {"tokensPerDay": {"remaining": 199998, "limit": 200000}, …}, "realtime": …}`."""
        now = self.clock()
        levels: dict[str, dict[str, dict[str, int]]] = {}
        with self.lock:
            for (category, name), bucket in self.buckets.items():
                if bucket.is_current(now):
                    levels.setdefault(category, {})[name] = {"remaining": bucket.remaining, "limit": bucket.limit}
        return levels


def bucket_limit(name: str, remaining: int) -> int:
    """Returns the size of a bucket, estimated from what remains in it."""
    standard = STANDARD_LIMITS[name]
    if remaining <= standard:
        return standard
    return max(remaining, standard * (10 if name in TOKEN_BUCKETS else 5))


def next_refill(name: str, now: datetime) -> datetime:
    """Returns when a bucket is refilled: the day's at midnight Pacific time, the hour's at the next full hour."""
    if name != "tokensPerDay":
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    tomorrow = now.astimezone(PACIFIC_TIME).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=PACIFIC_TIME).astimezone(now.tzinfo)


def quota_error(message: str, retry_after: str | None) -> QuotaExhausted:
    """Returns the error for a 429 with this message; `retry_after` is the header, which Google itself does not send.

    The error's own `retry_after` is a guess; the caller has the clock and computes it from the bucket.
    """
    bucket = next((bucket for words, bucket in EXHAUSTED_MESSAGES if words in message.lower()), "")
    seconds = float(retry_after) if retry_after and retry_after.isdecimal() else 20.0 + 20.0 * random.random()  # noqa: S311
    text = f"Google's quota is used up: {clean_text(message, 200)}" if message else "Google's quota is used up"
    return QuotaExhausted(text, retry_after=min(seconds, 3600.0), bucket=bucket)
