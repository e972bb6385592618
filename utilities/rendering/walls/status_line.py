"""The line at the foot of a wall: how fresh the board is, in a few words that leave room for its title."""

from collections.abc import Sequence
from dataclasses import dataclass

from utilities.model.frames import ReadingState

WORST_FIRST = (ReadingState.FAILED, ReadingState.STALE, ReadingState.AGEING, ReadingState.WAITING)


@dataclass(frozen=True)
class Status:
    """`state` is the worst of all tiles."""

    state: ReadingState
    text: str
    wrong: bool = False  # the board's file cannot be read, so that it is shown as it was


def status(states: Sequence[ReadingState], *, wrong: bool) -> Status:
    """`live`, or `2 of 12 tiles stale`; `wrong` when the board's file is."""
    worst = next((state for state in WORST_FIRST if state in states), ReadingState.LIVE)
    words = f"{states.count(worst)} of {len(states)} tiles {worst}" if worst is not ReadingState.LIVE else "live"
    return Status(worst, words, wrong)
