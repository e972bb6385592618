"""New pages reach screens one after the other: first one that is well, and the others when it has painted its board."""

import hashlib
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, select, update

from utilities.accounts.database.connection import StateDatabase
from utilities.accounts.database.tables import screen_rollouts
from utilities.alerts.notice import Notice, NoticeState
from utilities.model.clock import Clock
from utilities.model.errors import StateDown
from utilities.runtime.supervised_loop import SupervisedLoop
from utilities.screens.alarm_watch import AlarmWatch, store_screen_notice
from utilities.screens.alarms import ScreenHealth
from utilities.screens.beats import ReceivedBeat
from utilities.screens.diagnosis import ScreenCause

log = logging.getLogger("foyer.screens")

ROLLOUT_CHECK_SECONDS = 2.0
ROLLOUT_KIND = "screen.rollout"
CANARY_TIME = timedelta(minutes=1)  # in which the first screen paints the new page
CANARY_SEARCH_TIME = timedelta(minutes=3)  # after which screens that are all unwell get the new page too
SETTLE_TIME = timedelta(seconds=90)  # in which screens that have not reported since a restart do so
CANARY_CAUSES = (ScreenCause.FINE, ScreenCause.CLOCK_OFF, ScreenCause.TILES_STALE)  # with which it paints its board
RENEWAL_STEP = timedelta(seconds=2)  # between two screens
MAX_RENEWAL_SPREAD = timedelta(minutes=5)


class RolloutState(StrEnum):
    """How far the new pages are."""

    WAITING = "waiting"  # for a screen that can try them
    TRYING = "trying"  # on one screen
    RELEASED = "released"
    HELD = "held"  # that screen has not painted its board


@dataclass(frozen=True)
class Rollout:
    """The row that every process reads."""

    target: str  # names the build and the edition of every board
    state: RolloutState
    canary: int  # the number of the first screen; 0 before there is one
    changed_at: datetime  # when this state began
    held_at: datetime | None  # since when a notice is open


class ScreenRollout:
    """Decides for each screen whether it may load a page that has changed; all processes agree through the database."""

    def __init__(
        self,
        alarms: AlarmWatch,
        *,
        build: str,
        editions: Callable[[], Mapping[str, str]],
        find_edition: Callable[[str, str], str],
        open_screens: Callable[[], Collection[int]],
        clock: Clock,
    ) -> None:
        self.alarms = alarms
        self.current: Rollout | None = None
        self._database: StateDatabase = alarms.registry.database
        self._build = build
        self._editions = editions
        self._find_edition = find_edition  # of a board for a screen that has this one, which may have larger type
        self._open_screens = open_screens
        self._clock = clock
        self._target = ""  # of this process
        self._served: Mapping[str, str] = {}  # the editions in it
        self._ranks: dict[int, int] = {}
        self._loop: SupervisedLoop | None = None

    def start(self) -> None:
        """Begins to follow; boards are loaded by then."""
        self._loop = SupervisedLoop.every(ROLLOUT_CHECK_SECONDS, "screens: new pages", self.follow)

    async def stop(self) -> None:
        """Stops the loop."""
        if self._loop is not None:
            await self._loop.stop()

    def may_renew(self, screen: int) -> bool:
        """Whether a screen may load a page that has changed now. Not while a process with other pages is the newest."""
        current = self.current
        if current is None or current.target != self._target or self._editions() != self._served:
            return False
        if current.state is RolloutState.RELEASED:
            step = min(RENEWAL_STEP, MAX_RENEWAL_SPREAD / max(len(self._ranks), 1))
            return self._clock() >= current.changed_at + self._ranks.get(screen, 0) * step
        return current.state is RolloutState.TRYING and current.canary == screen

    def is_under_way(self) -> bool:
        """Whether screens may still have a page of the build before."""
        current = self.current
        if current is None or current.state is not RolloutState.RELEASED:
            return True
        return self._clock() < current.changed_at + MAX_RENEWAL_SPREAD + CANARY_TIME

    async def follow(self) -> None:
        """Begins a rollout when the pages of this process have changed, and takes the next step of the current one."""
        try:
            editions = self._editions()
            target = make_target(self._build, editions)
            if target != self._target:  # only then: a process with older pages must not begin again and again
                now = self._clock()
                await self._database.run(lambda connection: begin_rollout(connection, target, now))
                self._target, self._served = target, editions
            await self._read()
            if self.current is not None and self.current.target == self._target:
                await self._take_step(self.current)
        except StateDown as error:
            log.debug("cannot see which screens may load new pages: %s", error)  # the database logs its outages

    async def _read(self) -> None:
        self.current = await self._database.run(read_rollout)
        if self.current is not None and self.current.state is RolloutState.RELEASED:
            numbers = sorted(each.number for each in await self.alarms.registry.list_paired())
            self._ranks = {number: rank for rank, number in enumerate(numbers)}

    async def _take_step(self, current: Rollout) -> None:
        age = self._clock() - current.changed_at
        if current.state is RolloutState.WAITING:
            await self._choose_canary(current, age)
        elif current.state is RolloutState.TRYING:
            beats = await self.alarms.beats.latest([current.canary])
            if self._has_painted(beats.get(current.canary), current):
                await self._move(current, RolloutState.RELEASED)
            elif age > CANARY_TIME:
                await self._move(current, RolloutState.HELD)

    async def _choose_canary(self, current: Rollout, age: timedelta) -> None:
        """Lets the screen that has been well for longest try the new pages; without any, all screens get them."""
        healths = await self.alarms.list_healths()
        now, rules = self._clock(), self.alarms.rules
        silent = [
            each for each in healths if each.received is None or is_silent(each.received, now, rules.beat_seconds)
        ]
        outdated = [each for each in healths if each not in silent and self._is_outdated(each.received)]
        mine = self._open_screens()
        if canary := choose_healthiest(each for each in outdated if each.screen.number in mine):
            await self._move(current, RolloutState.TRYING, canary.screen.number)
        elif age > CANARY_SEARCH_TIME or (not outdated and (not silent or age > SETTLE_TIME)):
            await self._move(current, RolloutState.RELEASED)

    def _is_outdated(self, received: ReceivedBeat | None) -> bool:
        if received is None:
            return False
        beat = received.beat
        return beat.build != self._build or beat.sheet not in ("", self._find_edition(beat.board, beat.sheet))

    def _has_painted(self, received: ReceivedBeat | None, current: Rollout) -> bool:
        """Whether the page was loaded after the screen was told to, and has painted its board without an error."""
        if received is None or self._is_outdated(received) or received.beat.errors or received.beat.painted is None:
            return False
        return received.received_at - timedelta(seconds=received.beat.uptime) >= current.changed_at - timedelta(
            seconds=1
        )

    async def retry(self) -> None:
        """Lets another screen try the new pages that are held back. Raises StateDown."""
        if self.current is not None and self.current.state is RolloutState.HELD:
            await self._move(self.current, RolloutState.WAITING)

    async def _move(self, current: Rollout, state: RolloutState, canary: int | None = None) -> None:
        """Stores the next state, with its notice, unless another process has done so already."""
        now, notice = self._clock(), await self._make_notice(current, state)

        def store(connection: Connection) -> bool:
            is_same = (screen_rollouts.c.target == current.target) & (screen_rollouts.c.state == current.state)
            held_at = now if state is RolloutState.HELD else None if state is RolloutState.RELEASED else current.held_at
            values = {"state": state, "changed_at": now, "held_at": held_at}
            values |= {} if canary is None else {"canary": canary}
            if not connection.execute(update(screen_rollouts).where(is_same).values(values)).rowcount:
                return False
            if notice is not None:
                store_screen_notice(connection, notice)
                self.alarms.notices.write_notice(connection, notice)
            return True

        if await self._database.run(store):
            log.info("new pages for screens: %s", state)
            if notice is not None:
                log.warning("%s. %s", notice.title, " ".join(notice.sentences))
                self.alarms.notices.wake()
        await self._read()

    async def _make_notice(self, current: Rollout, state: RolloutState) -> Notice | None:
        """Returns the notice that new pages are held back, or that they no longer are."""
        if state is RolloutState.HELD and current.held_at is None:
            screen = await self.alarms.registry.get_screen(current.canary)
            name = screen.name if screen is not None else "The first screen"
            title, edge = f"{name} has not painted the new pages", NoticeState.BEGINS
            keep = "All other screens keep the pages that they have, with current figures."
            words: tuple[str, ...] = (keep, "Look at this screen, then try again or deploy another build.")
        elif state is RolloutState.RELEASED and current.held_at is not None:
            title, edge = "The new pages are painted, and all screens load them", NoticeState.ENDS
            words = ("One screen after the other loads its page again.",)
        else:
            return None
        return Notice(ROLLOUT_KIND, "new pages", edge, title[:200], words, self._clock(), "/screens")


def make_target(build: str, editions: Mapping[str, str]) -> str:
    """Returns a digest of all that screens load."""
    return hashlib.sha256(repr((build, sorted(editions.items()))).encode()).hexdigest()[:32]


def begin_rollout(connection: Connection, target: str, now: datetime) -> None:
    """Stores that other pages are served from now on; the first ones of all are released at once."""
    row = connection.execute(select(screen_rollouts)).one()
    if row.target == target:
        return
    state = RolloutState.WAITING if row.target else RolloutState.RELEASED
    values = {"target": target, "state": state, "canary": 0, "changed_at": now}
    connection.execute(update(screen_rollouts).where(screen_rollouts.c.target == row.target).values(values))


def read_rollout(connection: Connection) -> Rollout:
    """Returns the only row."""
    row = connection.execute(select(screen_rollouts)).one()
    return Rollout(row.target, RolloutState(row.state), row.canary, row.changed_at, row.held_at)


def is_silent(received: ReceivedBeat, now: datetime, seconds: float) -> bool:
    """Whether the last beat is too old to say what is on the glass."""
    return now - received.received_at > timedelta(seconds=seconds)


def choose_healthiest(healths: Iterable[ScreenHealth]) -> ScreenHealth | None:
    """Returns the screen whose page is well and has run for longest; None without any."""
    well = [
        each
        for each in healths
        if each.diagnosis.cause in CANARY_CAUSES and not each.is_muted and each.received is not None
    ]
    return max(well, key=lambda each: each.received.beat.uptime if each.received else 0.0, default=None)
