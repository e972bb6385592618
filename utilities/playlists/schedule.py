"""The rules of a playlist: which board hangs at a moment, since when and until when. docs/playlists.md has the words.

Nothing here reads a clock or a file: the answer follows from the playlist, the moment, the screen's zone, what is wrong
with boards, and which item hung last.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from utilities.playlists.model import ITEM_SECONDS, BoardTrouble, Playlist, PlaylistItem
from utilities.playlists.windows import WallClock

HORIZON_DAYS = 8  # a week and the day it ends on; what comes later is decided later
NO_TROUBLES: Mapping[str, BoardTrouble] = {}
NO_PAGES: Mapping[str, float] = {}


class Light(StrEnum):
    """How bright the screen is."""

    FULL = "full"
    DIM = "dim"
    BLACK = "black"


class SlotReason(StrEnum):
    """Why a slot is as it is."""

    ALONE = "alone"
    IN_TURN = "in turn"
    ALL_SKIPPED = "all skipped"  # the last board stays
    QUIET = "quiet hours"
    NOTHING = "nothing scheduled"


@dataclass(frozen=True)
class LastShown:
    """The item that hung last, by its place in the playlist, and since when."""

    item: int
    since: datetime


@dataclass(frozen=True)
class Slot:
    """What hangs on a screen, and until when at most; `until` is None while nothing changes within a week."""

    light: Light
    reason: SlotReason
    item: int | None  # its place in the playlist; None while the screen is black
    turn: tuple[int, ...]  # the items that hang one after the other
    since: datetime
    until: datetime | None

    @property
    def last_shown(self) -> LastShown | None:
        """Returns what to pass to `find_slot` next time."""
        return None if self.item is None else LastShown(self.item, self.since)


@dataclass(frozen=True)
class Programme:
    """What a moment allows: the light, the items in turn, and whether they are all skipped."""

    light: Light
    is_quiet: bool
    turn: tuple[int, ...]
    is_all_skipped: bool = False


class PlaylistSchedule:
    """A playlist on the clock of one room."""

    def __init__(self, playlist: Playlist, clock: WallClock) -> None:
        self.playlist = playlist
        self.clock = clock
        self.windows = (*playlist.items, *playlist.quiet)

    def find_slot(
        self,
        now: datetime,
        troubles: Mapping[str, BoardTrouble] = NO_TROUBLES,
        last: LastShown | None = None,
        page_seconds: Mapping[str, float] = NO_PAGES,
    ) -> Slot:
        """Returns what hangs at `now`; `troubles` has the boards that are not well, `last` what hung before.

        `page_seconds` says of boards how long it takes until all their pages have been shown.
        """
        programme = self.programme_at(now, troubles)
        ends = self._next_change(now, programme, troubles)
        if programme.light is Light.BLACK:
            reason = SlotReason.QUIET if programme.is_quiet else SlotReason.NOTHING
            return Slot(Light.BLACK, reason, None, (), now, ends)
        if programme.is_all_skipped:
            stays = last or LastShown(programme.turn[0], now)
            return Slot(programme.light, SlotReason.ALL_SKIPPED, stays.item, (), stays.since, ends)
        begins = self._begin_of_turn(now, programme.turn, troubles)
        if len(programme.turn) == 1:
            return Slot(programme.light, SlotReason.ALONE, programme.turn[0], programme.turn, begins, ends)
        item, since, until = self._place_in_turn(now, programme.turn, begins, last, page_seconds)
        until = min(until, ends) if ends else until
        return Slot(programme.light, SlotReason.IN_TURN, item, programme.turn, since, until)

    def programme_at(self, now: datetime, troubles: Mapping[str, BoardTrouble] = NO_TROUBLES) -> Programme:
        """Returns what the moment allows: quiet hours first, then dated items, then priorities."""
        modes = {quiet.mode for quiet in self.playlist.quiet if self.clock.is_open(quiet, now)}
        items = self.playlist.items
        open_items = [place for place, item in enumerate(items) if self.clock.is_open(item, now)]
        if "black" in modes or not open_items:
            return Programme(Light.BLACK, "black" in modes, ())
        light = Light.DIM if modes else Light.FULL
        shown = [place for place in open_items if not is_skipped(items[place], troubles)]
        existing = [place for place in open_items if troubles.get(items[place].board) is not BoardTrouble.MISSING]
        candidates = shown or existing or open_items
        rank = max(_rank(items[place]) for place in candidates)
        turn = tuple(place for place in candidates if _rank(items[place]) == rank)
        return Programme(light, bool(modes), turn, is_all_skipped=not shown)

    def _next_change(
        self, now: datetime, programme: Programme, troubles: Mapping[str, BoardTrouble]
    ) -> datetime | None:
        edges = self.clock.edges_after(self.windows, now, HORIZON_DAYS)
        return next((edge for edge in edges if self.programme_at(edge, troubles) != programme), None)

    def changes(
        self, start: datetime, end: datetime, troubles: Mapping[str, BoardTrouble] = NO_TROUBLES
    ) -> Iterator[tuple[datetime, Programme]]:
        """Yields the programme at `start`, and each other one up to `end`, with the moment at which it begins."""
        programme = self.programme_at(start, troubles)
        yield start, programme
        days = (end - start) // timedelta(days=1) + 2
        for edge in self.clock.edges_after(self.windows, start, days):
            if edge < end and (changed := self.programme_at(edge, troubles)) != programme:
                programme = changed
                yield edge, programme

    def _begin_of_turn(self, now: datetime, turn: tuple[int, ...], troubles: Mapping[str, BoardTrouble]) -> datetime:
        """Returns since when these items are in turn, not before midnight: each day begins with the first."""
        begins = now
        for edge in self.clock.edges_of_today(self.windows, now):
            programme = self.programme_at(edge, troubles)
            if programme.turn != turn or programme.is_all_skipped:
                break
            begins = edge
        return begins

    def _place_in_turn(
        self,
        now: datetime,
        turn: tuple[int, ...],
        begins: datetime,
        last: LastShown | None,
        page_seconds: Mapping[str, float],
    ) -> tuple[int, datetime, datetime]:
        """Returns the item that is on, since when, and until when; it follows the one that hung last."""
        first, since = turn[0], begins
        if last is not None and last.item in turn and last.since >= begins:
            first, since = last.item, last.since
        elif last is not None and last.item not in turn and last.since >= begins:  # it is skipped now
            first, since = next((place for place in turn if place > last.item), turn[0]), now
        order = turn[turn.index(first) :] + turn[: turn.index(first)]
        lengths = [timedelta(seconds=item_seconds(self.playlist.items[place], page_seconds)) for place in order]
        round_length = sum(lengths, timedelta())
        since += (now - since) // round_length * round_length
        for place, length in zip(order, lengths, strict=True):
            if now < since + length:
                return place, since, since + length
            since += length
        raise AssertionError("a round is as long as its items")


def item_seconds(item: PlaylistItem, page_seconds: Mapping[str, float]) -> float:
    """Returns how long an item stays; one without pages, or whose pages nobody has counted, as long as usual."""
    return (page_seconds.get(item.board) or ITEM_SECONDS) if item.seconds == "pages" else item.seconds


def _rank(item: PlaylistItem) -> tuple[bool, int]:
    """Returns the precedence of an item: a dated one beats every recurring one, then the priority counts."""
    return bool(item.dates), item.priority


def is_skipped(item: PlaylistItem, troubles: Mapping[str, BoardTrouble]) -> bool:
    """Whether the item is passed over, because of what is wrong with its board."""
    trouble = troubles.get(item.board)
    return trouble is BoardTrouble.MISSING or (trouble is not None and trouble.value in item.skip)
