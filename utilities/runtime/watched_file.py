"""Files on disk: reads small ones safely, and tells when one has changed."""

import errno
import os
import stat
from pathlib import Path

FileStamp = tuple[int, int, int, int]
"""Times of change of content and of the file itself in nanoseconds, size and inode.

An editor that saves by renaming changes the inode. A file that is removed and written again may have the same inode and
size, and a copy the same time of its content, but not the time of the file itself.
"""


def read_file_stamp(path: Path) -> FileStamp | None:
    """Returns the stamp of a file; None when there is no such file or it cannot be read."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_ctime_ns, facts.st_size, facts.st_ino


def read_file_inode(path: Path) -> int | None:
    """Returns the number that changes when a file is replaced; None without a file."""
    try:
        return path.stat().st_ino
    except OSError:
        return None


def read_regular_file(path: Path, max_bytes: int) -> bytes:
    """Returns the content of a file. Raises OSError, also for a folder, a pipe, a device and a file that is too large.

    Opening a pipe usually waits for somebody who writes into it; here it does not.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "it is a folder, not a file" if stat.S_ISDIR(mode) else "it is not a file")
        content = b""
        while len(content) <= max_bytes and (chunk := os.read(descriptor, max_bytes + 1 - len(content))):
            content += chunk
    finally:
        os.close(descriptor)
    if len(content) > max_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {max_bytes:,} bytes")
    return content


class WatchedFile:
    """A file that is compared with its state at the last look."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: FileStamp | None = None

    def poll(self) -> bool:
        """Returns whether the file has changed, appeared or gone since the last look, and remembers its state.

        Call it also when this process itself reads or writes the file.
        """
        before, self._stamp = self._stamp, read_file_stamp(self.path)
        return self._stamp != before
