"""The status line of a wall: how fresh the board is, in a few words that leave room for its title."""

from collections.abc import Sequence
from dataclasses import dataclass

from utilities.model.frames import ReadingState

WORST_FIRST = (ReadingState.FAILED, ReadingState.STALE, ReadingState.AGEING, ReadingState.WAITING)


@dataclass(frozen=True)
class BoardStatus:
    """The worst state of all tiles, and its text."""

    state: ReadingState
    text: str
    has_file_error: bool = False  # the board file cannot be read, so its last version is shown


def board_status(states: Sequence[ReadingState], *, has_file_error: bool) -> BoardStatus:
    """Returns the status with the text `live` or `2 of 12 tiles stale`."""
    worst = next((state for state in WORST_FIRST if state in states), ReadingState.LIVE)
    text = f"{states.count(worst)} of {len(states)} tiles {worst}" if worst is not ReadingState.LIVE else "live"
    return BoardStatus(worst, text, has_file_error)
