"""What a playlist shows in the course of a week, as stretches of each day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from utilities.playlists.dry_run import describe_programme
from utilities.playlists.model import BoardTrouble, Playlist
from utilities.playlists.schedule import NO_TROUBLES, Light, PlaylistSchedule, Programme
from utilities.playlists.windows import WallClock
from utilities.playlists.written_times import MINUTES_OF_DAY, format_minute

WEEK_DAYS = 7


@dataclass(frozen=True)
class DayStretch:
    """A part of a day in which the same boards hang."""

    start: int  # minutes since midnight on the clock on the wall
    end: int
    kind: str  # turn, one, dated, dim; the look of it
    text: str

    @property
    def hours(self) -> str:
        """Returns `07:30–18:00`."""
        return f"{format_minute(self.start)}–{format_minute(self.end)}"

    @property
    def left(self) -> str:
        """Returns the start as a part of the day, for a drawing."""
        return f"{100 * self.start / MINUTES_OF_DAY:.2f}%"

    @property
    def width(self) -> str:
        return f"{100 * max(self.end - self.start, 0) / MINUTES_OF_DAY:.2f}%"


@dataclass(frozen=True)
class PlannedDay:
    """One day of a playlist."""

    day: date
    stretches: tuple[DayStretch, ...]


def plan_week(
    playlist: Playlist,
    zone: tzinfo,
    first: date,
    titles: Mapping[str, str],
    troubles: Mapping[str, BoardTrouble] = NO_TROUBLES,
) -> list[PlannedDay]:
    """Returns seven days from `first`; black stretches are left out."""
    schedule = PlaylistSchedule(playlist, WallClock.of(playlist, zone))
    days = [first + timedelta(days=count) for count in range(WEEK_DAYS)]
    return [PlannedDay(day, tuple(plan_day(schedule, day, titles, troubles))) for day in days]


def plan_day(
    schedule: PlaylistSchedule, day: date, titles: Mapping[str, str], troubles: Mapping[str, BoardTrouble]
) -> list[DayStretch]:
    """Returns the stretches of a day in which something hangs."""
    zone = schedule.clock.zone
    begins, ends = (datetime.combine(each, time(), zone).astimezone(UTC) for each in (day, day + timedelta(days=1)))
    changes = list(schedule.changes(begins, ends, troubles))
    stretches = []
    for place, (start, programme) in enumerate(changes):
        if programme.light is Light.BLACK:
            continue
        end = changes[place + 1][0] if place + 1 < len(changes) else ends
        text = describe_programme(schedule.playlist, programme, titles)
        stretches.append(
            DayStretch(_minute(start, zone, day), _minute(end, zone, day), _kind(schedule, programme), text)
        )
    return stretches


def _minute(at: datetime, zone: tzinfo, day: date) -> int:
    local = at.astimezone(zone)
    return MINUTES_OF_DAY if local.date() > day else local.hour * 60 + local.minute


def _kind(schedule: PlaylistSchedule, programme: Programme) -> str:
    if programme.light is Light.DIM:
        return "dim"
    if any(schedule.playlist.items[place].dates for place in programme.turn):
        return "dated"
    return "turn" if len(programme.turn) > 1 else "one"
