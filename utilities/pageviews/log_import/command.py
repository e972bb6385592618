"""`run.py import-log`: files oldest first, each with a progress bar, into the sites they belong to."""

import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from tqdm import tqdm  # type: ignore[import-untyped]

from utilities.config.settings import Settings
from utilities.model.clock import Clock
from utilities.model.errors import HitRejected, SettingsError
from utilities.pageviews.classify.classifier import open_classifier
from utilities.pageviews.classify.visitor_ids import DerivedSalts
from utilities.pageviews.log_import.access_log import Line, parse
from utilities.pageviews.log_import.checkpoints import Bookmarks
from utilities.pageviews.log_import.importer import BATCH, Import, SiteOf, Summary, Told
from utilities.pageviews.log_import.log_file import LogFile
from utilities.pageviews.sites.registry import SiteRegistry
from utilities.pageviews.sites.site_file import Site
from utilities.pageviews.storage.interface import PageViewStore

FIRST = 1000  # lines among which the first that can be read is looked for
MOST_HOSTS = 10_000  # hosts whose site is remembered


async def import_logs(
    paths: Sequence[Path],
    *,
    settings: Settings,
    sites: SiteRegistry,
    keep: PageViewStore,
    clock: Clock,
    site: str = "",
    quiet: bool = False,
    pause: float = 0.0,
    batch: int = BATCH,
) -> AsyncIterator[Summary]:
    """Yields what was in each file. `site` says whose logs they are, where they do not say so themselves.

    `quiet` draws no progress bar; `pause` leaves that many seconds to others every few lines. What was broken off goes
    on where it was. Raises SettingsError when a file cannot be read or nobody knows whose it is, and StoreDown.
    """
    marks = Bookmarks(settings.data_dir / "imports", site)
    ordered = by_time(paths)
    for path, line in ordered:
        check_owner(path, line, sites, site)
    counter = open_classifier(settings.data_dir, settings.geoip_db, clock(), sites.get, DerivedSalts(marks.key()))
    try:
        for path, _ in ordered:
            with LogFile(path) as file, bar(file, quiet) as shown:
                work = Import(file, counter, keep, owner(sites, site), marks, batch)
                summary = await work.run(telling(shown), pause)
            yield summary
    finally:
        counter.close()
    marks.throw_key_away()


def bar(file: LogFile, quiet: bool) -> "tqdm[None]":
    """On a terminal only: bytes of the file, what is left of the time, and lines a second."""
    name = file.path.name
    return tqdm(total=file.size, desc=name, unit="B", unit_scale=True, disable=True if quiet else None, leave=False)


def telling(shown: "tqdm[None]") -> Told:
    began, first = time.monotonic(), -1

    def told(read: int, lines: int) -> None:
        nonlocal first
        first = lines if first < 0 else first
        rate = (lines - first) / max(time.monotonic() - began, 0.001)
        shown.set_postfix_str(f"{rate:,.0f} lines/s", refresh=False)
        shown.update(read - shown.n)

    return told


def owner(sites: SiteRegistry, named: str) -> SiteOf:
    """Finds each line's site by its host, or by the name that was given."""
    known: dict[str, Site | None] = {}

    def site_of(host: str) -> Site | None:
        if host not in known:
            if len(known) >= MOST_HOSTS:
                known.clear()
            known[host] = find(sites, named, host)
        return known[host]

    return site_of


def find(sites: SiteRegistry, named: str, host: str) -> Site | None:
    """None when it is nobody's. A log without hosts belongs to the site that is named, or the only one."""
    only = next(iter(sites)).name if len(sites) == 1 else ""
    site = sites.get(named or only) if not host else None
    try:
        return site or sites.find_site(named, host or named)
    except HitRejected:
        return None


def check_owner(path: Path, line: Line | None, sites: SiteRegistry, named: str) -> None:
    """Raises SettingsError when not even the first line has a site."""
    if line is None or find(sites, named, line.host) is not None:
        return
    known = ", ".join(each.name for each in sites) or "none in boards/sites.yaml"
    raise SettingsError(f"{path} does not say whose log it is: add --site NAME (there are: {known}).")


def by_time(paths: Sequence[Path]) -> list[tuple[Path, Line | None]]:
    """Rotated logs oldest first, however a shell has sorted their names; each with the first line that can be read."""
    found = [(path, first_line(path)) for path in dict.fromkeys(paths)]
    return sorted(found, key=lambda each: each[1].at if each[1] else float("inf"))


def first_line(path: Path) -> Line | None:
    try:
        with LogFile(path) as file:
            for number, (_, raw) in enumerate(file.lines()):
                line = parse(raw.decode("utf-8", "replace").strip())
                if line is not None or number == FIRST:
                    return line
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from error
    return None
