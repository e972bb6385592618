"""New pages: one screen tries them, the others follow or keep what they have; several processes agree."""

import asyncio
from datetime import timedelta

import pytest

from tests.screens.conftest import ScreenProcess
from tests.screens.test_alarms import BEAT, MINUTE, Fleet
from utilities.screens.model import ScreenRecord
from utilities.screens.rollout import MAX_RENEWAL_SPREAD, RolloutState, ScreenRollout

SECOND = timedelta(seconds=1)
EDITIONS = {"office": "e1", "visits": "e1"}


class Building(Fleet):
    """Processes that serve new pages; their screens report the pages that they have."""

    def __init__(self, *processes: ScreenProcess) -> None:
        super().__init__(*processes)
        self.editions = dict(EDITIONS)
        self.rollouts = [self.serve("b1", process) for process in range(len(processes))]

    def serve(self, build: str, process: int, screens: tuple[int, ...] | None = None) -> ScreenRollout:
        """Begins to serve a build in this process, with these streams of screens, all without `screens`."""
        watch = self.watches[process]
        every = range(1, 100) if screens is None else screens
        rollout = ScreenRollout(
            watch,
            build=build,
            editions=lambda: dict(self.editions),
            find_edition=lambda board, _: self.editions[board],
            open_screens=lambda: every,
            clock=self.clock,
        )
        watch.is_rolling_out = rollout.is_under_way
        return rollout

    async def beat(self, *screens: ScreenRecord, **changes: object) -> None:
        """Reports what screens show, seconds later, and lets every process take a step."""
        self.clock.advance(5 * SECOND)
        report = {"sheet": "e1", "clock": self.clock().timestamp() * 1000, **changes}
        for screen in screens:
            self.beats._stored_at.pop(screen.number, None)  # in the product the process of the screen reads its memory
            self.beats.record(screen.number, BEAT.model_copy(update=report), "Chromium 79")
        await self.beats.flush()
        await self.follow()

    async def follow(self) -> None:
        await asyncio.gather(*(each.follow() for each in self.rollouts))

    def renewing(self, *screens: ScreenRecord) -> list[str]:
        return [each.name for each in screens if any(rollout.may_renew(each.number) for rollout in self.rollouts)]

    @property
    def states(self) -> set[str]:
        return {each.current.state for each in self.rollouts if each.current is not None}


@pytest.fixture
async def fleet(process: ScreenProcess, other_process: ScreenProcess) -> Building:
    building = Building(process, other_process)
    await building.follow()
    return building


async def deploy(fleet: Building, *screens: ScreenRecord) -> None:
    """Lets both processes serve another build; the screens still have the page of the one before."""
    await fleet.beat(*screens)
    fleet.rollouts = [fleet.serve("b2", 0), fleet.serve("b2", 1)]
    await fleet.beat(*screens[:-1], uptime=3600)
    await fleet.beat(screens[-1], uptime=7200)


async def test_screen_that_is_well_for_longest_is_first_and_the_others_follow_one_by_one(fleet: Building):
    screens = await fleet.pair("Hall", "Kitchen", "Door")
    await fleet.beat(*screens)
    fleet.rollouts = [fleet.serve("b2", 0), fleet.serve("b2", 1)]
    fleet.beats._stored_at.clear()
    fleet.beats.record(screens[1].number, BEAT.model_copy(update={"uptime": 90_000}), "Chromium 79")
    await fleet.beats.flush()
    await fleet.follow()
    assert fleet.renewing(*screens) == ["Kitchen"]
    await fleet.beat(screens[1], build="b2", uptime=1, painted=0.1)
    assert fleet.states == {RolloutState.RELEASED}
    assert fleet.renewing(*screens) == ["Hall"]
    fleet.clock.advance(2 * SECOND)
    assert fleet.renewing(*screens) == ["Hall", "Kitchen"]
    fleet.clock.advance(2 * SECOND)
    assert fleet.renewing(*screens) == ["Hall", "Kitchen", "Door"]
    await fleet.live(1, *screens)
    assert fleet.titles == []


@pytest.mark.parametrize(
    "report",
    [{"build": "b1"}, {"build": "b2", "painted": None, "uptime": 1}, {"build": "b2", "errors": 1, "uptime": 1}],
    ids=["old page", "blank", "script error"],
)
async def test_pages_that_are_not_painted_within_a_minute_are_held_back_with_one_notice(
    fleet: Building, report: dict[str, object]
):
    screens = await fleet.pair("Hall", "Kitchen")
    await deploy(fleet, *screens)
    (canary,) = [each for each in screens if each.name in fleet.renewing(*screens)]
    for _ in range(11):
        await fleet.beat(canary, **report)
    assert fleet.states == {RolloutState.TRYING}
    for _ in range(3):
        await fleet.beat(canary, **report)
    assert fleet.states == {RolloutState.HELD}
    assert fleet.renewing(*screens) == []
    fleet.clock.advance(timedelta(hours=1))
    await fleet.live(6, *screens)  # with the page of the build before, which is no fault now
    assert fleet.titles == [f"{canary.name} has not painted the new pages"]
    await fleet.rollouts[0].retry()
    await fleet.beat(*screens, uptime=4000)
    (canary,) = [each for each in screens if each.name in fleet.renewing(*screens)]
    await fleet.beat(canary, build="b2", uptime=1, painted=0.1)
    await fleet.live(1, *screens)
    assert fleet.states == {RolloutState.RELEASED}
    assert [each.state for each in fleet.notices] == ["begins", "ends"]


async def test_edited_board_is_tried_on_a_screen_that_shows_it(fleet: Building):
    office, visits = await fleet.pair("Hall", "Kitchen")
    await fleet.beat(office, uptime=100)
    await fleet.beat(visits, board="visits", uptime=9000)
    fleet.editions["office"] = "e2"
    await fleet.beat(office, uptime=105)
    assert fleet.renewing(office, visits) == ["Hall"]
    await fleet.beat(office, sheet="e2", uptime=1, painted=0.1)
    assert fleet.states == {RolloutState.RELEASED}


async def test_process_with_the_build_before_neither_begins_again_nor_lets_screens_load_its_pages(fleet: Building):
    (screen,) = await fleet.pair("Hall")
    await fleet.beat(screen)
    old, fleet.rollouts[1] = fleet.rollouts[0], fleet.serve("b2", 1, screens=())
    await fleet.beat(screen)
    await fleet.follow()
    assert fleet.states == {RolloutState.WAITING}
    assert not old.may_renew(screen.number)
    await fleet.follow()
    assert fleet.rollouts[1].current == old.current


@pytest.mark.parametrize("is_paired", [True, False])
async def test_screens_of_which_none_is_well_get_the_new_pages_after_a_while(fleet: Building, is_paired: bool):
    screens = await fleet.pair("Hall") if is_paired else []
    await fleet.beat(*screens, painted=None)
    fleet.rollouts = [fleet.serve("b2", 0), fleet.serve("b2", 1)]
    await fleet.beat(*screens, painted=None)
    assert fleet.states == {RolloutState.WAITING if is_paired else RolloutState.RELEASED}
    fleet.clock.advance(4 * MINUTE)
    await fleet.beat(*screens, painted=None)
    await fleet.follow()
    assert fleet.states == {RolloutState.RELEASED}
    fleet.clock.advance(MAX_RENEWAL_SPREAD)
    assert fleet.renewing(*screens) == [each.name for each in screens]
