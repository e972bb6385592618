"""The channel of one board: its rendered tiles, and the streams of the walls that show it."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from utilities.config.boards import Board, Tile
from utilities.model.clock import Clock, MonotonicClock
from utilities.model.frames import ReadingState
from utilities.model.period_words import shared_period
from utilities.rendering.walls.shared_failures import share_failures
from utilities.rendering.walls.sse_events import SseEvent, encode_event
from utilities.rendering.walls.status_line import BoardStatus, board_status
from utilities.rendering.walls.tile_context import TileState
from utilities.rendering.walls.tile_renderer import TileHtml, TileRenderer
from utilities.rendering.walls.wall_stream import WallStream


@dataclass(frozen=True, slots=True)
class RenderedTile:
    """A tile as it was last rendered, and the event that carries it."""

    tile_state: TileState
    local_date: date  # in the board's zone: after midnight `09:12` must read `Wed 09:12`
    tile: TileHtml
    event: SseEvent

    @property
    def state(self) -> ReadingState:
        """The state that the wall shows: figures that cannot be drawn have failed, however new they are."""
        return ReadingState.FAILED if self.tile.content is None else self.tile_state.state


ReadTileState = Callable[[Tile, datetime], TileState]


class BoardChannel:
    """Renders a tile once for each new reading or change of state, and sends the same bytes to every wall."""

    def __init__(
        self,
        board: Board,
        *,
        read_state: ReadTileState,
        renderer: TileRenderer,
        next_seq: Callable[[], int],
        monotonic: MonotonicClock,
        boot: str,
        hides_private: bool = False,
    ) -> None:
        self.boot = boot  # begins the ids of its events: a wall that comes from another channel gets all tiles
        self.hides_private = hides_private
        self.streams: set[WallStream] = set()
        self.rendered: dict[str, RenderedTile] = {}
        self.version = 0  # of all that a page shows
        self.renders = 0  # also those that change nothing
        self._read_state = read_state
        self._renderer = renderer
        self._next_seq = next_seq
        self._monotonic = monotonic
        self.board = board
        self.styles = renderer.render_styles(board)
        self.edition = hashlib.sha256(board.hash.encode() + self.styles).hexdigest()[:12]

    @property
    def last_seq(self) -> int:
        """The sequence number of the last change."""
        return max((rendered.event.seq for rendered in self.rendered.values()), default=0)

    async def render_gradually(self, clock: Clock, report: str | None = None) -> None:
        """Does as `render_changes`; other callbacks run after each tile, because a large board takes long."""
        board, states = self.board, self._read_states(clock())
        for tile in self._tiles_of(report, states):
            renders, events = self.renders, self._render_tiles([tile], states, clock())
            self.send_events(events)
            if self.renders != renders:
                await asyncio.sleep(0)
            if self.board is not board:
                break

    def replace_board(self, edited: "BoardChannel") -> None:
        """Takes over an edited board and its tiles; walls get a reload event, because tiles may have moved."""
        self.board, self.styles, self.edition = edited.board, edited.styles, edited.edition
        self.rendered = edited.rendered
        self.version += 1
        self.send_events([encode_event("reload", {"sheet": self.edition})])

    def render_changes(self, now: datetime, report: str | None = None) -> None:
        """Renders the tiles (of one report, or all) whose content has changed, and sends them to the walls."""
        states = self._read_states(now)
        self.send_events(self._render_tiles(self._tiles_of(report, states), states, now))

    def _read_states(self, now: datetime) -> dict[str, TileState]:
        """Returns the state of each tile by its name, with the failures that several tiles share."""
        states = {tile.name: self._read_state(tile, now) for tile in self.board.tiles}
        shared = share_failures(self.board.tiles, {name: (one.reading, one.state) for name, one in states.items()})
        return states | {name: replace(states[name], shared=failure) for name, failure in shared.items()}

    def _tiles_of(self, report: str | None, states: Mapping[str, TileState]) -> list[Tile]:
        """Returns the tiles that may have changed with a report: its own, and those whose shared failure is new."""
        return [
            tile
            for tile in self.board.tiles
            if report in (None, tile.report, tile.trend)
            or tile.name not in self.rendered
            or self.rendered[tile.name].tile_state.shared != states[tile.name].shared
        ]

    def _render_tiles(self, tiles: Iterable[Tile], states: Mapping[str, TileState], now: datetime) -> list[SseEvent]:
        """Renders the tiles that have changed; returns the events of those whose HTML is new."""
        events = []
        today = now.astimezone(self._renderer.board_zone(self.board)).date()
        for tile in tiles:
            state, previous = states[tile.name], self.rendered.get(tile.name)
            is_done = previous is not None and not previous.tile.is_pending
            if previous is not None and is_done and (previous.tile_state, previous.local_date) == (state, today):
                continue
            if previous is not None and self._is_awaited(tile, state, today, previous):
                continue
            self.renders += 1
            drawn = self._renderer.render_tile(self.board, tile, state, now)
            if drawn.is_pending and previous is not None and is_done and state.state is previous.tile_state.state:
                continue  # the previous chart stays until the new one is drawn
            if previous is not None and previous.tile.html == drawn.html:
                event = previous.event
            else:
                data = {"tile": tile.name, "html": drawn.html}
                event = encode_event("tile", data, seq=self._next_seq(), boot=self.boot)
                events.append(event)
            self.rendered[tile.name] = RenderedTile(state, today, drawn, event)
            self.version += 1
        return events

    def _is_awaited(self, tile: Tile, state: TileState, today: date, previous: RenderedTile) -> bool:
        """Whether a worker thread prepares the tile, and what was rendered before stays until then."""
        frame = state.reading.frame if state.reading else None
        if not self._renderer.contents.is_preparing(self.board, tile, frame):
            return False
        stays = not previous.tile.is_pending and state.state is previous.tile_state.state
        return stays or (previous.tile_state, previous.local_date) == (state, today)

    def tile_states(self) -> list[ReadingState]:
        """Returns the state of each tile that is not hidden."""
        return [rendered.state for rendered in self.rendered.values() if not rendered.tile_state.is_hidden]

    def status(self, now: datetime, *, has_file_error: bool) -> BoardStatus:
        """Returns the status line of the board."""
        tile_states = [rendered.tile_state for rendered in self.rendered.values()]
        zone = self._renderer.board_zone(self.board)
        return board_status(self.tile_states(), tile_states, now, zone, has_file_error=has_file_error)

    def period(self) -> str:
        """Returns the period that most of the tiles are about, in words; '' without one."""
        states = [rendered.tile_state for rendered in self.rendered.values()]
        frames = ((each.reading.frame, each.day) for each in states if each.reading)
        return shared_period(replace(frame, read_on=day) for frame, day in frames if frame)

    @property
    def has_pending_tiles(self) -> bool:
        """Whether a tile waits for its first chart; where figures are new, the previous chart stays."""
        return any(rendered.tile.is_pending for rendered in self.rendered.values())

    def undrawn_tiles(self) -> list[str]:
        """Returns the names of the tiles whose figures cannot be drawn."""
        return [name for name, rendered in self.rendered.items() if rendered.tile.content is None]

    def render_with_ages(self, now: datetime) -> list[str]:
        """Returns every tile as the streams have it, with its age now; open walls count ages themselves."""
        tiles = [(tile, self.rendered[tile.name]) for tile in self.board.tiles]
        return [
            self._renderer.render_tile(self.board, tile, rendered.tile_state, now, rendered.tile.content).html
            for tile, rendered in tiles
        ]

    def events_since(self, seq: int) -> list[SseEvent]:
        """Returns the newest event of every tile that has changed after `seq`, oldest first."""
        missed = [rendered.event for rendered in self.rendered.values() if rendered.event.seq > seq]
        return sorted(missed, key=lambda event: event.seq)

    def add_stream(self, stream: WallStream, first_events: Iterable[SseEvent]) -> None:
        """Adds a wall; sends it `first_events` and what it has missed."""
        self.streams.add(stream)
        stream.send_events((*first_events, *self.events_since(stream.last_seq)), self._monotonic())

    def send_events(self, events: Iterable[SseEvent]) -> None:
        """Sends to every wall whose previous write has ended; the others get `send_missed` later."""
        batch = tuple(events)
        now = self._monotonic()
        for stream in tuple(self.streams) if batch else ():
            stream.send_events(batch, now)

    def send_missed(self, stream: WallStream) -> None:
        """Sends what a wall has missed while its previous write was pending."""
        stream.send_events(self.events_since(stream.last_seq), self._monotonic())

    def close_stalled(self, max_seconds: float) -> None:
        """Closes walls whose session has ended, and those whose write is pending for more than `max_seconds`."""
        oldest = self._monotonic() - max_seconds
        self.streams -= {stream for stream in self.streams if stream.pipe.closed()}
        for stream in tuple(self.streams):
            is_stalled = stream.stalled_since is not None and stream.stalled_since < oldest
            if is_stalled or (stream.session_end is not None and stream.session_end.is_set()):
                stream.pipe.close()
