"""The hub: watches boards and readings, and keeps every open wall up to date."""

import asyncio
import itertools
import logging
import random
import secrets
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from utilities.config.boards import Boards, Tile
from utilities.model.clock import Clock, MonotonicClock
from utilities.model.frames import ReadingState
from utilities.model.period_words import day_of_figures
from utilities.rendering.walls.board_channel import BoardChannel
from utilities.rendering.walls.page_cache import PageCache
from utilities.rendering.walls.sse_events import SseEvent, encode_event, encode_retry, parse_event_id
from utilities.rendering.walls.tile_context import TileState, next_full_minute
from utilities.rendering.walls.tile_renderer import TileRenderer
from utilities.rendering.walls.wall_stream import SessionEnd, StreamPipe, WallStream
from utilities.reports import Report
from utilities.runtime.supervised_loop import SupervisedLoop, stop_loops
from utilities.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Intervals:
    """Intervals and limits in seconds."""

    beat: float = 4.0  # a wall whose server is gone says so within 10 s; shorter than the idle limit of any proxy
    ageing: float = 1.0  # between checks for aged tiles and ended sessions
    boards: float = 2.0  # between checks for edited boards
    stalled: float = 30.0  # a wall that reads nothing for longer is closed
    farewell: float = 2.0  # for walls to read the last event


DEFAULT_INTERVALS = Intervals()

RETRY_EVENTS = tuple(encode_retry(seconds) for seconds in (1.0, 1.7, 2.4, 3.1, 3.8, 4.5))
"""One is sent to each new wall, so that after a restart they do not all reconnect at one moment."""


class ReportActivator(Protocol):
    """The part of the refresher that receives which reports are in use."""

    def set_active(self, names: Collection[str]) -> None: ...


class WallHub:
    """Renders each tile once and sends it to all walls; the server calls `start` and `stop`."""

    def __init__(
        self,
        *,
        boards: Boards,
        reports: Mapping[str, Report],
        store: Store,
        refresher: ReportActivator,
        renderer: TileRenderer,
        clock: Clock,
        version: str,
        intervals: Intervals = DEFAULT_INTERVALS,
        monotonic: MonotonicClock = time.monotonic,
    ) -> None:
        self._boards = boards
        self._reports = reports
        self._store = store
        self._refresher = refresher
        self._renderer = renderer
        self._clock = clock
        self._intervals = intervals
        self._monotonic = monotonic
        self._boot = secrets.token_hex(4)
        self._pages = PageCache(renderer, boards, clock, version=version, boot=self._boot, beat_seconds=intervals.beat)
        self._next_seq = itertools.count(1).__next__
        self._channels: dict[str, BoardChannel] = {}
        self._expected_at: dict[str, datetime] = {}  # the first figures, by report that waits for them
        self._loops: list[SupervisedLoop] = []
        self._is_open = False
        self._is_drawn = asyncio.Event()  # something was drawn that a tile may wait for

    def start(self) -> None:
        """Renders every board and starts the loops."""
        self._is_open = True
        if self._renderer.gallery is not None:
            self._renderer.gallery.on_rendered = self._is_drawn.set
        for channel in self._sync_channels():
            channel.render_changes(self._clock())
            self._channels[channel.board.name] = channel
        self._loops = [
            SupervisedLoop("walls: readings", self._watch_readings),
            SupervisedLoop("walls: drawings", self._watch_drawings),
            SupervisedLoop.every(self._intervals.ageing, "walls: ageing", self._check_ageing),
            SupervisedLoop.every(self._intervals.beat, "walls: beat", self._send_beats),
            SupervisedLoop.every(self._intervals.boards, "walls: boards", self._poll_boards),
        ]

    async def stop(self) -> None:
        """Sends a last event to every wall and closes it; no wall is added from now on."""
        self._is_open = False
        await stop_loops(self._loops)
        bye = encode_event("bye", {})
        streams = [stream for channel in self._channels.values() for stream in tuple(channel.streams)]
        writes = [write for stream in streams if (write := stream.send_farewell(bye)) is not None]
        if writes:
            await asyncio.wait(writes, timeout=self._intervals.farewell)
        for stream in streams:
            stream.pipe.close()

    async def _watch_readings(self) -> None:
        async for report in self._store.listen():
            await self._render_changes(report)

    async def _watch_drawings(self) -> None:
        while True:
            await self._is_drawn.wait()
            self._is_drawn.clear()
            await self._render_changes()

    async def _check_ageing(self) -> None:
        """Renders tiles whose state has changed with time; closes stalled walls."""
        await self._render_changes()
        for channel in self._channels.values():
            channel.close_stalled(self._intervals.stalled)

    async def _render_changes(self, report: str | None = None) -> None:
        """Renders what has changed; a new status line is sent at once, not with the next beat."""
        for channel in list(self._channels.values()):
            states = channel.tile_states()
            await channel.render_gradually(self._clock, report)
            if channel.tile_states() != states:
                channel.send_events([self._pages.beat_event(channel)])
            await asyncio.sleep(0)

    def _send_beats(self) -> None:
        for channel in self._channels.values():
            channel.send_events([self._pages.beat_event(channel)])

    async def _poll_boards(self) -> None:
        """Applies edited board files."""
        if await self._boards.refresh():
            for channel in self._sync_channels():
                await channel.render_gradually(self._clock)
                current = self._channels.setdefault(channel.board.name, channel)
                if current is not channel:
                    current.replace_board(channel)
            self._send_beats()  # shows an error at once

    def _sync_channels(self) -> Iterator[BoardChannel]:
        """Removes the channels of boards that are gone; yields one for each new or edited board."""
        self._refresher.set_active(
            {name for board in self._boards for tile in board.tiles for name in (tile.report, tile.trend) if name}
        )
        for name in [name for name in self._channels if self._boards.get(name) is None]:
            for stream in self._channels.pop(name).streams:
                stream.pipe.close()
        for board in list(self._boards):
            channel = self._channels.get(board.name)
            if channel is None or channel.board != board:
                self._renderer.contents.forget_board(board.name)
                yield BoardChannel(
                    board,
                    read_state=self._read_tile_state,
                    renderer=self._renderer,
                    make_event=self._make_tile_event,
                    monotonic=self._monotonic,
                )

    def _read_tile_state(self, tile: Tile, now: datetime) -> TileState:
        report, reading = self._reports.get(tile.report), self._store.latest(tile.report)
        if report is None or reading is None:
            return TileState(None, ReadingState.WAITING, expected_at=self._expect_figures(tile.report, now))
        state = reading.state_at(now, report.refresh_every, report.stale_after)
        trend = self._store.latest(tile.trend) if tile.trend else None
        shown, day = reading.current_at(now), day_of_figures(reading.frame, now)
        expected_at = self._expect_figures(tile.report, now) if state is ReadingState.WAITING else None
        if state is not ReadingState.WAITING:
            self._expected_at.pop(tile.report, None)
        return TileState(shown, state, trend and trend.current_at(now), expected_at=expected_at, day=day)

    def _expect_figures(self, report: str, now: datetime) -> datetime | None:
        """Returns when the first figures come, the same while they are awaited; None once that time is over."""
        expected_at = self._expected_at.setdefault(report, next_full_minute(now))
        return expected_at if now <= expected_at else None

    def _make_tile_event(self, tile: str, html: str) -> SseEvent:
        return encode_event("tile", {"tile": tile, "html": html}, seq=self._next_seq(), boot=self._boot)

    @property
    def wall_count(self) -> int:
        """The number of open walls."""
        return sum(len(channel.streams) for channel in self._channels.values())

    @property
    def undrawn_tiles(self) -> dict[str, list[str]]:
        """The tiles whose figures cannot be drawn, by board."""
        return {name: tiles for name, channel in self._channels.items() if (tiles := channel.undrawn_tiles())}

    async def wait_until_drawn(self, board: str, max_seconds: float = 1.0) -> None:
        """Waits for the first chart of each tile of a board, at most `max_seconds`."""
        channel = self._channels.get(board)
        if channel is not None and channel.has_pending_tiles and self._renderer.gallery is not None:
            await self._renderer.gallery.wait_idle(max_seconds)

    def render_page(
        self, board: str, theme: str = "", *, zipped: bool = False, for_screen: bool = False
    ) -> bytes | None:
        """Returns the page of a board, None for an unknown one; `theme` (`dark`, `light`) overrides the board's."""
        channel = self._channels.get(board)
        if channel is None:
            return None
        page = self._pages.get_page(channel, theme, for_screen=for_screen)
        return page.zipped if zipped else page.plain

    def tile_html(self, board: str, tile: str) -> str | None:
        """Returns a tile as it was last rendered; None for an unknown one."""
        channel = self._channels.get(board)
        rendered = channel.rendered.get(tile) if channel is not None else None
        return rendered.tile.html if rendered is not None else None

    def stylesheet(self, board: str) -> tuple[str, bytes] | None:
        """Returns the edition of a board's own style sheet, and the style sheet; None for an unknown board."""
        channel = self._channels.get(board)
        return (channel.edition, channel.styles) if channel is not None else None

    @property
    def is_open(self) -> bool:
        """Whether walls can be added: from `start` to `stop`."""
        return self._is_open

    def add_wall(
        self, board: str, pipe: StreamPipe, *, last: str, chunked: bool, session_end: SessionEnd | None = None
    ) -> None:
        """Adds a wall until its pipe closes; `last` is the id of the last event it has received."""
        channel = self._channels.get(board) if self._is_open else None
        if channel is None:
            pipe.close()
            return
        last_seq = parse_event_id(last, self._boot)
        stream = WallStream(
            pipe, chunked=chunked, last_seq=last_seq, session_end=session_end, on_drained=channel.send_missed
        )
        pipe.set_close_callback(lambda: channel.streams.discard(stream))
        channel.add_stream(stream, [random.choice(RETRY_EVENTS), self._pages.beat_event(channel)])  # noqa: S311 (jitter)
