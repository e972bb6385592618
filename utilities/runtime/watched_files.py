"""The last good value of each of several files, whatever happens to the files."""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from utilities.model.clock import MonotonicClock
from utilities.model.errors import FoyerError
from utilities.runtime.supervised_loop import catch_call_error
from utilities.runtime.watched_file import FileStamp, read_file_stamp

log = logging.getLogger(__name__)

Value = TypeVar("Value")

FILE_GRACE_SECONDS = 60.0  # in which a file that is gone may come back: git and editors replace files in two steps
DEAD_LINK_STAMP: FileStamp = (-1, 0, 0, 0)  # such a file is read again each time, so one stamp is enough
READ_TIMEOUT_SECONDS = 10.0  # for all files together; a disk over a network can hang
LISTING = Path()
"""The key under which `faults` has what is wrong with the folder itself."""


@dataclass
class FileScan(Generic[Value]):
    """What is on the disk: stamps of all files, and the values or errors of those that were read."""

    stamps: dict[Path, FileStamp] = field(default_factory=dict)
    values: dict[Path, Value] = field(default_factory=dict)
    errors: dict[Path, Exception] = field(default_factory=dict)


class WatchedFiles(Generic[Value]):
    """Reads files when they change. A value stays when its file becomes wrong or unreadable, and the fault is kept.

    `list_paths` and `read` run in a thread. `accept` takes a new value in the event loop's thread and may refuse it
    by raising; `remove` is called when a file has been gone for `grace_seconds`. With `keeps_last`, files never go
    all together: such a folder is a volume that is not mounted, or a mistake.
    """

    def __init__(
        self,
        what: str,
        *,
        list_paths: Callable[[], Iterable[Path]],
        read: Callable[[Path], Value],
        accept: Callable[[Path, Value], None],
        remove: Callable[[Path], None] = lambda path: None,
        monotonic: MonotonicClock = time.monotonic,
        grace_seconds: float = FILE_GRACE_SECONDS,
    ) -> None:
        self.what = what
        self._list_paths = list_paths
        self._read = read
        self._accept = accept
        self._remove = remove
        self._monotonic = monotonic
        self.grace_seconds = grace_seconds
        self._stamps: dict[Path, FileStamp] = {}
        self._gone_since: dict[Path, float] = {}
        self._refused: dict[Path, Value] = {}  # tried again when another file has changed
        self._unreadable: set[Path] = set()  # read again each time: their stamp may stay the same
        self._refreshing = asyncio.Lock()
        self._scanning: asyncio.Future[FileScan[Value]] | None = None
        self.accepted: set[Path] = set()
        self._faults: dict[Path, str] = {}

    @property
    def faults(self) -> Mapping[Path, str]:
        """Returns what is wrong with each file, and under LISTING with their folder."""
        return self._faults

    async def refresh(self, timeout: float = READ_TIMEOUT_SECONDS) -> bool:
        """Reads what has changed in a thread, and applies it; returns whether a value or a fault has changed.

        Other callbacks of the event loop run between two files: many may change together.
        """
        async with self._refreshing:
            if self._scanning is None:
                self._scanning = asyncio.ensure_future(asyncio.to_thread(self._scan))
            done, _ = await asyncio.wait({self._scanning}, timeout=timeout)
            if not done:
                return self._set_fault(LISTING, f"{self.what}: the disk does not answer within {timeout:g} seconds")
            scan, self._scanning = self._scanning.result(), None
            has_changed = False
            for is_other in self._apply_scan(scan):
                has_changed |= is_other
                await asyncio.sleep(0)
            return has_changed

    def poll(self) -> bool:
        """Does as `refresh` in the caller's own thread, for a start and for commands."""
        return any(list(self._apply_scan(self._scan())))

    def _scan(self) -> FileScan[Value]:
        scan: FileScan[Value] = FileScan()

        def list_stamps() -> None:
            for path in sorted(self._list_paths()):
                if (stamp := _link_stamp(path)) is not None:
                    scan.stamps[path] = stamp
            if not scan.stamps and self.accepted:
                raise FileNotFoundError(0, "there is no file any more")

        if error := catch_call_error(list_stamps):
            scan.errors[LISTING] = error
            return scan
        for path, stamp in scan.stamps.items():
            if stamp != self._stamps.get(path) or path in self._unreadable:
                self._scan_file(path, scan)
        return scan

    def _scan_file(self, path: Path, scan: FileScan[Value]) -> None:
        def read() -> None:
            scan.values[path] = self._read(path)

        if error := catch_call_error(read):
            scan.errors[path] = error

    def _apply_scan(self, scan: FileScan[Value]) -> Iterator[bool]:
        """Applies one file after the other; yields after each whether a value or a fault has changed."""
        if error := scan.errors.get(LISTING):
            self._gone_since.clear()
            yield self._set_fault(LISTING, describe_file_error(self.what, error))
            return
        has_changed = self._set_fault(LISTING, "") | self._remove_gone(scan.stamps)
        self._stamps = {path: stamp for path, stamp in self._stamps.items() if path in self._gone_since} | scan.stamps
        self._unreadable = {path for path, error in scan.errors.items() if _is_disk_error(error)}
        for path, error in scan.errors.items():
            self._refused.pop(path, None)
            has_changed |= self._set_fault(path, describe_file_error(path.name, error))
            yield has_changed
        for path, value in scan.values.items():
            has_changed |= self._accept_value(path, value)
            yield has_changed
        if has_changed:
            for path, value in tuple(self._refused.items()):
                self._accept_value(path, value)
                yield True
        yield has_changed

    def _accept_value(self, path: Path, value: Value) -> bool:
        if error := catch_call_error(lambda: self._accept(path, value)):
            self._refused[path] = value
            return self._set_fault(path, describe_file_error(path.name, error))
        self._refused.pop(path, None)
        self.accepted.add(path)
        self._set_fault(path, "")
        return True

    def _remove_gone(self, stamps: Mapping[Path, FileStamp]) -> bool:
        """Removes files that have been gone for long, and at once those that have got another name."""
        now, has_changed = self._monotonic(), False
        moved_to = {_content_stamp(stamp) for stamp in stamps.values()}
        for path in list(self._gone_since):
            if path in stamps:
                del self._gone_since[path]
        for path in self._stamps.keys() - stamps.keys():
            since = self._gone_since.setdefault(path, now)
            is_moved = _content_stamp(self._stamps[path]) in moved_to
            if path in self.accepted and not is_moved and now - since < self.grace_seconds:
                continue
            del self._gone_since[path]
            self.accepted.discard(path)
            self._refused.pop(path, None)
            self._remove(path)
            self._faults.pop(path, None)
            has_changed = True
        return has_changed

    def _set_fault(self, path: Path, fault: str) -> bool:
        """Stores a fault, '' for none, and logs it once when it comes and once when it is over."""
        before = self._faults.pop(path, "")
        if fault:
            self._faults[path] = fault
        if fault == before:
            return False
        if fault:
            has_good = path in self.accepted or (path == LISTING and self.accepted)
            log.warning("%s (%s)", fault, "the last good version is used" if has_good else "it is not used")
        else:
            log.info("%s can be used again", self.what if path == LISTING else path.name)
        return True


def describe_file_error(where: str, error: Exception) -> str:
    """Returns what is wrong with a file; only the class of an error that nobody expected."""
    if isinstance(error, FoyerError):
        return str(error)
    if isinstance(error, OSError):
        return f"{where}: cannot be read: {error.strerror}"
    return f"{where}: cannot be used: {type(error).__name__} in a part of it"


def _is_disk_error(error: Exception) -> bool:
    """Returns whether the file could not be read, which may pass although nothing changes in the folder."""
    return isinstance(error, OSError) or isinstance(error.__cause__, OSError)


def _link_stamp(path: Path) -> FileStamp | None:
    """Returns the stamp of what the path leads to, a stamp of the link when it leads nowhere, None without either."""
    return read_file_stamp(path) or (DEAD_LINK_STAMP if os.path.lexists(path) else None)


def _content_stamp(stamp: FileStamp) -> tuple[int, int, int]:
    """Returns what stays the same when a file is renamed."""
    content_at, _, size, inode = stamp
    return content_at, size, inode
