"""Decides which tile of a board says why figures are missing: what several tiles suffer is said once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from utilities.config.boards import Tile
from utilities.model.formats import failure_text
from utilities.model.frames import LastError, Reading, ReadingState


class FailureRole(Enum):
    """What a failed tile shows."""

    OWN = auto()  # its reason
    FIRST = auto()  # the reason that other tiles have too
    SILENT = auto()  # no reason, because another tile has it
    BOARD = auto()  # the reason why the board has no figures at all, in large letters
    EMPTY = auto()  # a dash: another tile speaks for the board


@dataclass(frozen=True, slots=True)
class SharedFailure:
    """What a tile shows of a failure that it shares with others: all that failed are one."""

    role: FailureRole
    count: int  # tiles that share it
    since: datetime  # of the first of them
    retry_at: datetime  # of the next of them


def share_failures(
    tiles: Sequence[Tile], readings: Mapping[str, tuple[Reading | None, ReadingState]]
) -> dict[str, SharedFailure]:
    """Returns the shared failures by tile; nothing for a tile that alone has its reason."""
    groups: dict[str, list[tuple[Tile, LastError]]] = {}
    for tile in sorted(tiles, key=lambda tile: (tile.place.row, tile.place.column)):
        reading, state = readings[tile.name]
        if state is ReadingState.FAILED and reading is not None and reading.last_error is not None:
            groups.setdefault(failure_text(reading.last_error), []).append((tile, reading.last_error))
    shared = {}
    for group in groups.values():
        if len(group) < 2:
            continue
        is_all = len(group) == len(tiles)
        speaker = max(group, key=lambda each: each[0].place.width * each[0].place.height) if is_all else group[0]
        spoken, silent = (FailureRole.BOARD, FailureRole.EMPTY) if is_all else (FailureRole.FIRST, FailureRole.SILENT)
        since = min(error.since for _, error in group)
        retry_at = min(error.retry_at for _, error in group)
        for tile, _ in group:
            role = spoken if tile is speaker[0] else silent
            shared[tile.name] = SharedFailure(role, len(group), since, retry_at)
    return shared
