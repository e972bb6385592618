"""Decides what every screen shows, once for all screens with the same playlist and zone, and sends it to them."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo

from utilities.broadcast.programmes import Picture, Programmes, ShownScreen
from utilities.broadcast.show_stream import ShowStream
from utilities.broadcast.threshold_watch import THRESHOLD_CHECK_SECONDS, ThresholdWatch
from utilities.model.clock import Clock, MonotonicClock
from utilities.model.errors import StateDown
from utilities.rendering.walls.sse_events import SseEvent, encode_event
from utilities.rendering.walls.wall_stream import SessionEnd, StreamPipe, WallStream
from utilities.runtime.supervised_loop import SupervisedLoop

log = logging.getLogger("foyer.screens")

DIRECTOR_CHECK_SECONDS = 2.0  # between looks at files, boards and takeovers; a boundary is not waited for longer
COMMAND_POLL_SECONDS = 0.5
SHOW_BEAT_SECONDS = 6.0
SHOW_STALLED_SECONDS = 30.0


class ScreenDirector:
    """Owned by the event loop's thread; `start` and `stop` are called by the server."""

    def __init__(
        self,
        programmes: Programmes,
        clock: Clock,
        *,
        version: str,
        thresholds: ThresholdWatch | None = None,
        monotonic: MonotonicClock = time.monotonic,
    ) -> None:
        self.programmes = programmes
        self.thresholds = thresholds
        self._clock = clock
        self._monotonic = monotonic
        self._beats = {
            may: encode_event("beat", {"every": SHOW_BEAT_SECONDS, "build": version, "renew": may})
            for may in (True, False)
        }
        self.may_renew: Callable[[int], bool] = lambda _: True  # a rollout decides, where there is one
        self._streams: set[ShowStream] = set()
        self._wake = asyncio.Event()
        self._command_wake = asyncio.Event()
        self._loop: SupervisedLoop | None = None
        self._command_loop: SupervisedLoop | None = None
        self._threshold_loop: SupervisedLoop | None = None

    def start(self) -> None:
        """Starts the only timer of all screens."""
        self._loop = SupervisedLoop("screens: programme", self._follow_changes)
        self._command_loop = SupervisedLoop.every(
            COMMAND_POLL_SECONDS, "screens: commands", self.follow_commands, sleep=self._sleep_until_command
        )

        self._threshold_loop = SupervisedLoop.every(
            THRESHOLD_CHECK_SECONDS, "screens: thresholds", self._check_thresholds
        )

    async def _check_thresholds(self) -> None:
        if self.thresholds is not None and await self.thresholds.check():
            self.wake()

    async def stop(self) -> None:
        """Ends all streams."""
        for loop in (self._loop, self._command_loop, self._threshold_loop):
            if loop is not None:
                await loop.stop()
        bye = encode_event("bye", {})
        for each in tuple(self._streams):
            each.stream.send_farewell(bye)

    def wake(self) -> None:
        """Looks at once for what has changed, as after a takeover or a command in this process."""
        self._wake.set()
        self._command_wake.set()

    async def _sleep_until_command(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._command_wake.wait(), seconds)
        self._command_wake.clear()

    async def follow_commands(self) -> None:
        """Sends what a person sends to a screen, in this process or another, to its open streams."""
        queue = self.programmes.commands.queue
        if not self._streams:
            queue.forget()
            return
        behind = [each for each in self._streams if each.is_behind]
        try:
            new = await queue.read_new()  # first: what both return has one number
            recent = await queue.read_recent({each.screen.number for each in behind}) if behind else []
        except StateDown as error:
            log.debug("cannot read commands for screens: %s", error)  # the database logs its outages
            return
        for each in self._streams:
            if each in behind:
                each.send_missed(recent, self._clock(), self._monotonic())
            elif not each.is_behind:
                each.send_commands(new, self._monotonic())
        if new:
            self._wake.set()

    async def _follow_changes(self) -> None:
        next_beat = self._monotonic() + SHOW_BEAT_SECONDS
        while True:
            await self.programmes.playlists.refresh()
            await self.programmes.takeovers.refresh()  # also without streams: another process may have sent a screen
            await self.programmes.commands.refresh()  # that loads its page here
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
        self,
        screen: ShownScreen,
        pipe: StreamPipe,
        *,
        chunked: bool,
        session_end: SessionEnd | None = None,
        last_command: int | None = None,
    ) -> None:
        """Adds a screen until its pipe closes, and sends it what it shows now, then the commands that it has missed."""
        stream = WallStream(
            pipe, chunked=chunked, last_seq=0, session_end=session_end, on_drained=lambda _: self._send_again(each)
        )
        each = ShowStream(screen, stream, last_command=last_command)
        self._streams.add(each)
        pipe.set_close_callback(lambda: self._streams.discard(each))
        self._send_beat(each)
        self._send_picture(each)
        self._command_wake.set()

    def open_screens(self) -> set[int]:
        """Returns the numbers of the screens with a stream in this process."""
        return {each.screen.number for each in self._streams}

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
            if each.renews != self.may_renew(each.screen.number):
                self._send_beat(each)
            picture = self.programmes.takeover_picture(each.screen.number, now)
            if picture is None:
                key = each.screen.programme_key
                shared = programmes[key] = programmes.get(key) or self.programmes.programme_picture(each.screen, now)
                picture = self.programmes.own_picture(each.screen, now, shared)
            if picture != each.sent and each.stream.stalled_since is None:
                event = events[picture] = events.get(picture) or encode_picture(picture, now)
                each.sent = picture
                each.stream.send_events([event], self._monotonic())
            if picture.until is not None and (ends is None or picture.until < ends):
                ends = picture.until
        return ends

    def _send_picture(self, each: ShowStream) -> None:
        now = self._clock()
        each.sent = self.programmes.picture(each.screen, now)
        each.stream.send_events([encode_picture(each.sent, now)], self._monotonic())

    def _send_again(self, each: ShowStream) -> None:
        """Sends what a slow screen may have missed while its previous write was pending."""
        if not each.stream.pipe.closed():
            self._send_picture(each)

    def _send_beat(self, each: ShowStream) -> None:
        """Sends a sign of life, the build that is served, and whether this screen may load it now."""
        each.renews = self.may_renew(each.screen.number)
        each.stream.send_events([self._beats[each.renews]], self._monotonic())

    def _send_beats(self) -> None:
        now = self._monotonic()
        for each in tuple(self._streams):
            if each.stream.stalled_since is not None and each.stream.stalled_since < now - SHOW_STALLED_SECONDS:
                each.stream.pipe.close()
            else:
                self._send_beat(each)


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
            "brightness": picture.brightness,
        },
    )
