"""Imports access logs into the page-view store, as if each page had sent a hit."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from utilities.pageviews import Classifier, DropReason, Hit
from utilities.pageviews.collect.path_limit import PathLimit
from utilities.pageviews.log_import.line_kinds import LineKind
from utilities.pageviews.log_import.log_line import LogLine
from utilities.pageviews.log_import.ordering import HitSorter, LineIds, LoggedHit
from utilities.pageviews.log_import.summary import ImportSummary
from utilities.pageviews.sites.site_file import Site
from utilities.pageviews.storage.interface import PageViewStore
from utilities.pageviews.storage.row_file import RowFile

ROWS_PER_BATCH = 122_880
"""A row group of DuckDB: it goes to disk at once and is never rewritten. Smaller batches stay in memory and are merged
later."""
MAX_ROW_FILES = 50  # logs whose rows are in one batch
LINES_PER_TURN = 250  # lines between two turns of the progress bar and the event loop

OnHits = Callable[[int], None]
"""Called with how many hits have been classified."""


class HitLoader:
    """Classifies the sorted hits of an import and stores their page views; `load_hits` is called once.

    The rows of each log are in a file of their own, because the store says how many rows of a file are new.
    """

    def __init__(
        self,
        classifier: Classifier,
        store: PageViewStore,
        find_site: Callable[[str], Site | None],
        summaries: Sequence[ImportSummary],
        folder: Path,
        batch: int = ROWS_PER_BATCH,
    ) -> None:
        self.classifier = classifier
        self.store = store
        self.find_site = find_site
        self.summaries = summaries
        self.folder = folder
        self.batch = batch
        self.path_limit = PathLimit()
        self.line_ids = LineIds()
        self.row_files: dict[int, RowFile] = {}
        self.rows = 0

    async def load_hits(self, sorter: HitSorter, on_hits: OnHits, pause: float = 0.0) -> None:
        """Stores the page views; sleeps `pause` seconds every LINES_PER_TURN hits.

        Raises StoreDown. When cancelled it stores the rows it has.
        """
        try:
            for number, hit in enumerate(sorter.sorted_hits()):
                if not number % LINES_PER_TURN:
                    on_hits(number)
                    await asyncio.sleep(pause)
                self._classify(hit)
                if self.rows >= self.batch or len(self.row_files) > MAX_ROW_FILES:
                    await self._save_rows()
            await self._save_rows()
        except asyncio.CancelledError:
            await self._save_rows()
            raise
        finally:
            self._close_row_files()

    def _classify(self, logged: LoggedHit) -> None:
        """Classifies a hit and writes its row."""
        site = self.find_site(logged.site)
        summary = self.summaries[logged.log]
        if site is None:  # sites.yaml has changed since the line was read
            summary.kinds[LineKind.FOREIGN] += 1
            return
        hit = build_hit(LogLine(*logged.line), site, self.line_ids.make_id(logged))
        result = self.classifier.classify_hit(hit)
        if isinstance(result, DropReason):
            summary.kinds[LineKind[result.name]] += 1
            return
        summary.kinds[LineKind.PAGE] += 1
        if logged.log not in self.row_files:
            self.row_files[logged.log] = RowFile((self.folder / f"{logged.log}.rows").absolute())
        self.row_files[logged.log].write_view(self.path_limit.limit_path(result, site.distinct_paths))
        self.rows += 1

    async def _save_rows(self) -> None:
        """Stores the rows."""
        for log, row_file in self.row_files.items():
            if row_file.rows:
                self.summaries[log].new += await self.store.load_row_file(row_file.flush_rows())
                row_file.clear_rows()
        self._close_row_files()

    def _close_row_files(self) -> None:
        for row_file in self.row_files.values():
            row_file.close()
        self.row_files.clear()
        self.rows = 0


def build_hit(line: LogLine, site: Site, name: str) -> Hit:
    """Returns the hit that the browser would have sent, as far as the log has it."""
    return Hit(
        site=site.name,
        zone=site.zone,
        at=datetime.fromtimestamp(line.at, UTC),
        url=f"https://{line.host or site.domains[0]}{line.target}",
        referrer=line.referrer,
        title=line.title,
        address=line.address,
        agent=line.agent,
        language=line.language,
        screen=line.screen,
        headers=dict(line.headers),
        has_agent=bool(line.agent),
        id=name,
    )
