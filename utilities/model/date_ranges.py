"""The days that figures cover."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field


@dataclass(frozen=True)
class DateRange:
    """The days that a frame covers, both ends included, in the source's time zone.

    `has_ended` is False while the last day is today. `until` is the time at which the last day is cut off (`13:00`),
    '' where it is whole or where nothing says so. `window_minutes` is the length of a range that is not of days,
    otherwise 0; `has_ended` is False where such a range ends now.
    """

    first: date
    last: date
    zone: str
    has_ended: Annotated[bool, Field(alias="over")] = True
    until: str = ""
    window_minutes: int = 0

    def preceding_range(self) -> "DateRange":
        """Returns as many whole days just before these."""
        count = self.last - self.first + timedelta(days=1)
        return DateRange(self.first - count, self.last - count, self.zone)
