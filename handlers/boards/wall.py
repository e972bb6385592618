"""/ and /boards/: the list of boards, the walls, and the event streams that keep walls up to date."""

import gzip
import socket

from tornado.web import HTTPError

from handlers.base.handler import BaseHandler
from utilities.rendering.walls import WallHub

WALL_THEMES = ("dark", "light")
MAX_STREAM_INPUT_BYTES = 4096  # a wall sends nothing after its request
TCP_TIMEOUT_MILLISECONDS = 60_000  # in which an unplugged television is noticed


class WallHandler(BaseHandler):
    """Base of the handlers for walls."""

    @property
    def walls(self) -> WallHub:
        return self.services.walls

    def compute_etag(self) -> None:
        """Returns None: these answers are either not cacheable or never change."""


class BoardListPage(BaseHandler):
    """The list of boards, with the errors in their files."""

    def get(self) -> None:
        boards = sorted(self.services.boards, key=lambda board: board.title)
        known = self.services.boards
        self.render_page(
            "boards.html", here="/boards", boards=boards, faults=known.faults, folder_fault=known.folder_fault
        )


class FrontPage(BoardListPage):
    """Redirects to the only board, and in a demo to the first; otherwise lists the boards."""

    def get(self) -> None:
        boards = sorted(self.services.boards, key=lambda board: board.title)
        if (len(boards) == 1 or self.services.settings.demo) and not self.services.boards.faults:
            self.redirect(f"/boards/{boards[0].name}")
        else:
            super().get()


class WallPage(WallHandler):
    """One wall, complete and readable without its script."""

    async def get(self, board: str) -> None:
        await self.walls.wait_until_drawn()
        theme = self.get_query_argument("theme", "") if self.request.query else ""
        page = self.walls.render_page(board, theme if theme in WALL_THEMES else "", zipped=self.accepts_gzip)
        if page is None:
            raise HTTPError(404)
        if self.accepts_gzip:  # the page contains nothing of the request
            self.set_header("Content-Encoding", "gzip")
        self.finish(page)


class TilePage(WallHandler):
    """One tile by itself, for other pages to embed."""

    def get(self, board: str, tile: str) -> None:
        html = self.walls.tile_html(board, tile)
        if html is None:
            raise HTTPError(404)
        self.finish(html)


class BoardStyles(WallHandler):
    """The generated stylesheet that places the tiles of a board."""

    def get(self, board: str, edition: str) -> None:
        styles = self.walls.stylesheet(board)
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
        if self.walls.stylesheet(board) is None:
            raise HTTPError(404)
        if not self.walls.is_open:
            raise HTTPError(503)
        last = self.request.headers.get("Last-Event-ID", "") or self.get_argument("last", "")
        ended = self.session_ended if self.authenticator.sessions is not None else None
        self.set_header("Content-Type", "text/event-stream; charset=UTF-8")
        self.set_header("Cache-Control", "no-store, no-transform")
        self.set_header("X-Accel-Buffering", "no")  # nginx would delay events
        self.set_header("Connection", "close")
        self.flush()
        self.application.log_request(self)
        stream = self.detach()
        stream.max_buffer_size = MAX_STREAM_INPUT_BYTES
        stream.set_nodelay(True)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux only
            stream.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_TIMEOUT_MILLISECONDS)
        self.walls.add_wall(board, stream, last=last, chunked=self.request.version == "HTTP/1.1", session_end=ended)
