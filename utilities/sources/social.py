"""The social networks: how often each page was shared, asked of all of them together."""

import asyncio
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from utilities.config.discovery import find
from utilities.config.settings import Settings
from utilities.http.canonical_url import canonical
from utilities.http.client import Upstream
from utilities.model.clock import Clock
from utilities.model.errors import SourceError, SourceMisconfigured, Unavailable
from utilities.model.frames import Column, Frame, Note, ValueKind
from utilities.runtime.watched_file import WatchedFile
from utilities.shares import providers as shares
from utilities.shares.count_cache import read_counts, write_counts
from utilities.shares.providers import Provider
from utilities.shares.tracker import Network
from utilities.sources import SourceType

KEEP = 60.0
"""Seconds between two writings of what is known."""
SPECIMEN = "https://example.com/"
"""The page that is asked about to see whether a network works, when there is no WEBSITE."""


@dataclass(frozen=True)
class ShareAsk:
    """Counts for these pages, as full addresses; `known` answers at once from what is remembered."""

    urls: tuple[str, ...] = ()
    known: bool = False


class Social:
    """The networks of a process. A network that does not answer is a column of reasons, never of zeros."""

    def __init__(
        self,
        networks: Sequence[Network],
        unknown: Mapping[str, str],
        upstream: Upstream,
        clock: Clock,
        *,
        specimen: str = SPECIMEN,
        file: Path | None = None,
    ) -> None:
        self.networks = {network.provider.name: network for network in networks}
        self.unknown = unknown  # names in SHARE_PROVIDERS that no module has, and what to say of each
        self.upstream = upstream
        self.specimen = specimen
        self.clock = clock
        self.file = WatchedFile(file) if file else None  # shared with other processes: the newer count wins
        self.kept_at = -math.inf

    async def fetch_frame(self, ask: ShareAsk) -> Frame:
        """`url` as it was asked, then a column for each network; takes as long as the slowest network, or its deadline.

        A missing count is None with its reason in a note of that column; an old one comes with a note since when.
        """
        pages = [page_of(url) for url in ask.urls]
        if not ask.known:
            await self.refresh(list(dict.fromkeys(page for page in pages if page)))
        frame = Frame((Column("url", "Page", ValueKind.TEXT),), tuple((url,) for url in ask.urls))
        for rank, (name, network) in enumerate(self.networks.items()):  # a narrow screen keeps those named first
            values, notes = network.column(pages)
            column = Column(name, network.provider.heading, ValueKind.SHARE, rank, network.provider.counts)
            frame = frame.with_column(column, values, notes)
        for name, why in self.unknown.items():
            note = Note(f"unavailable: {why}", name)
            column = Column(name, name, ValueKind.SHARE, drop_priority=len(self.networks))
            frame = frame.with_column(column, [None] * len(pages), [note])
        return frame

    async def refresh(self, pages: list[str]) -> None:
        """Asks all networks together, about what no process has asked within the network's pace."""
        self.restore()
        await asyncio.gather(*(network.refresh(pages) for network in self.networks.values()))
        if time.monotonic() - self.kept_at > KEEP:
            self.keep()

    def restore(self) -> None:
        """Takes over what other processes have heard since."""
        if self.file is None or not self.file.poll():
            return
        heard = read_counts(self.file.path)
        for name, network in self.networks.items():
            network.memory.restore(heard.get(name, {}), self.clock())

    def keep(self) -> None:
        """Writes what is known, for other processes."""
        if self.file is None:
            return
        self.restore()
        write_counts(self.file.path, {name: network.memory.good() for name, network in self.networks.items()})
        self.file.refresh_stamp()
        self.kept_at = time.monotonic()

    async def check(self) -> str:
        """Asks every network about one page; raises SourceMisconfigured or Unavailable with a line for each."""
        told = dict(zip(self.networks, await asyncio.gather(*map(self.checked, self.networks.values())), strict=True))
        told |= {name: SourceMisconfigured(why) for name, why in self.unknown.items()}
        wrong = {name: what for name, what in told.items() if isinstance(what, SourceError)}
        report = "\n".join(f"{name}: {what}" for name, what in (wrong | told).items())  # what is to be mended first
        if not wrong:
            return report
        raise (
            SourceMisconfigured(report)
            if any(isinstance(what, SourceMisconfigured) for what in wrong.values())
            else Unavailable(report)
        )

    async def checked(self, network: Network) -> str | SourceError:
        try:
            return await network.check(self.specimen)
        except SourceError as error:
            return error

    def slowdown(self) -> float:
        """Each network keeps its own pace, so the whole needs no slowing down."""
        return 1.0

    def health(self) -> Mapping[str, object]:
        """The state of each network."""
        known = {name: network.health() for name, network in self.networks.items()}
        return known | {name: {"state": "unconfigured", "why": why} for name, why in self.unknown.items()}

    async def close(self) -> None:
        await asyncio.gather(*(network.close() for network in self.networks.values()))
        self.keep()
        await self.upstream.close()


def page_of(url: str) -> str | None:
    try:
        return canonical(url)
    except ValueError:
        return None


def chosen(settings: Settings) -> tuple[list[Provider], dict[str, str]]:
    """The enabled providers, those of SHARE_PROVIDERS first and then those with a key.

    And the names that no provider has, each with what to say of it.
    """
    providers = {provider.name: provider for provider in find(shares, "PROVIDER", Provider)}
    named = [name.lower().replace("_", "-") for name in settings.share_providers]
    keyed = [each.name for each in providers.values() if each.keys and all(map(settings.named, each.keys))]
    wanted = list(dict.fromkeys([*named, *keyed]))
    unknown = {name: misnamed(name, list(providers)) for name in wanted if name not in providers}
    return [providers[name] for name in wanted if name in providers], unknown


def misnamed(name: str, known: list[str]) -> str:
    meant = get_close_matches(name, known, n=1)
    return "there is no network of that name" + (f", did you mean {meant[0]}?" if meant else "")


async def open_social(settings: Settings, clock: Clock) -> Social | None:
    providers, unknown = chosen(settings)
    if not providers and not unknown:
        return None
    upstream = Upstream()
    networks = [Network(provider, settings, upstream, clock) for provider in providers]
    specimen = page_of(settings.website) or SPECIMEN
    social = Social(networks, unknown, upstream, clock, specimen=specimen, file=settings.data_dir / "shares.json")
    social.restore()
    return social


SOURCE = SourceType(
    name="social",
    query_type=ShareAsk,
    open=open_social,
    setup_hint="set SHARE_PROVIDERS to the networks to ask, like hacker-news,lobsters,pinterest,stack-exchange",
    title="the networks",
)
