"""A playlist in words: what hangs at a moment, and what changes in the hours after it."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo

from utilities.model.formats import format_date, format_moment
from utilities.playlists.model import BoardTrouble, Playlist, QuietHours, Window
from utilities.playlists.schedule import NO_TROUBLES, Light, PlaylistSchedule, Programme, Slot, SlotReason
from utilities.playlists.windows import WallClock
from utilities.playlists.written_times import DAY_NAMES, HOLIDAY, format_minute

LISTED_HOURS = 24


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
    until = f" until {format_moment(slot.until, zone, at, with_seconds=True)}" if slot.until else ""
    if slot.item is None:
        why = "quiet hours" if slot.reason is SlotReason.QUIET else "nothing is scheduled"
        return f"The screen is black{until}: {why}."
    board = playlist.items[slot.item].board
    dimmed = " dimmed" if slot.light is Light.DIM else ""
    name = titles.get(board, board)
    if slot.reason is SlotReason.ALL_SKIPPED:
        return f"{name} stays{dimmed}{until}: every board is skipped."
    turn = dict.fromkeys(playlist.items[place].board for place in slot.turn if place != slot.item)
    if slot.reason is SlotReason.IN_TURN and playlist.items[slot.item].seconds == "pages":
        until = " until its pages are through"
    others = [titles.get(each, each) for each in turn]
    in_turn = f", in turn with {' and '.join(others)}" if others else ""
    return f"{name} hangs{dimmed}{until}{in_turn}."


def describe_schedule(
    playlist: Playlist,
    zone: tzinfo,
    at: datetime,
    titles: Mapping[str, str],
    troubles: Mapping[str, BoardTrouble] = NO_TROUBLES,
) -> tuple[str, list[tuple[str, str]]]:
    """Returns what hangs at `at` in a sentence, and each change of the 24 hours from then with its time."""
    schedule = PlaylistSchedule(playlist, WallClock.of(playlist, zone))
    changes = schedule.changes(at, at + timedelta(hours=LISTED_HOURS), troubles)
    return describe_slot(playlist, schedule.find_slot(at, troubles), zone, titles, at), [
        (format_moment(begins, zone, at, with_seconds=True), describe_programme(playlist, programme, titles))
        for begins, programme in changes
    ]


def describe_window(window: Window) -> str:
    """Returns when a window holds: `Mon–Fri, 07:30 to 18:00`, `always`."""
    parts = [_describe_days(window.days)] if window.days else []
    for span in window.dates:
        first = f"{format_date(span.first)} {span.first.year}"
        parts.append(first if span.first == span.last else f"{first} to {format_date(span.last)} {span.last.year}")
    if not window.is_whole_day:
        parts.append(f"{format_minute(window.start)} to {format_minute(window.end)}")
    return ", ".join(parts) or "always"


def _describe_days(days: tuple[str, ...]) -> str:
    places = [DAY_NAMES.index(day) for day in days if day in DAY_NAMES]
    is_span = len(places) > 2 and places[-1] - places[0] == len(places) - 1
    names = [f"{DAY_NAMES[places[0]]}–{DAY_NAMES[places[-1]]}"] if is_span else [DAY_NAMES[place] for place in places]
    return ", ".join([*names, "holidays"] if HOLIDAY in days else names)


def describe_quiet(quiet: QuietHours) -> str:
    """Returns one window of quiet hours: `black, Mon–Fri, 22:00 to 06:30`."""
    return f"{'dimmed' if quiet.mode == 'dim' else 'black'}, {describe_window(quiet)}"
