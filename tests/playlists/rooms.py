"""Schedules of rooms, and moments by what the clock on the wall shows."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from utilities.playlists.model import BoardTrouble, Playlist
from utilities.playlists.schedule import PlaylistSchedule
from utilities.playlists.windows import WallClock

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = BERLIN, *, fold: int = 0) -> datetime:
    """Returns a moment in UTC by what the clock on the wall shows."""
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def schedule(*items: dict[str, object], zone: ZoneInfo = BERLIN, **rest: object) -> PlaylistSchedule:
    playlist = Playlist.model_validate({"items": items or ({"board": "office"},), **rest})
    return PlaylistSchedule(playlist, WallClock.of(playlist, zone))


def board(plan: PlaylistSchedule, moment: datetime, **troubles: BoardTrouble) -> str:
    """Returns the board that hangs, '' when the screen is black."""
    item = plan.find_slot(moment, troubles).item
    return "" if item is None else plan.playlist.items[item].board
