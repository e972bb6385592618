"""The status line of a wall: how many tiles are live, in a few words, and why others are old."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from utilities.model.formats import failure_text
from utilities.model.frames import ReadingState
from utilities.rendering.walls.tile_context import TileState, describe_next_try

WORST_FIRST = (ReadingState.FAILED, ReadingState.STALE, ReadingState.WAITING)
SHOWN_AS_LIVE = (ReadingState.LIVE, ReadingState.AGEING)


@dataclass(frozen=True)
class BoardStatus:
    """The worst state of all tiles, and how many are live."""

    state: ReadingState
    text: str
    has_file_error: bool = False  # the board file cannot be read, so its last version is shown
    cause: str = ""  # why figures are old, and when the next try is; failed tiles say so themselves


def board_status(
    states: Sequence[ReadingState],
    tile_states: Sequence[TileState],
    now: datetime,
    zone: tzinfo,
    *,
    has_file_error: bool,
) -> BoardStatus:
    """Returns the status with the text `live` or `4 of 7 live`; `states` are those that the wall shows."""
    worst = next((state for state in WORST_FIRST if state in states), ReadingState.LIVE)
    if worst is ReadingState.LIVE:
        return BoardStatus(worst, "live", has_file_error)
    live = sum(state in SHOWN_AS_LIVE for state in states)
    return BoardStatus(worst, f"{live} of {len(states)} live", has_file_error, _stale_cause(tile_states, now, zone))


def _stale_cause(tile_states: Sequence[TileState], now: datetime, zone: tzinfo) -> str:
    """Returns the cause that most stale tiles have, and when the next try is; '' without one."""
    stale = [one.reading for one in tile_states if one.state is ReadingState.STALE and one.reading is not None]
    errors = [reading.last_error for reading in stale if reading.last_error is not None]
    causes = [failure_text(error) for error in errors]
    if not causes:
        return ""
    cause = max(causes, key=causes.count)
    retry_at = min(error.retry_at for error, text in zip(errors, causes, strict=True) if text == cause)
    return f"{cause.rstrip('.')}, {describe_next_try(retry_at, now, zone)}"
