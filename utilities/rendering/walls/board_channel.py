"""One board as it is being shown: its painted tiles, and the walls that look at it."""

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from utilities.config.boards import Board, Tile
from utilities.model.frames import ReadingState
from utilities.rendering.walls.sse_events import Event, event
from utilities.rendering.walls.tile_renderer import Fresh, Painter
from utilities.rendering.walls.wall_stream import Wall


@dataclass(frozen=True, slots=True)
class Painted:
    """A tile as it was last painted, and the event that says so."""

    fresh: Fresh
    day: date  # in the board's zone: after midnight `09:12` must read `Wed 09:12`
    html: str
    event: Event
    awaited: bool  # whether a drawing of it is still on its way


Look = Callable[[Tile, datetime], Fresh]
Number = Callable[[str, str], Event]
"""Makes the event of a tile and its html, with the next number."""


class Showing:
    """Paints a tile once for each new reading or change of state, and tells every wall with the same bytes."""

    def __init__(self, board: Board, now: datetime, *, look: Look, painter: Painter, number: Number) -> None:
        self.walls: set[Wall] = set()
        self.painted: dict[str, Painted] = {}
        self.version = 0  # of all that a page shows
        self._look = look
        self._painter = painter
        self._number = number
        self.set(board, now)

    @property
    def newest(self) -> int:
        """The number of the last change."""
        return max((painted.event.seq for painted in self.painted.values()), default=0)

    def change(self, board: Board, now: datetime) -> None:
        """Another edition: tiles may stand elsewhere, so walls are told to load the board anew."""
        self.set(board, now)
        self.tell([event("reload", {"sheet": self.edition})])

    def set(self, board: Board, now: datetime) -> None:
        self.board = board
        self.styles = self._painter.styles(board)
        self.edition = hashlib.sha256(board.hash.encode() + self.styles).hexdigest()[:12]
        self.painted.clear()
        self._painter.drawings.forget(board.name)
        self._renew(board.tiles, now)

    def repaint(self, now: datetime, report: str | None = None) -> None:
        """Paints the tiles (of one report, or all) that have something else to show, and tells the walls."""
        self.tell(self._renew([t for t in self.board.tiles if report in (None, t.report, t.trend)], now))

    def _renew(self, tiles: Iterable[Tile], now: datetime) -> list[Event]:
        told = []
        today = now.astimezone(self._painter.zone(self.board)).date()
        for tile in tiles:
            fresh, before = self._look(tile, now), self.painted.get(tile.name)
            if before is not None and not before.awaited and (before.fresh, before.day) == (fresh, today):
                continue
            html, awaited = self._painter.tile(self.board, tile, fresh, now)
            if awaited and before is not None and fresh.state is before.fresh.state and not before.awaited:
                continue  # what was drawn before stays until the new drawing is there
            if before is not None and before.html == html:
                news = before.event
            else:
                news = self._number(tile.name, html)
                told.append(news)
            self.painted[tile.name] = Painted(fresh, today, html, news, awaited)
            self.version += 1
        return told

    def states(self) -> list[ReadingState]:
        return [painted.fresh.state for painted in self.painted.values()]

    def aged(self, now: datetime) -> list[str]:
        """Every tile for a page, with the ages of now; walls count for themselves and are not told."""
        return [
            self._painter.tile(self.board, tile, self.painted[tile.name].fresh, now)[0] for tile in self.board.tiles
        ]

    def since(self, seen: int) -> list[Event]:
        """The newest of every tile that has changed after `seen`, oldest first."""
        missed = [painted.event for painted in self.painted.values() if painted.event.seq > seen]
        return sorted(missed, key=lambda news: news.seq)

    def join(self, wall: Wall, hello: Iterable[Event]) -> None:
        """One more wall, told what it has missed."""
        self.walls.add(wall)
        wall.tell((*hello, *self.since(wall.seen)), time.monotonic())

    def tell(self, events: Iterable[Event]) -> None:
        """Every wall that has taken all it was sent; the others catch up when they have."""
        told = tuple(events)
        now = time.monotonic()
        for wall in tuple(self.walls) if told else ():
            wall.tell(told, now)

    def catch_up(self, wall: Wall) -> None:
        wall.tell(self.since(wall.seen), time.monotonic())

    def drop(self, patience: float) -> None:
        """Closes walls whose session is over, and those that took nothing for so many seconds."""
        limit = time.monotonic() - patience
        self.walls -= {wall for wall in self.walls if wall.pipe.closed()}
        for wall in tuple(self.walls):
            stuck = wall.stuck_since is not None and wall.stuck_since < limit
            if stuck or (wall.ended is not None and wall.ended.is_set()):
                wall.pipe.close()
