"""What is left of a property's quota, when it comes back, and by how much to slow down."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from threading import Lock
from zoneinfo import ZoneInfo

from utilities.model.clock import Clock
from utilities.model.errors import OverQuota
from utilities.model.text import clean_text

CORE, REALTIME = "core", "realtime"

STANDARD = {
    "tokensPerDay": 200_000,
    "tokensPerHour": 40_000,
    "tokensPerProjectPerHour": 14_000,
    "concurrentRequests": 10,
    "serverErrorsPerProjectPerHour": 10,
    "potentiallyThresholdedRequestsPerHour": 120,
}
"""The limits of a standard property; those of a 360 property are ten times (five times the small ones) as high."""

TOKENS = ("tokensPerDay", "tokensPerHour", "tokensPerProjectPerHour")
SLOW_BELOW = 0.2
SLOWEST = 10.0
PACIFIC = ZoneInfo("America/Los_Angeles")

MESSAGES = (
    ("concurrent requests", ""),
    ("server error", "serverErrorsPerProjectPerHour"),
    ("tokens per day", "tokensPerDay"),
    ("for a project per hour", "tokensPerProjectPerHour"),
    ("tokens per hour", "tokensPerHour"),
    ("potentially thresholded", "potentiallyThresholdedRequestsPerHour"),
)
"""What a 429 says, and the bucket that means; '' is over as soon as another question has its answer."""


class Exhausted(OverQuota):
    """OverQuota that knows which bucket ran out; '' when Google did not say."""

    def __init__(self, message: str, *, retry_after: float, bucket: str) -> None:
        super().__init__(message, retry_after=retry_after)
        self.bucket = bucket


@dataclass(frozen=True)
class Bucket:
    """What was left when somebody last said so."""

    remaining: int
    limit: int
    at: datetime
    back: datetime  # when it is full again, at the latest

    def holds(self, now: datetime) -> bool:
        """Whether that is still worth knowing: it was not filled since, nor the clock set back by hours."""
        return self.at - timedelta(hours=1) < now < self.back


class Quota:
    """The buckets of one property, core and realtime kept apart; may be used from any thread."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.lock = Lock()
        self.buckets: dict[tuple[str, str], Bucket] = {}

    def heard(self, category: str, quota: Mapping[str, int]) -> None:
        """Keeps what an answer's propertyQuota says: what remains by bucket name."""
        now = self.clock()
        with self.lock:
            for name, remaining in quota.items():
                if name in STANDARD:
                    before = self.buckets.get((category, name))
                    size = max(limit(name, remaining), before.limit if before else 0)
                    self.buckets[category, name] = Bucket(remaining, size, now, back(name, now))

    def left(self, category: str, name: str) -> int | None:
        """What is left in a bucket; None when nobody has said so since it was last full."""
        bucket = self.buckets.get((category, name))
        return bucket.remaining if bucket is not None and bucket.holds(self.clock()) else None

    def wait(self, category: str, name: str) -> float:
        """Seconds until a bucket is full again; 0.0 when nothing is known of it."""
        bucket, now = self.buckets.get((category, name)), self.clock()
        return (bucket.back - now).total_seconds() if bucket is not None and bucket.holds(now) else 0.0

    def admit(self, category: str) -> None:
        """Raises OverQuota while a bucket of tokens is empty, so that nobody asks in vain."""
        for name in TOKENS:
            left = self.left(category, name)
            if left is not None and left <= 0:
                wait = self.wait(category, name)
                raise OverQuota(
                    f"the Google Analytics quota ({category}, {name}) is used up; "
                    f"it comes back within {ceil(wait / 60)} minutes",
                    retry_after=wait,
                )

    def stretch(self) -> float:
        """1.0 while every bucket is above a fifth, up to SLOWEST as the emptiest runs dry."""
        now = self.clock()
        with self.lock:
            shares = [b.remaining / b.limit for (_, name), b in self.buckets.items() if b.holds(now) and name in TOKENS]
        lowest = min(shares, default=1.0)
        return 1.0 if lowest >= SLOW_BELOW else SLOWEST - (SLOWEST - 1.0) * max(lowest, 0.0) / SLOW_BELOW

    def health(self) -> dict[str, dict[str, dict[str, int]]]:
        """`{"core": {"tokensPerDay": {"remaining": 199998, "limit": 200000}, …}, "realtime": …}`, what is known."""
        now = self.clock()
        found: dict[str, dict[str, dict[str, int]]] = {}
        with self.lock:
            for (category, name), bucket in self.buckets.items():
                if bucket.holds(now):
                    found.setdefault(category, {})[name] = {"remaining": bucket.remaining, "limit": bucket.limit}
        return found


def limit(name: str, remaining: int) -> int:
    """The bucket's size, judged by what is left in it."""
    standard = STANDARD[name]
    if remaining <= standard:
        return standard
    return max(remaining, standard * (10 if name in TOKENS else 5))


def back(name: str, now: datetime) -> datetime:
    """When a bucket is full again: the day's at midnight Pacific, the hour's at the next full hour."""
    if name != "tokensPerDay":
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    tomorrow = now.astimezone(PACIFIC).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=PACIFIC).astimezone(now.tzinfo)


def exhausted(message: str, retry_after: str | None) -> Exhausted:
    """The error for a 429 with this message; `retry_after` is the header, which the real service does not send.

    Its own `retry_after` is a guess until the caller, who has the clock, knows the bucket.
    """
    bucket = next((bucket for words, bucket in MESSAGES if words in message.lower()), "")
    seconds = float(retry_after) if retry_after and retry_after.isdecimal() else 20.0 + 20.0 * random.random()  # noqa: S311
    text = f"Google says no for now: {clean_text(message, 200)}" if message else "Google asks for fewer questions"
    return Exhausted(text, retry_after=min(seconds, 3600.0), bucket=bucket)
