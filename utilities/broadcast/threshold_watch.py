"""Takeovers by a threshold: a figure that is too high or too low for some time fills screens, and ends that by itself.

What a rule has come to is in the database, and one process at a time compares it, so it fires once over all processes.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from utilities.accounts.database.command_tables import takeover_triggers
from utilities.accounts.database.tables import screens
from utilities.broadcast.message_layout import check_message
from utilities.broadcast.takeovers import Takeover, TakeoverStore, end_takeover, store_takeover
from utilities.config.boards import Board
from utilities.config.boards.model import nearest_line
from utilities.config.boards.reader import suggest_name
from utilities.model.errors import BoardError, ParameterError, StateDown
from utilities.playlists.model import TakeoverRule
from utilities.playlists.reader import PlaylistBook
from utilities.playlists.watcher import Playlists
from utilities.screens.command_log import EVERY_SCREEN

log = logging.getLogger("foyer.screens")

THRESHOLD_CHECK_SECONDS = 5.0
COMPARISON_TIME = timedelta(seconds=4)  # in which no other process compares the same rule
MAX_COMPARISON_GAP = timedelta(minutes=1)  # after a longer one the time begins anew: nobody has looked
ReadFigure = Callable[[TakeoverRule], float | None]
"""Returns the figure of a rule; None without a current one."""


class ThresholdWatch:
    """Compares the figures of the rules in playlists.yaml; asks the database nothing while there are none."""

    def __init__(self, playlists: Playlists, read_figure: ReadFigure, takeovers: TakeoverStore) -> None:
        self.playlists = playlists
        self.takeovers = takeovers
        self._read_figure = read_figure
        self._refused: set[str] = set()

    async def check(self) -> bool:
        """Begins and ends the takeovers that are due; returns whether there were any."""
        has_changed = False
        for name, rule in self.playlists.book.takeovers.items():
            value = self._read_figure(rule)
            try:
                compare = partial(self._compare, name=name, rule=rule, value=value)
                has_changed |= await self.takeovers.database.run(compare)
            except IntegrityError:  # another process compares this rule for the first time too
                continue
            except StateDown as error:
                log.debug("cannot compare takeover %s: %s", name, error)  # the database logs its outages
            except ParameterError as error:
                if name not in self._refused:
                    log.warning("takeovers.%s of playlists.yaml does not fill the screens: %s", name, error)
                self._refused.add(name)
        if has_changed:
            await self.takeovers.refresh()
        return has_changed

    def _compare(self, connection: Connection, name: str, rule: TakeoverRule, value: float | None) -> bool:
        """Stores what has become of a rule; returns whether a takeover has begun or ended."""
        now = self.takeovers.clock()
        row = _claim_row(connection, name, now)
        if row is None:
            return False
        if value is None:  # nothing is known: it does not fire, and what runs ends in its time
            _store_row(connection, name, holds_since=None)
            return False
        if not rule.is_crossed(value):
            ended = [end_takeover(connection, int(each), f"Rule {name}", now) for each in row.takeovers.split()]
            _store_row(connection, name, holds_since=None, fired_at=None, takeovers="")
            return any(ended)
        is_watched = abs(now - row.checked_at) <= MAX_COMPARISON_GAP
        since = row.holds_since if row.holds_since is not None and is_watched else now
        if row.fired_at is not None or now - since < rule.for_time:
            _store_row(connection, name, holds_since=since)
            return False
        numbers = _fill_screens(connection, name, rule, now)
        words = " ".join(map(str, numbers))
        _store_row(connection, name, holds_since=since, fired_at=now, takeovers=words)
        return bool(numbers)


def find_rule_faults(book: PlaylistBook, boards: Iterable[Board]) -> list[BoardError]:
    """Returns an error for each rule whose tile or board does not exist, or whose message cannot be read."""
    there, faults = {board.name: board for board in boards}, []
    for name, rule in book.takeovers.items():
        board_name, _, tile = rule.tile.partition("/")
        board = there.get(board_name)
        if board is None:
            faults.append((name, "tile", f"there is no board {board_name!r}{suggest_name(board_name, sorted(there))}"))
        elif board.tile(tile) is None:
            hint = suggest_name(tile, sorted(each.name for each in board.tiles))
            faults.append((name, "tile", f"there is no tile {tile!r} on the board {board_name}{hint}"))
        if rule.board and rule.board not in there:
            faults.append((name, "board", f"there is no board {rule.board!r}{suggest_name(rule.board, sorted(there))}"))
        try:
            check_message(rule.message or "a board")
        except ParameterError as error:
            faults.append((name, "message", str(error)))
    return [
        BoardError(
            f"takeovers.{name}.{key}: {words}",
            file=book.file,
            line=nearest_line(book.lines, ("takeovers", name, key)),
        )
        for name, key, words in faults
    ]


def _claim_row(connection: Connection, name: str, now: datetime) -> Row[Any] | None:
    """Returns what a rule had come to; None where another process has just compared it."""
    mine = takeover_triggers.c.name == name
    row = connection.execute(select(takeover_triggers).where(mine)).first()
    if row is None:
        fields = {"name": name, "checked_at": now, "takeovers": ""}
        return connection.execute(insert(takeover_triggers).values(fields).returning(takeover_triggers)).first()
    if timedelta(0) <= now - row.checked_at < COMPARISON_TIME:
        return None
    is_same = mine & (takeover_triggers.c.checked_at == row.checked_at)
    claimed = connection.execute(update(takeover_triggers).where(is_same).values(checked_at=now)).rowcount
    return row if claimed == 1 else None


def _store_row(connection: Connection, name: str, **values: object) -> None:
    connection.execute(update(takeover_triggers).where(takeover_triggers.c.name == name).values(values))


def _fill_screens(connection: Connection, name: str, rule: TakeoverRule, now: datetime) -> list[int]:
    """Begins the takeover of a rule on its screens; returns the numbers. Raises ParameterError for the message."""
    text = "" if rule.board else check_message(rule.message)
    numbers = [EVERY_SCREEN]
    if rule.screens:
        names = {each.casefold().strip() for each in rule.screens}
        paired = connection.execute(select(screens.c.number, screens.c.name).where(screens.c.revoked_at.is_(None)))
        numbers = [row.number for row in paired if row.name.casefold().strip() in names]
    ends_at = now + rule.until
    return [
        store_takeover(connection, Takeover(0, number, text, f"Rule {name}", now, ends_at, rule.board))
        for number in numbers
    ]
