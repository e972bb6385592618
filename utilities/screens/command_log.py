"""The log of screens: everything that somebody, or something, has done with a screen is a row of it."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, or_, select

from utilities.accounts.database.command_tables import screen_log
from utilities.accounts.database.tables import screen_changes

log = logging.getLogger("foyer.screens")

EVERY_SCREEN = 0
MAX_LOG_ENTRIES = 200  # of one screen
LOG_LIFETIME = timedelta(days=90)
MAX_PERSON_CHARS = 255
MAX_DETAIL_CHARS = 300


class ScreenAction(StrEnum):
    """What somebody has done with a screen."""

    IDENTIFY = "identify"
    RELOAD = "reload"
    BACK = "back"
    NEXT = "next"
    PAUSE = "pause"
    GO_ON = "go on"
    BOARD = "board"
    MESSAGE = "message"
    END_MESSAGE = "end message"
    BRIGHTNESS = "brightness"
    OFF = "off"
    SHOWS = "shows"
    ALARM = "alarm"
    VISITORS = "visitors"
    GLASS = "glass"
    CALIBRATE = "calibrate"
    SAFE_AREA = "safe area"
    PAIR = "pair"
    REPLACE = "replace"
    UNPAIR = "unpair"


EVENT_ACTIONS = (
    ScreenAction.RELOAD,
    ScreenAction.BACK,
    ScreenAction.NEXT,
    ScreenAction.PAUSE,
    ScreenAction.GO_ON,
    ScreenAction.SAFE_AREA,
)
"""What the script on the glass does; everything else changes what the server shows."""


@dataclass(frozen=True)
class ScreenCommand:
    """One row of the log."""

    number: int
    screen: int  # EVERY_SCREEN for all that there were
    made_at: datetime
    person: str
    action: ScreenAction
    detail: str


def insert_log_row(
    connection: Connection, now: datetime, screen: int, action: ScreenAction, person: str, detail: str = ""
) -> int:
    """Inserts a row, deletes the oldest of the screen and what is too old, and returns the number of the row.

    The numbers grow in the order in which they can be read: a script names the last that it has done.
    """
    connection.execute(select(screen_changes.c.revision).with_for_update())  # one after the other
    values = {
        **{"screen": screen, "made_at": now, "person": person[:MAX_PERSON_CHARS]},
        **{"action": action, "detail": detail[:MAX_DETAIL_CHARS]},
    }
    number = int(connection.execute(insert(screen_log).values(values).returning(screen_log.c.number)).scalar_one())
    mine = select(screen_log.c.number).where(screen_log.c.screen == screen).order_by(screen_log.c.number.desc())
    oldest = connection.scalar(mine.offset(MAX_LOG_ENTRIES - 1).limit(1))
    is_surplus = (screen_log.c.screen == screen) & (screen_log.c.number < (oldest or 0))
    connection.execute(delete(screen_log).where(is_surplus | (screen_log.c.made_at < now - LOG_LIFETIME)))
    log.info("%s: %s, %s %s", person, f"screen {screen}" if screen else "every screen", action, detail)
    return number


def select_entries(screen: int) -> Select[Any]:
    """Returns the query of what was done with a screen, the newest first, and with all since it is there."""
    first = select(func.min(screen_log.c.number)).where(screen_log.c.screen == screen).scalar_subquery()
    is_of_all = (screen_log.c.screen == EVERY_SCREEN) & (screen_log.c.number > first)
    return select(screen_log).where(or_(screen_log.c.screen == screen, is_of_all)).order_by(screen_log.c.number.desc())


def read_log_row(row: Row[Any]) -> ScreenCommand:
    return ScreenCommand(row.number, row.screen, row.made_at, row.person, ScreenAction(row.action), row.detail)
