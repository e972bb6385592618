"""One import at a time for each DATA_DIR, and the key of its visitor ids."""

import asyncio
import fcntl
import hashlib
import json
import logging
import os
import secrets
import stat
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from utilities.model.errors import SettingsError
from utilities.pageviews.log_import.log_file import STANDARD_INPUT
from utilities.runtime.atomic_file import PRIVATE_MODE, create_file_atomically

log = logging.getLogger("foyer.import")

LOCK_FILE_NAME = "lock"
KEY_SUFFIX = ".key"
IMPORT_KEY_BYTES = 32
MAX_KEY_AGE_SECONDS = 7 * 24 * 3600.0  # an import that was interrupted so long ago is not repeated
LOCK_POLL_SECONDS = 0.2
MAX_LOCK_FILE_BYTES = 1 << 20


class ImportTurn:
    """The right of one process to import: no other import of the same DATA_DIR runs."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self.folder = folder
        self.names = names

    def _key_file(self, site: str) -> Path:
        digest = hashlib.sha256(json.dumps([site, *sorted(self.names)]).encode()).hexdigest()[:32]
        return self.folder / f"{digest}{KEY_SUFFIX}"

    def load_key(self, site: str) -> bytes:
        """Returns the key of the visitor ids of this import; an interrupted import gets the same key again."""
        file = self._key_file(site)
        if not file.exists():
            create_file_atomically(file, secrets.token_bytes(IMPORT_KEY_BYTES), mode=PRIVATE_MODE)
        return file.read_bytes()

    def delete_key(self, site: str) -> None:
        """Deletes the key; afterwards the visitor ids cannot be computed again."""
        self._key_file(site).unlink(missing_ok=True)

    def delete_old_files(self) -> None:
        """Deletes the keys of imports that were never repeated, and what earlier versions and crashes have left."""
        for file in self.folder.iterdir():
            is_old = file.suffix != KEY_SUFFIX or file.stat().st_mtime < time.time() - MAX_KEY_AGE_SECONDS
            if file.name != LOCK_FILE_NAME and is_old:
                file.unlink(missing_ok=True)


@asynccontextmanager
async def take_import_turn(data_dir: Path, paths: Sequence[Path]) -> AsyncIterator[ImportTurn]:
    """Waits until no other import of this DATA_DIR runs.

    Raises SettingsError when the running import reads one of the same logs, and when the folder cannot be used.
    """
    folder = data_dir / "imports"
    names = list(log_names(paths))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCK_FILE_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_MODE)
    except OSError as error:
        raise SettingsError(f"{folder} cannot be used: {error.strerror}. Check who owns DATA_DIR.") from error
    try:
        await lock_descriptor(descriptor, set(names))
        try:
            write_owner(descriptor, json.dumps({"process": os.getpid(), "logs": names}).encode())
            turn = ImportTurn(folder, names)
            turn.delete_old_files()
            yield turn
        finally:
            write_owner(descriptor, b"")
    finally:
        os.close(descriptor)


def write_owner(descriptor: int, text: bytes) -> None:
    """Replaces what the lock file says about its owner."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text, 0)


async def lock_descriptor(descriptor: int, names: set[str]) -> None:
    """Locks the file, waiting for its owner; raises SettingsError when the owner reads one of these logs."""
    is_waiting = False
    while not try_lock(descriptor):
        process, logs = read_owner(descriptor)
        if names & logs:
            raise SettingsError(
                f"Another import (process {process}) is reading this log. Nothing was imported: repeat the command "
                "when that import has ended, if the log has grown."
            )
        if process and not is_waiting:
            log.warning("Waiting for another import (process %d).", process)
            is_waiting = True
        await asyncio.sleep(LOCK_POLL_SECONDS)


def try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def read_owner(descriptor: int) -> tuple[int, set[str]]:
    """Returns the process that has the lock and the names of its logs; 0 and none while it writes them."""
    try:
        owner = json.loads(os.pread(descriptor, MAX_LOCK_FILE_BYTES, 0))
        return int(owner["process"]), set(owner["logs"])
    except (ValueError, KeyError, TypeError):
        return 0, set()


def log_names(paths: Sequence[Path]) -> Iterator[str]:
    """Yields a name for each log that stays when the file is renamed: its device and inode.

    A pipe has a new one each time, so the import of a pipe is never the same as another.
    """
    for path in paths:
        with suppress(OSError):
            details = os.fstat(0) if path == STANDARD_INPUT else path.stat()
            if stat.S_ISREG(details.st_mode) or stat.S_ISFIFO(details.st_mode):
                yield f"{details.st_dev}:{details.st_ino}"
