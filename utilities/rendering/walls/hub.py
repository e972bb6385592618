"""The hub: watches boards and readings, and keeps every open wall up to date."""

import asyncio
import itertools
import logging
import random
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from utilities.config.boards import Boards, Tile
from utilities.model.clock import Clock
from utilities.model.frames import ReadingState
from utilities.rendering.walls.board_channel import Showing
from utilities.rendering.walls.page_cache import Pages
from utilities.rendering.walls.sse_events import Event, event, heard, retry
from utilities.rendering.walls.tile_renderer import Fresh, Painter
from utilities.rendering.walls.wall_stream import Ended, Pipe, Wall
from utilities.reports import Report
from utilities.runtime.supervised_loop import SupervisedLoop, stop_loops
from utilities.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """How often, in seconds."""

    beat: float = 12.0  # shorter than any proxy's patience
    look: float = 1.0  # for tiles that have aged and sessions that have ended
    poll: float = 2.0  # for edited boards
    patience: float = 30.0  # with a wall that does not take what it is sent
    farewell: float = 2.0  # for walls to take their good-bye


PACE = Pace()

RETRIES = tuple(retry(seconds) for seconds in (1.0, 1.7, 2.4, 3.1, 3.8, 4.5))
"""Told to each wall when it joins, so that after a restart they do not all come back at one moment."""


class Active(Protocol):
    """The part of the refresher that is told which reports are in use."""

    def set_active(self, names: Collection[str]) -> None: ...


class Walls:
    """Paints once and tells all. run.py calls `start` and `stop`."""

    def __init__(
        self,
        *,
        boards: Boards,
        reports: Mapping[str, Report],
        store: Store,
        refresher: Active,
        painter: Painter,
        clock: Clock,
        build: str,
        pace: Pace = PACE,
    ) -> None:
        self._boards = boards
        self._reports = reports
        self._store = store
        self._refresher = refresher
        self._painter = painter
        self._clock = clock
        self._pace = pace
        self._boot = secrets.token_hex(4)
        self._pages = Pages(painter, boards, clock, build=build, boot=self._boot, every=pace.beat)
        self._count = itertools.count(1).__next__
        self._showings: dict[str, Showing] = {}
        self._loops: list[SupervisedLoop] = []
        self._open = False

    # start and stop

    def start(self) -> None:
        """Paints every board and starts to watch."""
        self._open = True
        if self._painter.gallery is not None:
            self._painter.gallery.on_rendered = self._repaint
        self._arrange()
        self._loops = [
            SupervisedLoop("walls: readings", self._hear),
            SupervisedLoop.every(self._pace.look, "walls: ageing", self._look_round),
            SupervisedLoop.every(self._pace.beat, "walls: beat", self._beat),
            SupervisedLoop.every(self._pace.poll, "walls: boards", self._poll),
        ]

    async def stop(self) -> None:
        """Says good-bye to every wall and ends its stream; nobody can join from now on."""
        self._open = False
        await stop_loops(self._loops)
        bye = event("bye", {})
        leaving = [wall.leave(bye) for showing in self._showings.values() for wall in tuple(showing.walls)]
        going = [done for done in leaving if done is not None]
        if going:
            await asyncio.wait(going, timeout=self._pace.farewell)
        for showing in self._showings.values():
            for wall in tuple(showing.walls):
                wall.pipe.close()

    # what happens by itself

    async def _hear(self) -> None:
        async for report in self._store.listen():
            self._repaint(report)

    def _look_round(self) -> None:
        self._repaint()
        for showing in self._showings.values():
            showing.drop(self._pace.patience)

    def _repaint(self, report: str | None = None) -> None:
        """Paints what has changed; the word at the foot follows at once, not at the next beat."""
        now = self._clock()
        for showing in self._showings.values():
            before = showing.states()
            showing.repaint(now, report)
            if showing.states() != before:
                showing.tell([self._pages.beat(showing)])

    def _beat(self) -> None:
        for showing in self._showings.values():
            showing.tell([self._pages.beat(showing)])

    def _poll(self) -> None:
        before = dict(self._boards.faults)
        if self._boards.poll():
            for name, words in self._boards.faults.items():
                if words != before.get(name):
                    log.warning("the last edit of board %s is not shown: %s", name, words)
            self._arrange()
            self._beat()  # a fault is told at once

    def _arrange(self) -> None:
        """Shows the boards as they are now; walls of a changed board are told to load it anew."""
        now = self._clock()
        self._refresher.set_active(
            {name for board in self._boards for tile in board.tiles for name in (tile.report, tile.trend) if name}
        )
        for name in [name for name in self._showings if self._boards.get(name) is None]:
            for wall in self._showings.pop(name).walls:
                wall.pipe.close()
        for board in self._boards:
            showing = self._showings.get(board.name)
            if showing is None:
                self._showings[board.name] = Showing(
                    board, now, look=self._fresh, painter=self._painter, number=self._number
                )
            elif showing.board != board:
                showing.change(board, now)

    def _fresh(self, tile: Tile, now: datetime) -> Fresh:
        report, reading = self._reports.get(tile.report), self._store.latest(tile.report)
        if report is None or reading is None:
            return Fresh(None, ReadingState.WAITING)
        trend = self._store.latest(tile.trend) if tile.trend else None
        return Fresh(reading, reading.state_at(now, report.refresh_every, report.stale_after), trend)

    def _number(self, tile: str, html: str) -> Event:
        return event("tile", {"tile": tile, "html": html}, seq=self._count(), boot=self._boot)

    # what handlers ask

    @property
    def count(self) -> int:
        """Open walls."""
        return sum(len(showing.walls) for showing in self._showings.values())

    async def settle(self, patience: float = 1.0) -> None:
        """Returns when all that is being drawn is there, or when that takes longer than so many seconds."""
        if self._painter.gallery is not None:
            await self._painter.gallery.wait_idle(patience)

    def page(self, board: str, theme: str = "", *, zipped: bool = False) -> bytes | None:
        """The whole page; None for an unknown board. Another theme than the board's is `dark` or `light`."""
        showing = self._showings.get(board)
        if showing is None:
            return None
        page = self._pages.page(showing, theme)
        return page.zipped if zipped else page.plain

    def tile(self, board: str, tile: str) -> str | None:
        """One tile as it was last painted; None for one that is not there."""
        showing = self._showings.get(board)
        painted = showing.painted.get(tile) if showing is not None else None
        return painted.html if painted is not None else None

    def styles(self, board: str) -> tuple[str, bytes] | None:
        """The edition of a board's own style sheet, and the style sheet."""
        showing = self._showings.get(board)
        return (showing.edition, showing.styles) if showing is not None else None

    @property
    def open(self) -> bool:
        """Whether walls may join: not before the start, and not once Foyer is going."""
        return self._open

    def join(self, board: str, pipe: Pipe, *, last: str, chunked: bool, ended: Ended | None = None) -> None:
        """One more wall, until its pipe closes; `last` is the mark up to which it has heard."""
        showing = self._showings.get(board) if self._open else None
        if showing is None:
            pipe.close()
            return
        wall = Wall(pipe, chunked=chunked, seen=heard(last, self._boot), ended=ended, drained=showing.catch_up)
        pipe.set_close_callback(lambda: showing.walls.discard(wall))
        showing.join(wall, [random.choice(RETRIES), self._pages.beat(showing)])  # noqa: S311 (jitter)
