"""/reports and what is under it: every report for people at desks, and for their programs."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from tornado.web import HTTPError

from handlers.base.errors import HttpProblem
from handlers.base.handler import BaseHandler
from handlers.reports.presenter import Look, look
from handlers.reports.query_params import Asked, query
from utilities.model.errors import Overloaded, ParameterError
from utilities.model.formats import frame_to_csv
from utilities.model.frames import Reading, ReadingState
from utilities.refresh.parameterized_reports import ParameterizedReports
from utilities.reports import Report
from utilities.sources import ROWS

LOOK_AGAIN = 3  # seconds until there may be figures that are still awaited
PAUSES = (0.02, 0.05, 0.1, *(0.25,) * 19)  # seconds between looks whether the first answer is there, 5 in all
RETRY = "10"  # seconds until there may be room for another variant
QUESTIONS = {"core": "", "realtime": ", about right now"}
LEFT = {
    "tokensPerDay": "tokens left today",
    "tokensPerHour": "tokens left this hour",
    "tokensPerProjectPerHour": "tokens left this hour for our project",
}
"""What people say instead of Google's own names."""


class ReportHandler(BaseHandler):
    """What the pages of one report share."""

    def look(self, name: str) -> Look:
        """The report as it is in memory, and the wish that it be kept fresh; never waits. 404 when there is none."""
        report = self.services.reports.get(name)
        if report is None:
            raise HTTPError(404)
        return self.looked(report, self.said(report), compare=self.compare(report))

    def looked(self, report: Report, said: Mapping[str, str], *, compare: bool) -> Look:
        """The report with these parameters, as it is in memory."""
        if said or compare:
            reading = self.variant(report, said, compare=compare)
        else:
            self.services.refresher.keep_fresh(report.name)
            reading = self.services.store.latest(report.name)
        seen = look(report, reading, self.services.clock(), self.services.sources)
        return replace(seen, said=query(Asked(said, compare).range))

    async def awaited(self, name: str) -> Look:
        """The report; with parameters after some seconds at most, for a program seldom asks twice."""
        seen = self.look(name)
        for pause in PAUSES:
            if seen.state is not ReadingState.WAITING or not seen.said:
                break
            await asyncio.sleep(pause)
            seen = self.look(name)
        if seen.state is ReadingState.WAITING:
            self.set_header("Retry-After", str(LOOK_AGAIN))
        return seen

    def said(self, report: Report) -> dict[str, str]:
        """The parameters of the request that mean something to this report."""
        variants = self.services.variants
        names = (*variants.parameter_names(report), *((ROWS,) if self.counted(report) else ())) if variants else ()
        return {name: value for name in names if (value := self.get_query_argument(name, ""))}

    def ranged(self, report: Report) -> bool:
        """Whether it can be asked for another time; a report of this moment is not."""
        variants = self.services.variants
        return variants is not None and not report.live and "from" in variants.parameter_names(report)

    def counted(self, report: Report) -> bool:
        """Whether it can be asked for more rows than a wall has room for."""
        return report.build is None and self.ranged(report)

    def compare(self, report: Report) -> bool:
        """Whether the figures are wanted beside those of the time before, and can be."""
        variants = self.services.variants
        return (
            variants is not None and self.get_query_argument("compare", "") == "true" and variants.can_compare(report)
        )

    def variant(self, report: Report, said: Mapping[str, str], *, compare: bool = False) -> Reading | None:
        """The reading with these parameters; 400 when they cannot be understood, 503 when there are too many."""
        try:
            return cast(ParameterizedReports, self.services.variants).latest_reading(report, said, compare=compare)
        except ParameterError as error:
            raise HttpProblem(400, f"{str(error)[0].upper()}{str(error)[1:]}.") from error
        except Overloaded as error:
            raise HttpProblem(503, str(error), {"Retry-After": RETRY}) from error


class ReportList(BaseHandler):
    """Every report, how fresh it is, and what is left of the quotas."""

    def get(self) -> None:
        now, latest = self.services.clock(), self.services.store.latest
        reports = sorted(self.services.reports.values(), key=lambda report: report.title.casefold())
        sources = self.services.sources
        looks = [look(report, latest(report.name), now, sources) for report in reports]
        health = {sources.title(name): source.health() for name, source in sources.opened.items()}
        self.page("reports.html", here="/reports", looks=looks, quotas=list(quotas(health)))


class ReportJson(ReportHandler):
    """One report for programs; always 200, `state` says what the figures are worth."""

    async def get(self, name: str) -> None:
        self.finish(document(await self.awaited(name)))


class ReportCsv(ReportHandler):
    """One report for spreadsheets; with parameters 503 while awaited, for an empty table would mislead."""

    async def get(self, name: str) -> None:
        seen = await self.awaited(name)
        if seen.said and seen.reading.frame is None:
            why = f"There are no figures: {seen.trouble}" if seen.trouble else "The answer is not there yet."
            raise HttpProblem(503, f"{why} Try again in some seconds.", {"Retry-After": str(LOOK_AGAIN)})
        self.set_header("Content-Type", "text/csv; charset=UTF-8")
        self.set_header("Content-Disposition", f'attachment; filename="{name}.csv"')
        self.finish(frame_to_csv(seen.frame))


def document(look: Look) -> dict[str, Any]:
    """The contract of `/reports/<report>.json`: raw values, times in UTC."""
    taken = look.reading.taken_at
    return {
        "report": look.report.name,
        "title": look.report.title,
        "state": look.state,
        "taken_at": taken.isoformat() if taken else None,
        "columns": [{"key": each.key, "heading": each.heading, "kind": each.kind} for each in look.frame.columns],
        "rows": look.frame.rows,
        "notes": [*look.frame.setup_hint, *look.notes, *([look.trouble] if look.trouble else [])],
    }


def quotas(health: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """By source and kind of question what runs out first: `Google Analytics: 199,998 of 200,000 tokens left today`."""
    for source, facts in health.items():
        for kind, buckets in facts.get("quota", {}).items():
            left = {name: each["remaining"] / max(each["limit"], 1) for name, each in buckets.items()}
            if left:
                name = min(left, key=left.__getitem__)
                words = LEFT.get(name) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower() + " left"
                which = QUESTIONS.get(kind, f", {kind}")
                yield f"{source}{which}: {buckets[name]['remaining']:,} of {buckets[name]['limit']:,} {words}"
