"""`run.py import-log`: reads all logs, and then stores their page views in order of time."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from tqdm import tqdm  # type: ignore[import-untyped]

from utilities.config.settings import Settings
from utilities.http.client_address import ClientAddresses
from utilities.model.clock import Clock
from utilities.pageviews.classify.classifier import open_classifier
from utilities.pageviews.classify.visitor_ids import DerivedSalts
from utilities.pageviews.log_import.import_turn import ImportTurn, take_import_turn
from utilities.pageviews.log_import.importer import LINES_PER_TURN, ROWS_PER_BATCH, HitLoader
from utilities.pageviews.log_import.line_sites import LineSites
from utilities.pageviews.log_import.log_file import LogFile
from utilities.pageviews.log_import.log_reader import LogReader
from utilities.pageviews.log_import.ordering import HitSorter
from utilities.pageviews.log_import.summary import ImportSummary
from utilities.pageviews.sites.registry import SiteRegistry
from utilities.pageviews.storage.interface import PageViewStore

OnProgress = Callable[[int, int], None]
"""Called with how many bytes and lines of the file have been read."""


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
    turn: ImportTurn | None = None,
) -> AsyncIterator[ImportSummary]:
    """Imports the logs and yields the summary of each, oldest first. `site` is the site of logs without host names.

    `quiet` hides the progress bar; `pause` sleeps that many seconds every few lines; `turn` is the caller's right to
    import, otherwise this waits for its own. Nothing is stored before every log is read. Raises SettingsError when a
    log cannot be read, its site is unknown, or another process imports it; and StoreDown.
    """
    paths = list(dict.fromkeys(paths))
    async with AsyncExitStack() as closing:
        line_sites = LineSites(sites, site)
        if turn is None:
            turn = await closing.enter_async_context(take_import_turn(settings.data_dir, paths))
        sorter, now = HitSorter(turn.folder), clock()
        closing.callback(sorter.close)
        summaries = [ImportSummary(path) for path in paths]
        addresses = ClientAddresses(settings.trusted_proxies)
        for number, summary in enumerate(summaries):
            reader = LogReader(number, summary, line_sites, addresses, sorter, now)
            await read_log(reader, summary, quiet=quiet, pause=pause)
        salts = DerivedSalts(turn.load_key(site))
        classifier = open_classifier(settings.data_dir, settings.geoip_db, now, sites.get, salts, sites.owner_of)
        closing.callback(classifier.close)
        loader = HitLoader(classifier, keep, sites.get, summaries, turn.folder, batch)
        with progress_bar("page views", sorter.count, quiet, unit="") as progress:
            await loader.load_hits(sorter, lambda hits: progress.update(hits - progress.n), pause)
        turn.delete_key(site)
    for summary in sorted(summaries, key=lambda each: each.first_time):
        yield summary


async def read_log(reader: LogReader, summary: ImportSummary, *, quiet: bool, pause: float) -> None:
    """Reads a log to its end."""
    with LogFile(summary.path) as file, progress_bar(summary.path.name, file.size, quiet) as progress:
        on_progress = progress_callback(progress)
        async for lines in file.read_lines():
            for raw in lines:
                reader.read_line(raw, is_open_ended=file.is_open_ended)
                if not reader.number % LINES_PER_TURN:
                    on_progress(file.bytes_read, summary.lines)
                    await asyncio.sleep(pause)
        reader.end_log()
        summary.is_truncated = file.is_truncated


def progress_bar(name: str, total: int, quiet: bool, unit: str = "B") -> "tqdm[None]":
    """Returns a progress bar, shown on terminals only: bytes or hits, remaining time and lines a second."""
    return tqdm(total=total, desc=name, unit=unit, unit_scale=True, disable=True if quiet else None, leave=False)


def progress_callback(progress: "tqdm[None]") -> OnProgress:
    began, first = time.monotonic(), -1

    def on_progress(read: int, lines: int) -> None:
        nonlocal first
        first = lines if first < 0 else first
        rate = (lines - first) / max(time.monotonic() - began, 0.001)
        progress.set_postfix_str(f"{rate:,.0f} lines/s", refresh=False)
        progress.update(read - progress.n)

    return on_progress
