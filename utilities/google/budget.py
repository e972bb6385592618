"""The ten server errors an hour that Google forgives, and our reserve of them."""

from collections import deque
from datetime import datetime, timedelta
from threading import Condition

from utilities.clock import Clock
from utilities.errors import OverQuota

HOUR = timedelta(hours=1)
FORGIVEN = 10  # a property and project may cause as many 500s and 503s an hour, then every call is refused
RESERVE = 2  # for others who share the project


class ErrorBudget:
    """Lets calls through while each of them could fail and still leave the reserve; may be used from any thread."""

    def __init__(self, clock: Clock, forgiven: int | None = FORGIVEN) -> None:
        self.clock = clock
        self.forgiven = 10**9 if forgiven is None else forgiven
        self.errors: deque[datetime] = deque()
        self.told: tuple[datetime, int] | None = None  # what Google said was left, and when
        self.under_way = 0
        self.changed = Condition()

    def heard(self, left: int) -> None:
        """Google's own count, from an answer's propertyQuota."""
        with self.changed:
            self.told = (self.clock(), left)

    def begin(self, seconds: float) -> None:
        """Takes one call's place, waiting up to `seconds` for those under way; OverQuota when too few are left."""
        with self.changed:
            self.changed.wait_for(lambda: self.left() - self.under_way > RESERVE or not self.under_way, seconds)
            if self.left() - self.under_way <= RESERVE:
                wait = self.wait()
                raise OverQuota(
                    "Google has failed so often within the hour that asking again could lock the property out; "
                    f"the next question is in {max(round(wait / 60), 1)} minutes",
                    retry_after=wait,
                )
            self.under_way += 1

    def end(self, *, server_error: bool) -> None:
        """Gives the place back."""
        with self.changed:
            self.under_way -= 1
            if server_error:
                self.errors.append(self.clock())
            self.changed.notify_all()

    def left(self) -> int:
        """How many more errors Google would forgive now, as far as we know."""
        now = self.clock()
        while self.errors and self.errors[0] <= now - HOUR:
            self.errors.popleft()
        left = self.forgiven - len(self.errors)
        if self.told is not None and self.told[0] > now - HOUR:
            since = sum(1 for error in self.errors if error > self.told[0])
            left = min(left, self.told[1] - since) if self.told[1] < self.forgiven else left
        return left

    def wait(self) -> float:
        """Seconds until it is worth counting again: an error is forgiven, or what we were told is out of date."""
        now = self.clock()
        since = [*list(self.errors)[:1], *([self.told[0]] if self.told else [])]
        known = [at for at in since if at > now - HOUR]
        return (min(known) + HOUR - now).total_seconds() + 1.0 if known else 60.0
