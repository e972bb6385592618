"""The site registry: the sites of `sites.yaml`, reloaded when the file changes, and the site of each hit."""

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from utilities.model.errors import BoardError, ForeignHost, UnknownSite
from utilities.pageviews.host_names import to_ascii_host
from utilities.pageviews.sites.site_file import RateLimits, Site, SiteFile, read_site_file, registrable_domain
from utilities.runtime.watched_file import WatchedFile

log = logging.getLogger("foyer.sites")

SITES_FILE_NAME = "sites.yaml"
SITES_CHECK_SECONDS = 2.0
MAX_IMPLICIT_SITES = 100  # sites created by their first hit, where none is configured
MAX_CACHED_HOSTS = 4096
IMPLICIT_SITE_NAME = re.compile(r"[a-z0-9_.:-]{1,100}")


class SiteRegistry:
    """The last valid sites of `sites.yaml`; owned by the event loop's thread. Iterates in the order of the file.

    With `any_host` (this machine only) and no site in the file, every host is a site.
    """

    def __init__(
        self, file: Path, *, any_host: bool, zone: str = "UTC", monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.file = file
        self.any_host = any_host
        self.zone = zone  # of sites without one
        self.fault = ""  # why the current file is not used; the last valid one is
        self.watched = WatchedFile(file, interval=SITES_CHECK_SECONDS, clock=monotonic)
        self._apply_file(SiteFile())

    def __iter__(self) -> Iterator[Site]:
        self.reload_if_changed()
        return iter(self.sites.values())

    def __len__(self) -> int:
        return len(self.sites)

    def get(self, name: str) -> Site | None:
        return self.sites.get(name)

    def unknown_name_text(self, name: str, others: Iterable[str] = ()) -> str:
        """Returns a sentence for a name that is no site's, with the nearest one; `others` are sites of the past."""
        names = sorted({*self.sites, *others})
        near = get_close_matches(name, names, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(names) or 'none in boards/sites.yaml'}."
        return f"There is no site called {name[:100]!r}; {hint}"

    def load_file(self) -> None:
        """Reads the file; raises BoardError with every fault. Without a file there are no sites."""
        self.watched.refresh_stamp()
        self._apply_file(read_site_file(self.file))

    def reload_if_changed(self) -> None:
        """Reads the file again when it has changed; checks at most every two seconds."""
        if not self.watched.poll():
            return
        try:
            self._apply_file(read_site_file(self.file))
        except BoardError as error:
            self.fault = str(error)
            log.error("sites.yaml is invalid, the previous sites are used: %s", error)

    def find_site(self, name: str, host: str) -> Site:
        """Returns the site of a hit for a page on `host`; `name` is the site's name in the page's script, or ''.

        Raises UnknownSite and ForeignHost.
        """
        self.reload_if_changed()
        return self.cached_search(name, host)

    def _search_site(self, name: str, host: str) -> Site:
        if self.any_host and not self.configured:
            return self._implicit_site(name or host.removeprefix("www."), host)
        if not name:
            return self._find_by_host(host)
        site = self.sites.get(name)
        if site is None:
            raise UnknownSite(f"there is no site called {name[:100]!r}")
        if registrable_domain(host) not in {registrable_domain(each) for each in site.domains}:
            raise ForeignHost(f"{host!r} is not {site.name}'s")
        return site

    def owner_of(self, host: str) -> Site | None:
        """Returns the site with this domain or the nearest parent domain; hosts in Unicode or without `www.` too."""
        try:
            plain = host if host.isascii() else to_ascii_host(host)
        except ValueError:
            return None
        labels = plain.split(".")
        parents = (".".join(labels[depth:]) for depth in range(1, len(labels)))
        owners = map(self.by_domain.get, (plain, f"www.{plain}", *parents))
        return next(filter(None, owners), None)

    def _find_by_host(self, host: str) -> Site:
        """Returns the site with this domain, or the nearest parent domain, or the same registrable domain."""
        if not self.sites:
            raise UnknownSite("there are no sites")
        site = self.owner_of(host) or self.by_registrable.get(registrable_domain(host))
        if site is None:
            raise ForeignHost(f"{host!r} is not any site's")
        return site

    def _implicit_site(self, name: str, host: str) -> Site:
        """Returns the site of an unconfigured host, created by its first hit."""
        site = self.sites.get(name)
        if site is None:
            if len(self.sites) >= MAX_IMPLICIT_SITES or not IMPLICIT_SITE_NAME.fullmatch(name):
                raise UnknownSite("there are too many sites; write those that count into sites.yaml")
            site = Site.model_construct(**{**SITE_DEFAULTS, "name": name, "domains": (host,), "zone": self.zone})
            self.sites[name] = site
        return site

    def _apply_file(self, file: SiteFile) -> None:
        zoned = [site if site.zone else site.model_copy(update={"zone": self.zone}) for site in file.sites]
        self.configured = bool(zoned)
        self.sites = {site.name: site for site in zoned}
        self.by_domain = {each: site for site in zoned for each in site.domains}
        self.by_registrable = {registrable_domain(each): site for site in reversed(zoned) for each in site.domains}
        self.cached_search = lru_cache(MAX_CACHED_HOSTS)(self._search_site)
        self.limits: RateLimits = file.limits
        self.fault = ""


SITE_DEFAULTS = {name: each.default for name, each in Site.model_fields.items() if not each.is_required()}
"""The options of a site that sets none."""
