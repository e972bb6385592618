"""Imports access logs into the page-view store, as if each page had sent a hit."""

import asyncio
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from utilities.pageviews import Classifier, DropReason, Hit
from utilities.pageviews.classify.bots import is_bot
from utilities.pageviews.classify.classifier import MAX_AGENT_CHARS
from utilities.pageviews.collect.path_limit import PathLimit
from utilities.pageviews.log_import.access_log import LogLine, parse_log_line
from utilities.pageviews.log_import.checkpoints import Checkpoint, Checkpoints
from utilities.pageviews.log_import.line_kinds import LineKind, line_kind
from utilities.pageviews.log_import.log_file import TOO_LONG_LINE, LogFile
from utilities.pageviews.log_import.ordering import LineIds, ReorderBuffer
from utilities.pageviews.sites.site_file import Site
from utilities.pageviews.storage.interface import PageViewStore
from utilities.pageviews.storage.row_file import RowFile

ROWS_PER_BATCH = 122_880
"""A row group of DuckDB: it goes to disk at once and is never rewritten. Smaller batches stay in memory and are merged
later."""
LINES_PER_TURN = 250  # lines between two turns of the progress bar and the event loop
SHOWN_LINES = 5  # unreadable lines in the summary
SHOWN_LINE_CHARS = 160


SiteByHost = Callable[[str], Site | None]
"""Returns the site of a host ('' when the log has no hosts), None when it is not counted."""
OnProgress = Callable[[int, int], None]
"""Called with how many bytes and lines of the file have been read."""


@dataclass
class ImportSummary:
    """The summary of one file; `unreadable` has the first unreadable lines with their numbers."""

    path: Path
    lines: int = 0
    kinds: Tally[LineKind] = field(default_factory=Tally)
    unreadable: list[str] = field(default_factory=list)
    new: int = 0  # page views that were not in the store before
    resumed: int = 0  # lines that an earlier run has imported
    is_truncated: bool = False  # a compressed file that is incomplete

    def text_lines(self) -> Iterator[str]:
        """Yields the lines of the summary."""
        yield f"{self.path}: {self.lines:,} lines" + (f", {self.resumed:,} of them before" if self.resumed else "")
        yield f"{self.new:>14,} new page views"
        for kind in reversed(LineKind):
            if self.kinds[kind] or kind in (LineKind.PAGE, LineKind.UNREADABLE):
                yield f"{self.kinds[kind]:>14,} {kind}"
        yield from (f"{'':>14} {line}" for line in self.unreadable)
        if self.is_truncated:
            yield f"{'':>14} The file is truncated: the rest of it cannot be unpacked."


class LogImport:
    """The import of one file; `run` is called once."""

    def __init__(
        self,
        file: LogFile,
        counter: Classifier,
        keep: PageViewStore,
        site_of: SiteByHost,
        checkpoints: Checkpoints,
        batch: int = ROWS_PER_BATCH,
    ) -> None:
        self.file = file
        self.counter = counter
        self.store = keep
        self.site_of = site_of
        self.checkpoints = checkpoints
        self.batch = batch
        self.path_limit = PathLimit()
        self.reorder_buffer = ReorderBuffer()
        self.summary = ImportSummary(file.path)

    async def run(self, on_progress: OnProgress, pause: float = 0.0) -> ImportSummary:
        """Imports the file from the checkpoint to its end; sleeps `pause` seconds every LINES_PER_TURN lines.

        Raises StoreDown. When cancelled it saves the rows it has.
        """
        checkpoint = self.checkpoints.load_checkpoint(self.file)
        self.line_ids = LineIds(checkpoint.seen)
        self.summary.lines = self.summary.resumed = checkpoint.lines
        self.summary.kinds.update({LineKind(name): count for name, count in checkpoint.kinds.items()})
        place = checkpoint.place
        with RowFile(self.checkpoints.row_file_path(self.file)) as self.row_file:
            try:
                for place, raw in self.file.read_lines(checkpoint.place):
                    self._import_line(raw)
                    if not self.summary.lines % LINES_PER_TURN:
                        on_progress(self.file.bytes_read, self.summary.lines)
                        await asyncio.sleep(pause)
                    if self.row_file.rows >= self.batch:
                        await self._save_rows(place)
            except asyncio.CancelledError:
                await self._save_rows(place)
                raise
            await self._save_rows(place)
        self.checkpoints.delete_checkpoint(self.file)
        on_progress(self.file.size, self.summary.lines)
        self.summary.is_truncated = self.file.is_truncated
        return self.summary

    def _import_line(self, raw: bytes) -> None:
        """Counts a line by its kind, and adds its hit when it may be a page view."""
        self.summary.lines += 1
        text = raw.decode("utf-8", "replace").strip()
        line = parse_log_line(text) if text and raw is not TOO_LONG_LINE else None
        if line is None:
            return self._count_unreadable(text, raw)
        kind = line_kind(line)
        site = self.site_of(line.host) if kind is LineKind.PAGE else None
        if site is None:
            self.summary.kinds[LineKind.FOREIGN if kind is LineKind.PAGE else kind] += 1
        elif is_bot(line.agent[:MAX_AGENT_CHARS]):
            self.summary.kinds[LineKind.BOT] += 1
        else:
            hit = build_hit(line, site, self.line_ids.make_id(site.name, line))
            for settled in self.reorder_buffer.add_hit(line.at, hit, site):
                self._classify_hit(*settled)
        return None

    def _classify_hit(self, hit: Hit, site: Site) -> None:
        """Classifies a hit, in order of time, and writes its row."""
        result = self.counter.classify_hit(hit)
        if isinstance(result, DropReason):
            self.summary.kinds[LineKind[result.name]] += 1
        else:
            self.summary.kinds[LineKind.PAGE] += 1
            self.row_file.write_view(self.path_limit.limit_path(result, site.distinct_paths))

    def _count_unreadable(self, text: str, raw: bytes) -> None:
        if not text and raw is not TOO_LONG_LINE:
            self.summary.kinds[LineKind.BLANK] += 1
            return
        self.summary.kinds[LineKind.UNREADABLE] += 1
        if len(self.summary.unreadable) < SHOWN_LINES:
            what = ascii(text[:SHOWN_LINE_CHARS]) if raw is not TOO_LONG_LINE else "(longer than any web server writes)"
            self.summary.unreadable.append(f"line {self.summary.lines:,}: {what}")

    async def _save_rows(self, place: int) -> None:
        """Stores the rows and saves the checkpoint: everything before it is on disk."""
        for settled in self.reorder_buffer.release_all():
            self._classify_hit(*settled)
        if self.row_file.rows:
            self.summary.new += await self.store.load_row_file(self.row_file.flush_rows())
            self.row_file.clear_rows()
        kinds = {kind.value: count for kind, count in self.summary.kinds.items()}
        self.checkpoints.save_checkpoint(
            self.file, Checkpoint(place, self.summary.lines, kinds, dict(self.line_ids.line_counts), self.file.size)
        )


def build_hit(line: LogLine, site: Site, name: str) -> Hit:
    """Returns the hit that the browser would have sent, as far as the log has it."""
    at = datetime.fromtimestamp(line.at, UTC)
    target = line.target if line.target.startswith("/") else f"/{line.target.partition('://')[2].partition('/')[2]}"
    return Hit(
        site=site.name,
        zone=site.zone,
        at=at,
        url=f"https://{line.host or site.domains[0]}{target}",
        referrer=line.referrer,
        title=line.title,
        address=line.address,
        agent=line.agent,
        language=line.language,
        screen=line.screen,
        id=name,
    )
