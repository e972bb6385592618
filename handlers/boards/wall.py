"""/wall and /boards/: the list of boards, the walls, and the event streams that keep walls up to date."""

import asyncio
import gzip
import socket
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial

from tornado.iostream import IOStream
from tornado.web import HTTPError

from handlers.base.errors import HttpProblem
from handlers.base.handler import BaseHandler
from handlers.boards.hanging import list_hanging
from handlers.boards.thumbnail import build_thumbnail
from utilities.config.boards import Board
from utilities.model.frames import Frame, Reading, ReadingState
from utilities.model.near_names import find_near_name
from utilities.model.principals import PairedScreen
from utilities.pageviews.classify.user_agents import device_type
from utilities.rendering.type_steps import Glass
from utilities.rendering.walls import WallHub
from utilities.rendering.walls.wall_stream import SeesPrivate
from utilities.reports import Report
from utilities.sources import Sources

WALL_THEMES = ("dark", "light")
WALL_PARAMS = ("theme", "kiosk")
MISSPELT_SIMILARITY = 0.8  # of `them` to `theme` 0.89; of `time` to it 0.67
MAX_STREAM_INPUT_BYTES = 4096  # a wall sends nothing after its request
TCP_TIMEOUT_MILLISECONDS = 60_000  # in which an unplugged television is noticed


class WallHandler(BaseHandler):
    """Base of the handlers for walls."""

    @property
    def walls(self) -> WallHub:
        return self.services.walls

    @property
    def theme(self) -> str:
        """The theme that the address names, '' for none."""
        theme = self.get_query_argument("theme", "") if self.request.query else ""
        return theme if theme in WALL_THEMES else ""

    def sees_private(self) -> bool:
        """Whether the glass of this request may show private tiles now."""
        return self.make_privacy_test()()

    def make_privacy_test(self) -> SeesPrivate:
        """Returns whether the glass of this request may show private tiles, for as long as a stream is open."""
        number = self.principal.number if isinstance(self.principal, PairedScreen) else None
        return partial(self.services.fleet.sees_private, number)

    def compute_etag(self) -> None:
        """Returns None: these answers are either not cacheable or never change."""


class BoardListPage(BaseHandler):
    """The list of boards, with the errors in their files and the sources that are not configured."""

    def sorted_boards(self) -> list[Board]:
        """Returns the boards by title."""
        return sorted(self.services.boards, key=lambda board: (board.title, board.name))

    async def get(self) -> None:
        boards = self.sorted_boards()
        services = self.services
        missing = {
            board.name: services.sources.source_title(sources[0])
            for board in boards
            if (sources := missing_sources(board, services.reports, services.sources))
        }
        reports = dict(services.reports)
        frames = {name: self.latest_frame(name) for name in {tile.report for board in boards for tile in board.tiles}}
        await self.render_large_page(
            "boards.html",
            here="/boards",
            boards=boards,
            twins=shared_titles(boards),
            thumbnail_of=lambda board: build_thumbnail(board, reports, frames.get),
            faults=dict(services.boards.faults),
            folder_fault=services.boards.folder_fault,
            missing=missing,
            hanging=await list_hanging(self.authenticator.screens.registry, services.playlists),
        )

    def latest_frame(self, report: str) -> Frame | None:
        """Returns the latest figures of a report; None without any that are still true."""
        reading = self.services.store.latest(report)
        return reading.current_at(self.services.clock()).frame if reading else None


def shared_titles(boards: Iterable[Board]) -> set[str]:
    """Returns the titles that several boards have, so that only their names tell them apart."""
    counts = Counter(board.title for board in boards)
    return {title for title, count in counts.items() if count > 1}


class DefaultWall(BoardListPage):
    """/wall, for televisions: redirects to the only board that can have figures, and in a demo to the first.

    Lists the boards where there are several. A paired screen has a page of its own.
    """

    async def get(self) -> None:
        if isinstance(self.principal, PairedScreen):
            self.redirect("/tv")
            return
        services, boards = self.services, self.sorted_boards()
        ready = [board for board in boards if not missing_sources(board, services.reports, services.sources)]
        ready = [board for board in ready if not self.has_failed(board)] or ready
        nearest = min((board.screen.distance for board in ready), default=0.0)
        ready = [board for board in ready if board.screen.distance == nearest]  # others are for screens further away
        if (len(ready) == 1 or (ready and services.settings.demo)) and not services.boards.faults:
            self.redirect(f"/boards/{ready[0].name}{wall_query(self.request.query)}")
        else:
            await super().get()

    def has_failed(self, board: Board) -> bool:
        """Whether no tile has figures, and each has an error, as with a property number that is wrong."""
        reports, store, now = self.services.reports, self.services.store, self.services.clock()
        return all(
            (store.latest(report.name) or Reading(report.name)).state_at(now, report.refresh_every, report.stale_after)
            is ReadingState.FAILED
            for tile in board.tiles
            if (report := reports.get(tile.report))
        )


def wall_query(query: str) -> str:
    """Returns `?kiosk&theme=light`: those parameters of a query that a wall has, '' without any."""
    pairs = [pair for pair in query.split("&") if pair in ("kiosk", *(f"theme={theme}" for theme in WALL_THEMES))]
    return f"?{'&'.join(pairs)}" if pairs else ""


def missing_sources(board: Board, reports: Mapping[str, Report], sources: Sources) -> list[str]:
    """Returns the sources of a board of which none is configured; nothing as soon as one tile can have figures."""
    needed = {reports[tile.report].sources[0] for tile in board.tiles if tile.report in reports}
    return [] if any(map(sources.has_source, needed)) else sorted(needed)


class WallPage(WallHandler):
    """One wall, complete and readable without its script."""

    async def get(self, board: str) -> None:
        await self.walls.wait_until_drawn(board)
        if self.request.query:
            self.refuse_misspelt_params()
        page = self.walls.render_page(board, self.theme, sees_private=self.sees_private(), zipped=self.accepts_gzip)
        if page is None:
            raise HTTPError(404)
        if self.accepts_gzip:  # the page contains nothing of the request
            self.set_header("Content-Encoding", "gzip")
        self.finish(page)

    def refuse_misspelt_params(self) -> None:
        """Raises HttpProblem 400 for a name that is nearly one of a wall's; televisions and kiosks always get the wall.

        Other names are ignored: signage boxes and links in mail add their own, and a wall must not go dark by them.
        """
        names = self.request.query_arguments
        if "kiosk" in names or device_type(self.request.headers.get("User-Agent", "")) == "tv":
            return
        for name in names.keys() - set(WALL_PARAMS):
            if near := find_near_name(name.lower(), WALL_PARAMS, MISSPELT_SIMILARITY):
                raise HttpProblem(
                    400, f"A parameter of the address should perhaps be `{near}`.", faults={near: "is misspelt"}
                )


class TilePage(WallHandler):
    """One tile by itself, for other pages to embed."""

    def get(self, board: str, tile: str) -> None:
        html = self.walls.tile_html(board, tile, sees_private=self.sees_private())
        if html is None:
            raise HTTPError(404)
        self.finish(html)


class BoardStyles(WallHandler):
    """The generated stylesheet that places the tiles of a board."""

    def get(self, board: str, edition: str) -> None:
        styles = self.walls.stylesheet(board, edition)
        if styles is None:
            raise HTTPError(404)
        current_edition, css = styles
        is_current = current_edition == edition
        self.set_header("Content-Type", "text/css; charset=UTF-8")
        self.set_header("Cache-Control", "private, max-age=31536000, immutable" if is_current else "no-store")
        self.set_header("Vary", "Accept-Encoding")
        if self.accepts_gzip:
            self.set_header("Content-Encoding", "gzip")
            self.finish(gzip.compress(css, 6, mtime=0))
        else:
            self.finish(css)


class WallEventStream(WallHandler):
    """The events of one board, over a detached connection.

    Without a handler and its task, a wall costs little more than its socket.
    """

    def get(self, board: str) -> None:
        self.open_stream(board, self.session_ended if self.authenticator.sessions is not None else None)

    def open_stream(self, board: str, ended: asyncio.Event | None, glass: Glass | None = None) -> None:
        """Opens the stream of a board, with type for `glass`, until `ended` is set. Raises HTTPError 404 and 503."""
        if self.walls.stylesheet(board) is None:
            raise HTTPError(404)
        if not self.walls.is_open:
            raise HTTPError(503)
        last = self.request.headers.get("Last-Event-ID", "") or self.get_argument("last", "")
        stream = open_event_stream(self)
        self.walls.add_wall(
            board,
            stream,
            last=last,
            chunked=self.request.version == "HTTP/1.1",
            session_end=ended,
            sees_private=self.make_privacy_test(),
            glass=glass,
        )


def open_event_stream(handler: BaseHandler) -> IOStream:
    """Sends the headers of an event stream and returns its connection, detached from the handler."""
    handler.set_header("Content-Type", "text/event-stream; charset=UTF-8")
    handler.set_header("Cache-Control", "no-store, no-transform")
    handler.set_header("X-Accel-Buffering", "no")  # nginx would delay events
    handler.set_header("Connection", "close")
    handler.flush()
    handler.application.log_request(handler)
    stream = handler.detach()
    stream.max_buffer_size = MAX_STREAM_INPUT_BYTES
    stream.set_nodelay(True)
    if hasattr(socket, "TCP_USER_TIMEOUT") and not stream.closed():  # Linux only
        stream.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_TIMEOUT_MILLISECONDS)
    return stream
