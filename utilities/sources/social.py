"""Share counts of all enabled social networks, queried together."""

import asyncio
import logging
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from utilities.config.discovery import discover_units
from utilities.config.settings import Settings
from utilities.http.canonical_url import canonical_url
from utilities.http.client import HttpClient
from utilities.model.clock import Clock, MonotonicClock
from utilities.model.errors import SourceError, SourceMisconfigured, Unavailable
from utilities.model.frames import Column, Frame, ValueKind
from utilities.model.near_names import find_near_name
from utilities.runtime.watched_file import WatchedFile
from utilities.shares import providers as shares
from utilities.shares.count_cache import read_counts, write_counts
from utilities.shares.providers import Provider
from utilities.shares.tracker import ShareTracker
from utilities.sources import SourceType

log = logging.getLogger(__name__)

WRITE_INTERVAL_SECONDS = 60.0
"""The file of counts is written at most that often."""
SAMPLE_PAGE = "https://example.com/"
"""The page to check a network with, when WEBSITE is not set."""


@dataclass(frozen=True)
class ShareQuery:
    """Counts for these pages, given as full URLs; with `known`, only from the cache and at once."""

    urls: tuple[str, ...] = ()
    known: bool = False


class SocialSource:
    """The share networks of a process. A network that fails has None and a reason in its column, never 0."""

    def __init__(
        self,
        trackers: Sequence[ShareTracker],
        upstream: HttpClient,
        clock: Clock,
        *,
        sample_page: str = SAMPLE_PAGE,
        file: Path | None = None,
        monotonic: MonotonicClock = time.monotonic,
    ) -> None:
        self.trackers = {tracker.provider.name: tracker for tracker in trackers}
        self.upstream = upstream
        self.sample_page = sample_page
        self.clock = clock
        self.monotonic = monotonic
        self.file = WatchedFile(file) if file else None  # shared with other processes: the newer count wins
        self.last_write = -math.inf

    async def fetch_frame(self, query: ShareQuery) -> Frame:
        """Returns `url` as in the query, then a column for each network; takes as long as the slowest one's timeout.

        A missing count is None, with its reason in a note of the column; an old one has a note with its time.
        """
        pages = [canonical_or_none(url) for url in query.urls]
        if not query.known:
            await self.refresh_counts(list(dict.fromkeys(page for page in pages if page)))
        frame = Frame((Column("url", "Page", ValueKind.TEXT),), tuple((url,) for url in query.urls))
        for rank, tracker in enumerate(self.trackers.values()):  # a narrow screen drops the last ones first
            values, notes = tracker.column_values(pages)
            column = share_column(tracker.provider, rank)
            frame = frame.with_column(column, values, notes)
        return frame

    async def refresh_counts(self, pages: list[str]) -> None:
        """Queries all networks at the same time, for the pages that no process has queried within the interval."""
        self.load_counts()
        await asyncio.gather(*(tracker.refresh_counts(pages) for tracker in self.trackers.values()))
        if self.monotonic() - self.last_write > WRITE_INTERVAL_SECONDS:
            self.save_counts()

    def load_counts(self) -> None:
        """Reads the counts that other processes have written since."""
        if self.file is None or not self.file.poll():
            return
        counts = read_counts(self.file.path)
        for name, tracker in self.trackers.items():
            tracker.merge_counts(counts.get(name, {}))

    def save_counts(self) -> None:
        """Writes the counts for other processes."""
        if self.file is None:
            return
        self.load_counts()
        write_counts(self.file.path, {name: tracker.cache.good_counts() for name, tracker in self.trackers.items()})
        self.file.poll()
        self.last_write = self.monotonic()

    async def check(self) -> str:
        """Queries every network for one page; raises SourceMisconfigured or Unavailable with a line for each."""
        results = dict(
            zip(self.trackers, await asyncio.gather(*map(self.check_network, self.trackers.values())), strict=True)
        )
        errors = {name: result for name, result in results.items() if isinstance(result, SourceError)}
        report = "\n".join(f"{name}: {result}" for name, result in (errors | results).items())  # errors first
        if not errors:
            return report
        raise (
            SourceMisconfigured(report)
            if any(isinstance(error, SourceMisconfigured) for error in errors.values())
            else Unavailable(report)
        )

    async def check_network(self, tracker: ShareTracker) -> str | SourceError:
        """Checks one network; returns its error instead of raising it."""
        try:
            return await tracker.check(self.sample_page)
        except SourceError as error:
            return error

    def slowdown(self) -> float:
        """Returns 1.0: each network has its own throttle."""
        return 1.0

    def answers_since(self) -> datetime | None:
        """Returns when the last pause of a network was over; None when none has paused."""
        ends = (tracker.throttle.allowed_since() for tracker in self.trackers.values())
        return max((end for end in ends if end is not None), default=None)

    def health(self) -> Mapping[str, object]:
        """Returns the state of each network."""
        return {name: tracker.health() for name, tracker in self.trackers.items()}

    async def close(self) -> None:
        await asyncio.gather(*(tracker.close() for tracker in self.trackers.values()))
        self.save_counts()
        await self.upstream.close()


def canonical_or_none(url: str) -> str | None:
    """Returns the canonical URL; None when it is not a web address."""
    try:
        return canonical_url(url)
    except ValueError:
        return None


def share_column(provider: Provider, rank: int) -> Column:
    """Returns the column of a network; those with a higher rank are dropped first."""
    return Column(provider.name, provider.heading, ValueKind.SHARE, rank, provider.description)


def all_share_columns() -> list[Column]:
    """Returns the columns of all networks, configured or not."""
    return [share_column(each, rank) for rank, each in enumerate(discover_units(shares, "PROVIDER", Provider))]


def enabled_providers(settings: Settings) -> list[Provider]:
    """Returns the enabled providers, those in SHARE_PROVIDERS first and then those with a key."""
    providers = {provider.name: provider for provider in discover_units(shares, "PROVIDER", Provider)}
    named = [name.lower().replace("_", "-") for name in settings.share_providers]
    keyed = [each.name for each in providers.values() if each.keys and all(map(settings.provider_variable, each.keys))]
    return [providers[name] for name in dict.fromkeys([*named, *keyed])]


def unknown_variable_warnings(settings: Settings) -> list[str]:
    """Returns a sentence for each variable that begins like a network's, and that no network reads."""
    providers = discover_units(shares, "PROVIDER", Provider)
    read = {name for each in providers for name in (*each.keys, *each.optional_keys, each.address_setting)}
    warnings = []
    for name in sorted(settings.extra.keys() - read - {f"{name}_FILE" for name in read}):
        similar = find_near_name(name, sorted(read), 0.7)
        if similar:
            warnings.append(f"{name} is set, but no network reads it: did you mean {similar}?")
        elif not name.startswith("X_"):  # too short a name to say whose variable it is
            warnings.append(f"{name} is set, but no network reads it.")
    return warnings


async def open_social(settings: Settings, clock: Clock) -> SocialSource | None:
    """Returns the source with the stored counts; None without networks."""
    providers = enabled_providers(settings)
    if not providers:
        return None
    for warning in unknown_variable_warnings(settings):
        log.warning(warning)
    upstream = HttpClient(settings.proxies)
    trackers = [ShareTracker(provider, settings, upstream, clock) for provider in providers]
    sample_page = canonical_or_none(settings.website) or SAMPLE_PAGE
    file = settings.data_dir / "shares.json"
    social = SocialSource(trackers, upstream, clock, sample_page=sample_page, file=file)
    social.load_counts()
    return social


SOURCE = SourceType(
    name="social",
    query_type=ShareQuery,
    open=open_social,
    setup_hint="set SHARE_PROVIDERS to the networks to query, like hacker-news,lobsters,pinterest,stack-exchange",
    title="the networks",
)
