"""Where visitors are: on one screen, in a place or everywhere, as people and programs switch it, and by schedule.

Private tiles are hidden there. Until the database has answered once, visitors may be anywhere.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from utilities.accounts.database.connection import StateDatabase
from utilities.accounts.database.tables import screens, visitor_modes
from utilities.broadcast.programmes import ShownScreen
from utilities.model.clock import Clock
from utilities.model.errors import ParameterError, StateDown
from utilities.playlists.watcher import Playlists
from utilities.playlists.windows import WallClock
from utilities.runtime.supervised_loop import SupervisedLoop
from utilities.screens.command_log import EVERY_SCREEN, ScreenAction, insert_log_row

log = logging.getLogger("foyer.screens")

VISITOR_POLL_SECONDS = 2.0  # until another process hides private tiles too
MAX_VISITOR_MINUTES = 7 * 24 * 60
EVERYWHERE = "all"


@dataclass(frozen=True)
class VisitorMode:
    """Visitors in one target, as somebody has switched it."""

    target: str
    person: str
    begins_at: datetime
    ends_at: datetime | None  # None until somebody ends it


def screen_target(number: int) -> str:
    """Returns the target of one screen."""
    return f"screen:{number}"


def place_target(place: str) -> str:
    """Returns the target of all screens of a place, however it is written."""
    return f"place:{place.casefold().strip()}"


class VisitorModes:
    """The modes of now, read again every two seconds; `on_change` is called after each."""

    def __init__(self, database: StateDatabase, playlists: Playlists, clock: Clock) -> None:
        self.database = database
        self.playlists = playlists
        self.clock = clock
        self.on_change: Callable[[], None] = lambda: None
        self._modes: dict[str, VisitorMode] | None = None  # None until the database has answered
        self._loop: SupervisedLoop | None = None

    def start_polling(self) -> None:
        """Follows what other processes switch."""
        self._loop = SupervisedLoop.every(VISITOR_POLL_SECONDS, "screens: visitors", self.refresh)

    async def stop(self) -> None:
        """Stops the loop."""
        if self._loop is not None:
            await self._loop.stop()

    def find_mode(self, target: str) -> VisitorMode | None:
        """Returns the mode of a target that is on, as of the last `refresh`."""
        mode = (self._modes or {}).get(target)
        return mode if mode is not None and (mode.ends_at is None or self.clock() < mode.ends_at) else None

    def list_modes(self) -> list[VisitorMode]:
        """Returns the modes that are on: everywhere, then by target."""
        modes = (self.find_mode(target) for target in sorted(self._modes or {}))
        return sorted((each for each in modes if each is not None), key=lambda each: each.target != EVERYWHERE)

    def has_visitors(self, screen: ShownScreen | None) -> bool:
        """Whether visitors see this screen now; None is a wall that a person has opened."""
        if self._modes is None or self.find_mode(EVERYWHERE) is not None:
            return True
        if screen is None:
            return False
        targets = [screen_target(screen.number), *([place_target(screen.place)] if screen.place.strip() else [])]
        return any(self.find_mode(target) for target in targets) or self._is_scheduled(screen)

    def _is_scheduled(self, screen: ShownScreen) -> bool:
        playlist = self.playlists.get(screen.playlist) if screen.playlist else None
        if playlist is None or not playlist.visitors:
            return False
        room = WallClock.of(playlist, screen.zone)
        return any(room.is_open(window, self.clock()) for window in playlist.visitors)

    async def refresh(self) -> None:
        """Reads the modes; while the database is down the last ones stay until they end."""
        try:
            rows = await self.database.run(lambda connection: connection.execute(select(visitor_modes)).all())
        except StateDown as error:
            log.debug("cannot read where visitors are: %s", error)  # the database logs its outages
        else:
            self._modes = {row.target: VisitorMode(**row._mapping) for row in rows}
        self.on_change()

    async def begin(self, target: str, person: str, minutes: int | None = None) -> None:
        """Hides private tiles in a target, until it is ended without `minutes`. Raises ParameterError and StateDown."""
        if minutes is not None and not 1 <= minutes <= MAX_VISITOR_MINUTES:
            raise ParameterError("minutes", f"must be between 1 and {MAX_VISITOR_MINUTES}, or empty")
        now = self.clock()
        ends_at = None if minutes is None else now + timedelta(minutes=minutes)
        row = {"target": target, "person": person[:255], "begins_at": now, "ends_at": ends_at}

        def replace_row(connection: Connection) -> None:
            _delete_modes(connection, target, now)
            connection.execute(insert(visitor_modes).values(row))
            _log_switch(connection, now, target, person, "on" if minutes is None else f"on for {minutes} min")

        await self.database.run(replace_row)
        await self.refresh()

    async def end(self, target: str, person: str) -> None:
        """Shows private tiles again, as far as nothing else hides them. Raises StateDown."""
        now, was_on = self.clock(), self.find_mode(target) is not None

        def delete_row(connection: Connection) -> None:
            _delete_modes(connection, target, now)
            if was_on:
                _log_switch(connection, now, target, person, "off")

        await self.database.run(delete_row)
        await self.refresh()


def _delete_modes(connection: Connection, target: str, now: datetime) -> None:
    """Deletes the mode of a target, and all that are over."""
    connection.execute(
        delete(visitor_modes).where((visitor_modes.c.target == target) | (visitor_modes.c.ends_at <= now))
    )


def _log_switch(connection: Connection, now: datetime, target: str, person: str, detail: str) -> None:
    """Logs a switch with each paired screen that it concerns."""
    if target == EVERYWHERE:
        insert_log_row(connection, now, EVERY_SCREEN, ScreenAction.VISITORS, person, detail)
        return
    rows = connection.execute(select(screens.c.number, screens.c.place).where(screens.c.revoked_at.is_(None)))
    for row in rows.all():
        if target in (screen_target(row.number), place_target(row.place)):
            insert_log_row(connection, now, row.number, ScreenAction.VISITORS, person, detail)
