"""Where visitors are: switched in the database, by the clock, and by hours of playlists."""

from datetime import UTC, timedelta
from pathlib import Path

import pytest

from tests.screens.conftest import ScreenProcess
from utilities.broadcast.programmes import ShownScreen
from utilities.broadcast.visitor_modes import EVERYWHERE, VisitorModes, place_target, screen_target
from utilities.model.errors import ParameterError
from utilities.playlists.watcher import Playlists

HALL = ShownScreen(1, "", "hall", UTC, "Berlin")
ATTIC = ShownScreen(2, "office", "", UTC, "")
HOURS = """
playlists:
  hall:
    items: [{board: office}]
    visitors: [{days: Sat, from: "12:00", to: "13:00"}]
"""


def make_modes(process: ScreenProcess, folder: Path) -> VisitorModes:
    (folder / "playlists.yaml").write_text(HOURS)
    playlists = Playlists(folder)
    playlists.poll()
    return VisitorModes(process.database, playlists, process.clock)


async def test_modes_reach_every_process_and_end_by_themselves(
    process: ScreenProcess, other_process: ScreenProcess, tmp_path: Path
):
    mine, other = make_modes(process, tmp_path), make_modes(other_process, tmp_path)
    assert mine.has_visitors(ATTIC)  # nothing is certain yet
    await mine.refresh()
    assert not mine.has_visitors(ATTIC)
    for target, expected in (
        (EVERYWHERE, [True, True, True]),
        (place_target(" berlin"), [True, False, False]),
        (screen_target(2), [False, True, False]),
    ):
        await mine.begin(target, "ada@example.com", 10)
        await other.refresh()
        for each in (mine, other):
            assert [each.has_visitors(screen) for screen in (HALL, ATTIC, None)] == expected
        process.clock.advance(timedelta(minutes=10))
        assert not any(mine.has_visitors(screen) for screen in (HALL, ATTIC, None))
    await mine.begin(EVERYWHERE, "ada@example.com")
    process.clock.advance(timedelta(days=90))
    assert other.list_modes() == []
    await other.refresh()
    assert [each.person for each in other.list_modes()] == ["ada@example.com"]
    await other.end(EVERYWHERE, "bob@example.com")
    assert not other.has_visitors(None)


async def test_hours_of_a_playlist_hide_private_tiles_on_its_screens(process: ScreenProcess, tmp_path: Path):
    modes = make_modes(process, tmp_path)
    await modes.refresh()
    until_noon = timedelta(hours=2, minutes=19)  # the clock begins on a Saturday at 09:41
    expected = [(timedelta(), False), (until_noon, True), (timedelta(minutes=59), True), (timedelta(minutes=1), False)]
    for later, has_visitors in expected:
        process.clock.advance(later)
        assert modes.has_visitors(HALL) is has_visitors
        assert not modes.has_visitors(ATTIC)


@pytest.mark.parametrize("minutes", [0, -1, 10_081])
async def test_minutes_are_bounded(process: ScreenProcess, tmp_path: Path, minutes: int):
    with pytest.raises(ParameterError):
        await make_modes(process, tmp_path).begin(EVERYWHERE, "ada@example.com", minutes)
