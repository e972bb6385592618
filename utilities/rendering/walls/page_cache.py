"""The page around the tiles of a wall, cached, and the beat by which a wall knows that it is up to date."""

import gzip
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from utilities.config.boards import Boards
from utilities.model.clock import Clock
from utilities.model.time_ranges import utc_offset_minutes
from utilities.rendering.walls.board_channel import BoardChannel
from utilities.rendering.walls.sse_events import SseEvent, encode_event, event_id
from utilities.rendering.walls.status_line import BoardStatus
from utilities.rendering.walls.tile_renderer import TileRenderer

PageVersion = tuple[int, bool, int]
"""All that a page depends on: the version of its tiles, whether its board file has an error, and the time."""

PAGE_SECONDS = 5  # a page carries the server's time, by which the wall's clock goes until the first beat


@dataclass(frozen=True)
class CachedPage:
    """A rendered page and what it depends on; compressed once, on first use."""

    page_version: PageVersion
    plain: bytes

    @cached_property
    def zipped(self) -> bytes:
        """The page, compressed with gzip."""
        return gzip.compress(self.plain, 6, mtime=0)


class PageCache:
    """Caches the bytes of each page until something on it changes."""

    def __init__(
        self, renderer: TileRenderer, boards: Boards, clock: Clock, *, version: str, beat_seconds: float
    ) -> None:
        self._renderer = renderer
        self._boards = boards
        self._clock = clock
        self._version = version
        self._beat_seconds = beat_seconds
        self._pages: dict[tuple[str, int, str, bool, bool], CachedPage] = {}

    def get_page(self, channel: BoardChannel, theme: str, *, for_screen: bool = False) -> CachedPage:
        """Returns the page with the time and the ages of these seconds: without a script nothing else updates them.

        That of a paired screen has a stream of its own, which ends with its credential, and no way out.
        """
        now = self._clock()
        version = (channel.version, channel.board.name in self._boards.faults, int(now.timestamp() // PAGE_SECONDS))
        key = (channel.board.name, channel.board.type_step, theme, for_screen, channel.hides_private)
        page = self._pages.get(key)
        if page is None or page.page_version != version:
            page = CachedPage(version, self._render_page(channel, theme, now, for_screen=for_screen))
            self._pages[key] = page
        return page

    def _render_page(self, channel: BoardChannel, theme: str, now: datetime, *, for_screen: bool) -> bytes:
        board, base = channel.board, "/tv/boards" if for_screen else "/boards"
        return self._renderer.render_wall(
            board.model_copy(update={"theme": theme}) if theme else board,
            channel.render_with_ages(now),
            now,
            sheet=channel.edition,
            build=self._version,
            status=self._board_status(channel, now),
            period=channel.period(),
            places=f"/boards/{board.name}/{channel.edition}.css",
            is_screen=for_screen,
            stream=f"{base}/{board.name}/stream?last={event_id(channel.boot, channel.last_seq)}",
        )

    def beat_event(self, channel: BoardChannel) -> SseEvent:
        """Returns the time, the status line, and the versions by which a wall knows whether to reload."""
        now = self._clock()
        local = now.astimezone(self._renderer.board_zone(channel.board))
        data = {
            "now": int(now.timestamp() * 1000),
            "offset": utc_offset_minutes(local),
            "every": self._beat_seconds,
            "sheet": channel.edition,
            "build": self._version,
            "status": self._renderer.render_status(self._board_status(channel, now)),
            "period": channel.period(),
        }
        return encode_event("beat", data)

    def _board_status(self, channel: BoardChannel, now: datetime) -> BoardStatus:
        return channel.status(now, has_file_error=channel.board.name in self._boards.faults)
