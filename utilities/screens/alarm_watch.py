"""Compares all screens four times a minute, in one process at a time, and makes the notices."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, Row, delete, insert, select, update

from utilities.accounts.database.connection import StateDatabase
from utilities.accounts.database.tables import alarm_rounds, screen_alarms, screen_beats, screen_notices, screens
from utilities.alerts.notice import Notice, NoticeState
from utilities.model.clock import Clock
from utilities.model.errors import StateDown
from utilities.runtime.supervised_loop import SupervisedLoop
from utilities.screens.alarms import (
    DARK_KIND,
    AlarmState,
    FormatMoment,
    IsMuted,
    ScreenHealth,
    back_notice,
    dark_notice,
    find_back,
    find_dark,
    group_by_place,
)
from utilities.screens.beats import BeatStore, ReceivedBeat
from utilities.screens.diagnosis import DiagnosisRules, diagnose_screen
from utilities.screens.model import ScreenRecord
from utilities.screens.registry import ScreenRegistry

log = logging.getLogger("foyer.screens")

ALARM_ROUND_SECONDS = 15.0
ROUND_TIME = timedelta(seconds=10)  # in which no other process begins another round
MAX_NOTICES = 200


class NoticeWriter(Protocol):
    """The part of the delivery of notices that a writer of notices needs."""

    def write_notice(self, connection: Connection, notice: Notice) -> None:
        """Stores a notice for each channel in the caller's transaction."""
        ...

    def wake(self) -> None:
        """Looks for new notices at once."""
        ...


class AlarmWatch:
    """Owned by the server; pages only read what it has stored."""

    def __init__(
        self,
        registry: ScreenRegistry,
        beats: BeatStore,
        clock: Clock,
        rules: DiagnosisRules,
        *,
        is_muted: IsMuted,
        time_text: FormatMoment,
        notices: NoticeWriter,
    ) -> None:
        self.registry = registry
        self.beats = beats
        self.clock = clock
        self.rules = rules
        self.notices = notices
        self._database: StateDatabase = registry.database
        self._is_muted = is_muted
        self._time_text = time_text
        self.is_rolling_out: Callable[[], bool] = lambda: False  # pages of the build before are no fault then
        self._started_at = clock()  # a planned restart: what was dark during it is nobody's
        self._muted_until: dict[int, datetime] = {}
        self._loop: SupervisedLoop | None = None

    def start(self) -> None:
        self._loop = SupervisedLoop.every(ALARM_ROUND_SECONDS, "screens: alarms", self.run_round)

    async def stop(self) -> None:
        if self._loop is not None:
            await self._loop.stop()

    async def list_healths(self) -> list[ScreenHealth]:
        """Returns all paired screens by name, with what is wrong with each and its last beat. Raises StateDown."""
        paired = [each for each in await self.registry.list_screens() if each.is_paired]
        beats, now = await self.beats.latest(), self.clock()
        self._note_muted(paired, now)
        return [self._check_health(screen, beats.get(screen.number), now) for screen in paired]

    async def find_health(self, number: int) -> ScreenHealth | None:
        """Returns one paired screen, None for another number. Raises StateDown."""
        screen, now = await self.registry.get_screen(number), self.clock()
        if screen is None or not screen.is_paired:
            return None
        self._note_muted([screen], now)
        return self._check_health(screen, (await self.beats.latest([number])).get(number), now)

    def _check_health(self, screen: ScreenRecord, received: ReceivedBeat | None, now: datetime) -> ScreenHealth:
        counted_from = max(self._started_at, self._muted_until.get(screen.number, self._started_at))
        rules = self.rules
        if received is not None and self.is_rolling_out():
            rules = replace(rules, build=received.beat.build)
        diagnosis = diagnose_screen(received, screen.paired_at, now, rules)
        return ScreenHealth(screen, diagnosis, self._muted_until.get(screen.number) == now, counted_from, received)

    def _note_muted(self, paired: list[ScreenRecord], now: datetime) -> None:
        """Remembers until when screens were muted: every process does, since any may compare them next."""
        self._muted_until |= {screen.number: now for screen in paired if self._is_muted(screen, now)}

    async def run_round(self) -> None:
        """Compares all screens, unless another process does so now, and makes the notices that are due."""
        try:
            self._note_muted(await self.registry.list_paired(), self.clock())
            begun_at = await self._database.run(self._begin_round)
            if begun_at is None:
                return
            healths = await self.list_healths()
            made = await self._database.run(lambda connection: self._compare(connection, healths, begun_at))
        except StateDown as error:
            log.debug("cannot look for dark screens: %s", error)  # the database logs its outages
            return
        for notice in made:  # to the log too, which is all where no channel is configured
            log.warning("%s. %s", notice.title, " ".join(notice.sentences))
        if made:
            self.notices.wake()

    def _begin_round(self, connection: Connection) -> datetime | None:
        """Returns when this process began a round, None while another has one; only one reads all beats."""
        now = self.clock()
        is_over = alarm_rounds.c.begun_at <= now - ROUND_TIME
        begun = connection.execute(update(alarm_rounds).where(is_over).values(begun_at=now))
        return now if begun.rowcount == 1 else None

    def _compare(self, connection: Connection, healths: list[ScreenHealth], begun_at: datetime) -> list[Notice]:
        """Stores the edges and their notices, for every channel too, in one transaction; returns the notices."""
        now, is_same = self.clock(), alarm_rounds.c.begun_at == begun_at
        if not connection.execute(update(alarm_rounds).where(is_same).values(begun_at=begun_at)).rowcount:
            return []  # it took so long that another process has begun a round
        alarms, made = _read_alarms(connection), []
        self._note_wells(connection, healths, alarms, now)
        for group in group_by_place(find_dark(healths, alarms, now)):
            if added := [each for each in group if self._add_alarm(connection, each)]:
                made.append(dark_notice(added, healths, now, self._time_text))
        for group in group_by_place(find_back(healths, alarms, now)):
            if ended := [each for each in group if _end_alarm(connection, each.screen.number)]:
                made.append(back_notice(ended, alarms, now, self._time_text))
        for notice in made:
            store_screen_notice(connection, notice)
            self.notices.write_notice(connection, notice)
        _forget_removed(connection)
        return made

    def _note_wells(
        self, connection: Connection, healths: list[ScreenHealth], alarms: dict[int, AlarmState], now: datetime
    ) -> None:
        """Stores since when screens with an alarm are well; a screen that goes dark again meanwhile begins anew."""
        for each in healths:
            alarm = alarms.get(each.screen.number)
            if alarm is None or each.is_dark == (alarm.well_since is None):
                continue
            well_since = None if each.is_dark else now
            mine = screen_alarms.c.screen == each.screen.number
            connection.execute(update(screen_alarms).where(mine).values(well_since=well_since))
            alarms[each.screen.number] = AlarmState(alarm.cause, alarm.since, well_since)

    def _add_alarm(self, connection: Connection, health: ScreenHealth) -> bool:
        """Returns whether this process was the one to add it."""
        number = health.screen.number
        if connection.execute(select(screen_alarms.c.screen).where(screen_alarms.c.screen == number)).first():
            return False
        values = {"screen": number, "cause": health.diagnosis.cause, "since": health.dark_since(), "well_since": None}
        connection.execute(insert(screen_alarms).values(values))
        return True

    async def list_notices(self, limit: int = 20) -> list[Notice]:
        """Returns the latest notices, the newest first. Raises StateDown."""
        query = select(screen_notices).order_by(screen_notices.c.number.desc()).limit(limit)
        return [_read_notice(row) for row in await self._database.run(lambda c: c.execute(query).all())]

    async def list_alarms(self) -> Mapping[int, AlarmState]:
        """Returns the screens that a notice was made about, which are not back. Raises StateDown."""
        return await self._database.run(_read_alarms)


def _read_alarms(connection: Connection) -> dict[int, AlarmState]:
    rows = connection.execute(select(screen_alarms)).all()
    return {row.screen: AlarmState(row.cause, row.since, row.well_since) for row in rows}


def _end_alarm(connection: Connection, number: int) -> bool:
    """Returns whether this process was the one to end it."""
    return connection.execute(delete(screen_alarms).where(screen_alarms.c.screen == number)).rowcount == 1


def store_screen_notice(connection: Connection, notice: Notice) -> None:
    """Stores a notice for the page of the fleet, which shows the latest."""
    values = {
        **{"at": notice.at, "key": notice.key[:200], "state": notice.state, "title": notice.title},
        **{"sentences": "\n".join(notice.sentences)[:2000], "place": notice.place, "path": notice.path},
    }
    number = connection.execute(insert(screen_notices).values(values).returning(screen_notices.c.number)).scalar_one()
    connection.execute(delete(screen_notices).where(screen_notices.c.number <= number - MAX_NOTICES))


def _read_notice(row: Row[Any]) -> Notice:
    return Notice(
        kind=DARK_KIND,
        key=row.key,
        state=NoticeState(row.state),
        title=row.title,
        sentences=tuple(row.sentences.split("\n")),
        at=row.at,
        path=row.path,
        place=row.place,
    )


def _forget_removed(connection: Connection) -> None:
    """Deletes the alarms of screens that are not paired any more, and the beats of those that were removed."""
    paired = select(screens.c.number).where(screens.c.revoked_at.is_(None))
    connection.execute(delete(screen_alarms).where(screen_alarms.c.screen.not_in(paired)))
    connection.execute(delete(screen_beats).where(screen_beats.c.screen.not_in(select(screens.c.number))))
