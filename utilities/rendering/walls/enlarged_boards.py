"""The channels of boards with larger type, for the paired screens that need it: one for each board and step in use."""

from collections.abc import Iterator

from utilities.config.boards import Boards
from utilities.model.clock import Clock, MonotonicClock
from utilities.rendering.type_steps import Glass, TypeSteps, enlarge_board
from utilities.rendering.walls.board_variants import BoardVariants, ChannelMaker

UNUSED_CHANNEL_SECONDS = 600.0  # a playlist shows a board only now and then


class EnlargedBoards:
    """Opens a channel when a screen loads the board at this step; drops it when none has done so for ten minutes."""

    def __init__(
        self,
        boards: Boards,
        steps: TypeSteps,
        maker: ChannelMaker,
        clock: Clock,
    ) -> None:
        self._boards = boards
        self._steps = steps
        self._maker = maker
        self._clock = clock
        self._monotonic: MonotonicClock = maker.monotonic
        self._channels: dict[tuple[str, int], BoardVariants] = {}
        self._used_at: dict[tuple[str, int], float] = {}

    def __iter__(self) -> Iterator[BoardVariants]:
        return iter(list(self._channels.values()))

    def find_variants(self, board: str, glass: Glass | None) -> BoardVariants | None:
        """Returns the channels of a board for a screen; None where the board's own is right. Renders a new one."""
        current = self._boards.get(board)
        step = 0 if current is None or glass is None else self._steps.find_step(current, glass)
        if current is None or not step:
            return None
        key = (board, step)
        self._used_at[key] = self._monotonic()
        if key not in self._channels:
            variants = self._maker.make_variants(enlarge_board(current, step))
            for channel in variants.channels:
                channel.render_changes(self._clock())
            self._channels[key] = variants
        return self._channels[key]

    def find_edition(self, board: str, edition: str) -> BoardVariants | None:
        """Returns the channels whose style sheet has this edition."""
        return next(
            (each for (name, _), each in self._channels.items() if name == board and each.full.edition == edition), None
        )

    async def sync(self) -> None:
        """Closes the channels of boards that are gone, drops unused ones, and replaces edited boards."""
        oldest = self._monotonic() - UNUSED_CHANNEL_SECONDS
        for key, variants in list(self._channels.items()):
            current = self._boards.get(key[0])
            if variants.streams:
                self._used_at[key] = self._monotonic()
            if current is None or self._used_at[key] < oldest:
                for stream in tuple(self._channels.pop(key).streams):
                    stream.pipe.close()
            elif variants.board != (edited := enlarge_board(current, key[1])):
                replacement = self._maker.make_variants(edited)
                for channel in replacement.channels:
                    await channel.render_gradually(self._clock)
                variants.replace_board(replacement)
