"""/api/v1/reports: the reports and their readings."""

from handlers.api.base import Operation
from handlers.api.figures import FiguresResource, report_params
from handlers.api.models import (
    PagingParams,
    QueryParams,
    RangeParams,
    ReadingResponse,
    ReportListResponse,
    ReportResponse,
)
from handlers.api.problems import ApiProblem
from handlers.reports.report_query import ReportQuery


class ReportsResource(FiguresResource):
    path = "/reports"
    operation = Operation(
        "listReports", "The reports", "By name, with their freshness.", ReportListResponse, PagingParams
    )

    async def build_response(self, params: PagingParams) -> ReportListResponse:
        names = sorted(self.services.reports)
        page, following = self.paginate(names, params, names)
        items = [report_response(ReportQuery(self.services, self.services.reports[name])) for name in page]
        return ReportListResponse(items=items, next=following)


class ReportResource(FiguresResource):
    path = "/reports/{report}"
    operation = Operation(
        "getReport", "One report", "Its sources, its schedule, its parameters and its freshness.", ReportResponse
    )

    async def build_response(self, params: QueryParams, name: str) -> ReportResponse:
        return report_response(self.find_query(name))


class ReadingResource(FiguresResource):
    path = "/reports/{report}/reading"
    operation = Operation(
        "getReading",
        "The figures of a report",
        "For any time, site, page or referrer where the report has these parameters: `parameters` of the report "
        "says so. Figures that were never queried are waited for, five seconds at most.",
        ReadingResponse,
        RangeParams,
    )

    async def build_response(self, params: RangeParams, name: str) -> ReadingResponse:
        query, values = self.find_query(name), report_params(params)
        accepted = list(query.filter_names)
        if unknown := [each for each in values if each not in accepted]:
            allowed = f"it has {', '.join(accepted)}" if accepted else "it has none"
            raise ApiProblem(422, {each: f"`{each}` is no parameter of this report; {allowed}" for each in unknown})
        if params.compare and not has_comparison(query):
            raise ApiProblem(422, {"compare": "`compare` is not for this report, whose `compares` is false"})
        query = ReportQuery(self.services, query.report, values, params.compare).with_all_rows()
        return await self.read_figures(ReadingResponse, query, params, report=name, title=query.report.title)


def report_response(query: ReportQuery) -> ReportResponse:
    """Returns a report with its parameters and its freshness now."""
    report = query.report
    reading = query.describe(query.services.store.latest(report.name)).reading
    return ReportResponse(
        name=report.name,
        title=report.title,
        sources=list(report.sources),
        pace=report.refresh_every.total_seconds(),
        limit=report.stale_after.total_seconds(),
        state=query.state_of(reading),
        taken_at=reading.measured_at,
        parameters=list(query.filter_names),
        compares=has_comparison(query),
        href=f"/api/v1/reports/{report.name}",
    )


def has_comparison(query: ReportQuery) -> bool:
    """Whether the previous period can be added, or is always there."""
    return getattr(query.report.query, "compare", False) or query.can_compare
