"""Sources: how to get frames. Each module here exports `SOURCE: SourceKind`."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from cachetools import LRUCache

from utilities.config.settings import Settings
from utilities.model.clock import Clock, utc_now
from utilities.model.clock_changes import note_clock_changes
from utilities.model.errors import ParameterError, SourceMisconfigured
from utilities.model.frames import Column, Frame
from utilities.model.time_ranges import Comparison
from utilities.model.wall_words import NOT_CONNECTED
from utilities.redaction import Redactor


class Source(Protocol):
    """Runs queries of one type; opened once in a process."""

    async def fetch_frame(self, query: Any) -> Frame:
        """Returns the frame for one query; raises only SourceError."""
        ...

    async def check(self) -> str:
        """Runs one cheap query and returns a sentence about what works; raises SourceError."""
        ...

    def slowdown(self) -> float:
        """Returns how much slower to refresh now: 1.0 is the usual interval, 2.0 twice as long."""
        ...

    def health(self) -> Mapping[str, object]:
        """Returns facts for /healthz, such as the remaining quota: plain JSON values, no secrets."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True)
class SourceType:
    """A type of source, as a module in this folder exports it."""

    name: str
    query_type: type  # the frozen dataclass of its queries; board files set its fields by name
    open: Callable[[Settings, Clock], Awaitable[Source | None]]  # returns None when not configured
    setup_hint: str = ""  # what to set to configure it
    title: str = ""  # for people; the name when empty
    field_hints: Mapping[str, str] = field(default_factory=dict)  # what to write instead of a field of other sources
    columns: Callable[[Any], Sequence[Column]] | None = None  # those of a query's frame, as far as the query tells them


@runtime_checkable
class ParameterizedSource(Protocol):
    """A source whose queries can have request parameters, such as another site or time range."""

    def parameter_names(self, query: Any) -> Collection[str]:
        """Returns the names of the parameters of this query."""
        ...

    def can_compare(self, query: Any) -> bool:
        """Whether the query can be compared with the previous period."""
        ...

    def with_params(self, query: Any, params: Mapping[str, str], *, compare: Comparison = False) -> Any:
        """Returns the query with these request parameters; ignores unknown ones. Raises ParameterError.

        With `compare` it also has the figures of the time before, where it can. Every source accepts ROWS_PARAM.
        """
        ...


@runtime_checkable
class QuotaScopedSource(Protocol):
    """A source with several quotas, so that an answer to one query says nothing about all others."""

    def quota_scope(self, query: Any) -> str:
        """Returns the name of the quota that the query uses."""
        ...


@runtime_checkable
class PartialSource(Protocol):
    """A source of several servers: its frames lack the figures of those that are paused."""

    def answers_since(self) -> datetime | None:
        """Returns when the last pause was over; None when there was none."""
        ...


ROWS_PARAM = "rows"
"""Request parameter for the maximum number of rows: a page can show more than a wall."""


def check_limit_and_days(limit: int, days: int) -> None:
    """Raises SourceMisconfigured when either is less than 1."""
    if limit < 1 or days < 1:
        raise SourceMisconfigured("`limit` and `days` must be at least 1")


MAX_PARAM_CHARS = 2048  # characters of a parameter


def check_param_text(name: str, text: str) -> None:
    """Raises ParameterError for a parameter that is too long or has characters that cannot be printed."""
    if len(text) > MAX_PARAM_CHARS or not (text or " ").isprintable():
        raise ParameterError(name, f"must be printable and at most {MAX_PARAM_CHARS} characters long")


def parse_row_limit(params: Mapping[str, str], default: int, maximum: int) -> int:
    """Returns the row limit of a request, or `default`; raises ParameterError."""
    text = params.get(ROWS_PARAM, "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= maximum):
        raise ParameterError(ROWS_PARAM, f"must be a whole number from 1 to {maximum:,}")
    return int(text) if text else default


MAX_LAST_FRAMES = 16


class Sources:
    """The sources of a process by name: all registered types, and the configured sources."""

    def __init__(
        self,
        kinds: Sequence[SourceType],
        opened: Mapping[str, Source],
        website: str = "",
        clock: Clock = utc_now,
        redactor: Redactor | None = None,
    ) -> None:
        self.registered = {kind.name: kind for kind in kinds}
        self.configured = opened
        self.clock = clock
        self.redactor = redactor or Redactor()  # for the texts of every reading
        self.last_frames: LRUCache[Hashable, Frame] = LRUCache(MAX_LAST_FRAMES)  # by query, of reports that keep them
        self.recovery_listeners: list[Callable[[str], None]] = []  # each gets a quota that is answered again
        self.website = website.rstrip("/")  # the site the figures are about, `https://host[/path]` or ''

    def has_source(self, source: str) -> bool:
        """Whether the source is configured."""
        return source in self.configured

    def source_title(self, source: str) -> str:
        """Returns the name of a source for people."""
        kind = self.registered.get(source)
        return (kind.title if kind else "") or source

    async def fetch_frame(self, source: str, query: object) -> Frame:
        """Runs one query on one source; raises SourceError."""
        if source not in self.configured:
            kind, title = self.registered.get(source), self.source_title(source)
            why = f": {kind.setup_hint}" if kind and kind.setup_hint else ""
            name = f"{title[:1].upper()}{title[1:]}"
            raise SourceMisconfigured(f"{name} is not configured{why}", wall_text=NOT_CONNECTED)
        return note_clock_changes(await self.configured[source].fetch_frame(query))

    def quota_of(self, source: str, query: object) -> str:
        """Returns the source of a query with the quota that it uses there."""
        opened = self.configured.get(source)
        return f"{source} {opened.quota_scope(query) if isinstance(opened, QuotaScopedSource) else ''}"

    def announce_recovery(self, source: str, query: object) -> None:
        """Tells all refreshers that such a query is answered again after a failure."""
        for listener in tuple(self.recovery_listeners):
            listener(self.quota_of(source, query))

    def answers_since(self, names: Sequence[str]) -> datetime | None:
        """Returns when the last pause of a part of these sources was over; None when there was none."""
        opened = (self.configured[name] for name in names if name in self.configured)
        ends = (source.answers_since() for source in opened if isinstance(source, PartialSource))
        return max((end for end in ends if end is not None), default=None)

    def slowdown(self, names: Sequence[str]) -> float:
        return max((self.configured[name].slowdown() for name in names if name in self.configured), default=1.0)

    async def close(self) -> None:
        await asyncio.gather(*(source.close() for source in self.configured.values()))


async def open_sources(kinds: Sequence[SourceType], settings: Settings, clock: Clock) -> Sources:
    """Opens all sources that are configured."""
    opened = {}
    for kind in kinds:
        source = await kind.open(settings, clock)
        if source is not None:
            opened[kind.name] = source
    return Sources(kinds, opened, settings.website, clock, settings.redactor())
