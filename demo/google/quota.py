"""The quota of a property: tokens by hour and day, concurrent calls, and server errors."""

from datetime import datetime
from zoneinfo import ZoneInfo

from demo.clock import VirtualClock
from demo.google.refusal import Refusal

PACIFIC = ZoneInfo("America/Los_Angeles")

BUCKETS = {
    "tokensPerDay": 200_000,
    "tokensPerHour": 40_000,
    "concurrentRequests": 10,
    "serverErrorsPerProjectPerHour": 10,
    "potentiallyThresholdedRequestsPerHour": 120,
    "tokensPerProjectPerHour": 14_000,
}
"""The limits of a standard property, in Google's order."""

EXHAUSTED = {
    "concurrentRequests": "Exhausted concurrent requests quota. Please send fewer requests concurrently.",
    "tokensPerDay": "Exhausted property tokens per day. These quota tokens will return in under 24 hours.",
    "tokensPerHour": "Exhausted property tokens per hour. These quota tokens will return in under an hour.",
    "tokensPerProjectPerHour": "Exhausted property tokens for a project per hour. These quota tokens will return in "
    "under an hour.",
    "potentiallyThresholdedRequestsPerHour": "Exhausted potentially thresholded requests quota.",
    "serverErrorsPerProjectPerHour": "Exhausted server errors for a project per hour. Please try again in under an "
    "hour.",
}
TOKENS = ("tokensPerDay", "tokensPerHour", "tokensPerProjectPerHour")
REALTIME_COST = 40


class Quota:
    """The buckets of one category of one property; core and realtime have their own."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.left = dict(BUCKETS)
        self.running = 0
        self.hour = self.day = clock()

    def refill(self) -> None:
        """Refills the hourly buckets at the full hour, the daily one at midnight in California."""
        now = self.clock()
        if hour_of(now) != hour_of(self.hour):
            self.left |= {name: BUCKETS[name] for name in BUCKETS if name.endswith("PerHour")}
            self.hour = now
        if now.astimezone(PACIFIC).date() != self.day.astimezone(PACIFIC).date():
            self.left["tokensPerDay"] = BUCKETS["tokensPerDay"]
            self.day = now

    def admit(self, *, thresholded: bool = False) -> None:
        """Refuses a call when any bucket is empty; the ten concurrent calls include this one."""
        self.refill()
        if self.running > self.left["concurrentRequests"]:
            raise Refusal(429, EXHAUSTED["concurrentRequests"])
        for name, left in self.left.items():
            if left <= 0 and (thresholded or name != "potentiallyThresholdedRequestsPerHour"):
                raise Refusal(429, EXHAUSTED[name])

    def spend(self, tokens: int, *, thresholded: bool = False) -> dict[str, dict[str, int]]:
        """Takes the price of a report and returns what remains, in the form of `propertyQuota`."""
        spent = dict.fromkeys(BUCKETS, 0) | dict.fromkeys(TOKENS, tokens)
        spent["potentiallyThresholdedRequestsPerHour"] = int(thresholded)
        for name, amount in spent.items():
            self.left[name] = max(0, self.left[name] - amount)
        left = self.left | {"concurrentRequests": max(0, self.left["concurrentRequests"] - self.running + 1)}
        return {name: {"consumed": spent[name], "remaining": left[name]} for name in BUCKETS}

    def record_failure(self) -> None:
        """Counts one more 500 or 503 of the ten an hour."""
        self.refill()
        self.left["serverErrorsPerProjectPerHour"] = max(0, self.left["serverErrorsPerProjectPerHour"] - 1)

    def out_of_errors(self) -> bool:
        self.refill()
        return self.left["serverErrorsPerProjectPerHour"] <= 0


def hour_of(moment: datetime) -> str:
    return moment.strftime("%Y%m%d%H")


def report_cost(days: int, dimensions: int, metrics: int) -> int:
    """Returns the price of a core report; it matches the seven published prices."""
    return 1 + days // 60 + max(0, -(-(dimensions * metrics - 3) // 32))
