"""A random salt for each site and day, kept in files so that a restart knows people again, and then destroyed."""

import hashlib
import logging
import secrets
from datetime import date, timedelta
from pathlib import Path

from utilities.pageviews.classify.site_clock import midnight, moment
from utilities.pageviews.classify.visitor_ids import SALT, SILENCE, Pair
from utilities.runtime.atomic_file import PRIVATE_MODE, create_file_atomically

DAY = timedelta(days=1)

log = logging.getLogger(__name__)


class Salts:
    """The salts of all sites. Processes that share `folder` share them. Belongs to the event loop's thread."""

    def __init__(self, folder: Path, now: float) -> None:
        """Raises OSError when the folder cannot be made or read."""
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        self.folder = folder
        self._pairs: dict[str, Pair] = {}
        for file in sorted(folder.iterdir()):  # by day, for the name begins with it
            if file.suffix == ".salt":
                self._remember(file, now)
            elif file.stat().st_mtime < now - SILENCE:  # a draft of a process that was killed
                file.unlink()
        self.tend(now)

    def pair(self, site: str, zone: str, at: float) -> Pair:
        """The site's salts at `at`; makes the day's when it is asked for the first time."""
        pair, day = self._pairs.get(site), moment(zone, at).day
        if pair is None or pair.day < day:
            return self._turn(site, zone, day, at)
        if pair.before and at > pair.until:
            self._destroy_before(site, pair)
        return pair

    def tend(self, now: float) -> None:
        """Destroys what nobody needs: for the minute hand, because a site at night has no hits that would."""
        for site, pair in list(self._pairs.items()):
            today = moment(pair.zone, now).day
            if pair.before and now > pair.until:
                self._destroy_before(site, pair)
            if pair.day < today and now > midnight(pair.zone, today) + SILENCE:
                self._destroy(site, pair)

    def _turn(self, site: str, zone: str, day: date, at: float) -> Pair:
        """The pair of a new day; with yesterday's salt until 0:30, when whoever it knows has come again or gone."""
        before, old, until = None, self._pairs.get(site), midnight(zone, day) + SILENCE
        if old and old.day == day - DAY and at <= until:
            before = old.salt
            self._destroy_before(site, old)
        elif old:
            self._destroy(site, old)
        pair = self._pairs[site] = Pair(day, zone, self._salt(site, zone, day), before, until)
        return pair

    def _salt(self, site: str, zone: str, day: date) -> bytes:
        """The day's salt: another process's if it was quicker, otherwise a new one, on disk before it is used."""
        salt, file = secrets.token_bytes(SALT), self._file(site, day)
        content = f"{salt.hex()} {zone} {site}\n".encode()
        try:
            if not create_file_atomically(file, content, mode=PRIVATE_MODE, sync=True):
                return bytes.fromhex(file.read_text(encoding="utf-8").partition(" ")[0])
        except (OSError, ValueError):  # a full disk at midnight is no reason to count nobody
            log.exception("The salt of %s is not kept in %s: after a restart people count twice", site, self.folder)
        return salt

    def _remember(self, file: Path, now: float) -> None:
        """Takes a salt of an earlier process; a file that makes no sense goes."""
        try:
            salt, zone, site = file.read_text(encoding="utf-8").rstrip("\n").split(" ", 2)
            day, key, _ = date.fromisoformat(file.name[:10]), bytes.fromhex(salt), moment(zone, now)
        except (ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
            file.unlink()
            return
        old = self._pairs.get(site)
        before = old.salt if old and old.day == day - DAY else None
        self._pairs[site] = Pair(day, zone, key, before, now + SILENCE)
        if old and before is None:
            self._unlink(site, old.day)

    def _destroy(self, site: str, pair: Pair) -> None:
        self._destroy_before(site, pair)
        self._unlink(site, pair.day)
        self._pairs.pop(site, None)

    def _destroy_before(self, site: str, pair: Pair) -> None:
        if pair.before:
            pair.before = None
            self._unlink(site, pair.day - DAY)

    def _unlink(self, site: str, day: date) -> None:
        try:
            self._file(site, day).unlink(missing_ok=True)
        except OSError:
            log.exception("The salt of %s for %s cannot be destroyed: delete it", site, day)

    def _file(self, site: str, day: date) -> Path:
        name = hashlib.blake2b(site.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        return self.folder / f"{day.isoformat()}-{name}.salt"
