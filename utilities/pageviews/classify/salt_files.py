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


def new_salt() -> bytes:
    """Returns a random salt."""
    return secrets.token_bytes(SALT_BYTES)


class SaltFiles:
    """A SaltStorage in a folder. Processes that share the folder share the salts."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError when the folder cannot be created."""
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        self.folder = folder

    def load(self, now: float) -> Sequence[StoredSalt]:
        """Returns the salts of earlier processes, by day; deletes invalid files. Raises OSError."""
        stored = []
        for file in sorted(self.folder.iterdir()):  # by day, for the name begins with it
            if file.suffix == ".salt":
                try:
                    salt, zone, site = file.read_text(encoding="utf-8").rstrip("\n").split(" ", 2)
                    site_time(zone, now)
                    stored.append(StoredSalt(site, zone, date.fromisoformat(file.name[:10]), bytes.fromhex(salt)))
                except (ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
                    file.unlink()
            elif file.stat().st_mtime < now - SESSION_TIMEOUT_SECONDS:  # a draft of a process that was killed
                file.unlink()
        return stored

    def create(self, site: str, zone: str, day: date) -> bytes:
        """Returns the day's salt: another process's if it was first, otherwise a new one, on disk before it is used."""
        salt, file = new_salt(), self._salt_file(site, day)
        content = f"{salt.hex()} {zone} {site}\n".encode()
        try:
            if not create_file_atomically(file, content, mode=PRIVATE_MODE, sync=True):
                return bytes.fromhex(file.read_text(encoding="utf-8").partition(" ")[0])
        except (OSError, ValueError):  # hits are counted with a full disk as well
            log.exception("The salt of %s is not stored in %s: after a restart visitors count twice", site, self.folder)
        return salt

    def delete(self, site: str, day: date) -> None:
        try:
            self._salt_file(site, day).unlink(missing_ok=True)
        except OSError:
            log.exception("The salt of %s for %s cannot be deleted: delete it", site, day)

    def _salt_file(self, site: str, day: date) -> Path:
        name = hashlib.blake2b(site.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        return self.folder / f"{day.isoformat()}-{name}.salt"
