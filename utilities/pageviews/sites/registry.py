"""The site registry: the sites of `sites.yaml`, reloaded when the file changes, and the site of each hit."""

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from utilities.model.clock import MonotonicClock
from utilities.model.errors import BoardError, ForeignHost, Overloaded, UnknownSite
from utilities.model.near_names import find_near_name
from utilities.pageviews.host_names import to_ascii_host
from utilities.pageviews.sites.site_file import RateLimits, Site, SiteFile, read_site_file, registrable_domain
from utilities.runtime.watched_files import WatchedFiles

SITES_FILE_NAME = "sites.yaml"
MAX_IMPLICIT_SITES = 100  # sites created by their first hit, where none is configured
MAX_CACHED_HOSTS = 4096
IMPLICIT_SITE_NAME = re.compile(r"[a-z0-9_.:-]{1,100}")


class SiteRegistry:
    """The last valid sites of `sites.yaml`; owned by the event loop's thread. Iterates in the order of the file.

    With `any_host` (this machine only) and no site in the file, every host is a site. `fixed_sites` replace the file.
    """

    def __init__(
        self,
        file: Path,
        *,
        any_host: bool,
        zone: str = "UTC",
        monotonic: MonotonicClock = time.monotonic,
        fixed_sites: tuple[Site, ...] = (),
    ) -> None:
        self.file = file
        self.any_host = any_host
        self.zone = zone  # of sites without one
        self.watched = WatchedFiles[SiteTables](
            "the list of sites",
            list_paths=lambda: [] if fixed_sites else [file],
            read=lambda path: build_tables(read_site_file(path), zone),
            accept=self._accept_file,
            monotonic=monotonic,
        )
        self._use_tables(build_tables(SiteFile(sites=fixed_sites), zone))

    @property
    def fault(self) -> str:
        """Returns why the current file is not used, '' when it is; otherwise the last valid sites are."""
        return next(iter(self.watched.faults.values()), "")

    def __iter__(self) -> Iterator[Site]:
        return iter(self.sites.values())

    def __len__(self) -> int:
        return len(self.sites)

    def get(self, name: str) -> Site | None:
        return self.sites.get(name)

    def unknown_name_text(self, name: str, others: Iterable[str] = ()) -> str:
        """Returns a sentence for a name that is no site's, with the nearest one; `others` are sites of the past."""
        names = sorted({*self.sites, *others})
        near = find_near_name(name, names)
        hint = f"Did you mean {near}? " if near else ""
        return f"There is no site {name[:100]}. {hint}There are: {', '.join(names) or 'none in boards/sites.yaml'}."

    def load_file(self) -> None:
        """Reads the file; raises BoardError with every fault. Without a file there are no sites."""
        self.poll()
        if self.fault:
            raise BoardError(self.fault)

    def poll(self) -> None:
        """Reads the file again when it has changed; a wrong, empty or absent file leaves the sites as they are."""
        self.watched.poll()

    async def refresh(self) -> None:
        """Does as `poll`, without blocking the event loop."""
        await self.watched.refresh()

    def find_site(self, name: str, host: str) -> Site:
        """Returns the site of a hit for a page on `host`; `name` is the site's name in the page's script, or ''.

        Raises UnknownSite and ForeignHost, and Overloaded while the only list of sites there ever was is wrong.
        """
        if not self.watched.accepted and self.fault:
            raise Overloaded("the list of sites cannot be used")
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

    def _accept_file(self, path: Path, tables: "SiteTables") -> None:
        if self.configured and not tables.sites:
            raise BoardError(
                "has no sites any more, so the last ones are still used; restart Foyer to count none", file=str(path)
            )
        self._use_tables(tables)

    def _use_tables(self, tables: "SiteTables") -> None:
        self.configured = bool(tables.sites)
        self.sites = dict(tables.sites)
        self.by_domain, self.by_registrable, self.limits = tables.by_domain, tables.by_registrable, tables.limits
        self.cached_search = lru_cache(MAX_CACHED_HOSTS)(self._search_site)


@dataclass(frozen=True)
class SiteTables:
    """The sites of a file by name, domain and registrable domain, and its limits."""

    sites: Mapping[str, Site]
    by_domain: Mapping[str, Site]
    by_registrable: Mapping[str, Site]
    limits: RateLimits


def build_tables(file: SiteFile, zone: str) -> SiteTables:
    """Returns the tables; sites without a time zone get `zone`. It takes long for many domains."""
    zoned = [site if site.zone else site.model_copy(update={"zone": zone}) for site in file.sites]
    return SiteTables(
        {site.name: site for site in zoned},
        {each: site for site in zoned for each in site.domains},
        {registrable_domain(each): site for site in reversed(zoned) for each in site.domains},
        file.limits,
    )


SITE_DEFAULTS = {name: each.default for name, each in Site.model_fields.items() if not each.is_required()}
"""The options of a site that sets none."""
