"""Readings as programs get them: waited for while there is none, and told a part at a time."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from handlers.api.base import Readable
from handlers.api.models import ColumnTold, CoversTold, Figures, Paging, Range
from handlers.api.problems import ApiProblem
from handlers.base.errors import HttpProblem
from utilities.model.errors import Overloaded, ParameterError
from utilities.model.formats import note_sentences
from utilities.model.frames import Frame, Reading, ReadingState
from utilities.reports import Report
from utilities.store import Store

Told = TypeVar("Told", bound=Figures)

WAITED = 5.0  # seconds that an answer may take before the state says `waiting` instead
AGAIN = "3"  # seconds until an answer that is still awaited may be there
ROOM = "10"  # seconds until there may be room for another question


def said(asked: Range) -> dict[str, str]:
    """The parameters that were given, by the names that requests have for them."""
    fields = set(Range.model_fields) - set(Paging.model_fields) - {"compare"}
    return asked.model_dump(by_alias=True, include=fields, exclude_unset=True)


class FiguresResource(Readable):
    """What answers with rows."""

    async def plain(self, report: Report) -> Reading:
        """The report's reading; an old one is not waited for, its state says that it is old."""
        self.services.refresher.keep_fresh(report.name)
        return await awaited(self.services.store, report.name, lambda reading: True)

    async def varied(self, report: Report, given: Mapping[str, str], *, compare: bool) -> Reading:
        """The reading with these parameters. Raises ApiProblem 422 and HttpProblem 503."""
        variants = self.services.variants
        if variants is None:
            raise HttpProblem(503)
        try:
            name = variants.keep_fresh(report, given, compare=compare)
        except ParameterError as error:
            parameter = next((each for each in given if f"`{each}`" in str(error)), "query")
            raise ApiProblem(422, {parameter: str(error)}) from error
        except Overloaded as error:
            raise HttpProblem(503, str(error), {"Retry-After": ROOM}) from error

        def settled(reading: Reading) -> bool:
            return reading.last_error is not None or self.state(reading, report) is ReadingState.LIVE

        return await awaited(variants.store, name, settled)

    def state(self, reading: Reading, report: Report) -> ReadingState:
        return reading.state_at(self.services.clock(), report.refresh_every, report.stale_after)

    def figures(self, kind: type[Told], reading: Reading, source: Report, asked: Paging, **more: str) -> Told:
        """One part of the rows, with all that is to be said of them."""
        frame = reading.frame or Frame((), ())
        rows, following = self.part(frame.rows, asked, edition(reading, self.request.query_arguments))
        notes = note_sentences(frame)
        if not reading.complete:
            notes.append("Some of the answer is still awaited.")
        if reading.last_error:
            notes.append(reading.last_error.message)
        state = self.state(reading, source)
        if state is ReadingState.WAITING:
            self.set_header("Retry-After", AGAIN)
        return kind(
            state=state,
            taken_at=reading.taken_at,
            complete=reading.complete,
            covers=CoversTold.model_validate(frame.date_range) if frame.date_range else None,
            columns=[ColumnTold.model_validate(column) for column in frame.columns],
            rows=list(rows),
            total=len(frame.rows),
            notes=notes,
            next=following,
            **more,
        )


def edition(reading: Reading, query: Mapping[str, list[bytes]]) -> tuple[datetime | None, bool, Any]:
    """What must be the same on every page: the figures, and what was asked besides where to go on."""
    asked = sorted((name, values) for name, values in query.items() if name not in Paging.model_fields)
    return reading.taken_at, reading.complete, asked


async def awaited(store: Store, name: str, settled: Callable[[Reading], bool]) -> Reading:
    """The reading as soon as there is one that is settled; as it is, perhaps empty, when that takes too long."""
    heard = store.listen()
    try:
        async with asyncio.timeout(WAITED):
            while (reading := store.latest(name)) is None or not settled(reading):
                await anext(heard)
    except TimeoutError:
        return store.latest(name) or Reading(name)
    return reading
