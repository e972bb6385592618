"""The line at the foot of a wall."""

import pytest

from utilities.model.frames import ReadingState
from utilities.rendering.walls.status_line import Status, status

LIVE, STALE, FAILED, WAITING = ReadingState.LIVE, ReadingState.STALE, ReadingState.FAILED, ReadingState.WAITING


@pytest.mark.parametrize(
    ("states", "wrong", "told"),
    [
        ([LIVE, LIVE], False, Status(LIVE, "live")),
        ([], False, Status(LIVE, "live")),
        ([LIVE, WAITING], False, Status(WAITING, "1 of 2 tiles waiting")),
        ([STALE, LIVE, STALE, WAITING], False, Status(STALE, "2 of 4 tiles stale")),
        ([FAILED, STALE, STALE], False, Status(FAILED, "1 of 3 tiles failed")),
        ([LIVE], True, Status(LIVE, "live", wrong=True)),
    ],
)
def test_the_foot_of_the_wall_tells_the_worst(states: list[ReadingState], wrong: bool, told: Status) -> None:
    assert status(states, wrong=wrong) == told
