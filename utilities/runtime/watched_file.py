"""Tells when a file on disk has changed."""

from collections.abc import Callable
from pathlib import Path

FileStamp = tuple[int, int, int]
"""Time of change in nanoseconds, size and inode; an editor that saves by renaming changes the inode."""


def read_file_stamp(path: Path) -> FileStamp | None:
    """Returns the stamp of a file; None when there is no such file or it cannot be read."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size, facts.st_ino


class WatchedFile:
    """A file that is compared with its state at the last look.

    With `interval` and a monotonic `clock` the disk is read at most once in that many seconds.
    """

    def __init__(self, path: Path, *, interval: float = 0.0, clock: Callable[[], float] | None = None) -> None:
        self.path = path
        self._interval = interval
        self._clock = clock
        self._stamp: FileStamp | None = None
        self._next_look = 0.0 if clock is None else clock() + interval

    def poll(self) -> bool:
        """Returns whether the file has changed, appeared or gone since the last look, and remembers its state."""
        if self._clock is not None:
            now = self._clock()
            if now < self._next_look:
                return False
            self._next_look = now + self._interval
        return self.refresh_stamp()

    def refresh_stamp(self) -> bool:
        """Does as `poll`, without regard to the interval. Call it when this process itself reads or writes the file."""
        before, self._stamp = self._stamp, read_file_stamp(self.path)
        return self._stamp != before
