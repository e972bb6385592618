"""The clock of the simulated internet: the machine's own time, or the time that a test has set."""

from datetime import UTC, datetime, timedelta


class VirtualClock:
    """Returns an aware datetime in UTC; goes on from the time that was set."""

    def __init__(self, start: datetime | None = None) -> None:
        self.ahead = timedelta()
        if start is not None:
            self.set_time(start)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def set_time(self, moment: datetime) -> None:
        """Sets the time."""
        self.ahead = moment - datetime.now(UTC)

    def shift(self, by: timedelta) -> None:
        """Moves the time on, or back."""
        self.ahead += by
