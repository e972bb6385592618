"""What people send to screens: each command is a row of a log, which every process reads for the screens it serves."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from utilities.accounts.database.command_tables import screen_holds, screen_lights
from utilities.accounts.database.connection import StateDatabase
from utilities.accounts.database.tables import screens
from utilities.model.clock import Clock
from utilities.model.errors import ParameterError, StateDown
from utilities.screens.command_log import (
    MAX_PERSON_CHARS,
    ScreenAction,
    ScreenCommand,
    insert_log_row,
    read_log_row,
    select_entries,
)
from utilities.screens.command_queue import CommandQueue
from utilities.screens.model import ALARM_MINUTES, SAFE_AREA_PERCENT, check_glass, check_range
from utilities.screens.screen_rows import mark_change

log = logging.getLogger("foyer.screens")

IDENTIFY_MINUTES = 1
CALIBRATION_MINUTES = 10
CALIBRATION = ":calibration"  # in place of a board; no board has such a name
MAX_HOLD_MINUTES = 24 * 60
MIN_BRIGHTNESS, FULL_BRIGHTNESS = 10, 100  # per cent


@dataclass(frozen=True)
class ScreenHold:
    """What a screen shows for a while instead of its programme: a board, or its name when `board` is ''."""

    screen: int
    number: int
    board: str
    person: str
    ends_at: datetime


@dataclass(frozen=True)
class ScreenLight:
    """How bright a person has set a screen, until it ends by itself."""

    screen: int
    brightness: int  # per cent; 0 for black
    person: str
    ends_at: datetime


class ScreenCommands:
    """Writes commands, and reads what holds screens; the queue has what their scripts do."""

    def __init__(self, database: StateDatabase, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._holds: dict[int, ScreenHold] = {}
        self._lights: dict[int, ScreenLight] = {}
        self.queue = CommandQueue(database, clock)

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
            _switch_on(connection, screen)
            self._insert_row(connection, screen, ScreenAction.GO_ON, person, "")

        await self.database.run(end)
        await self.refresh()

    async def set_brightness(self, screen: int, brightness: int, ends_at: datetime, person: str, until: str) -> None:
        """Sets how bright a screen is, 0 for black, until `ends_at`, which is `until` in words. Raises ParameterError.

        Full brightness is that of the programme.
        """
        if brightness and not MIN_BRIGHTNESS <= brightness <= FULL_BRIGHTNESS:
            raise ParameterError("brightness", f"must be between {MIN_BRIGHTNESS} and {FULL_BRIGHTNESS}")
        is_full = brightness == FULL_BRIGHTNESS
        detail = f"{brightness} %" + ("" if is_full else f" until {until}") if brightness else f"until {until}"
        action = ScreenAction.BRIGHTNESS if brightness else ScreenAction.OFF

        def replace_light(connection: Connection) -> None:
            self._insert_row(connection, screen, action, person, detail)
            connection.execute(delete(screen_lights).where(screen_lights.c.screen == screen))
            if not is_full:
                values = {"screen": screen, "brightness": brightness, "ends_at": ends_at}
                connection.execute(insert(screen_lights).values(values | {"person": person[:MAX_PERSON_CHARS]}))

        await self.database.run(replace_light)
        await self.refresh()

    async def set_alarm(self, screen: int, minutes: int, person: str) -> None:
        """Sets after how many minutes a screen that is dark raises an alarm; 0 for never. Raises ParameterError."""
        check_range("minutes", minutes, ALARM_MINUTES)
        words = f"after {minutes} min" if minutes else "never"
        await self._change(screen, {"alarm_minutes": minutes}, ScreenAction.ALARM, person, words)

    async def set_glass(self, screen: int, diagonal_inches: float, distance_m: float, person: str) -> None:
        """Stores how large a screen is and how far away people stand. Raises ParameterError."""
        check_glass(diagonal_inches, distance_m)
        values = {"diagonal_inches": diagonal_inches, "distance_m": distance_m}
        words = f"{diagonal_inches:g} inches, seen from {distance_m:g} m"
        await self._change(screen, values, ScreenAction.GLASS, person, words)

    async def calibrate(self, screen: int, person: str) -> None:
        """Shows a frame on the glass, for ten minutes at most."""
        await self._hold(screen, CALIBRATION, CALIBRATION_MINUTES, ScreenAction.CALIBRATE, person, "")

    async def set_safe_area(self, screen: int, percent: float, person: str) -> None:
        """Stores which part each edge of the glass hides; open pages follow at once. Raises ParameterError."""
        check_range("safe-area", percent, SAFE_AREA_PERCENT)
        await self._change(screen, {"safe_area": percent}, ScreenAction.SAFE_AREA, person, f"{percent:g} %")

    async def _change(
        self, screen: int, values: Mapping[str, float], action: ScreenAction, person: str, detail: str
    ) -> None:
        def store(connection: Connection) -> None:
            connection.execute(update(screens).where(screens.c.number == screen).values(values))
            mark_change(connection)
            self._insert_row(connection, screen, action, person, detail)

        await self.database.run(store)

    async def _hold(
        self, screen: int, board: str, minutes: int, action: ScreenAction, person: str, detail: str
    ) -> None:
        ends_at = self.clock() + timedelta(minutes=minutes)

        def replace_hold(connection: Connection) -> None:
            number = self._insert_row(connection, screen, action, person, detail)
            connection.execute(delete(screen_holds).where(screen_holds.c.screen == screen))
            _switch_on(connection, screen)
            values = {
                "screen": screen,
                "number": number,
                "board": board,
                "person": person[:MAX_PERSON_CHARS],
                "ends_at": ends_at,
            }
            connection.execute(insert(screen_holds).values(values))

        await self.database.run(replace_hold)
        await self.refresh()

    def _insert_row(self, connection: Connection, screen: int, action: ScreenAction, person: str, detail: str) -> int:
        return insert_log_row(connection, self.clock(), screen, action, person, detail)

    async def list_entries(self, screen: int) -> list[ScreenCommand]:
        """Returns what was done with a screen, the newest first."""
        query = select_entries(screen)
        return [read_log_row(row) for row in await self.database.run(lambda c: c.execute(query).all())]

    def current_hold(self, screen: int, now: datetime) -> ScreenHold | None:
        """Returns what holds a screen at `now`, as of the last `refresh`."""
        hold = self._holds.get(screen)
        return hold if hold is not None and now < hold.ends_at else None

    def current_light(self, screen: int, now: datetime) -> ScreenLight | None:
        """Returns how bright a person has set a screen at `now`, as of the last `refresh`."""
        light = self._lights.get(screen)
        return light if light is not None and now < light.ends_at else None

    async def refresh(self) -> None:
        """Reads holds and brightness; while the database is down the last ones stay until they end."""
        try:
            holds, lights = await self.database.run(_select_holds_and_lights)
        except StateDown as error:
            log.debug("cannot read what holds screens: %s", error)  # the database logs its outages
            return
        self._holds = {row.screen: ScreenHold(**row._mapping) for row in holds}
        self._lights = {row.screen: ScreenLight(**row._mapping) for row in lights}


def _switch_on(connection: Connection, screen: int) -> None:
    """Ends that a screen is off: whoever shows something on it wants to see it."""
    is_off = (screen_lights.c.screen == screen) & (screen_lights.c.brightness == 0)
    connection.execute(delete(screen_lights).where(is_off))


def _select_holds_and_lights(connection: Connection) -> tuple[list[Row[Any]], list[Row[Any]]]:
    return list(connection.execute(select(screen_holds)).all()), list(connection.execute(select(screen_lights)).all())
