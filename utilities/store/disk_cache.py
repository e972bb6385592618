"""The last readings as files, so that a process without Redis starts with figures."""

import asyncio
import logging
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from utilities.model.clock import Clock
from utilities.model.frames import Reading
from utilities.store.reading_codec import LARGEST, BadValue, pack, unpack

KEPT = timedelta(days=15)  # as in Redis: a day more than figures may be shown

log = logging.getLogger(__name__)


class Shelf:
    """One file for each report in `folder`; written by a thread of its own, in order, and never waited for.

    A disk that is full or read-only costs a line in the log and nothing else.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self.clock = clock
        self.writer = ThreadPoolExecutor(1, thread_name_prefix="shelf")
        self.closed = False
        self.bad_values = 0
        self.writes = True  # whether the last write went well; the writer's thread owns it

    async def load(self) -> list[Reading]:
        """Every good reading there is; a bad file is skipped, logged and counted."""
        return await asyncio.get_running_loop().run_in_executor(self.writer, self.read_all)

    def keep(self, reading: Reading) -> None:
        """Will be on disk soon."""
        if not self.closed:
            self.writer.submit(self.save, reading)

    async def close(self) -> None:
        """Waits for what is still to be written, two seconds at most."""
        if self.closed:
            return
        self.closed = True
        try:
            async with asyncio.timeout(2.0):
                await asyncio.wrap_future(self.writer.submit(lambda: None))
        except TimeoutError:
            log.warning("the disk is slow: the last readings are not all in %s", self.folder)
        self.writer.shutdown(wait=False, cancel_futures=True)

    def read_all(self) -> list[Reading]:
        self.throw_away()
        try:
            paths = sorted(self.folder.glob("*.json"))
        except OSError as error:
            log.warning("the readings in %s cannot be read: %s", self.folder, error)
            return []
        return [reading for path in paths if (reading := self.read_one(path))]

    def throw_away(self) -> None:
        """Deletes what nobody has written for long, of all scopes: its report is no more, or its figures too old."""
        long_ago = (self.clock() - KEPT).timestamp()
        for path in self.folder.parent.glob("*/*"):
            with suppress(OSError):
                if path.stat().st_mtime < long_ago:
                    path.unlink()

    def read_one(self, path: Path) -> Reading | None:
        try:
            with path.open("rb") as file:
                return unpack(path.stem, file.read(LARGEST + 1), self.clock()).reading
        except (OSError, BadValue) as error:
            self.bad_values += 1
            log.warning("no reading in %s: %s", path, error)
            return None

    def save(self, reading: Reading) -> None:
        """Replaces the file in one step; runs in the writer's thread."""
        try:
            content = pack(reading, fence=0)
            self.replace(self.folder / f"{reading.report}.json", content)
            self.writes = True
        except (OSError, BadValue) as error:
            if self.writes:
                log.warning("readings are not kept on disk now: %s", error)
            self.writes = False

    def replace(self, path: Path, content: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self.folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(temporary).replace(path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
