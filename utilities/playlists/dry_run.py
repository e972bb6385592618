"""A playlist in words: what hangs at a moment, and what changes in the hours after it."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, tzinfo

from utilities.model.formats import format_date
from utilities.playlists.model import BoardTrouble, Playlist
from utilities.playlists.schedule import NO_TROUBLES, Light, PlaylistSchedule, Programme, Slot, SlotReason
from utilities.playlists.windows import WallClock

LISTED_HOURS = 24


def format_moment(at: datetime, zone: tzinfo, today: datetime) -> str:
    """Returns `17:45`, or `Tue 1 Dec 17:45` on another day than `today`."""
    local, base = at.astimezone(zone), today.astimezone(zone)
    seconds = ":%S" if local.second else ""
    day = "" if local.date() == base.date() else f"{format_date(local.date())} "
    return day + local.strftime(f"%H:%M{seconds}")


def describe_programme(playlist: Playlist, programme: Programme, titles: Mapping[str, str]) -> str:
    """Returns what hangs in a stretch of time: `Office and Visits, in turn`, `black: quiet hours`."""
    if programme.light is Light.BLACK:
        return "black: quiet hours" if programme.is_quiet else "black: nothing is scheduled"
    boards = list(dict.fromkeys(playlist.items[place].board for place in programme.turn))
    names = [titles.get(board, board) for board in boards]
    text = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}, in turn"
    if programme.is_all_skipped:
        text = f"{names[0]}, or what hung before: every board is skipped"
    return f"{text}, dimmed" if programme.light is Light.DIM else text


def describe_slot(playlist: Playlist, slot: Slot, zone: tzinfo, titles: Mapping[str, str], at: datetime) -> str:
    """Returns what hangs at one moment, as one sentence."""
    until = f" until {format_moment(slot.until, zone, at)}" if slot.until else ""
    if slot.item is None:
        why = "quiet hours" if slot.reason is SlotReason.QUIET else "nothing is scheduled"
        return f"The screen is black{until}: {why}."
    board = playlist.items[slot.item].board
    dimmed = " dimmed" if slot.light is Light.DIM else ""
    name = titles.get(board, board)
    if slot.reason is SlotReason.ALL_SKIPPED:
        return f"{name} stays{dimmed}{until}: every board is skipped."
    turn = dict.fromkeys(playlist.items[place].board for place in slot.turn if place != slot.item)
    others = [titles.get(each, each) for each in turn]
    in_turn = f", in turn with {' and '.join(others)}" if others else ""
    return f"{name} hangs{dimmed}{until}{in_turn}."


def describe_schedule(
    playlist: Playlist,
    zone: tzinfo,
    at: datetime,
    titles: Mapping[str, str],
    troubles: Mapping[str, BoardTrouble] = NO_TROUBLES,
) -> Iterator[str]:
    """Yields the lines of a dry run: what hangs at `at`, and each change of the 24 hours from then."""
    schedule = PlaylistSchedule(playlist, WallClock.of(playlist, zone))
    yield describe_slot(playlist, schedule.find_slot(at, troubles), zone, titles, at)
    yield ""
    yield f"The {LISTED_HOURS} hours from then:"
    for begins, programme in schedule.changes(at, at + timedelta(hours=LISTED_HOURS), troubles):
        yield f"{format_moment(begins, zone, at):>16}  {describe_programme(playlist, programme, titles)}"
