"""The one clock of the pretend internet: the machine's own, or wherever a test has put it."""

from datetime import UTC, datetime, timedelta


class VirtualClock:
    """Answers an aware datetime in UTC; runs on from wherever it was put."""

    def __init__(self, start: datetime | None = None) -> None:
        self.ahead = timedelta()
        if start is not None:
            self.put(start)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def put(self, moment: datetime) -> None:
        """Makes it `moment` now."""
        self.ahead = moment - datetime.now(UTC)

    def shift(self, by: timedelta) -> None:
        """Moves it on, or back."""
        self.ahead += by
