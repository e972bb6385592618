"""Budget of server errors: Google refuses every call for a property after ten of them in an hour."""

import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Condition

from utilities.model.clock import Clock
from utilities.model.errors import OverQuota, Unavailable
from utilities.model.wall_words import GOOGLE_BROKEN

COUNTING_WINDOW = timedelta(hours=1)
MAX_ERRORS_PER_HOUR = 10  # responses 500 and 503 for each property and project; after that every call is refused
RESERVED_ERRORS = 2  # for others who share the project
MAX_FILE_LINES = 100  # then the file is replaced
ERRORS_BEFORE_REST = 3  # errors in a row after which calls are paused
REST_SECONDS, MAX_REST_SECONDS = 60.0, 960.0  # each pause is twice as long as the previous one
NEVER = datetime.min.replace(tzinfo=UTC)


class ErrorBudget:
    """Allows calls while all running ones could fail and the reserve would still be left. May be used from any thread.

    After several errors in a row calls are paused, and then allowed one by one. With a `file` the errors of other
    processes, and of earlier ones, count as well.
    """

    def __init__(self, clock: Clock, max_errors: int | None = MAX_ERRORS_PER_HOUR, file: Path | None = None) -> None:
        self.clock = clock
        self.max_errors = 10**9 if max_errors is None else max_errors
        self.file = file
        self.errors: list[datetime] = []
        self.reported: dict[
            str, tuple[datetime, int]
        ] = {}  # by category: when Google reported how many errors are left, and how many
        self.last_success = NEVER
        self.jitter = random.uniform(0.75, 1.25)  # noqa: S311 — processes must not all return at the same moment
        self.running_calls = 0
        self.last_cause = ""  # of the last counted error of this process
        self.condition = Condition()

    def set_reported(self, category: str, left: int) -> None:
        """Stores Google's own count, from a response's propertyQuota; core and realtime have one each."""
        with self.condition:
            self.reported[category] = (self.clock(), left)

    def start_call(self, timeout: float) -> None:
        """Starts one call; waits up to `timeout` seconds for running ones.

        Raises Unavailable while calls are paused, OverQuota when too few errors are left.
        """
        with self.condition:
            self.condition.wait_for(self.has_room, timeout)
            if (rest := self.rest_seconds()) > 0:
                cause = self.last_cause or read_last_cause(self.file) or "Google has failed"
                raise Unavailable(f"{cause}; next try in {max(round(rest), 1)} s", wall_text=GOOGLE_BROKEN)
            if self.errors_left() - self.running_calls <= RESERVED_ERRORS:
                wait = self.retry_seconds()
                raise OverQuota(
                    "Google has failed so often within the hour that more calls could lock the property out; "
                    f"the next attempt is in {max(round(wait / 60), 1)} minutes",
                    retry_after=wait,
                    wall_text=GOOGLE_BROKEN,
                )
            self.running_calls += 1

    def has_room(self) -> bool:
        """Whether one more call does not have to wait for running ones. The caller holds the lock."""
        if not self.running_calls or self.rest_seconds() > 0:
            return True
        return (
            self.errors_left() - self.running_calls > RESERVED_ERRORS
            and len(self.errors_since_success()) < ERRORS_BEFORE_REST
        )

    def end_call(self, *, server_error: bool, cause: str = "") -> None:
        """Ends a call, and counts its error; `cause` is what a pause says that follows."""
        with self.condition:
            self.running_calls -= 1
            if server_error:
                self.last_cause = " ".join(cause.split())
                self.record_error(self.clock())
            self.condition.notify_all()

    def record_success(self) -> None:
        """Records that Google has answered."""
        with self.condition:
            self.last_success = self.clock()

    def rest_seconds(self) -> float:
        """Returns the seconds left of a pause after errors in a row; 0.0 when calls are allowed."""
        with self.condition:
            row = self.errors_since_success()
            if len(row) < ERRORS_BEFORE_REST:
                return 0.0
            pause = min(REST_SECONDS * 2 ** (len(row) - ERRORS_BEFORE_REST), MAX_REST_SECONDS) * self.jitter
            left = pause - (self.clock() - row[-1]).total_seconds()
            return left if 0.0 < left <= pause else 0.0  # more than the pause: the clock was set back

    def errors_since_success(self) -> list[datetime]:
        """Returns the errors since Google's last answer. The caller holds the lock."""
        return [error for error in self.recent_errors() if error > self.last_success]

    def errors_left(self) -> int:
        """Returns how many more errors Google allows now, as far as is reported or counted."""
        with self.condition:
            errors = self.recent_errors()
            left = self.max_errors - len(errors)
            for at, count in self.reported.values():
                if self.is_recent(at) and count < self.max_errors:
                    left = min(left, count - sum(error > at for error in errors))
            return left

    def retry_seconds(self) -> float:
        """Returns the seconds until an error, or Google's report, is older than an hour."""
        times = [
            at for at in (*self.recent_errors()[:1], *(at for at, _ in self.reported.values())) if self.is_recent(at)
        ]
        return (min(times) + COUNTING_WINDOW - self.clock()).total_seconds() + 1.0 if times else 60.0

    def is_recent(self, at: datetime) -> bool:
        """Whether a time is within the last hour, or the next one: the clock may have been set back."""
        return abs(self.clock() - at) < COUNTING_WINDOW

    def recent_errors(self) -> list[datetime]:
        """Returns the errors of the last hour, oldest first. The caller holds the lock."""
        in_file = [at for at in read_error_times(self.file) if self.is_recent(at)] if self.file else []
        self.errors = [at for at in self.errors if self.is_recent(at)]
        # The file has the errors of this process too, unless it could not be written.
        return sorted(in_file if len(in_file) > len(self.errors) else self.errors)

    def record_error(self, error: datetime) -> None:
        """Counts one more error. The caller holds the lock."""
        before = self.recent_errors()
        self.errors.append(error)
        if self.file is not None:
            replaces = not 0 < len(read_error_times(self.file)) < MAX_FILE_LINES
            with suppress(OSError):
                self.file.parent.mkdir(parents=True, exist_ok=True)
                with self.file.open("w" if replaces else "a", encoding="utf-8") as file:
                    file.writelines(f"{at.isoformat()}\n" for at in (before if replaces else ()))
                    file.write(f"{error.isoformat()} {self.last_cause}".rstrip() + "\n")


def read_error_times(file: Path) -> list[datetime]:
    """Reads the times that begin the lines of the file; returns none when it cannot be read."""
    try:
        times = [datetime.fromisoformat(line.split()[0]) for line in _read_lines(file)]
    except (OSError, ValueError):
        return []
    return [at.astimezone(UTC) for at in times]


def read_last_cause(file: Path | None) -> str:
    """Returns what the last line of the file says behind its time; '' without it."""
    try:
        lines = _read_lines(file) if file is not None else []
    except (OSError, ValueError):
        return ""
    return lines[-1].partition(" ")[2] if lines else ""


def _read_lines(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").split("\n") if line.strip()]
