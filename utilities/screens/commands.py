"""What people send to screens: each command is a row of a log, which every process reads for the screens it serves."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from utilities.accounts.database.connection import StateDatabase
from utilities.accounts.database.tables import screen_holds, screen_log, screens
from utilities.model.clock import Clock
from utilities.model.errors import ParameterError, StateDown
from utilities.screens.model import ALARM_MINUTES
from utilities.screens.screen_rows import mark_change

log = logging.getLogger("foyer.screens")

MAX_LOG_ENTRIES = 200  # of one screen
LOG_LIFETIME = timedelta(days=90)
LATE_ROWS = 50  # a transaction may commit after one that has a later number
IDENTIFY_MINUTES = 1
MAX_HOLD_MINUTES = 24 * 60


class ScreenAction(StrEnum):
    """What a person has done with a screen."""

    IDENTIFY = "identify"
    RELOAD = "reload"
    NEXT = "next"
    PAUSE = "pause"
    GO_ON = "go on"
    BOARD = "board"
    MESSAGE = "message"
    ALARM = "alarm"
    PAIR = "pair"
    UNPAIR = "unpair"


EVENT_ACTIONS = (ScreenAction.RELOAD, ScreenAction.NEXT, ScreenAction.PAUSE, ScreenAction.GO_ON)
"""What the script on the glass does; everything else changes what the server shows."""


@dataclass(frozen=True)
class ScreenCommand:
    """One row of the log."""

    number: int
    screen: int
    made_at: datetime
    person: str
    action: ScreenAction
    detail: str


@dataclass(frozen=True)
class ScreenHold:
    """What a screen shows for a while instead of its programme: a board, or its name when `board` is ''."""

    screen: int
    number: int
    board: str
    person: str
    ends_at: datetime


class ScreenCommands:
    """Writes commands, and reads those of every process."""

    def __init__(self, database: StateDatabase, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._holds: dict[int, ScreenHold] = {}
        self._last: int | None = None  # the number of the newest row that was read
        self._read: set[int] = set()

    async def send(self, screen: int, action: ScreenAction, person: str, detail: str = "") -> None:
        """Logs a command, which reaches the screen within a second. Raises StateDown."""
        await self.database.run(lambda connection: self._insert_row(connection, screen, action, person, detail))

    async def identify(self, screen: int, person: str) -> None:
        """Shows the name of a screen on its glass for a minute."""
        await self._hold(screen, "", IDENTIFY_MINUTES, ScreenAction.IDENTIFY, person, "")

    async def show_board(self, screen: int, board: str, minutes: int, person: str, title: str) -> None:
        """Shows a board on a screen for some minutes. Raises ParameterError."""
        if not 1 <= minutes <= MAX_HOLD_MINUTES:
            raise ParameterError("minutes", f"must be between 1 and {MAX_HOLD_MINUTES}")
        await self._hold(screen, board, minutes, ScreenAction.BOARD, person, f"{title} for {minutes} min")

    async def end_hold(self, screen: int, person: str) -> None:
        """Lets a screen go on with its programme, whatever holds it."""

        def end(connection: Connection) -> None:
            connection.execute(delete(screen_holds).where(screen_holds.c.screen == screen))
            self._insert_row(connection, screen, ScreenAction.GO_ON, person, "")

        await self.database.run(end)
        await self.refresh()

    async def set_alarm(self, screen: int, minutes: int, person: str) -> None:
        """Sets after how many minutes a screen that is dark raises an alarm; 0 for never. Raises ParameterError."""
        least, most = ALARM_MINUTES
        if not least <= minutes <= most:
            raise ParameterError("minutes", f"must be between {least} and {most}")

        def store(connection: Connection) -> None:
            connection.execute(update(screens).where(screens.c.number == screen).values(alarm_minutes=minutes))
            mark_change(connection)
            words = f"after {minutes} min" if minutes else "never"
            self._insert_row(connection, screen, ScreenAction.ALARM, person, words)

        await self.database.run(store)

    async def _hold(
        self, screen: int, board: str, minutes: int, action: ScreenAction, person: str, detail: str
    ) -> None:
        ends_at = self.clock() + timedelta(minutes=minutes)

        def replace_hold(connection: Connection) -> None:
            number = self._insert_row(connection, screen, action, person, detail)
            connection.execute(delete(screen_holds).where(screen_holds.c.screen == screen))
            values = {"screen": screen, "number": number, "board": board, "person": person[:255], "ends_at": ends_at}
            connection.execute(insert(screen_holds).values(values))

        await self.database.run(replace_hold)
        await self.refresh()

    def _insert_row(self, connection: Connection, screen: int, action: ScreenAction, person: str, detail: str) -> int:
        """Inserts a row, and deletes the oldest of the screen, and what is too old."""
        now = self.clock()
        values = {"screen": screen, "made_at": now, "person": person[:255], "action": action, "detail": detail[:300]}
        number = int(connection.execute(insert(screen_log).values(values).returning(screen_log.c.number)).scalar_one())
        mine = select(screen_log.c.number).where(screen_log.c.screen == screen).order_by(screen_log.c.number.desc())
        oldest = connection.scalar(mine.offset(MAX_LOG_ENTRIES - 1).limit(1))
        is_surplus = (screen_log.c.screen == screen) & (screen_log.c.number < (oldest or 0))
        connection.execute(delete(screen_log).where(is_surplus | (screen_log.c.made_at < now - LOG_LIFETIME)))
        log.info("%s: screen %d, %s %s", person, screen, action, detail)
        return number

    async def list_entries(self, screen: int) -> list[ScreenCommand]:
        """Returns what was done with a screen, the newest first."""
        query = select(screen_log).where(screen_log.c.screen == screen).order_by(screen_log.c.number.desc())
        return [_read_command(row) for row in await self.database.run(lambda c: c.execute(query).all())]

    def current_hold(self, screen: int, now: datetime) -> ScreenHold | None:
        """Returns what holds a screen at `now`, as of the last `refresh`."""
        hold = self._holds.get(screen)
        return hold if hold is not None and now < hold.ends_at else None

    async def refresh(self) -> None:
        """Reads the holds; while the database is down the last ones stay until they end."""
        try:
            rows = await self.database.run(lambda connection: connection.execute(select(screen_holds)).all())
        except StateDown as error:
            log.debug("cannot read what holds screens: %s", error)  # the database logs its outages
            return
        self._holds = {row.screen: ScreenHold(**row._mapping) for row in rows}

    def forget(self) -> None:
        """Lets the next `read_new` begin with what comes then; for a process without screens."""
        self._last = None

    async def read_new(self) -> list[ScreenCommand]:
        """Returns the commands of every process since the last call; none at the first one. Raises StateDown."""
        last = self._last
        if last is None:
            self._last = await self.database.run(_select_last_number)
            self._read = set(range(self._last - LATE_ROWS, self._last + 1))
            return []
        query = select(screen_log).where(screen_log.c.number > last - LATE_ROWS).order_by(screen_log.c.number)
        rows = await self.database.run(lambda connection: connection.execute(query).all())
        new = [_read_command(row) for row in rows if row.number not in self._read]
        self._last = max([last, *(each.number for each in new)])
        self._read = {number for number in self._read if number > self._last - LATE_ROWS}
        self._read |= {each.number for each in new}
        return new


def _select_last_number(connection: Connection) -> int:
    return connection.scalar(select(func.max(screen_log.c.number))) or 0


def _read_command(row: Row[Any]) -> ScreenCommand:
    return ScreenCommand(row.number, row.screen, row.made_at, row.person, ScreenAction(row.action), row.detail)
