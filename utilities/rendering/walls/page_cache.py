"""What a wall is sent besides its tiles: the page they stand on, and the beat by which it knows that all is well."""

import gzip
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from utilities.config.boards import Boards
from utilities.model.clock import Clock
from utilities.rendering.walls.board_channel import Showing
from utilities.rendering.walls.sse_events import Event, event, mark
from utilities.rendering.walls.status_line import Status, status
from utilities.rendering.walls.tile_renderer import Painter

Stamp = tuple[int, bool, int]
"""Whatever a page shows: the version of its tiles, whether its file is wrong, and the minute."""


@dataclass(frozen=True)
class Page:
    """A page, and what it showed when it was made; zipped once, when somebody wants it so."""

    stamp: Stamp
    plain: bytes

    @cached_property
    def zipped(self) -> bytes:
        return gzip.compress(self.plain, 6, mtime=0)


class Pages:
    """Keeps each page as bytes until something on it changes."""

    def __init__(self, painter: Painter, boards: Boards, clock: Clock, *, build: str, boot: str, every: float) -> None:
        self._painter = painter
        self._boards = boards
        self._clock = clock
        self._build = build
        self._boot = boot
        self._every = every
        self._made: dict[tuple[str, str], Page] = {}

    def page(self, showing: Showing, theme: str) -> Page:
        """With the ages of this minute: where no script runs, nothing else counts them."""
        now = self._clock()
        stamp = (showing.version, showing.board.name in self._boards.faults, int(now.timestamp() // 60))
        made = self._made.get((showing.board.name, theme))
        if made is None or made.stamp != stamp:
            made = self._made[showing.board.name, theme] = Page(stamp, self._page(showing, theme, now))
        return made

    def _page(self, showing: Showing, theme: str, now: datetime) -> bytes:
        board = showing.board
        return self._painter.wall(
            board.model_copy(update={"theme": theme}) if theme else board,
            showing.aged(now),
            now,
            sheet=showing.edition,
            build=self._build,
            status=self._status(showing),
            places=f"/boards/{board.name}/{showing.edition}.css",
            stream=f"/boards/{board.name}/stream?last={mark(self._boot, showing.newest)}",
        )

    def beat(self, showing: Showing) -> Event:
        """The time, and all by which a wall can tell whether it still shows the right page."""
        now = self._clock()
        offset = now.astimezone(self._painter.zone(showing.board)).utcoffset() or timedelta()
        facts = {
            "now": int(now.timestamp() * 1000),
            "offset": offset.total_seconds() / 60,
            "every": self._every,
            "sheet": showing.edition,
            "build": self._build,
            "status": self._painter.status(self._status(showing)),
        }
        return event("beat", facts)

    def _status(self, showing: Showing) -> Status:
        return status(showing.states(), wrong=showing.board.name in self._boards.faults)
