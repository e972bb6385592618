"""The playlists of a process, read again when their file changes."""

import time
from collections.abc import Collection, Iterator
from pathlib import Path

from utilities.config.boards.reader import combine_errors
from utilities.model.clock import MonotonicClock
from utilities.model.errors import BoardError, FoyerError
from utilities.model.near_names import find_near_name
from utilities.playlists.model import Playlist
from utilities.playlists.reader import PLAYLISTS_FILE_NAME, PlaylistBook, read_playlists
from utilities.runtime.watched_files import WatchedFiles


class UnknownPlaylist(FoyerError):
    """There is no playlist of this name; the message has the nearest one."""


class Playlists:
    """The last good playlists of `playlists.yaml`; owned by the event loop's thread."""

    def __init__(self, folder: Path, *, monotonic: MonotonicClock = time.monotonic) -> None:
        self.file = folder / PLAYLISTS_FILE_NAME
        self.book = PlaylistBook()
        self.watched = WatchedFiles[PlaylistBook](
            "the playlists",
            list_paths=lambda: [self.file],
            read=read_playlists,
            accept=self._accept_book,
            monotonic=monotonic,
        )

    @property
    def fault(self) -> str:
        """Returns why the current file is not used, '' when it is; otherwise the last valid playlists are."""
        return next(iter(self.watched.faults.values()), "")

    def __iter__(self) -> Iterator[tuple[str, Playlist]]:
        """Yields names and playlists, in the order of the file."""
        return iter(self.book.playlists.items())

    def __len__(self) -> int:
        return len(self.book.playlists)

    def get(self, name: str) -> Playlist | None:
        return self.book.playlists.get(name)

    def require(self, name: str) -> Playlist:
        """Returns the playlist; raises UnknownPlaylist with the names that there are."""
        playlist = self.get(name)
        if playlist is None:
            near = find_near_name(name, self.book.playlists)
            names = ", ".join(self.book.playlists) or f"none: write boards/{PLAYLISTS_FILE_NAME}"
            hint = f"did you mean {near}?" if near else f"there are {names}"
            raise UnknownPlaylist(f"there is no playlist {name[:60]!r}; {hint}")
        return playlist

    def poll(self) -> bool:
        """Reads the file if it has changed; returns whether the playlists or their fault have changed."""
        return self.watched.poll()

    async def refresh(self) -> bool:
        """Does as `poll`, without blocking the event loop."""
        return await self.watched.refresh()

    def _accept_book(self, path: Path, book: PlaylistBook) -> None:
        self.book = book


def check_playlist_file(folder: Path, boards: Collection[str]) -> list[str]:
    """Returns the names of the playlists; raises BoardError for a wrong file, and for boards that do not exist."""
    playlists = Playlists(folder)
    playlists.poll()
    if playlists.fault:
        raise BoardError(playlists.fault)
    if faults := playlists.book.board_faults(boards):
        raise combine_errors(faults)
    return [name for name, _ in playlists]
