"""The commands that scripts on screens do, in the order of their numbers: those of every process, and missed ones."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from utilities.accounts.database.command_tables import screen_log
from utilities.accounts.database.connection import StateDatabase
from utilities.model.clock import Clock
from utilities.screens.command_log import EVENT_ACTIONS, ScreenAction, ScreenCommand, read_log_row

LATE_ROWS = 50  # a transaction may commit after one that has a later number; not for one screen
COMMAND_LIFETIME = timedelta(minutes=10)  # a step that comes later would surprise whoever stands there by then
PAGE_LOADS = timedelta(seconds=5)  # what was sent while a page loaded is for that page
MAX_SCREENS_IN_QUERY = 500


class CommandQueue:
    """Reads the log of commands, for the streams that this process has open."""

    def __init__(self, database: StateDatabase, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._reading = asyncio.Lock()  # two readers must not send one command twice
        self._last: int | None = None  # the number of the newest row that was read
        self._read: set[int] = set()

    def forget(self) -> None:
        """Lets the next `read_new` begin with what comes then; for a process without screens."""
        self._last = None

    async def read_new(self) -> list[ScreenCommand]:
        """Returns the commands of every process since the last call; none at the first one. Raises StateDown."""
        async with self._reading:
            return await self._read_rows()

    async def read_recent(self, screens: Collection[int]) -> list[ScreenCommand]:
        """Returns what the scripts of these screens may not have done yet, oldest first. Raises StateDown."""
        numbers, recent = list(screens), self.clock() - COMMAND_LIFETIME
        is_recent = (screen_log.c.made_at >= recent) | (screen_log.c.action == ScreenAction.SAFE_AREA)
        query = select(screen_log).where(screen_log.c.action.in_(EVENT_ACTIONS), is_recent)
        query = query.order_by(screen_log.c.number)
        commands: list[ScreenCommand] = []
        for start in range(0, len(numbers), MAX_SCREENS_IN_QUERY):
            part = query.where(screen_log.c.screen.in_(numbers[start : start + MAX_SCREENS_IN_QUERY]))
            commands += map(read_log_row, await self.database.run(partial(_select_rows, part)))
        return commands

    async def _read_rows(self) -> list[ScreenCommand]:
        last = self._last
        if last is None:
            self._last = await self.database.run(_select_last_number)
            self._read = set(range(self._last - LATE_ROWS, self._last + 1))
            return []
        query = select(screen_log).where(screen_log.c.number > last - LATE_ROWS).order_by(screen_log.c.number)
        rows = await self.database.run(partial(_select_rows, query))
        new = [read_log_row(row) for row in rows if row.number not in self._read]
        self._last = max([last, *(each.number for each in new)])
        self._read = {number for number in self._read if number > self._last - LATE_ROWS}
        self._read |= {each.number for each in new}
        return new


def is_missed(command: ScreenCommand, last: int | None, now: datetime) -> bool:
    """Whether a script that has done the command `last` must still do this one; the edges of a picture never get old.

    A page that has done none, with `last` None, gets what was sent while it loaded.
    """
    age = now - command.made_at
    if last is None:
        return age <= PAGE_LOADS
    return command.number > last and (age <= COMMAND_LIFETIME or command.action is ScreenAction.SAFE_AREA)


def _select_rows(query: Select[Any], connection: Connection) -> Sequence[Row[Any]]:
    return connection.execute(query).all()


def _select_last_number(connection: Connection) -> int:
    return connection.scalar(select(func.max(screen_log.c.number))) or 0
