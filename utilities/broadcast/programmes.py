"""What fills each glass: a takeover, the board of the moment in a playlist, or the one board of a screen."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from utilities.broadcast.takeovers import TakeoverStore
from utilities.playlists.model import BoardTrouble, Playlist
from utilities.playlists.schedule import LastShown, Light, PlaylistSchedule, Slot, SlotReason
from utilities.playlists.watcher import Playlists
from utilities.playlists.windows import WallClock
from utilities.screens.commands import CALIBRATION, ScreenCommands
from utilities.screens.model import ScreenRecord

MAX_SLOT_AGE = timedelta(hours=1)
FindTroubles = Callable[[Iterable[str]], Mapping[str, BoardTrouble]]
"""Returns the troubles of those of the boards that have one."""


@dataclass(frozen=True)
class ShownScreen:
    """A screen, as far as it matters for what it shows."""

    number: int
    board: str  # '' with a playlist
    playlist: str
    zone: tzinfo
    place: str = ""

    @classmethod
    def of(cls, screen: ScreenRecord, server_zone: tzinfo) -> "ShownScreen":
        """Returns what matters of a screen for what it shows; `server_zone` is that of a screen without its own."""
        zone = ZoneInfo(screen.time_zone) if screen.time_zone else server_zone
        return cls(screen.number, screen.board, screen.playlist, zone, screen.place)

    @property
    def programme_key(self) -> tuple[str, str, tzinfo]:
        """What screens that show the same have in common."""
        return self.playlist, self.board, self.zone


@dataclass(frozen=True)
class Picture:
    """What fills a glass now."""

    path: str  # of the page to show; '' for black
    light: Light
    turn: tuple[str, ...] = ()  # the pages in turn, for the keys of a remote control
    note: str = ""
    until: datetime | None = None
    takeover: int = 0
    brightness: int | None = None  # per cent, as a person has set it; None for that of `light`


@dataclass(frozen=True)
class ComputedSlot:
    """A slot, what it was computed from, and until when it holds."""

    playlist: Playlist
    troubles: Mapping[str, BoardTrouble]
    slot: Slot
    until: datetime

    def holds(self, playlist: Playlist, troubles: Mapping[str, BoardTrouble], now: datetime) -> bool:
        is_same = self.playlist is playlist and self.troubles == troubles
        return is_same and self.slot.since <= now < self.until

    def last_shown(self, playlist: Playlist) -> LastShown | None:
        """Returns what hung last, by its place in the playlist as it is now."""
        last = self.slot.last_shown
        if last is None or playlist is self.playlist:
            return last
        board = self.playlist.items[last.item].board
        places = (place for place, item in enumerate(playlist.items) if item.board == board)
        return next((LastShown(place, last.since) for place in places), None)


class Programmes:
    """Computes the slot of each playlist and zone once, until something changes, for all screens that show it."""

    def __init__(self, playlists: Playlists, find_troubles: FindTroubles, takeovers: TakeoverStore) -> None:
        self.playlists = playlists
        self.takeovers = takeovers
        self.commands = ScreenCommands(takeovers.database, takeovers.clock)
        self._find_troubles = find_troubles
        self.count_page_seconds: Callable[[str], float] = lambda board: 0.0  # of a board, where there are walls
        self._slots: dict[tuple[str, tzinfo], ComputedSlot] = {}

    def picture(self, screen: ShownScreen, now: datetime) -> Picture:
        """Returns what a screen shows at this moment: a takeover before everything else."""
        return self.takeover_picture(screen.number, now) or self.own_picture(screen, now)

    def own_picture(self, screen: ShownScreen, now: datetime, programme: Picture | None = None) -> Picture:
        """Returns what a screen without a takeover shows, as bright as a person has set it.

        `programme` is that of `programme_picture` where it has been computed already.
        """
        light = self.commands.current_light(screen.number, now)
        if light is not None and not light.brightness:
            return Picture("", Light.BLACK, until=light.ends_at)
        picture = self.hold_picture(screen.number, now) or programme or self.programme_picture(screen, now)
        if light is None or picture.light is Light.BLACK:
            return picture
        until = min(filter(None, (picture.until, light.ends_at)))
        return replace(picture, brightness=light.brightness, until=until)

    def hold_picture(self, number: int, now: datetime) -> Picture | None:
        """Returns what a person shows on a screen for a while; on the glass it is like a takeover."""
        hold = self.commands.current_hold(number, now)
        if hold is None:
            return None
        path = board_path(hold.board) if hold.board else f"/tv/identify/{hold.number}"
        if hold.board == CALIBRATION:
            path = f"/tv/calibrate/{hold.number}"
        return Picture(path, Light.FULL, until=hold.ends_at, takeover=hold.number)

    def takeover_picture(self, number: int, now: datetime) -> Picture | None:
        """Returns the message or the board that fills the glass, at full brightness; None without one."""
        takeover = self.takeovers.current(number, now)
        if takeover is None:
            return None
        path = board_path(takeover.board) if takeover.board else f"/tv/takeover/{takeover.number}"
        return Picture(path, Light.FULL, until=takeover.ends_at, takeover=takeover.number)

    def shown_beside_programme(self, number: int, now: datetime) -> frozenset[str]:
        """Returns the boards that a screen may read for a while besides those of its programme."""
        hold, takeover = self.commands.current_hold(number, now), self.takeovers.current(number, now)
        return frozenset(each.board for each in (hold, takeover) if each is not None) - {""}

    def programme_picture(self, screen: ShownScreen, now: datetime) -> Picture:
        playlist = self.playlists.get(screen.playlist) if screen.playlist else None
        if playlist is None and (alone := self.playlists.book.playlist_of_board(screen.board)) is not None:
            slot = self.find_slot(f"/{screen.board}", alone, screen.zone, now)
            path = "" if slot.item is None else board_path(screen.board)
            return Picture(path, slot.light, until=slot.until)
        if playlist is None:
            missing = f"There is no playlist {screen.playlist}." if screen.playlist else ""
            return Picture(board_path(screen.board) if screen.board else "", Light.FULL, note=missing)
        slot = self.find_slot(screen.playlist, playlist, screen.zone, now)
        if slot.item is None:
            return Picture("", Light.BLACK, until=slot.until)
        turn = tuple(dict.fromkeys(board_path(playlist.items[place].board) for place in slot.turn))
        path = board_path(playlist.items[slot.item].board)
        note = "Every board of the playlist is skipped." if slot.reason is SlotReason.ALL_SKIPPED else ""
        return Picture(path, slot.light, turn, note, slot.until)

    def find_troubles(self, playlist: Playlist) -> Mapping[str, BoardTrouble]:
        """Returns the boards of a playlist that are not well now."""
        return self._find_troubles({item.board for item in playlist.items})

    def find_slot(self, name: str, playlist: Playlist, zone: tzinfo, now: datetime) -> Slot:
        """Returns the slot of a playlist in a zone, computed once until something changes."""
        troubles = self.find_troubles(playlist)
        before = self._slots.get((name, zone))
        if before is not None and before.holds(playlist, troubles, now):
            return before.slot
        last = before.last_shown(playlist) if before is not None else None
        paged = {each.board: self.count_page_seconds(each.board) for each in playlist.items if each.seconds == "pages"}
        slot = PlaylistSchedule(playlist, WallClock.of(playlist, zone)).find_slot(now, troubles, last, paged)
        self._slots[name, zone] = ComputedSlot(playlist, troubles, slot, slot.until or now + MAX_SLOT_AGE)
        return slot


def board_path(board: str) -> str:
    """Returns the address at which a screen loads a board."""
    return f"/tv/boards/{board}"
