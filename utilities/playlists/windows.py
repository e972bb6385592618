"""Windows of time: whether one holds at a moment, and at which moments that can change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from utilities.playlists.holiday_calendar import IsHoliday, holiday_test
from utilities.playlists.model import Playlist, Window
from utilities.playlists.written_times import DAY_NAMES, HOLIDAY, MINUTES_OF_DAY

DAY_STEP = timedelta(days=1)


@dataclass(frozen=True)
class WallClock:
    """The clock on the wall of the room: a zone, and the holidays of its country."""

    zone: tzinfo
    is_holiday: IsHoliday

    @classmethod
    def of(cls, playlist: Playlist, zone: tzinfo) -> "WallClock":
        return cls(zone, holiday_test(playlist.holidays))

    def is_open(self, window: Window, now: datetime) -> bool:
        """Whether the window holds at `now`, by what the clock shows: an hour that comes twice counts twice."""
        local = now.astimezone(self.zone)
        today, minute = local.date(), local.hour * 60 + local.minute
        if window.start < window.end:
            return window.start <= minute < window.end and self._is_day(window, today)
        if minute >= window.start:
            return self._is_day(window, today)
        return minute < window.end and self._is_day(window, today - DAY_STEP)

    def _is_day(self, window: Window, day: date) -> bool:
        """Whether a window may start on this day. A holiday is no weekday."""
        if window.dates and not any(span.first <= day <= span.last for span in window.dates):
            return False
        return not window.days or (HOLIDAY if self.is_holiday(day) else DAY_NAMES[day.weekday()]) in window.days

    def edges(self, windows: Sequence[Window], day: date) -> list[datetime]:
        """Returns the moments of a day, in UTC, at which a window can open or close, in order.

        These are the edges of windows, twice where the clock shows them twice, midnight, and changes of the clock.
        """
        minutes = {0, *(edge % MINUTES_OF_DAY for window in windows for edge in (window.start, window.end))}
        moments = {
            datetime.combine(day, time(minute // 60, minute % 60), self.zone).replace(fold=fold).astimezone(UTC)
            for minute in minutes
            for fold in (0, 1)
        }
        edges = sorted({*moments, *self._clock_changes(day)})
        return [edge for edge in edges if edge.astimezone(self.zone).date() == day]

    def _clock_changes(self, day: date) -> Iterator[datetime]:
        """Yields the moment of this day at which the clock is moved, to the minute."""
        low, high = (datetime.combine(each, time(), self.zone).astimezone(UTC) for each in (day, day + DAY_STEP))
        offset = low.astimezone(self.zone).utcoffset()
        if offset == high.astimezone(self.zone).utcoffset():
            return
        while high - low > timedelta(minutes=1):
            middle = low + ((high - low) / 2 // timedelta(minutes=1)) * timedelta(minutes=1)
            if middle.astimezone(self.zone).utcoffset() == offset:
                low = middle
            else:
                high = middle
        yield high

    def edges_after(self, windows: Sequence[Window], now: datetime, days: int) -> Iterator[datetime]:
        """Yields the edges after `now`, in order, of today and the `days` after it."""
        today = now.astimezone(self.zone).date()
        for count in range(days + 1):
            yield from (edge for edge in self.edges(windows, today + count * DAY_STEP) if edge > now)

    def edges_of_today(self, windows: Sequence[Window], now: datetime) -> list[datetime]:
        """Returns the edges of today up to `now`, the latest first."""
        edges = self.edges(windows, now.astimezone(self.zone).date())
        return [edge for edge in reversed(edges) if edge <= now]
