"""A random salt for each site and day, stored so that it survives a restart, and destroyed afterwards."""

from datetime import date, timedelta
from pathlib import Path

from utilities.pageviews.classify.salt_files import SaltFiles, SaltStorage, StoredSalt
from utilities.pageviews.classify.sessions import SESSION_TIMEOUT_SECONDS
from utilities.pageviews.classify.site_clock import midnight_epoch, site_time
from utilities.pageviews.classify.visitor_ids import MAX_EARLIER_DAYS, EarlierSalt, SiteSalts

ONE_DAY = timedelta(days=1)


class DailySalts:
    """The salts of all sites. Processes that share the storage share them. Belongs to the event loop's thread."""

    def __init__(self, storage: SaltStorage | Path, now: float) -> None:
        """Loads the salts of the storage, or of SaltFiles in a folder; raises OSError when that cannot be used."""
        self.storage = SaltFiles(storage) if isinstance(storage, Path) else storage
        self._salts: dict[str, SiteSalts] = {}
        for stored in self.storage.load(now):
            if is_ahead(stored.day, site_time(stored.zone, now).day):
                self.storage.delete(stored.site, stored.day)
            else:
                self._load_salt(stored, now)
        self.destroy_expired(now)

    def salts_at(self, site: str, zone: str, at: float) -> SiteSalts:
        """Returns the site's salts at `at`; creates the day's on first use."""
        salts, day = self._salts.get(site), site_time(zone, at).day
        if salts and is_ahead(salts.day, day):
            self._destroy_all(site, salts)
            salts = None
        if salts is None or salts.day < day:
            return self._start_day(site, zone, day, at)
        if salts.earlier:
            self._destroy_earlier(site, salts, at)
        return salts

    def destroy_expired(self, now: float) -> None:
        """Destroys expired salts; called every minute, because a site without hits would keep its salts."""
        self.storage.retry_failed()
        for site, salts in list(self._salts.items()):
            today = site_time(salts.zone, now).day
            self._destroy_earlier(site, salts, now)
            if is_ahead(salts.day, today) or (
                salts.day < today and now > midnight_epoch(salts.zone, today) + SESSION_TIMEOUT_SECONDS
            ):
                self._destroy_all(site, salts)

    def _start_day(self, site: str, zone: str, day: date, at: float) -> SiteSalts:
        """Returns the salts of a new day, with yesterday's until 0:30, when yesterday's visits have timed out.

        Those of the days before stay while visits use them.
        """
        old, until = self._salts.get(site), midnight_epoch(zone, day) + SESSION_TIMEOUT_SECONDS
        salts = SiteSalts(day, zone, self.storage.create(site, zone, day))
        if old and old.day == day - ONE_DAY:
            salts.earlier = (EarlierSalt(old.day, old.salt, until), *old.earlier)
            self._destroy_earlier(site, salts, at)
        elif old:
            self._destroy_all(site, old)
        self._salts[site] = salts
        return salts

    def replace_salt(self, site: str, day: date, salt: bytes) -> None:
        """Uses another salt from now on, because another process was first to create the day's."""
        salts = self._salts.get(site)
        if salts and salts.day == day:
            salts.salt = salt
        for earlier in salts.earlier if salts else ():
            if earlier.day == day:
                earlier.salt = salt

    def _load_salt(self, stored: StoredSalt, now: float) -> None:
        """Loads a salt of an earlier process, or of another one; its visits may be open for 30 minutes from now."""
        site, zone, day, salt = stored
        salts, old = SiteSalts(day, zone, salt), self._salts.get(site)
        if old:
            salts.earlier = (EarlierSalt(old.day, old.salt, now + SESSION_TIMEOUT_SECONDS), *old.earlier)
            self._destroy_earlier(site, salts, now)
        self._salts[site] = salts

    def _destroy_all(self, site: str, salts: SiteSalts) -> None:
        self._destroy_earlier(site, salts, float("inf"))
        self.storage.delete(site, salts.day)
        self._salts.pop(site, None)

    def _destroy_earlier(self, site: str, salts: SiteSalts, now: float) -> None:
        """Destroys the salts of earlier days whose visits have ended, and those of too many days ago."""
        oldest = salts.day - MAX_EARLIER_DAYS * ONE_DAY
        stay = tuple(each for each in salts.earlier if now <= each.until and each.day >= oldest)
        for earlier in salts.earlier:
            if earlier not in stay:
                self.storage.delete(site, earlier.day)
        salts.earlier = stay


def is_ahead(day: date, today: date) -> bool:
    """Whether a salt's day is so far ahead that the clock was wrong; without this check the salt would stay till then.

    A clock that is put back over one midnight changes no visitor.
    """
    return day > today + ONE_DAY
