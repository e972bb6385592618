"""Access logs into the page-view store: read, classed, counted and kept, as if a beacon had been there."""

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
from utilities.pageviews.log_import.access_log import Line, parse
from utilities.pageviews.log_import.checkpoints import Bookmarks, Mark
from utilities.pageviews.log_import.line_kinds import Kind, kind_of
from utilities.pageviews.log_import.log_file import TOO_LONG, LogFile
from utilities.pageviews.log_import.ordering import Names, Settling
from utilities.pageviews.sites.site_file import Site
from utilities.pageviews.storage.interface import PageViewStore
from utilities.pageviews.storage.row_file import RowFile

BATCH = 122_880
"""Page views that are kept at once: a row group of DuckDB's, which goes to disk at once and is never touched again.
Fewer are gathered in its memory first, and put together with others later."""
STRIDE = 250  # lines between two turns of the progress bar and the event loop
SHOWN = 5  # unreadable lines that are shown, and characters of each
SHOWN_CHARACTERS = 160


SiteOf = Callable[[str], Site | None]
"""The site of a host; of '' when the log does not say. None when we do not count it."""
Told = Callable[[int, int], None]
"""Is told how many bytes of the file and how many lines of it have been read by now."""


@dataclass
class Summary:
    """What one file held. `unreadable` shows the first of those lines, each with its number."""

    path: Path
    lines: int = 0
    kinds: Tally[Kind] = field(default_factory=Tally)
    unreadable: list[str] = field(default_factory=list)
    new: int = 0  # page views that were not in the store before
    resumed: int = 0  # lines that an earlier run had done
    cut: bool = False  # a compressed file that ends before its end

    def sentences(self) -> Iterator[str]:
        """The summary, a line each."""
        yield f"{self.path}: {self.lines:,} lines" + (f", {self.resumed:,} of them before" if self.resumed else "")
        yield f"{self.new:>14,} new page views"
        for kind in reversed(Kind):
            if self.kinds[kind] or kind in (Kind.PAGE, Kind.UNREADABLE):
                yield f"{self.kinds[kind]:>14,} {kind}"
        yield from (f"{'':>14} {line}" for line in self.unreadable)
        if self.cut:
            yield f"{'':>14} The file ends too early: the rest of it cannot be unpacked."


class Import:
    """One file on its way into the store; `run` is called once."""

    def __init__(
        self,
        file: LogFile,
        counter: Classifier,
        keep: PageViewStore,
        site_of: SiteOf,
        marks: Bookmarks,
        batch: int = BATCH,
    ) -> None:
        self.file = file
        self.counter = counter
        self.keep = keep
        self.site_of = site_of
        self.marks = marks
        self.batch = batch
        self.path_limit = PathLimit()
        self.settling = Settling()
        self.summary = Summary(file.path)

    async def run(self, told: Told, pause: float = 0.0) -> Summary:
        """Reads it to its end, from where an earlier run was broken off; `pause` seconds of every STRIDE are others'.

        Raises StoreDown. Broken off by a person, it keeps what it has before it leaves.
        """
        mark = self.marks.find(self.file)
        self.names = Names(mark.seen)
        self.summary.lines = self.summary.resumed = mark.lines
        self.summary.kinds.update({Kind(name): count for name, count in mark.kinds.items()})
        place = mark.place
        with RowFile(self.marks.beside(self.file)) as self.lot:
            try:
                for place, raw in self.file.lines(mark.place):
                    self.take(raw)
                    if not self.summary.lines % STRIDE:
                        told(self.file.read, self.summary.lines)
                        await asyncio.sleep(pause)
                    if self.lot.rows >= self.batch:
                        await self.save(place)
            except asyncio.CancelledError:
                await self.save(place)
                raise
            await self.save(place)
        self.marks.forget(self.file)
        told(self.file.size, self.summary.lines)
        self.summary.cut = self.file.cut
        return self.summary

    def take(self, raw: bytes) -> None:
        """One line: counted as what it is, and put on its way when it may be a page view."""
        self.summary.lines += 1
        text = raw.decode("utf-8", "replace").strip()
        line = parse(text) if text and raw is not TOO_LONG else None
        if line is None:
            return self.strange(text, raw)
        kind = kind_of(line)
        site = self.site_of(line.host) if kind is Kind.PAGE else None
        if site is None:
            self.summary.kinds[Kind.FOREIGN if kind is Kind.PAGE else kind] += 1
        elif is_bot(line.agent[:MAX_AGENT_CHARS]):
            self.summary.kinds[Kind.BOT] += 1
        else:
            hit = hit_of(line, site, self.names.name(site.name, line))
            for settled in self.settling.put(line.at, hit, site):
                self.count(*settled)
        return None

    def count(self, hit: Hit, site: Site) -> None:
        """One that may be a page view, each after those that happened before it."""
        found = self.counter.classify_hit(hit)
        if isinstance(found, DropReason):
            self.summary.kinds[Kind[found.name]] += 1
        else:
            self.summary.kinds[Kind.PAGE] += 1
            self.lot.write_view(self.path_limit.limit_path(found, site.distinct_paths))

    def strange(self, text: str, raw: bytes) -> None:
        if not text and raw is not TOO_LONG:
            self.summary.kinds[Kind.BLANK] += 1
            return
        self.summary.kinds[Kind.UNREADABLE] += 1
        if len(self.summary.unreadable) < SHOWN:
            what = ascii(text[:SHOWN_CHARACTERS]) if raw is not TOO_LONG else "(longer than any web server writes)"
            self.summary.unreadable.append(f"line {self.summary.lines:,}: {what}")

    async def save(self, place: int) -> None:
        """Keeps what has come together, and marks the place: all before it is on disk."""
        for settled in self.settling.rest():
            self.count(*settled)
        if self.lot.rows:
            self.summary.new += await self.keep.load_row_file(self.lot.flush_rows())
            self.lot.clear_rows()
        kinds = {kind.value: count for kind, count in self.summary.kinds.items()}
        self.marks.put(self.file, Mark(place, self.summary.lines, kinds, dict(self.names.seen), self.file.size))


def hit_of(line: Line, site: Site, name: str) -> Hit:
    """The beacon that the browser would have sent, as far as a log knows it."""
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
