"""The last readings as files, so that a process without Redis starts with figures."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from utilities.model.clock import Clock
from utilities.model.frames import Reading
from utilities.runtime.atomic_file import PRIVATE_MODE, replace_file_atomically
from utilities.store.reading_codec import MAX_READING_BYTES, BadStoredValue, decode_reading, encode_reading

MAX_FILE_AGE = timedelta(days=15)  # as in Redis: one day more than MAX_SHOWN_AGE

log = logging.getLogger(__name__)


class DiskCache:
    """One file for each report in `folder`; a thread of its own writes them in order, and nothing waits for it.

    A full or read-only disk costs one line in the log and nothing else.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self.clock = clock
        self.writer = ThreadPoolExecutor(1, thread_name_prefix="disk-cache")
        self.closed = False
        self.bad_values = 0
        self.last_write_ok = True  # set by the writer's thread only

    async def load_readings(self) -> list[Reading]:
        """Returns every valid reading; a bad file is skipped, logged and counted."""
        return await asyncio.get_running_loop().run_in_executor(self.writer, self._read_files)

    def save_later(self, reading: Reading) -> None:
        """Queues a reading for the writer's thread."""
        if not self.closed:
            self.writer.submit(self._write_file, reading)

    async def close(self) -> None:
        """Waits for the queued writes, two seconds at most."""
        if self.closed:
            return
        self.closed = True
        try:
            async with asyncio.timeout(2.0):
                await asyncio.wrap_future(self.writer.submit(lambda: None))
        except TimeoutError:
            log.warning("the disk is slow: some of the last readings were not written to DATA_DIR")
        self.writer.shutdown(wait=False, cancel_futures=True)

    def _read_files(self) -> list[Reading]:
        self._delete_old_files()
        try:
            paths = sorted(self.folder.glob("*.json"))
        except OSError as error:
            log.warning("the readings in DATA_DIR cannot be read: %s", error.strerror)
            return []
        return [reading for path in paths if (reading := self._read_file(path))]

    def _delete_old_files(self) -> None:
        """Deletes files of all scopes that were not written for MAX_FILE_AGE."""
        oldest = (self.clock() - MAX_FILE_AGE).timestamp()
        for path in self.folder.parent.glob("*/*"):
            with suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink()

    def _read_file(self, path: Path) -> Reading | None:
        try:
            with path.open("rb") as file:
                return decode_reading(path.stem, file.read(MAX_READING_BYTES + 1), self.clock()).reading
        except (OSError, BadStoredValue) as error:
            self.bad_values += 1
            why = error.strerror if isinstance(error, OSError) else error
            log.warning("no valid reading in %s: %s", path.name, why)
            return None

    def _write_file(self, reading: Reading) -> None:
        """Replaces the file atomically; runs in the writer's thread."""
        try:
            content = encode_reading(reading, fence=0)
            replace_file_atomically(self.folder / f"{reading.report}.json", content, mode=PRIVATE_MODE)
            if not self.last_write_ok:
                log.info("readings are written to disk again")
            self.last_write_ok = True
        except (OSError, BadStoredValue) as error:
            if self.last_write_ok:
                why = error.strerror if isinstance(error, OSError) else error
                log.warning("readings cannot be written to DATA_DIR: %s", why)
            self.last_write_ok = False
