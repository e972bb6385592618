"""Decides what every screen shows, once for all screens with the same playlist and zone, and sends it to them."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from utilities.broadcast.takeovers import TakeoverStore
from utilities.model.clock import Clock, MonotonicClock
from utilities.playlists.model import BoardTrouble, Playlist
from utilities.playlists.schedule import LastShown, Light, PlaylistSchedule, Slot, SlotReason
from utilities.playlists.watcher import Playlists
from utilities.playlists.windows import WallClock
from utilities.rendering.walls.sse_events import SseEvent, encode_event
from utilities.rendering.walls.wall_stream import SessionEnd, StreamPipe, WallStream
from utilities.runtime.supervised_loop import SupervisedLoop

DIRECTOR_CHECK_SECONDS = 2.0  # between looks at files, boards and takeovers; a boundary is not waited for longer
SHOW_BEAT_SECONDS = 12.0  # as on walls
SHOW_STALLED_SECONDS = 30.0
MAX_SLOT_AGE = timedelta(hours=1)


@dataclass(frozen=True)
class ShownScreen:
    """A screen, as far as it matters for what it shows."""

    number: int
    board: str  # '' with a playlist
    playlist: str
    zone: tzinfo

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


@dataclass
class ShowStream:
    """The open stream of one screen, and what was sent last."""

    screen: ShownScreen
    stream: WallStream
    sent: Picture | None = None


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


class ScreenDirector:
    """Owned by the event loop's thread; `start` and `stop` are called by the server."""

    def __init__(
        self,
        playlists: Playlists,
        find_troubles: Callable[[Iterable[str]], Mapping[str, BoardTrouble]],
        takeovers: TakeoverStore,
        clock: Clock,
        *,
        version: str,
        monotonic: MonotonicClock = time.monotonic,
    ) -> None:
        self.playlists = playlists
        self.takeovers = takeovers
        self._find_troubles = find_troubles
        self._clock = clock
        self._monotonic = monotonic
        self._version = version
        self._streams: set[ShowStream] = set()
        self._slots: dict[tuple[str, tzinfo], ComputedSlot] = {}
        self._wake = asyncio.Event()
        self._loop: SupervisedLoop | None = None

    def start(self) -> None:
        """Starts the only timer of all screens."""
        self._loop = SupervisedLoop("screens: programme", self._follow_changes)

    async def stop(self) -> None:
        """Ends all streams."""
        if self._loop is not None:
            await self._loop.stop()
        bye = encode_event("bye", {})
        for each in tuple(self._streams):
            each.stream.send_farewell(bye)

    def wake(self) -> None:
        """Looks at once for what has changed, as after a takeover."""
        self._wake.set()

    async def _follow_changes(self) -> None:
        next_beat = self._monotonic() + SHOW_BEAT_SECONDS
        while True:
            await self.playlists.refresh()
            if self._streams:
                await self.takeovers.refresh()
            ends = self.send_changes()
            if self._monotonic() >= next_beat:
                next_beat = self._monotonic() + SHOW_BEAT_SECONDS
                self._send_beats()
            await self._sleep_until(ends)

    async def _sleep_until(self, ends: datetime | None) -> None:
        seconds = DIRECTOR_CHECK_SECONDS
        if ends is not None:
            seconds = min(seconds, max((ends - self._clock()).total_seconds(), 0.01))
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)
        self._wake.clear()

    def add_screen(
        self, screen: ShownScreen, pipe: StreamPipe, *, chunked: bool, session_end: SessionEnd | None = None
    ) -> None:
        """Adds a screen until its pipe closes, and sends it what it shows now."""
        stream = WallStream(
            pipe, chunked=chunked, last_seq=0, session_end=session_end, on_drained=lambda _: self._send_again(each)
        )
        each = ShowStream(screen, stream)
        self._streams.add(each)
        pipe.set_close_callback(lambda: self._streams.discard(each))
        stream.send_events([self._beat()], self._monotonic())
        self._send_picture(each)

    @property
    def screen_count(self) -> int:
        return len(self._streams)

    def send_changes(self) -> datetime | None:
        """Sends every screen what is new on it; returns when the next change is due, None without one."""
        now, ends = self._clock(), None
        programmes: dict[tuple[str, str, tzinfo], Picture] = {}
        events: dict[Picture, SseEvent] = {}
        for each in tuple(self._streams):
            if each.stream.session_end is not None and each.stream.session_end.is_set():
                each.stream.pipe.close()
                continue
            picture = self._takeover_picture(each.screen.number, now)
            if picture is None:
                key = each.screen.programme_key
                picture = programmes[key] = programmes.get(key) or self._programme_picture(each.screen, now)
            if picture != each.sent and each.stream.stalled_since is None:
                event = events[picture] = events.get(picture) or encode_picture(picture, now)
                each.sent = picture
                each.stream.send_events([event], self._monotonic())
            if picture.until is not None and (ends is None or picture.until < ends):
                ends = picture.until
        return ends

    def _send_picture(self, each: ShowStream) -> None:
        now = self._clock()
        each.sent = self.picture(each.screen, now)
        each.stream.send_events([encode_picture(each.sent, now)], self._monotonic())

    def _send_again(self, each: ShowStream) -> None:
        """Sends what a slow screen may have missed while its previous write was pending."""
        if not each.stream.pipe.closed():
            self._send_picture(each)

    def _beat(self) -> SseEvent:
        return encode_event("beat", {"every": SHOW_BEAT_SECONDS, "build": self._version})

    def _send_beats(self) -> None:
        beat, now = self._beat(), self._monotonic()
        for each in tuple(self._streams):
            if each.stream.stalled_since is not None and each.stream.stalled_since < now - SHOW_STALLED_SECONDS:
                each.stream.pipe.close()
            else:
                each.stream.send_events([beat], now)

    def picture(self, screen: ShownScreen, now: datetime) -> Picture:
        """Returns what a screen shows at this moment: a takeover before everything else."""
        return self._takeover_picture(screen.number, now) or self._programme_picture(screen, now)

    def _takeover_picture(self, number: int, now: datetime) -> Picture | None:
        takeover = self.takeovers.current(number, now)
        if takeover is None:
            return None
        return Picture(f"/tv/takeover/{takeover.number}", Light.FULL, until=takeover.ends_at, takeover=takeover.number)

    def _programme_picture(self, screen: ShownScreen, now: datetime) -> Picture:
        playlist = self.playlists.get(screen.playlist) if screen.playlist else None
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
        slot = PlaylistSchedule(playlist, WallClock.of(playlist, zone)).find_slot(now, troubles, last)
        self._slots[name, zone] = ComputedSlot(playlist, troubles, slot, slot.until or now + MAX_SLOT_AGE)
        return slot


def board_path(board: str) -> str:
    """Returns the address at which a screen loads a board."""
    return f"/tv/boards/{board}"


def encode_picture(picture: Picture, now: datetime) -> SseEvent:
    """Returns the event that tells a screen what to show, and for how long in milliseconds."""
    left = None if picture.until is None else max(0, (picture.until - now) // timedelta(milliseconds=1))
    return encode_event(
        "show",
        {
            "path": picture.path,
            "light": picture.light,
            "turn": list(picture.turn),
            "note": picture.note,
            "left": left,
            "takeover": bool(picture.takeover),
        },
    )
