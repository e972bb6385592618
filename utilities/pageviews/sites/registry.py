"""The sites of a process, kept in step with their file, and which of them a hit belongs to."""

import logging
import re
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from utilities.model.errors import BoardError, ForeignHost, UnknownSite
from utilities.pageviews.sites.site_file import Limits, Site, SiteFile, read, registrable
from utilities.runtime.watched_file import WatchedFile

log = logging.getLogger("foyer.sites")

FILE = "sites.yaml"
BETWEEN_LOOKS = 2.0  # seconds between two looks at the file
MOST_ANY = 100  # sites that come into being by being counted, where none is configured
MAX_CACHED_HOSTS = 4096
FREE_NAME = re.compile(r"[a-z0-9_.:-]{1,100}")


class Sites:
    """The last good sites of `sites.yaml`; owned by the event loop's thread. Iterates in the order of the file.

    With `any_host` (this machine only) and no site in the file, every host is a site of its own.
    """

    def __init__(
        self, file: Path, *, any_host: bool, zone: str = "UTC", steady: Callable[[], float] = time.monotonic
    ) -> None:
        self.file = file
        self.any_host = any_host
        self.zone = zone  # of sites that name none
        self.fault = ""  # what is wrong with the file as it is now; what was good still counts
        self.watched = WatchedFile(file, interval=BETWEEN_LOOKS, clock=steady)
        self.take(SiteFile())

    def __iter__(self) -> Iterator[Site]:
        self.look()
        return iter(self.sites.values())

    def __len__(self) -> int:
        return len(self.sites)

    def get(self, name: str) -> Site | None:
        return self.sites.get(name)

    def load(self) -> None:
        """Reads the file; raises BoardError with every fault. A file that is not there has no sites."""
        self.watched.refresh_stamp()
        self.take(read(self.file))

    def look(self) -> None:
        """Reads the file again when it has changed, but does not look more often than every two seconds."""
        if not self.watched.poll():
            return
        try:
            self.take(read(self.file))
        except BoardError as error:
            self.fault = str(error)
            log.error("the sites stay as they were: %s", error)

    def find(self, name: str, host: str) -> Site:
        """The site a hit for a page on `host` belongs to; `name` is what the page's script says, '' when nothing.

        Raises UnknownSite and ForeignHost.
        """
        self.look()
        return self.cached_search(name, host)

    def search(self, name: str, host: str) -> Site:
        if self.any_host and not self.configured:
            return self.own(name or host.removeprefix("www."), host)
        if not name:
            return self.by_host(host)
        site = self.sites.get(name)
        if site is None:
            raise UnknownSite(f"there is no site called {name[:100]!r}")
        if registrable(host) not in {registrable(each) for each in site.domains}:
            raise ForeignHost(f"{host!r} is not {site.name}'s")
        return site

    def by_host(self, host: str) -> Site:
        """The site that names this domain, or else the nearest one above it, or else one beside it."""
        if not self.sites:
            raise UnknownSite("there are no sites")
        labels = host.split(".")
        for depth in range(len(labels)):
            site = self.by_domain.get(".".join(labels[depth:]))
            if site is not None:
                return site
        site = self.by_registrable.get(registrable(host))
        if site is None:
            raise ForeignHost(f"{host!r} is not any site's")
        return site

    def own(self, name: str, host: str) -> Site:
        """The site that a host is by itself."""
        site = self.sites.get(name)
        if site is None:
            if len(self.sites) >= MOST_ANY or not FREE_NAME.fullmatch(name):
                raise UnknownSite("there are too many sites; write those that count into sites.yaml")
            site = Site.model_construct(**{**DEFAULTS, "name": name, "domains": (host,), "zone": self.zone})
            self.sites[name] = site
        return site

    def take(self, file: SiteFile) -> None:
        zoned = [site if site.zone else site.model_copy(update={"zone": self.zone}) for site in file.sites]
        self.configured = bool(zoned)
        self.sites = {site.name: site for site in zoned}
        self.by_domain = {each: site for site in zoned for each in site.domains}
        self.by_registrable = {registrable(each): site for site in reversed(zoned) for each in site.domains}
        self.cached_search = lru_cache(MAX_CACHED_HOSTS)(self.search)
        self.limits: Limits = file.limits
        self.fault = ""


DEFAULTS = {name: each.default for name, each in Site.model_fields.items() if not each.is_required()}
"""What a site is that says nothing about itself."""
