"""Sources: how to get answers. Each module here exports `SOURCE: SourceKind`."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from utilities.config.settings import Settings
from utilities.model.clock import Clock, utc_now
from utilities.model.errors import ParameterError, SourceMisconfigured
from utilities.model.frames import Frame


class Source(Protocol):
    """Answers asks of its own kind; opened once in a process."""

    async def answer(self, ask: Any) -> Frame:
        """The frame for one ask; raises SourceError and nothing else."""
        ...

    async def check(self) -> str:
        """Asks one cheap question; a sentence that says what works, or raises SourceError."""
        ...

    def stretch(self) -> float:
        """By how much to slow down now: 1.0 is the usual pace, 2.0 half as often."""
        ...

    def health(self) -> Mapping[str, object]:
        """Facts for /healthz (quota left and the like): JSON-ready, no secrets."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True)
class SourceKind:
    """What a module in this folder exports."""

    name: str
    ask: type  # the frozen dataclass of its asks; board files fill its fields by name
    open: Callable[[Settings, Clock], Awaitable[Source | None]]  # None: not configured
    missing: str = ""  # what to set so that it is configured
    title: str = ""  # what people call it; the name when left out


@runtime_checkable
class Adjusting(Protocol):
    """A source whose asks a request may adjust: another site, another time."""

    def parameters(self, ask: Any) -> Collection[str]:
        """The names of what a request may say of this ask."""
        ...

    def compares(self, ask: Any) -> bool:
        """Whether its figures can be set beside those of the time before."""
        ...

    def adjusted(self, ask: Any, said: Mapping[str, str], *, compare: bool = False) -> Any:
        """The ask with these parameters of a request, those it does not know saying nothing; beside the time before
        with `compare`, where it can be. ROWS is understood by all of them. Raises ParameterError."""
        ...


ROWS = "rows"
"""How many rows at most; a parameter of people at desks, where more can be looked through than a wall has room for."""


def rows_of(said: Mapping[str, str], usual: int, most: int) -> int:
    """The limit that a request wants; raises ParameterError."""
    text = said.get(ROWS, "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= most):
        raise ParameterError(f"`{ROWS}` must be a whole number from 1 to {most:,}")
    return int(text) if text else usual


class Sources:
    """The opened sources of a process, by name; what a report asks."""

    def __init__(
        self, kinds: Sequence[SourceKind], opened: Mapping[str, Source], website: str = "", clock: Clock = utc_now
    ) -> None:
        self.kinds = {kind.name: kind for kind in kinds}
        self.opened = opened
        self.clock = clock
        self.website = website.rstrip("/")  # whose pages the answers speak of, `https://host[/path]` or ''

    def has(self, source: str) -> bool:
        return source in self.opened

    def title(self, source: str) -> str:
        """What people call a source."""
        kind = self.kinds.get(source)
        return (kind.title if kind else "") or source

    async def ask(self, source: str, ask: object) -> Frame:
        """One ask to one source; raises SourceError."""
        if source not in self.opened:
            kind, title = self.kinds.get(source), self.title(source)
            why = f": {kind.missing}" if kind and kind.missing else ""
            raise SourceMisconfigured(f"{title[:1].upper()}{title[1:]} cannot be asked yet{why}")
        return await self.opened[source].answer(ask)

    def stretch(self, names: Sequence[str]) -> float:
        return max((self.opened[name].stretch() for name in names if name in self.opened), default=1.0)

    async def close(self) -> None:
        await asyncio.gather(*(source.close() for source in self.opened.values()))


async def open_sources(kinds: Sequence[SourceKind], settings: Settings, clock: Clock) -> Sources:
    """Opens every configured source."""
    opened = {}
    for kind in kinds:
        source = await kind.open(settings, clock)
        if source is not None:
            opened[kind.name] = source
    return Sources(kinds, opened, settings.website, clock)
