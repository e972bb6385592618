"""Reports: named asks with a title, headings and a pace. Each module here exports `REPORT: Report`."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from dataclasses import fields as fields_of
from datetime import timedelta
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from utilities.model.errors import BoardError
from utilities.model.frames import Frame
from utilities.sources import SourceKind, Sources

Compose = Callable[[Sources], AsyncIterator[Frame]]
"""Asks what it needs and yields frames, each better than the one before; the last one is whole."""

adapter = cache(TypeAdapter)  # of a source's asks


@dataclass(frozen=True)
class Report:
    """A named question; either one `ask` to one source, or a `compose` that puts several together.

    Beside a `compose`, `ask` is the one of the first source that requests may adjust, and all its others with it.
    """

    name: str
    title: str
    sources: tuple[str, ...]
    ask: object = None
    compose: Compose | None = None
    headings: Mapping[str, str] = field(default_factory=dict)  # by column key
    ranks: Mapping[str, int] = field(default_factory=dict)  # by column key; higher is dropped earlier
    pace: timedelta = timedelta(minutes=5)  # a reading older than this is ageing
    limit: timedelta = timedelta(hours=6)  # a reading older than this is stale
    nothing: str = ""  # said where there was nothing to count: what it takes
    view: str = ""  # how it is drawn where nobody says; by its columns when ''
    pulse: bool = False  # asked again as soon as a page view has been counted, whatever its pace

    async def frames(self, sources: Sources) -> AsyncIterator[Frame]:
        """Asks and yields; raises SourceError."""
        if self.compose is None:
            yield self.dress(await sources.ask(self.sources[0], self.ask))
            return
        async for frame in self.compose(sources):
            yield self.dress(frame)

    def dress(self, frame: Frame) -> Frame:
        return frame.with_headings(self.headings).with_ranks(self.ranks)


def defined(name: str, title: str, source: SourceKind, fields: Mapping[str, object], **more: Any) -> Report:
    """A report from a board file: `fields` fill the source's ask, `more` the report (pace, limit, headings, ranks).

    Raises BoardError when the source's asks have no such field, or not with such a value.
    """
    known = {field.name for field in fields_of(source.ask)}
    for field_name in fields.keys() - known:
        raise BoardError(f"source {source.name} asks nothing called {field_name!r}; it has {', '.join(sorted(known))}")
    try:
        ask: object = adapter(source.ask).validate_python(dict(fields))
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise BoardError(f"report {name}: {where}: {fault['msg']} (source {source.name})") from error
    return Report(name=name, title=title, sources=(source.name,), ask=ask, **more)
