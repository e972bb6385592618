"""The status line of a wall."""

import pytest

from utilities.model.frames import ReadingState
from utilities.rendering.walls.status_line import BoardStatus, board_status

LIVE, STALE, FAILED, WAITING = ReadingState.LIVE, ReadingState.STALE, ReadingState.FAILED, ReadingState.WAITING


@pytest.mark.parametrize(
    ("states", "has_file_error", "status"),
    [
        ([LIVE, LIVE], False, BoardStatus(LIVE, "live")),
        ([], False, BoardStatus(LIVE, "live")),
        ([LIVE, WAITING], False, BoardStatus(WAITING, "1 of 2 tiles waiting")),
        ([STALE, LIVE, STALE, WAITING], False, BoardStatus(STALE, "2 of 4 tiles stale")),
        ([FAILED, STALE, STALE], False, BoardStatus(FAILED, "1 of 3 tiles failed")),
        ([LIVE], True, BoardStatus(LIVE, "live", has_file_error=True)),
    ],
)
def test_the_status_line_shows_the_worst_state(
    states: list[ReadingState], has_file_error: bool, status: BoardStatus
) -> None:
    assert board_status(states, has_file_error=has_file_error) == status
