"""The hub: watches boards and readings, and keeps every open wall up to date."""

import asyncio
import itertools
import secrets
import time
from collections.abc import Collection, Iterator, Mapping
from typing import Protocol

from utilities.config.boards import Boards
from utilities.model.clock import Clock, MonotonicClock
from utilities.rendering.type_steps import Glass, TypeSteps
from utilities.rendering.walls.board_channel import BoardChannel
from utilities.rendering.walls.board_variants import BoardVariants, ChannelMaker
from utilities.rendering.walls.enlarged_boards import EnlargedBoards
from utilities.rendering.walls.intervals import DEFAULT_INTERVALS, Intervals
from utilities.rendering.walls.page_cache import PageCache
from utilities.rendering.walls.sse_events import encode_event, parse_event_id, pick_retry_event
from utilities.rendering.walls.tile_renderer import TileRenderer
from utilities.rendering.walls.tile_states import TileStates
from utilities.rendering.walls.wall_stream import SeesPrivate, SessionEnd, StreamPipe, WallStream, never_private
from utilities.reports import Report
from utilities.runtime.supervised_loop import SupervisedLoop, stop_loops
from utilities.store import Store


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
        self._store = store
        self._refresher = refresher
        self._renderer = renderer
        self._clock = clock
        self._intervals = intervals
        self._boot = secrets.token_hex(4)
        self._pages = PageCache(renderer, boards, clock, version=version, beat_seconds=intervals.beat)
        states, next_seq = TileStates(reports, store), itertools.count(1).__next__
        self._maker = ChannelMaker(states, renderer, next_seq, monotonic, self._boot)
        self._channels: dict[str, BoardVariants] = {}
        self.type_steps = TypeSteps(renderer.contents.views, reports)
        self._enlarged = EnlargedBoards(boards, self.type_steps, self._maker, clock)
        self._loops: list[SupervisedLoop] = []
        self._is_open = False
        self._is_drawn = asyncio.Event()  # something was drawn that a tile may wait for

    def start(self) -> None:
        """Renders every board and starts the loops."""
        self._is_open = True
        if self._renderer.gallery is not None:
            self._renderer.gallery.on_rendered = self._is_drawn.set
        for variants in self._sync_channels():
            for channel in variants.channels:
                channel.render_changes(self._clock())
            self._channels[variants.board.name] = variants
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
        streams = [stream for channel in self._list_channels() for stream in tuple(channel.streams)]
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
        self.move_walls()
        for channel in self._list_channels():
            channel.close_stalled(self._intervals.stalled)

    async def _render_changes(self, report: str | None = None) -> None:
        """Renders what has changed; a new status line is sent at once, not with the next beat."""
        for channel in self._list_channels():
            states = channel.tile_states()
            await channel.render_gradually(self._clock, report)
            if channel.tile_states() != states:
                channel.send_events([self._pages.beat_event(channel)])
            await asyncio.sleep(0)

    async def _send_beats(self) -> None:
        for channel in [each for each in self._list_channels() if each.streams]:
            channel.send_events([self._pages.beat_event(channel)])
            await asyncio.sleep(0)

    async def _poll_boards(self) -> None:
        """Applies edited board files."""
        if await self._boards.refresh():
            for variants in self._sync_channels():
                await asyncio.sleep(0)  # its style sheet has taken some time
                for channel in variants.channels:
                    await channel.render_gradually(self._clock)
                current = self._channels.setdefault(variants.board.name, variants)
                if current is not variants:
                    current.replace_board(variants)
            await self._send_beats()  # shows an error at once
        await self._enlarged.sync()

    def _list_channels(self) -> list[BoardChannel]:
        return [channel for variants in self.list_variants() for channel in variants.channels]

    def list_variants(self) -> list[BoardVariants]:
        return [*self._channels.values(), *self._enlarged]

    def move_walls(self) -> None:
        """Hides private tiles on open walls that visitors see now, and shows them again afterwards."""
        for variants in self.list_variants():
            variants.move_streams()

    def _sync_channels(self) -> Iterator[BoardVariants]:
        """Removes the channels of boards that are gone; yields those of each new or edited board."""
        self._refresher.set_active(
            {name for board in self._boards for tile in board.tiles for name in (tile.report, tile.trend) if name}
        )
        for name in [name for name in self._channels if self._boards.get(name) is None]:
            for stream in self._channels.pop(name).streams:
                stream.pipe.close()
        for board in list(self._boards):
            if board.name not in self._channels or self._channels[board.name].board != board:
                self._renderer.contents.forget_board(board.name)
                yield self._maker.make_variants(board)

    def find_board(self, board: str, glass: Glass | None = None) -> BoardVariants | None:
        """Returns the channels of a board with type for a glass, rendered at first use; None for an unknown one."""
        return self._enlarged.find_variants(board, glass) or self._channels.get(board)

    @property
    def wall_count(self) -> int:
        """The number of open walls."""
        return sum(len(channel.streams) for channel in self._list_channels())

    @property
    def undrawn_tiles(self) -> dict[str, list[str]]:
        """The tiles whose figures cannot be drawn, by board."""
        return {name: tiles for name, each in self._channels.items() if (tiles := each.full.undrawn_tiles())}

    async def wait_until_drawn(self, board: str, glass: Glass | None = None, max_seconds: float = 1.0) -> None:
        """Waits for the first chart of each tile of a board, at most `max_seconds`."""
        variants = self.find_board(board, glass)
        if variants is not None and variants.full.has_pending_tiles and self._renderer.gallery is not None:
            await self._renderer.gallery.wait_idle(max_seconds)

    def render_page(
        self,
        board: str,
        theme: str = "",
        *,
        sees_private: bool = False,
        zipped: bool = False,
        for_screen: bool = False,
        glass: Glass | None = None,
    ) -> bytes | None:
        """Returns the page of a board with type for `glass`, None for an unknown one; `theme` overrides the board's."""
        variants = self.find_board(board, glass)
        if variants is None:
            return None
        page = self._pages.get_page(variants.find_channel(sees_private), theme, for_screen=for_screen)
        return page.zipped if zipped else page.plain

    def tile_html(self, board: str, tile: str, *, sees_private: bool = False) -> str | None:
        """Returns a tile as it was last rendered; None for an unknown one."""
        variants = self._channels.get(board)
        rendered = variants.find_channel(sees_private).rendered.get(tile) if variants is not None else None
        return rendered.tile.html if rendered is not None else None

    def list_editions(self) -> dict[str, str]:
        """Returns the edition of each board."""
        return {name: variants.full.edition for name, variants in self._channels.items()}

    def find_edition(self, board: str, edition: str) -> str:
        """Returns this edition of a board if it is served, for larger type too, and else the current one."""
        return (self.stylesheet(board, edition) or (edition, b""))[0]

    def stylesheet(self, board: str, edition: str = "") -> tuple[str, bytes] | None:
        """Returns this edition of a board's style sheet, or else the board's own; None for an unknown board."""
        variants = self._enlarged.find_edition(board, edition) or self._channels.get(board)
        return (variants.full.edition, variants.full.styles) if variants is not None else None

    @property
    def is_open(self) -> bool:
        """Whether walls can be added: from `start` to `stop`."""
        return self._is_open

    def add_wall(
        self,
        board: str,
        pipe: StreamPipe,
        *,
        last: str,
        chunked: bool,
        session_end: SessionEnd | None = None,
        sees_private: SeesPrivate = never_private,
        glass: Glass | None = None,
    ) -> None:
        """Adds a wall until its pipe closes; `last` is the id of the last event it has received."""
        variants = self.find_board(board, glass) if self._is_open else None
        if variants is None:
            pipe.close()
            return
        channel = variants.find_channel(sees_private())
        stream = WallStream(
            pipe,
            chunked=chunked,
            last_seq=parse_event_id(last, channel.boot),
            session_end=session_end,
            on_drained=variants.send_missed,
            sees_private=sees_private,
        )
        pipe.set_close_callback(lambda: variants.discard(stream))
        channel.add_stream(stream, [pick_retry_event(), self._pages.beat_event(channel)])
