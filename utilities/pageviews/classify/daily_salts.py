"""A random salt for each site and day, stored so that it survives a restart, and destroyed afterwards."""

from datetime import date, timedelta
from pathlib import Path

from utilities.pageviews.classify.salt_files import SaltFiles, SaltStorage, StoredSalt
from utilities.pageviews.classify.sessions import SESSION_TIMEOUT_SECONDS
from utilities.pageviews.classify.site_clock import midnight_epoch, site_time
from utilities.pageviews.classify.visitor_ids import SaltPair

ONE_DAY = timedelta(days=1)


class DailySalts:
    """The salts of all sites. Processes that share the storage share them. Belongs to the event loop's thread."""

    def __init__(self, storage: SaltStorage | Path, now: float) -> None:
        """Loads the salts of the storage, or of SaltFiles in a folder; raises OSError when that cannot be used."""
        self.storage = SaltFiles(storage) if isinstance(storage, Path) else storage
        self._pairs: dict[str, SaltPair] = {}
        for stored in self.storage.load(now):
            self._load_salt(stored, now)
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
        pair = self._pairs[site] = SaltPair(day, zone, self.storage.create(site, zone, day), previous, until)
        return pair

    def replace_salt(self, site: str, day: date, salt: bytes) -> None:
        """Uses another salt from now on, because another process was first to create the day's."""
        pair = self._pairs.get(site)
        if pair and pair.day == day:
            pair.salt = salt
        elif pair and pair.previous and pair.day - ONE_DAY == day:
            pair.previous = salt

    def _load_salt(self, stored: StoredSalt, now: float) -> None:
        """Loads a salt of an earlier process, or of another one."""
        site, zone, day, salt = stored
        old = self._pairs.get(site)
        previous = old.salt if old and old.day == day - ONE_DAY else None
        self._pairs[site] = SaltPair(day, zone, salt, previous, now + SESSION_TIMEOUT_SECONDS)
        if old and previous is None:
            self.storage.delete(site, old.day)

    def _destroy_pair(self, site: str, pair: SaltPair) -> None:
        self._destroy_previous(site, pair)
        self.storage.delete(site, pair.day)
        self._pairs.pop(site, None)

    def _destroy_previous(self, site: str, pair: SaltPair) -> None:
        if pair.previous:
            pair.previous = None
            self.storage.delete(site, pair.day - ONE_DAY)
