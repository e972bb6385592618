"""Reports: named queries with a title, headings and a schedule. A module exports one `REPORT` or a table, `REPORTS`."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from utilities.model.errors import BoardError
from utilities.model.frames import Column, Frame
from utilities.sources import Sources, SourceType

BuildFrames = Callable[[Sources], AsyncIterator[Frame]]
"""Sends the queries and yields frames, each more complete than the one before; the last one is complete."""

query_adapter = cache(TypeAdapter)  # of a source's query class


@dataclass(frozen=True)
class Report:
    """A named report: either one query (`query`) to one source, or `build`, which combines several queries.

    With `build`, `query` is the first source's query: request parameters change it, and all other queries with it.
    """

    name: str
    title: str
    sources: tuple[str, ...]
    query: object = None
    build: BuildFrames | None = None
    headings: Mapping[str, str] = field(default_factory=dict)  # by column key
    ranks: Mapping[str, int] = field(
        default_factory=dict
    )  # by column key; columns with a higher rank are dropped first
    refresh_every: timedelta = timedelta(minutes=5)  # an older reading is ageing
    stale_after: timedelta = timedelta(hours=6)  # an older reading is stale
    empty_hint: str = ""  # how to get figures, for a report without any
    view: str = ""  # the default view; '' chooses it by the columns
    columns: tuple[Column, ...] = ()  # that `build` can have; those of `query` without it
    live: bool = False  # refreshed as soon as a page view is stored, whatever `refresh_every` is

    async def fetch_frames(self, sources: Sources) -> AsyncIterator[Frame]:
        """Sends the queries and yields the frames; raises SourceError."""
        if self.build is None:
            yield self.with_presentation(await sources.fetch_frame(self.sources[0], self.query))
            return
        async for frame in self.build(sources):
            yield self.with_presentation(frame)

    def with_presentation(self, frame: Frame) -> Frame:
        """Returns the frame with this report's headings and ranks."""
        return frame.with_headings(self.headings).with_drop_priorities(self.ranks)


def report_columns(report: Report, kinds: Mapping[str, SourceType]) -> tuple[Column, ...]:
    """Returns the columns of a report with its headings; () where only the answer of its source tells them."""
    kind = kinds.get(report.sources[0])
    columns = report.columns
    if not columns and report.build is None and kind is not None and kind.columns is not None:
        columns = tuple(kind.columns(report.query))
    return report.with_presentation(Frame(columns, ())).columns


def report_from_fields(name: str, title: str, source: SourceType, query: Mapping[str, object], **more: Any) -> Report:
    """Returns a report of a board file: `query` are the fields of the source's query, `more` those of Report.

    Raises BoardError when the source's query has no such field, or not with such a value.
    """
    allowed = {each.name for each in fields(source.query_type)}
    for field_name in query.keys() - allowed:
        hint = f". {each}" if (each := source.field_hints.get(field_name)) else ""
        raise BoardError(f"source {source.name} has no field {field_name!r}; it has {', '.join(sorted(allowed))}{hint}")
    try:
        parsed: object = query_adapter(source.query_type).validate_python(dict(query))
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise BoardError(f"report {name}: {where}: {fault['msg']} (source {source.name})") from error
    return Report(name=name, title=title, sources=(source.name,), query=parsed, **more)
