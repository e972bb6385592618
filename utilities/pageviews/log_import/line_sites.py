"""Finds the site of a line by its host."""

from pathlib import Path

from utilities.model.errors import HitRejected, SettingsError
from utilities.pageviews.log_import.log_line import is_domain
from utilities.pageviews.sites.registry import SiteRegistry
from utilities.pageviews.sites.site_file import Site

MAX_HOST_CACHE = 10_000  # hosts whose site is remembered


class LineSites:
    """The sites of lines. `site_name` is the site of logs without hosts; without it the only site is.

    Raises SettingsError when there is no site of this name.
    """

    def __init__(self, sites: SiteRegistry, site_name: str) -> None:
        self.sites = sites
        self.default: Site | None = None
        self.cached: dict[str, Site | None] = {}
        if site_name:
            try:
                self.default = sites.get(site_name) or sites.find_site(site_name, site_name)
            except HitRejected:
                raise SettingsError(sites.unknown_name_text(site_name)) from None
        elif len(sites) == 1:
            self.default = next(iter(sites))

    def find(self, host: str) -> Site | None:
        """Returns the site of a host as beacons find it, or the default for what is no domain; None for neither."""
        if host not in self.cached:
            if len(self.cached) >= MAX_HOST_CACHE:
                self.cached.clear()
            self.cached[host] = self._search(host)
        return self.cached[host]

    def _search(self, host: str) -> Site | None:
        """A host that is no domain (`web-1`, an address, none) is only a site's when sites.yaml has it."""
        if not host or (self.default is not None and not self.sites.configured):
            return self.default
        if not is_domain(host) and self.default is not None and host not in self.default.domains:
            return self.sites.by_domain.get(host, self.default)
        try:
            return self.sites.find_site("", host)
        except HitRejected:
            return None

    def is_needed(self, host: str) -> bool:
        """Whether a line with this host belongs to no site only because the command does not name one."""
        return self.default is None and not is_domain(host)

    def needed_text(self, path: Path) -> str:
        names = ", ".join(each.name for each in self.sites) or "none in boards/sites.yaml"
        return f"{path} has no host names: add --site NAME (there are: {names})."
