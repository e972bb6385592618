"""Shared by the pages, exports and images of one report."""

from collections.abc import Iterator
from contextlib import contextmanager

from tornado.web import HTTPError

from handlers.base.errors import HttpProblem, status_for_error
from handlers.base.handler import BaseHandler
from handlers.reports.presenter import ReportView
from handlers.reports.report_query import ReportQuery
from utilities.model.errors import Overloaded, ParameterError
from utilities.model.frames import ReadingState

RETRY_AFTER_SECONDS = 3  # until figures that are awaited may be there
BUSY_RETRY_AFTER_SECONDS = 10  # until there may be room for another report with parameters


class ReportHandler(BaseHandler):
    """Base of the handlers for one report."""

    def find_query(self, name: str) -> ReportQuery:
        """Returns the query of the report without parameters; 404 when there is no such report."""
        report = self.services.reports.get(name)
        if report is None:
            raise HTTPError(404)
        return ReportQuery(self.services, report)

    def parse_report_query(self, name: str) -> ReportQuery:
        """Returns the query for the report with the parameters of this request; 404 when there is no such report."""
        return self.find_query(name).with_params(self.get_param)

    def get_param(self, name: str) -> str:
        """Returns a parameter of this request, '' without it."""
        return self.get_query_argument(name, "")

    def latest_view(self, query: ReportQuery) -> ReportView:
        """Returns the report as it is in memory and keeps it refreshed; never waits. 400 and 503 as `http_errors`."""
        with http_errors():
            return query.describe(query.latest_reading())

    async def wait_for_view(self, query: ReportQuery) -> ReportView:
        """Returns the report; one with parameters is waited for, because a program seldom asks twice."""
        if not query.is_parameterized:
            view = self.latest_view(query)
        else:
            with http_errors():
                view = query.describe(await query.wait_for_reading(query.is_answered))
        if view.state is ReadingState.WAITING:
            self.set_header("Retry-After", str(RETRY_AFTER_SECONDS))
        return view


@contextmanager
def http_errors() -> Iterator[None]:
    """Turns a parameter that cannot be understood into 400, and too many reports as `overload_problem` does."""
    try:
        yield
    except ParameterError as error:
        raise HttpProblem(400, f"{str(error)[0].upper()}{str(error)[1:]}.") from error
    except Overloaded as error:
        raise HttpProblem(
            status_for_error(error, 503), str(error), {"Retry-After": str(BUSY_RETRY_AFTER_SECONDS)}
        ) from error


def overload_problem(error: Overloaded) -> HttpProblem:
    """Returns 503 while too many reports are in use, and 429 when one viewer uses too many."""
    return HttpProblem(status_for_error(error, 503), str(error), {"Retry-After": str(BUSY_RETRY_AFTER_SECONDS)})
