"""The reports there are, and their readings."""

from handlers.api.base import Operation
from handlers.api.figures import FiguresResource, said
from handlers.api.models import Paging, Query, Range, ReadingTold, ReportList, ReportTold
from handlers.api.problems import ApiProblem
from handlers.base.errors import HttpProblem
from utilities import reports
from utilities.model import frames


class ReportResource(FiguresResource):
    """What the addresses of reports share."""

    def report(self, name: str) -> reports.Report:
        report = self.services.reports.get(name)
        if report is None:
            raise HttpProblem(404, "There is no report of this name.")
        return report

    def parameters(self, report: reports.Report) -> list[str]:
        variants = self.services.variants
        return [] if variants is None else list(variants.parameter_names(report))

    def compares(self, report: reports.Report) -> bool:
        """Whether the time before can be beside the figures, or is always."""
        variants = self.services.variants
        return getattr(report.ask, "compare", False) or (variants is not None and variants.can_compare(report))

    def entry(self, report: reports.Report) -> ReportTold:
        reading = self.services.store.latest(report.name) or frames.Reading(report.name)
        return ReportTold(
            name=report.name,
            title=report.title,
            sources=list(report.sources),
            pace=report.refresh_every.total_seconds(),
            limit=report.stale_after.total_seconds(),
            state=self.state(reading, report),
            taken_at=reading.taken_at,
            parameters=self.parameters(report),
            compares=self.compares(report),
            href=f"/api/v1/reports/{report.name}",
        )


class Reports(ReportResource):
    path = "/reports"
    operation = Operation(
        "listReports", "The reports there are", "By name, with how fresh each is.", ReportList, Paging
    )

    async def read(self, asked: Paging) -> ReportList:
        names = sorted(self.services.reports)
        shown, following = self.part(names, asked, names)
        return ReportList(items=[self.entry(self.services.reports[name]) for name in shown], next=following)


class Report(ReportResource):
    path = "/reports/{report}"
    operation = Operation("getReport", "One report", "What it asks, how often, and how fresh it is.", ReportTold)

    async def read(self, asked: Query, name: str) -> ReportTold:
        return self.entry(self.report(name))


class Reading(ReportResource):
    path = "/reports/{report}/reading"
    operation = Operation(
        "getReading",
        "The figures of a report",
        "For any time, site, page or referrer where the report has these parameters: `parameters` of the report "
        "says so. Figures that were never asked for are waited for, five seconds at most.",
        ReadingTold,
        Range,
    )

    async def read(self, asked: Range, name: str) -> ReadingTold:
        report, given = self.report(name), said(asked)
        has = self.parameters(report)
        if foreign := [each for each in given if each not in has]:
            known = f"it has {', '.join(has)}" if has else "it has none"
            raise ApiProblem(422, {each: f"`{each}` is no parameter of this report; {known}" for each in foreign})
        if asked.compare and not self.compares(report):
            raise ApiProblem(422, {"compare": "`compare` is not for this report, whose `compares` is false"})
        varies = given or asked.compare
        reading = await (self.varied(report, given, compare=asked.compare) if varies else self.plain(report))
        return self.figures(ReadingTold, reading, report, asked, report=report.name, title=report.title)
