"""Stores salts in files, one for each site and day, so that they survive a restart."""

import hashlib
import logging
import secrets
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple, Protocol

from utilities.pageviews.classify.sessions import SESSION_TIMEOUT_SECONDS
from utilities.pageviews.classify.site_clock import site_time
from utilities.pageviews.classify.visitor_ids import SALT_BYTES
from utilities.runtime.atomic_file import PRIVATE_MODE, create_file_atomically
from utilities.runtime.disk_errors import is_temporary_disk_error
from utilities.runtime.outage_log import OutageLog

log = logging.getLogger(__name__)


class StoredSalt(NamedTuple):
    """The salt of a site and day."""

    site: str
    zone: str
    day: date
    salt: bytes


class SaltStorage(Protocol):
    """Where the salts of a process are stored, and those of the processes that it shares visitors with."""

    def load(self, now: float) -> Sequence[StoredSalt]:
        """Returns the stored salts until today, by day."""
        ...

    def create(self, site: str, zone: str, day: date) -> bytes:
        """Returns the salt of a day: another process's if it was first, otherwise a new one."""
        ...

    def delete(self, site: str, day: date) -> None:
        """Deletes a salt; does nothing when there is none."""
        ...

    def retry_failed(self) -> None:
        """Stores and deletes again what could not be; called every minute."""
        ...


def new_salt() -> bytes:
    """Returns a random salt."""
    return secrets.token_bytes(SALT_BYTES)


class SaltFiles:
    """A SaltStorage in a folder. Processes that share the folder share the salts.

    A disk that is full or read-only stops no hit: what could not be stored or deleted is tried again by `retry_failed`.
    """

    def __init__(self, folder: Path) -> None:
        """Raises OSError when the folder cannot be used, unless only its disk fails for now."""
        self.folder = folder
        self.outage = OutageLog(
            *(log, "The visitors' salts cannot be stored or deleted", "The visitors' salts are stored again"),
            consequence="after a restart visitors count twice",
        )
        self._failed: dict[Path, bytes | None] = {}  # contents to store; None to delete the file
        try:
            self._make_folder()
        except OSError as error:
            if not is_temporary_disk_error(error):
                raise
            self._record_failure(error)

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)

    def load(self, now: float) -> Sequence[StoredSalt]:
        """Returns the salts of earlier processes, by day; deletes invalid files. Raises OSError."""
        stored = []
        for file in sorted(self.folder.iterdir()) if self.folder.exists() else ():  # by day: the name begins with it
            if file.suffix == ".salt":
                try:
                    salt, zone, site = file.read_text(encoding="utf-8").rstrip("\n").split(" ", 2)
                    site_time(zone, now)
                    stored.append(StoredSalt(site, zone, date.fromisoformat(file.name[:10]), bytes.fromhex(salt)))
                except (ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
                    self._delete_file(file)
            elif file.stat().st_mtime < now - SESSION_TIMEOUT_SECONDS:  # a draft of a process that was killed
                self._delete_file(file)
        return stored

    def create(self, site: str, zone: str, day: date) -> bytes:
        """Returns the day's salt: another process's if it was first, otherwise a new one, on disk before it is used."""
        salt, file = new_salt(), self._salt_file(site, day)
        if not self._create_file(file, f"{salt.hex()} {zone} {site}\n".encode()):
            try:
                return bytes.fromhex(file.read_text(encoding="utf-8").partition(" ")[0])
            except (OSError, ValueError) as error:
                self._record_failure(error)
        return salt

    def delete(self, site: str, day: date) -> None:
        self._delete_file(self._salt_file(site, day))

    def retry_failed(self) -> None:
        """Stores and deletes what could not be; does nothing while everything is."""
        for file, content in list(self._failed.items()):
            if content is None:
                self._delete_file(file)
            else:
                self._create_file(file, content)
            if file in self._failed:
                return  # the others would fail too

    def _create_file(self, file: Path, content: bytes) -> bool:
        """Stores a salt now, or later when the disk fails; returns False when there is a file already."""
        try:
            if not self.folder.exists():
                self._make_folder()
            is_new = create_file_atomically(file, content, mode=PRIVATE_MODE, sync=True)
        except OSError as error:  # hits are counted with a full disk as well
            self._failed[file] = content
            self._record_failure(error)
            return True
        self._record_success(file)
        return is_new

    def _delete_file(self, file: Path) -> None:
        """Deletes a file now, or later when the disk fails."""
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            self._failed[file] = None
            self._record_failure(error)
        else:
            self._record_success(file)

    def _record_failure(self, error: OSError | ValueError) -> None:
        self.outage.record_failure((error.strerror or "") if isinstance(error, OSError) else "a file is damaged")

    def _record_success(self, file: Path) -> None:
        self._failed.pop(file, None)
        if not self._failed:
            self.outage.record_success()

    def _salt_file(self, site: str, day: date) -> Path:
        name = hashlib.blake2b(site.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        return self.folder / f"{day.isoformat()}-{name}.salt"
