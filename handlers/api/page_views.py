"""/api/v1/page-views: queries of our own page views."""

from datetime import timedelta

from handlers.api.base import Operation, ReadableResource
from handlers.api.figures import FiguresResource, report_params
from handlers.api.models import (
    ColumnResponse,
    PagingParams,
    QuestionListResponse,
    QuestionReadingResponse,
    QuestionResponse,
    RangeParams,
)
from handlers.api.problems import ApiProblem
from handlers.base.errors import HttpProblem
from handlers.reports.report_query import ReportQuery
from utilities.pageviews.site_figures import MAX_PAGE_VIEW_ROWS, site_queries
from utilities.reports import Report
from utilities.sources.pageviews import PageViewQuery

REFRESH_EVERY = timedelta(minutes=1)


class PageViewQuestionsResource(ReadableResource):
    path = "/page-views"
    operation = Operation(
        "listQuestions",
        "The queries of page views",
        "With the columns of each answer.",
        QuestionListResponse,
        PagingParams,
    )

    async def build_response(self, params: PagingParams) -> QuestionListResponse:
        names = sorted(site_queries())
        page, following = self.paginate([site_queries()[name] for name in names], params, names)
        items = [
            QuestionResponse(
                name=each.name,
                columns=[ColumnResponse.model_validate(column) for column in each.columns],
                compares=each.can_compare,
                longest=each.max_days,
                href=f"{self.request.path}/{each.name}",
            )
            for each in page
        ]
        return QuestionListResponse(items=items, next=following)


class PageViewsResource(FiguresResource):
    path = "/page-views/{question}"
    operation = Operation(
        "askPageViews",
        "The answer to a query of the page views",
        f"At most {MAX_PAGE_VIEW_ROWS:,} rows, in pages of `limit`. Without `from` and `to`, the last "
        "LOOK_BACK_DAYS days. The same query within a minute has the same answer.",
        QuestionReadingResponse,
        RangeParams,
    )

    async def build_response(self, params: RangeParams, name: str) -> QuestionReadingResponse:
        question = site_queries().get(name)
        if question is None:
            raise HttpProblem(404, "There is no question of this name.")
        if params.compare and not question.can_compare:
            raise ApiProblem(422, {"compare": "this query cannot be compared with the previous period"})
        query = PageViewQuery(name, limit=MAX_PAGE_VIEW_ROWS)
        report = Report(f"page-views-{name}", name, ("pageviews",), query=query, refresh_every=REFRESH_EVERY)
        report_query = ReportQuery(self.services, report, report_params(params), params.compare)
        return await self.read_figures(QuestionReadingResponse, report_query, params, question=name)
