"""Takeovers: messages and boards that fill the glass of a screen, or of every one, until they end by themselves."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from utilities.accounts.database.command_tables import takeover_triggers, takeovers
from utilities.accounts.database.connection import StateDatabase
from utilities.broadcast.message_layout import check_message
from utilities.model.clock import Clock
from utilities.model.errors import ParameterError, StateDown
from utilities.screens.command_log import EVERY_SCREEN, ScreenAction, insert_log_row

log = logging.getLogger("foyer.screens")

MAX_TAKEOVER_MINUTES = 24 * 60
MAX_SENDER_CHARS = 100


@dataclass(frozen=True)
class Takeover:
    """A message or a board on a screen, or on every one."""

    number: int  # grows: the latest one of a screen is shown
    screen: int  # EVERY_SCREEN for all
    message: str  # '' with a board
    sender: str
    begins_at: datetime
    ends_at: datetime
    board: str = ""
    rule: str = ""  # of playlists.yaml that has begun it; '' where a person or a program has


class TakeoverStore:
    """The takeovers of now. A screen has at most one row, and every screen together one, so nothing shares a glass.

    A newer takeover replaces the one before it, and one of every screen replaces all.
    """

    def __init__(self, database: StateDatabase, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.is_hidden: Callable[[Takeover, int], bool] = lambda takeover, screen: False  # from whoever sees a screen
        self._by_screen: dict[int, Takeover] = {}

    def current(self, screen: int, now: datetime) -> Takeover | None:
        """Returns what takes over a screen at `now`, as of the last `refresh`: the newer of its own and that of all."""
        both = (self._by_screen.get(screen), self._by_screen.get(EVERY_SCREEN))
        running = [each for each in both if each and now < each.ends_at and not self.is_hidden(each, screen)]
        return max(running, key=lambda each: each.number, default=None)

    def running(self, now: datetime) -> list[Takeover]:
        """Returns the takeovers that have not ended, the newest first."""
        running = (each for each in self._by_screen.values() if now < each.ends_at)
        return sorted(running, key=lambda each: -each.number)

    async def refresh(self) -> None:
        """Reads the takeovers; while the database is down the last ones stay until they end."""
        try:
            self._by_screen = await self.database.run(_read_takeovers)
        except StateDown as error:
            log.debug("cannot read takeovers: %s", error)  # the database logs its outages

    async def start(
        self, message: str, minutes: int, sender: str, screen: int = EVERY_SCREEN, *, board: str = ""
    ) -> Takeover:
        """Begins a takeover now, with a message or a board. Raises ParameterError for what is not right, StateDown."""
        text = "" if board else check_message(message)
        if not 1 <= minutes <= MAX_TAKEOVER_MINUTES:
            raise ParameterError("minutes", f"must be between 1 and {MAX_TAKEOVER_MINUTES}")
        now = self.clock()
        takeover = Takeover(0, screen, text, sender, now, now + timedelta(minutes=minutes), board)
        try:
            number = await self.database.run(lambda connection: store_takeover(connection, takeover))
        except IntegrityError:  # another process began one at the same moment: the later one stays
            number = await self.database.run(lambda connection: store_takeover(connection, takeover))
        await self.refresh()
        return replace(takeover, number=number)

    async def end(self, number: int, by: str) -> bool:
        """Ends a takeover now; returns whether it was running."""
        count = await self.database.run(lambda connection: end_takeover(connection, number, by, self.clock()))
        await self.refresh()
        return count


def store_takeover(connection: Connection, takeover: Takeover) -> int:
    """Stores a takeover in place of those that it replaces, logs it, and returns its number."""
    screen, now = takeover.screen, takeover.begins_at
    is_replaced = (takeovers.c.screen == screen) | (takeovers.c.ends_at <= now)
    connection.execute(delete(takeovers) if screen == EVERY_SCREEN else delete(takeovers).where(is_replaced))
    values = {
        **{"screen": screen, "message": takeover.message, "board": takeover.board},
        **{"sender": takeover.sender[:MAX_SENDER_CHARS], "begins_at": now, "ends_at": takeover.ends_at},
    }
    number = int(connection.execute(insert(takeovers).values(values).returning(takeovers.c.number)).scalar_one())
    minutes = (takeover.ends_at - now) // timedelta(minutes=1)
    action = ScreenAction.BOARD if takeover.board else ScreenAction.MESSAGE
    words = f"{takeover.message or takeover.board} for {minutes} min"
    insert_log_row(connection, now, screen, action, takeover.sender, words)
    return number


def end_takeover(connection: Connection, number: int, by: str, now: datetime) -> bool:
    """Deletes a takeover and logs it; returns whether it was running."""
    row = connection.execute(delete(takeovers).where(takeovers.c.number == number).returning(takeovers)).first()
    if row is None or row.ends_at <= now:
        return False
    insert_log_row(connection, now, row.screen, ScreenAction.END_MESSAGE, by, row.message or row.board)
    return True


def _read_takeovers(connection: Connection) -> dict[int, Takeover]:
    """Returns the takeovers by screen, each with the rule that has begun it."""
    triggers = connection.execute(select(takeover_triggers.c.name, takeover_triggers.c.takeovers)).all()
    rules = {int(number): row.name for row in triggers for number in row.takeovers.split()}
    rows = connection.execute(select(takeovers)).all()
    return {row.screen: Takeover(**row._mapping, rule=rules.get(row.number, "")) for row in rows}
