"""Takeovers: messages that fill the glass of a screen, or of every one, until they end by themselves."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select
from sqlalchemy.exc import IntegrityError

from utilities.accounts.database.connection import StateDatabase
from utilities.accounts.database.tables import takeovers
from utilities.broadcast.message_layout import check_message
from utilities.model.clock import Clock
from utilities.model.errors import ParameterError, StateDown

log = logging.getLogger("foyer.screens")

EVERY_SCREEN = 0
MAX_TAKEOVER_MINUTES = 24 * 60
MAX_SENDER_CHARS = 100


@dataclass(frozen=True)
class Takeover:
    """A message on a screen, or on every one."""

    number: int  # grows: the latest one of a screen is shown
    screen: int  # EVERY_SCREEN for all
    message: str
    sender: str
    begins_at: datetime
    ends_at: datetime


class TakeoverStore:
    """The takeovers of now. A screen has at most one row, and every screen together one, so nothing shares a glass.

    A newer takeover replaces the one before it, and one of every screen replaces all.
    """

    def __init__(self, database: StateDatabase, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._by_screen: dict[int, Takeover] = {}

    def current(self, screen: int, now: datetime) -> Takeover | None:
        """Returns what takes over a screen at `now`, as of the last `refresh`: the newer of its own and that of all."""
        both = (self._by_screen.get(screen), self._by_screen.get(EVERY_SCREEN))
        running = [each for each in both if each is not None and now < each.ends_at]
        return max(running, key=lambda each: each.number, default=None)

    def running(self, now: datetime) -> list[Takeover]:
        """Returns the takeovers that have not ended, the newest first."""
        running = (each for each in self._by_screen.values() if now < each.ends_at)
        return sorted(running, key=lambda each: -each.number)

    async def refresh(self) -> None:
        """Reads the takeovers; while the database is down the last ones stay until they end."""
        try:
            rows = await self.database.run(lambda connection: list(connection.execute(select(takeovers)).all()))
        except StateDown as error:
            log.debug("cannot read takeovers: %s", error)  # the database logs its outages
            return
        self._by_screen = {row.screen: _read_takeover(row) for row in rows}

    async def start(self, message: str, minutes: int, sender: str, screen: int = EVERY_SCREEN) -> Takeover:
        """Begins a takeover now. Raises ParameterError for a message or a time that is not right, and StateDown."""
        text = check_message(message)
        if not 1 <= minutes <= MAX_TAKEOVER_MINUTES:
            raise ParameterError("minutes", f"must be between 1 and {MAX_TAKEOVER_MINUTES}")
        now = self.clock()
        values = {
            **{"screen": screen, "message": text, "sender": sender[:MAX_SENDER_CHARS]},
            **{"begins_at": now, "ends_at": now + timedelta(minutes=minutes)},
        }

        def replace_rows(connection: Connection) -> int:
            is_replaced = (takeovers.c.screen == screen) | (takeovers.c.ends_at <= now)
            connection.execute(delete(takeovers) if screen == EVERY_SCREEN else delete(takeovers).where(is_replaced))
            return int(connection.execute(insert(takeovers).values(values).returning(takeovers.c.number)).scalar_one())

        try:
            number = await self.database.run(replace_rows)
        except IntegrityError:  # another process began one at the same moment: the later one stays
            number = await self.database.run(replace_rows)
        await self.refresh()
        log.info("%s has taken over %s for %d min", sender, f"screen {screen}" if screen else "every screen", minutes)
        return Takeover(number, screen, text, values["sender"], now, values["ends_at"])  # type: ignore[arg-type]

    async def end(self, number: int, by: str) -> bool:
        """Ends a takeover now; returns whether it was running."""
        gone = delete(takeovers).where(takeovers.c.number == number)
        count = await self.database.run(lambda connection: connection.execute(gone).rowcount)
        await self.refresh()
        if count:
            log.info("%s has ended takeover %d", by, number)
        return bool(count)


def _read_takeover(row: Row[Any]) -> Takeover:
    return Takeover(**row._mapping)
