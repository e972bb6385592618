"""The streams of televisions that show a code: each hears at once when a person has answered."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from utilities.model.clock import MonotonicClock
from utilities.model.errors import StateDown
from utilities.rendering.walls.sse_events import SseEvent, encode_event
from utilities.rendering.walls.wall_stream import StreamPipe, WallStream
from utilities.runtime.supervised_loop import SupervisedLoop
from utilities.screens.requests import PairingRequests

log = logging.getLogger("foyer.screens")

ANSWER_POLL_SECONDS = 0.5  # another process may have the answer: the wall is there within a second
WAITING_BEAT_SECONDS = 12.0  # as on walls
MAX_WAITING_STREAMS = 2_000
MAX_STREAMS_PER_ADDRESS = 100  # the televisions of one office
STALLED_SECONDS = 30.0
PAIRED = encode_event("paired", {})
ENDED = encode_event("ended", {})  # refused or expired: there is another code


@dataclass(frozen=True)
class WaitingStream:
    """One television with a code."""

    device_hash: str
    address: str
    stream: WallStream
    make_beat: Callable[[], SseEvent]


class WaitingScreens:
    """Polls the database for all waiting televisions together, while there are any."""

    def __init__(self, requests: PairingRequests, monotonic: MonotonicClock = time.monotonic) -> None:
        self.requests = requests
        self._monotonic = monotonic
        self.streams: dict[WallStream, WaitingStream] = {}
        self._loop: SupervisedLoop | None = None
        self._is_open = True

    def has_room(self, address: str) -> bool:
        """Whether one more stream may be opened from this address."""
        counts = Counter(each.address for each in self.streams.values())
        return self._is_open and len(self.streams) < MAX_WAITING_STREAMS and counts[address] < MAX_STREAMS_PER_ADDRESS

    def add_stream(
        self, pipe: StreamPipe, device_hash: str, address: str, make_beat: Callable[[], SseEvent], *, chunked: bool
    ) -> None:
        """Adds a television until its pipe closes."""
        stream = WallStream(pipe, chunked=chunked, last_seq=0, session_end=None, on_drained=lambda _: None)
        self.streams[stream] = WaitingStream(device_hash, address, stream, make_beat)
        pipe.set_close_callback(lambda: self._forget_stream(stream))
        stream.send_events([make_beat()], self._monotonic())
        if self._loop is None or not self._loop.is_running:
            self._loop = SupervisedLoop("screens: waiting", self._serve_streams)

    def _forget_stream(self, stream: WallStream) -> None:
        self.streams.pop(stream, None)

    def announce(self, device_hash: str, *, is_paired: bool) -> None:
        """Tells a television that a person has answered, if its stream is in this process."""
        for each in [each for each in self.streams.values() if each.device_hash == device_hash]:
            self._end_stream(each, PAIRED if is_paired else ENDED)

    def _end_stream(self, waiting: WaitingStream, farewell: SseEvent) -> None:
        self.streams.pop(waiting.stream, None)
        waiting.stream.send_farewell(farewell)

    async def _serve_streams(self) -> None:
        next_beat = self._monotonic() + WAITING_BEAT_SECONDS
        while self.streams:
            await asyncio.sleep(ANSWER_POLL_SECONDS)
            await self._find_answers()
            now = self._monotonic()
            if now >= next_beat:
                next_beat = now + WAITING_BEAT_SECONDS
                self._send_beats(now)

    async def _find_answers(self) -> None:
        """Ends the streams of devices whose request is gone: paired, refused or expired."""
        waiting = list(self.streams.values())
        try:
            answered = {each.device_hash for each in waiting}
            answered -= await self.requests.find_unanswered(answered)
            paired = await self.requests.find_paired(answered) if answered else set()
        except StateDown as error:
            log.debug("cannot look for answers to televisions: %s", error)  # the database logs its outages
            return
        for each in waiting:
            if each.device_hash in answered and each.stream in self.streams:
                self._end_stream(each, PAIRED if each.device_hash in paired else ENDED)

    def _send_beats(self, now: float) -> None:
        for each in list(self.streams.values()):
            if each.stream.stalled_since is not None and each.stream.stalled_since < now - STALLED_SECONDS:
                each.stream.pipe.close()
            else:
                each.stream.send_events([each.make_beat()], now)

    async def close(self) -> None:
        """Ends all streams; none is added from now on."""
        self._is_open = False
        if self._loop is not None:
            await self._loop.stop()
        for stream in list(self.streams):
            stream.pipe.close()
