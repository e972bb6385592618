"""Takeovers by a threshold: once over several processes, never without current figures, and they end by themselves."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.playlists.test_files import ROOT
from utilities.accounts.database.connection import StateDatabase, open_state_database
from utilities.broadcast.takeovers import TakeoverStore
from utilities.broadcast.threshold_watch import ThresholdWatch, find_rule_faults
from utilities.config.boards.reader import read_board
from utilities.config.settings import Settings
from utilities.playlists.model import TakeoverRule
from utilities.playlists.reader import read_playlists
from utilities.playlists.watcher import Playlists
from utilities.screens.command_log import EVERY_SCREEN, select_entries

RULES = """\
playlists: {hall: {items: [{board: office}]}}
takeovers:
  crowd: {tile: office/now, above: 500, for: 30s, message: More than 500 people read us, until: 10m}
"""


@dataclass
class Processes:
    """Two processes with one database, one clock, and figures of their own."""

    folder: Path
    database: StateDatabase
    now: datetime = datetime(2026, 11, 26, 12, tzinfo=UTC)
    figures: list[float | None] = field(default_factory=lambda: [100.0, 100.0])

    def __post_init__(self) -> None:
        (self.folder / "playlists.yaml").write_text(RULES, encoding="utf-8")
        self.playlists = Playlists(self.folder)
        self.playlists.poll()
        self.takeovers = TakeoverStore(self.database, lambda: self.now)
        self.watches = [ThresholdWatch(self.playlists, self.reader_of(each), self.takeovers) for each in (0, 1)]

    def reader_of(self, process: int) -> Callable[[TakeoverRule], float | None]:
        return lambda rule: self.figures[process]

    async def pass_time(self, seconds: int, *figures: float | None) -> list[str]:
        """Lets both look every five seconds; returns the messages on the glass then."""
        self.figures = list(figures) * (2 // len(figures))
        for _ in range(seconds // 5):
            self.now += timedelta(seconds=5)
            for each in self.watches:
                await each.check()
        return [each.message for each in self.takeovers.running(self.now)]

    async def count_begun(self) -> int:
        rows = await self.database.run(lambda connection: connection.execute(select_entries(EVERY_SCREEN)).all())
        return sum(row.action == "message" for row in rows)


@pytest.fixture
async def processes(tmp_path: Path, settings: Callable[..., Settings]) -> AsyncIterator[Processes]:
    database = await open_state_database(settings())
    yield Processes(tmp_path, database)
    await database.close()


FULL = ["More than 500 people read us"]


async def test_figure_fires_once_after_its_time_and_ends_when_it_is_back(processes: Processes):
    assert await processes.pass_time(60, 500.0) == []  # the limit itself is not above it
    assert await processes.pass_time(30, 501.0) == []
    assert await processes.pass_time(10, 501.0) == FULL
    assert await processes.pass_time(60, 600.0) == FULL
    assert await processes.pass_time(10, 499.0) == []
    assert await processes.pass_time(40, 700.0) == FULL
    assert await processes.count_begun() == 2


async def test_figure_that_stays_fires_once_and_the_takeover_ends_by_itself(processes: Processes):
    assert await processes.pass_time(60, 501.0) == FULL
    assert await processes.pass_time(700, 501.0) == []
    [takeover] = await processes.pass_time(10, 1.0) or ["none"]
    assert takeover == "none"
    assert await processes.count_begun() == 1


async def test_figure_that_is_not_current_never_fires_and_begins_the_time_anew(processes: Processes):
    assert await processes.pass_time(300, None) == []
    assert await processes.pass_time(30, 501.0) == []
    assert await processes.pass_time(10, None) == []
    assert await processes.pass_time(25, 501.0) == []
    assert await processes.pass_time(15, 501.0) == FULL
    assert await processes.pass_time(30, None) == FULL  # nobody knows, so it ends in its time


async def test_time_in_which_no_process_looked_does_not_count(processes: Processes):
    await processes.pass_time(10, 501.0)
    processes.now += timedelta(hours=3)
    assert await processes.pass_time(5, 501.0) == []
    assert await processes.pass_time(35, 501.0) == FULL


async def test_takeover_that_a_person_has_ended_stays_away_until_the_figure_was_back(processes: Processes):
    await processes.pass_time(60, 501.0)
    [running] = processes.takeovers.running(processes.now)
    await processes.takeovers.end(running.number, "Mara")
    assert await processes.pass_time(120, 501.0) == []
    await processes.pass_time(10, 1.0)
    assert await processes.pass_time(60, 501.0) == FULL


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("tile: ofice/now, above: 1, message: Hi", "line 2: takeovers.x.tile: there is no board 'ofice'; did you mean"),
        ("tile: office/nowhere, above: 1, message: Hi", "there is no tile 'nowhere' on the board office"),
        ("tile: office/now, above: 1, board: visitz", "takeovers.x.board: there is no board 'visitz'"),
        (f"tile: office/now, above: 1, message: {'Donaudampfschiff' * 12}", "too long to be read from the room"),
    ],
)
def test_rule_about_nothing_is_named_with_its_line(tmp_path: Path, rule: str, fault: str):
    path = tmp_path / "playlists.yaml"
    path.write_text(f"playlists: {{hall: {{items: [{{board: office}}]}}}}\ntakeovers: {{x: {{{rule}}}}}\n")
    faults = find_rule_faults(read_playlists(path), [read_board(ROOT / "boards" / "office.yaml")])
    assert any(fault in str(each) for each in faults), list(map(str, faults))
