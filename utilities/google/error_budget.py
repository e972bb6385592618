"""The ten server errors an hour that Google forgives: how they are counted, spread, and not used up."""

import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Condition

from utilities.model.clock import Clock
from utilities.model.errors import OverQuota, Unavailable

HOUR = timedelta(hours=1)
FORGIVEN = 10  # a property and project may cause as many 500s and 503s an hour, then every call is refused
RESERVE = 2  # for others who share the project
MOST_NOTED = 100  # lines of the file; then it is begun anew
IN_A_ROW = 3  # errors after which Google is given a rest
REST, LONGEST_REST = 60.0, 960.0  # seconds; each rest is twice as long as the one before
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class ErrorBudget:
    """Lets calls through while each of them could fail and still leave the reserve; may be used from any thread.

    After errors in a row nobody calls for a while, and then one by one. With a `file` the errors are counted together
    with those of processes beside this one, and of those before it.
    """

    def __init__(self, clock: Clock, forgiven: int | None = FORGIVEN, file: Path | None = None) -> None:
        self.clock = clock
        self.forgiven = 10**9 if forgiven is None else forgiven
        self.file = file
        self.errors: list[datetime] = []
        self.told: dict[str, tuple[datetime, int]] = {}  # what Google said was left, and when, by category
        self.good = LONG_AGO  # when Google answered last
        self.lazy = random.uniform(0.75, 1.25)  # noqa: S311 — so that processes do not come back at one moment
        self.under_way = 0
        self.changed = Condition()

    def heard(self, category: str, left: int) -> None:
        """Google's own count, from an answer's propertyQuota; core and realtime have one each."""
        with self.changed:
            self.told[category] = (self.clock(), left)

    def begin(self, seconds: float) -> None:
        """Takes one call's place, waiting up to `seconds` for those under way.

        Raises Unavailable while Google is given a rest, OverQuota when too few errors are left.
        """
        with self.changed:
            self.changed.wait_for(self.has_room, seconds)
            if (rest := self.rest()) > 0:
                raise Unavailable(f"Google has failed several times; the next try is in {max(round(rest), 1)} s")
            if self.left() - self.under_way <= RESERVE:
                wait = self.wait()
                raise OverQuota(
                    "Google has failed so often within the hour that asking again could lock the property out; "
                    f"the next question is in {max(round(wait / 60), 1)} minutes",
                    retry_after=wait,
                )
            self.under_way += 1

    def has_room(self) -> bool:
        """Whether one more call need not wait for those under way; needs the lock."""
        if not self.under_way or self.rest() > 0:
            return True
        return self.left() - self.under_way > RESERVE and len(self.in_a_row()) < IN_A_ROW

    def end(self, *, server_error: bool) -> None:
        """Gives the place back."""
        with self.changed:
            self.under_way -= 1
            if server_error:
                self.note(self.clock())
            self.changed.notify_all()

    def succeeded(self) -> None:
        """Google has answered."""
        with self.changed:
            self.good = self.clock()

    def rest(self) -> float:
        """Seconds until Google is asked again, after errors in a row; 0.0 when it may be now."""
        with self.changed:
            row = self.in_a_row()
            if len(row) < IN_A_ROW:
                return 0.0
            whole = min(REST * 2 ** (len(row) - IN_A_ROW), LONGEST_REST) * self.lazy
            left = whole - (self.clock() - row[-1]).total_seconds()
            return left if 0.0 < left <= whole else 0.0  # more than the whole is a clock that was set back

    def in_a_row(self) -> list[datetime]:
        """The errors since Google answered last; needs the lock."""
        return [error for error in self.recent() if error > self.good]

    def left(self) -> int:
        """How many more errors Google would forgive now, as far as we know."""
        with self.changed:
            errors = self.recent()
            left = self.forgiven - len(errors)
            for at, told in self.told.values():
                if self.is_recent(at) and told < self.forgiven:
                    left = min(left, told - sum(error > at for error in errors))
            return left

    def wait(self) -> float:
        """Seconds until it is worth counting again: an error is forgiven, or what we were told is out of date."""
        known = [at for at in (*self.recent()[:1], *(at for at, _ in self.told.values())) if self.is_recent(at)]
        return (min(known) + HOUR - self.clock()).total_seconds() + 1.0 if known else 60.0

    def is_recent(self, at: datetime) -> bool:
        return abs(self.clock() - at) < HOUR  # either way, for the clock may be set back

    def recent(self) -> list[datetime]:
        """The errors of the last hour, oldest first; needs the lock."""
        noted = [at for at in read_times(self.file) if self.is_recent(at)] if self.file else []
        self.errors = [at for at in self.errors if self.is_recent(at)]
        return sorted(noted if len(noted) > len(self.errors) else self.errors)  # ours are noted, if the disk takes it

    def note(self, error: datetime) -> None:
        """Counts one more; needs the lock."""
        before = self.recent()
        self.errors.append(error)
        if self.file is not None:
            anew = not 0 < len(read_times(self.file)) < MOST_NOTED
            with suppress(OSError):
                self.file.parent.mkdir(parents=True, exist_ok=True)
                with self.file.open("w" if anew else "a", encoding="ascii") as file:
                    file.writelines(f"{at.isoformat()}\n" for at in (*(before if anew else ()), error))


def read_times(file: Path) -> list[datetime]:
    """The times in the file, one in each line; none when it cannot be read."""
    try:
        times = [datetime.fromisoformat(line) for line in file.read_text(encoding="ascii").split()]
    except (OSError, ValueError):
        return []
    return [at.astimezone(UTC) for at in times]
