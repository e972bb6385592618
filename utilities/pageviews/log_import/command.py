"""`run.py import-log`: imports files, oldest first, each with a progress bar."""

import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from tqdm import tqdm  # type: ignore[import-untyped]

from utilities.config.settings import Settings
from utilities.model.clock import Clock
from utilities.model.errors import HitRejected, SettingsError
from utilities.pageviews.classify.classifier import open_classifier
from utilities.pageviews.classify.visitor_ids import DerivedSalts
from utilities.pageviews.log_import.access_log import LogLine, parse_log_line
from utilities.pageviews.log_import.checkpoints import Checkpoints
from utilities.pageviews.log_import.importer import ROWS_PER_BATCH, ImportSummary, LogImport, OnProgress, SiteByHost
from utilities.pageviews.log_import.log_file import LogFile
from utilities.pageviews.sites.registry import SiteRegistry
from utilities.pageviews.sites.site_file import Site
from utilities.pageviews.storage.interface import PageViewStore

MAX_LINES_TO_FIRST = 1000  # how many lines are tried to find a readable one
MAX_HOST_CACHE = 10_000  # hosts whose site is remembered


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
    batch: int = ROWS_PER_BATCH,
) -> AsyncIterator[ImportSummary]:
    """Imports the files and yields the summary of each. `site` is the site of logs without host names.

    `quiet` hides the progress bar; `pause` sleeps that many seconds every few lines. An interrupted import continues.
    Raises SettingsError when a file cannot be read or its site is unknown, and StoreDown.
    """
    checkpoints = Checkpoints(settings.data_dir / "imports", site)
    ordered = sort_by_time(paths)
    for path, line in ordered:
        check_site(path, line, sites, site)
    counter = open_classifier(
        settings.data_dir,
        settings.geoip_db,
        clock(),
        sites.get,
        DerivedSalts(checkpoints.load_key()),
        sites.owner_of,
    )
    try:
        for path, _ in ordered:
            with LogFile(path) as file, progress_bar(file, quiet) as progress:
                work = LogImport(file, counter, keep, site_finder(sites, site), checkpoints, batch)
                summary = await work.run(progress_callback(progress), pause)
            yield summary
    finally:
        counter.close()
    checkpoints.delete_key()


def progress_bar(file: LogFile, quiet: bool) -> "tqdm[None]":
    """Returns a progress bar, shown on terminals only: bytes, remaining time and lines a second."""
    name = file.path.name
    return tqdm(total=file.size, desc=name, unit="B", unit_scale=True, disable=True if quiet else None, leave=False)


def progress_callback(progress: "tqdm[None]") -> OnProgress:
    began, first = time.monotonic(), -1

    def on_progress(read: int, lines: int) -> None:
        nonlocal first
        first = lines if first < 0 else first
        rate = (lines - first) / max(time.monotonic() - began, 0.001)
        progress.set_postfix_str(f"{rate:,.0f} lines/s", refresh=False)
        progress.update(read - progress.n)

    return on_progress


def site_finder(sites: SiteRegistry, site_name: str) -> SiteByHost:
    """Returns a function that finds a line's site by its host, or by `site_name`."""
    cached: dict[str, Site | None] = {}

    def site_of(host: str) -> Site | None:
        if host not in cached:
            if len(cached) >= MAX_HOST_CACHE:
                cached.clear()
            cached[host] = find_line_site(sites, site_name, host)
        return cached[host]

    return site_of


def find_line_site(sites: SiteRegistry, site_name: str, host: str) -> Site | None:
    """Returns the site of a line, or None. A log without hosts belongs to `site_name`, or to the only site."""
    only = next(iter(sites)).name if len(sites) == 1 else ""
    site = sites.get(site_name or only) if not host else None
    try:
        return site or sites.find_site(site_name, host or site_name)
    except HitRejected:
        return None


def check_site(path: Path, line: LogLine | None, sites: SiteRegistry, site_name: str) -> None:
    """Raises SettingsError when the first line has no site."""
    if line is None or find_line_site(sites, site_name, line.host) is not None:
        return
    names = ", ".join(each.name for each in sites) or "none in boards/sites.yaml"
    raise SettingsError(f"{path} has no host names: add --site NAME (there are: {names}).")


def sort_by_time(paths: Sequence[Path]) -> list[tuple[Path, LogLine | None]]:
    """Returns the logs oldest first, each with its first readable line."""
    logs = [(path, read_first_line(path)) for path in dict.fromkeys(paths)]
    return sorted(logs, key=lambda each: each[1].at if each[1] else float("inf"))


def read_first_line(path: Path) -> LogLine | None:
    try:
        with LogFile(path) as file:
            for number, (_, raw) in enumerate(file.read_lines()):
                line = parse_log_line(raw.decode("utf-8", "replace").strip())
                if line is not None or number == MAX_LINES_TO_FIRST:
                    return line
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from error
    return None
