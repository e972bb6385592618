"""A random salt for each site and day, stored in files so that it survives a restart, and destroyed afterwards."""

import hashlib
import logging
import secrets
from datetime import date, timedelta
from pathlib import Path

from utilities.pageviews.classify.sessions import SESSION_TIMEOUT_SECONDS
from utilities.pageviews.classify.site_clock import midnight_epoch, site_time
from utilities.pageviews.classify.visitor_ids import SALT_BYTES, SaltPair
from utilities.runtime.atomic_file import PRIVATE_MODE, create_file_atomically

ONE_DAY = timedelta(days=1)

log = logging.getLogger(__name__)


class DailySalts:
    """The salts of all sites. Processes that share `folder` share them. Belongs to the event loop's thread."""

    def __init__(self, folder: Path, now: float) -> None:
        """Loads the salts in `folder`; raises OSError when the folder cannot be created or read."""
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        self.folder = folder
        self._pairs: dict[str, SaltPair] = {}
        for file in sorted(folder.iterdir()):  # by day, for the name begins with it
            if file.suffix == ".salt":
                self._load_salt(file, now)
            elif file.stat().st_mtime < now - SESSION_TIMEOUT_SECONDS:  # a draft of a process that was killed
                file.unlink()
        self.destroy_expired(now)

    def salts_at(self, site: str, zone: str, at: float) -> SaltPair:
        """Returns the site's salts at `at`; creates the day's on first use."""
        pair, day = self._pairs.get(site), site_time(zone, at).day
        if pair is None or pair.day < day:
            return self._start_day(site, zone, day, at)
        if pair.previous and at > pair.previous_until:
            self._destroy_previous(site, pair)
        return pair

    def destroy_expired(self, now: float) -> None:
        """Destroys expired salts; called every minute, because a site without hits would keep its salts."""
        for site, pair in list(self._pairs.items()):
            today = site_time(pair.zone, now).day
            if pair.previous and now > pair.previous_until:
                self._destroy_previous(site, pair)
            if pair.day < today and now > midnight_epoch(pair.zone, today) + SESSION_TIMEOUT_SECONDS:
                self._destroy_pair(site, pair)

    def _start_day(self, site: str, zone: str, day: date, at: float) -> SaltPair:
        """Returns the pair of a new day, with yesterday's salt until 0:30, when yesterday's visits have timed out."""
        previous, old, until = None, self._pairs.get(site), midnight_epoch(zone, day) + SESSION_TIMEOUT_SECONDS
        if old and old.day == day - ONE_DAY and at <= until:
            previous = old.salt
            self._destroy_previous(site, old)
        elif old:
            self._destroy_pair(site, old)
        pair = self._pairs[site] = SaltPair(day, zone, self._create_salt(site, zone, day), previous, until)
        return pair

    def _create_salt(self, site: str, zone: str, day: date) -> bytes:
        """Returns the day's salt: another process's if it was first, otherwise a new one, on disk before it is used."""
        salt, file = secrets.token_bytes(SALT_BYTES), self._salt_file(site, day)
        content = f"{salt.hex()} {zone} {site}\n".encode()
        try:
            if not create_file_atomically(file, content, mode=PRIVATE_MODE, sync=True):
                return bytes.fromhex(file.read_text(encoding="utf-8").partition(" ")[0])
        except (OSError, ValueError):  # hits are counted with a full disk as well
            log.exception("The salt of %s is not stored in %s: after a restart visitors count twice", site, self.folder)
        return salt

    def _load_salt(self, file: Path, now: float) -> None:
        """Loads a salt of an earlier process; deletes an invalid file."""
        try:
            salt, zone, site = file.read_text(encoding="utf-8").rstrip("\n").split(" ", 2)
            day, key, _ = date.fromisoformat(file.name[:10]), bytes.fromhex(salt), site_time(zone, now)
        except (ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
            file.unlink()
            return
        old = self._pairs.get(site)
        previous = old.salt if old and old.day == day - ONE_DAY else None
        self._pairs[site] = SaltPair(day, zone, key, previous, now + SESSION_TIMEOUT_SECONDS)
        if old and previous is None:
            self._delete_salt_file(site, old.day)

    def _destroy_pair(self, site: str, pair: SaltPair) -> None:
        self._destroy_previous(site, pair)
        self._delete_salt_file(site, pair.day)
        self._pairs.pop(site, None)

    def _destroy_previous(self, site: str, pair: SaltPair) -> None:
        if pair.previous:
            pair.previous = None
            self._delete_salt_file(site, pair.day - ONE_DAY)

    def _delete_salt_file(self, site: str, day: date) -> None:
        try:
            self._salt_file(site, day).unlink(missing_ok=True)
        except OSError:
            log.exception("The salt of %s for %s cannot be deleted: delete it", site, day)

    def _salt_file(self, site: str, day: date) -> Path:
        name = hashlib.blake2b(site.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        return self.folder / f"{day.isoformat()}-{name}.salt"
