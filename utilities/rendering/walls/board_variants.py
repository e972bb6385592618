"""The channels of one board: with all its tiles, and for walls that visitors see where some tiles are private."""

from collections.abc import Callable
from dataclasses import dataclass

from utilities.config.boards import Board
from utilities.model.clock import MonotonicClock
from utilities.rendering.walls.board_channel import BoardChannel
from utilities.rendering.walls.tile_renderer import TileRenderer
from utilities.rendering.walls.tile_states import TileStates
from utilities.rendering.walls.wall_stream import WallStream


@dataclass
class BoardVariants:
    """A board without private tiles has one channel, and costs no more than that."""

    full: BoardChannel
    masked: BoardChannel | None = None

    @property
    def board(self) -> Board:
        return self.full.board

    @property
    def channels(self) -> tuple[BoardChannel, ...]:
        return (self.full,) if self.masked is None else (self.full, self.masked)

    @property
    def streams(self) -> set[WallStream]:
        """All open walls of the board."""
        return set().union(*(channel.streams for channel in self.channels))

    def find_channel(self, sees_private: bool) -> BoardChannel:
        """Returns the channel for a wall that may show private tiles now, or may not."""
        return self.full if sees_private or self.masked is None else self.masked

    def discard(self, stream: WallStream) -> None:
        """Forgets a wall that is closed."""
        for channel in self.channels:
            channel.streams.discard(stream)

    def send_missed(self, stream: WallStream) -> None:
        """Sends what a wall has missed while its previous write was pending."""
        for channel in self.channels:
            if stream in channel.streams:
                channel.send_missed(stream)

    def move_streams(self) -> None:
        """Moves walls that visitors see now, or no longer see, and sends each all tiles as it may show them."""
        for channel in self.channels if self.masked is not None else ():
            for stream in tuple(channel.streams):
                target = self.find_channel(stream.sees_private())
                if target is not channel:
                    channel.streams.discard(stream)
                    stream.last_seq = 0
                    target.add_stream(stream, ())

    def replace_board(self, edited: "BoardVariants") -> None:
        """Takes over an edited board; walls get a reload event."""
        self.full.replace_board(edited.full)
        if self.masked is not None and edited.masked is not None:
            self.masked.replace_board(edited.masked)
        elif self.masked is not None:
            self.masked.replace_board(self.full)
            self.full.streams |= self.masked.streams
            self.masked = None
        else:
            self.masked = edited.masked
        self.move_streams()


@dataclass(frozen=True)
class ChannelMaker:
    """Makes the channels of boards; `boot` is the first part of the ids of their events."""

    states: TileStates
    renderer: TileRenderer
    next_seq: Callable[[], int]
    monotonic: MonotonicClock
    boot: str

    def make_variants(self, board: Board) -> BoardVariants:
        """Returns the channels of a board, not yet rendered."""
        masked = self._make_channel(board, hides_private=True) if board.has_private_tiles else None
        return BoardVariants(self._make_channel(board, hides_private=False), masked)

    def _make_channel(self, board: Board, *, hides_private: bool) -> BoardChannel:
        return BoardChannel(
            board,
            read_state=self.states.read_for_visitors if hides_private else self.states.read,
            renderer=self.renderer,
            next_seq=self.next_seq,
            monotonic=self.monotonic,
            boot=f"{self.boot}v" if hides_private else self.boot,
            hides_private=hides_private,
        )
