"""Notices about dark screens: once on each edge, folded by place, not in quiet hours, by one of several processes."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from tests.screens.conftest import ScreenProcess
from tests.screens.test_diagnosis import WELL
from utilities.alerts.delivery import NoticeDelivery
from utilities.alerts.notice import Notice
from utilities.alerts.outbox import decode_notice, list_deliveries
from utilities.model.errors import StateDown
from utilities.screens.alarm_watch import AlarmWatch
from utilities.screens.beats import BeatStore, ReceivedBeat, ScreenBeat
from utilities.screens.commands import ScreenCommands
from utilities.screens.diagnosis import DiagnosisRules
from utilities.screens.model import ScreenPlan, ScreenRecord

MINUTE = timedelta(minutes=1)
BEAT = ScreenBeat.model_validate(WELL)


class SilentChannel:
    """A channel that nothing is sent through: these tests read what waits for it."""

    async def send(self, notice: Notice, now: datetime) -> None: ...

    async def check(self) -> str:
        return ""


class CountedBeats(BeatStore):
    """Counts how often the beats are read."""

    reads = 0

    async def latest(self, numbers: Iterable[int] | None = None) -> dict[int, ReceivedBeat]:
        self.reads += 1
        return await super().latest(numbers)


class Fleet:
    """The screens of some processes, which beat and are compared when a test says so."""

    def __init__(self, *processes: ScreenProcess) -> None:
        self.clock = processes[0].clock
        self.process = processes[0]
        self.notices: list[Notice] = []  # that wait in the outbox
        self.quiet: set[str] = set()
        self.beats = BeatStore(self.process.database, self.clock)
        self.watches = [self.make_watch(each) for each in processes]

    def make_watch(self, process: ScreenProcess) -> AlarmWatch:
        return AlarmWatch(
            process.registry,
            CountedBeats(process.database, self.clock),
            self.clock,
            DiagnosisRules("b1", self.clock() - timedelta(hours=2)),
            is_muted=lambda screen, _: screen.name in self.quiet,
            time_text=lambda moment: f"{moment:%H:%M}",
            notices=NoticeDelivery(process.database, {"webhook": SilentChannel()}, self.clock),
        )

    async def pair(self, *names: str, place: str = "Berlin") -> list[ScreenRecord]:
        return [await self.process.pair(name, ScreenPlan(name, place, board="office")) for name in names]

    async def live(self, minutes: int, *alive: ScreenRecord) -> None:
        """Lets time pass; these screens beat once a minute, and every process compares at the same time."""
        for _ in range(minutes):
            self.clock.advance(MINUTE)
            for screen in alive:
                clock = self.clock().timestamp() * 1000
                self.beats.record(screen.number, BEAT.model_copy(update={"clock": clock}), "Chromium 79")
            await self.beats.flush()
            await asyncio.gather(*(watch.run_round() for watch in self.watches))
        rows = await self.process.database.run(lambda connection: list_deliveries(connection, 100))
        self.notices = [decode_notice(row.body) for row in reversed(rows)]

    @property
    def beat_reads(self) -> int:
        return sum(watch.beats.reads for watch in self.watches if isinstance(watch.beats, CountedBeats))

    @property
    def titles(self) -> list[str]:
        return [each.title for each in self.notices]


@pytest.fixture
def fleet(process: ScreenProcess, other_process: ScreenProcess) -> Fleet:
    return Fleet(process, other_process)


async def test_place_is_one_notice_on_each_edge_from_two_processes(fleet: Fleet):
    screens = await fleet.pair("Hall", "Kitchen", "Door")
    elsewhere = await fleet.pair("Ada", place="Paris")
    await fleet.live(3, *screens, *elsewhere)
    since = fleet.clock()
    await fleet.live(4, *elsewhere)
    assert fleet.notices == []
    await fleet.live(10, *elsewhere)
    assert fleet.titles == [f"3 of 3 screens in Berlin since {since:%H:%M}"]
    assert "Hall, Kitchen" in fleet.notices[0].sentences[0].replace("Door, ", "")
    assert fleet.notices[0].sentences[0].endswith("its browser has stopped.")
    await fleet.live(6, *screens, *elsewhere)
    assert fleet.titles[1:] == ["3 screens in Berlin are back after 15 min"]
    assert [each.state for each in fleet.notices] == ["begins", "ends"]
    assert fleet.notices[0].thread == fleet.notices[1].thread


async def test_page_that_looks_swallows_no_notice(fleet: Fleet):
    screens = await fleet.pair("Hall")
    await fleet.live(1, *screens)
    for _ in range(8):
        fleet.clock.advance(MINUTE)
        await fleet.watches[0].list_healths()
        await fleet.watches[0].list_notices()
    await fleet.live(1)
    assert len(fleet.notices) == 1


async def test_edge_and_its_notice_are_stored_together_or_not_at_all(fleet: Fleet):
    screens = await fleet.pair("Hall")
    await fleet.live(1, *screens)

    class Failing(NoticeDelivery):
        def write_notice(self, connection: Connection, notice: Notice) -> None:
            super().write_notice(connection, notice)
            raise StateDown("The state database does not answer.")

    writers = [watch.notices for watch in fleet.watches]
    for watch in fleet.watches:
        watch.notices = Failing(fleet.process.database, {"webhook": SilentChannel()}, fleet.clock)
    await fleet.live(9)
    assert (fleet.notices, await fleet.watches[0].list_notices()) == ([], [])
    for watch, writer in zip(fleet.watches, writers, strict=True):
        watch.notices = writer
    await fleet.live(3)
    assert fleet.titles == [each.title for each in await fleet.watches[0].list_notices()]
    assert len(fleet.notices) == 1


async def test_only_the_process_that_compares_reads_the_beats(fleet: Fleet):
    screens = await fleet.pair("Hall")
    await fleet.live(1, *screens)
    reads = fleet.beat_reads
    await fleet.live(3, *screens)
    assert fleet.beat_reads == reads + 3


async def test_quiet_hours_mute_and_count_anew_when_they_end(fleet: Fleet):
    screens = await fleet.pair("Hall")
    await fleet.live(1, *screens)
    fleet.quiet.add("Hall")
    await fleet.live(30)
    assert fleet.notices == []
    fleet.quiet.clear()
    await fleet.live(4)
    assert fleet.notices == []
    await fleet.live(2)
    assert len(fleet.notices) == 1


async def test_restart_of_the_server_counts_anew(fleet: Fleet):
    screens = await fleet.pair("Hall")
    await fleet.live(1, *screens)
    fleet.clock.advance(30 * MINUTE)  # the server was stopped
    fleet.watches = [fleet.make_watch(fleet.process)]
    await fleet.live(4)
    assert fleet.notices == []
    await fleet.live(1, *screens)
    assert fleet.notices == []


@pytest.mark.parametrize(("minutes", "count"), [(0, 0), (30, 0), (15, 1)])
async def test_screen_says_after_how_many_minutes(fleet: Fleet, minutes: int, count: int):
    [screen] = await fleet.pair("Hall")
    commands = ScreenCommands(fleet.process.database, fleet.clock)
    await commands.set_alarm(screen.number, minutes, "ada@example.com")
    await fleet.live(1, screen)
    await fleet.live(20)
    assert len(fleet.notices) == count


async def test_screen_that_flickers_is_dark_once(fleet: Fleet):
    one, two = await fleet.pair("Hall", "Door")
    await fleet.live(1, one, two)
    await fleet.live(8, two)
    await fleet.live(1, one, two)
    await fleet.live(10, two)
    titles = fleet.titles
    assert [title.split(":")[0] for title in titles[:1]] == ["Hall, Berlin"]
    assert titles[1:2] == ["Hall is back after 9 min"]
    assert len(titles) == 3


async def test_unpaired_screen_raises_no_alarm(fleet: Fleet):
    [screen] = await fleet.pair("Hall")
    await fleet.live(1, screen)
    await fleet.process.registry.unpair_screen(screen.number, "ada@example.com")
    await fleet.live(9)
    assert fleet.notices == []
