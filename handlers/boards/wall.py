"""/ and /boards/: the list of boards, the walls, and the streams that keep them up to date."""

import gzip
import socket

from tornado.web import HTTPError

from handlers.base.handler import BaseHandler
from utilities.rendering.walls import Walls

THEMES = ("dark", "light")


class WallsPage(BaseHandler):
    """What the handlers of boards share."""

    @property
    def walls(self) -> Walls:
        return self.services.walls

    def compute_etag(self) -> None:
        """What these answer may not be kept, or never changes."""


class BoardList(BaseHandler):
    """The boards there are, and what is wrong with their files."""

    def get(self) -> None:
        held = self.services.boards
        boards = sorted(held, key=lambda board: board.title)
        self.page("boards.html", here="/boards", boards=boards, faults=held.faults)


class FrontPage(BoardList):
    """Straight to the board when it is one and right, or when this is a demo; otherwise the boards there are."""

    def get(self) -> None:
        boards = sorted(self.services.boards, key=lambda board: board.title)
        straight = (len(boards) == 1 or self.services.settings.demo) and not self.services.boards.faults
        if straight:
            self.redirect(f"/boards/{boards[0].name}")
        else:
            super().get()


class WallPage(WallsPage):
    """One wall, whole and readable without its script."""

    async def get(self, board: str) -> None:
        await self.walls.settle()
        theme = self.get_query_argument("theme", "") if self.request.query else ""
        page = self.walls.page(board, theme if theme in THEMES else "", zipped=self.unzips)
        if page is None:
            raise HTTPError(404)
        if self.unzips:  # nothing of the request is in it
            self.set_header("Content-Encoding", "gzip")
        self.finish(page)


class TilePage(WallsPage):
    """One tile by itself, to be put into a page."""

    def get(self, board: str, tile: str) -> None:
        html = self.walls.tile(board, tile)
        if html is None:
            raise HTTPError(404)
        self.finish(html)


class BoardStyles(WallsPage):
    """Where the tiles of one board stand."""

    def get(self, board: str, edition: str) -> None:
        known = self.walls.styles(board)
        if known is None:
            raise HTTPError(404)
        self.set_header("Content-Type", "text/css; charset=UTF-8")
        self.set_header("Cache-Control", "private, max-age=31536000, immutable" if known[0] == edition else "no-store")
        self.set_header("Vary", "Accept-Encoding")
        if self.unzips:
            self.set_header("Content-Encoding", "gzip")
            self.finish(gzip.compress(known[1], 6, mtime=0))
        else:
            self.finish(known[1])


class Stream(WallsPage):
    """The events of one board, over a connection that is handed over whole.

    A wall is no request: without a handler and its task it costs little more than its socket.
    """

    def get(self, board: str) -> None:
        if self.walls.styles(board) is None:
            raise HTTPError(404)
        if not self.walls.open:
            raise HTTPError(503)
        last = self.request.headers.get("Last-Event-ID", "") or self.get_argument("last", "")
        ended = self.ended if self.door.sessions is not None else None
        self.set_header("Content-Type", "text/event-stream; charset=UTF-8")
        self.set_header("Cache-Control", "no-store, no-transform")
        self.set_header("X-Accel-Buffering", "no")  # nginx would hold events back
        self.set_header("Connection", "close")
        self.flush()
        self.application.log_request(self)
        pipe = self.detach()
        pipe.max_buffer_size = 4096  # a wall has nothing to say
        pipe.set_nodelay(True)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux: a television that was unplugged is noticed within a minute
            pipe.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 60_000)
        self.walls.join(board, pipe, last=last, chunked=self.request.version == "HTTP/1.1", ended=ended)
