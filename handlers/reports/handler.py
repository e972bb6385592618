"""Shared by the pages, exports and images of one report."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager

from tornado.web import HTTPError

from handlers.base.errors import HttpProblem, status_for_error
from handlers.base.handler import BaseHandler
from handlers.reports.presenter import ReportView
from handlers.reports.report_query import ReportQuery
from utilities.model.errors import Overloaded, ParameterError
from utilities.model.frames import ReadingState
from utilities.model.near_names import check_param_names

COMPARE_CHOICES = ("", "true", "false", "week", "year")
RETRY_AFTER_SECONDS = 3  # until figures that are awaited may be there
BUSY_RETRY_AFTER_SECONDS = 10  # until there may be room for another report with parameters


class ReportHandler(BaseHandler):
    """Base of the handlers for one report."""

    async def head(self, *args: str) -> None:
        """Answers as `get` does; the server leaves out the body."""
        if (answer := self.get(*args)) is not None:
            await answer

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

    def get_choice(self, name: str, choices: Sequence[str]) -> str:
        """Returns a parameter, the first choice without it. Raises HttpProblem 400 for any other value."""
        value = self.get_query_argument(name, "") or choices[0]
        if value not in choices:
            allowed = [each for each in choices if each]
            words = f"`{name}` must be {' or '.join(allowed) if len(allowed) < 3 else 'one of ' + ', '.join(allowed)}"
            raise HttpProblem(400, f"{words}.", faults={name: words})
        return value

    def parse_strict_query(self, name: str, *own_params: str) -> ReportQuery:
        """Does as `parse_report_query`, and refuses parameters that neither the report nor this address has.

        A misspelt parameter would give other figures than the program means.
        """
        query = self.find_query(name)
        accepted = [*query.accepted_names, *own_params]
        unknown = [each for each in self.request.query_arguments if each not in accepted]
        if unknown:
            allowed = f"there are {', '.join(accepted)}" if accepted else "there are none"
            faults = {safe_param_name(each): f"`{safe_param_name(each)}` is no parameter here" for each in unknown}
            raise HttpProblem(400, f"{', '.join(faults.values())}; {allowed}.", faults=faults)
        self.get_choice("compare", COMPARE_CHOICES)
        return query.with_params(self.get_param)

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

    async def wait_for_figures(self, query: ReportQuery) -> ReportView:
        """Returns the report with figures that are not older than its schedule, or the latest there are.

        They are waited for at most READING_TIMEOUT_SECONDS. Raises HttpProblem 503 when there are none at all, or only
        those of another day than the request names ("yesterday", right after midnight).
        """
        with http_errors():
            view = query.describe(await query.wait_for_reading(query.is_settled))
        if query.names_other_days(view.reading):
            reason = view.error or "They are awaited."
            raise HttpProblem(
                503, f"The figures of these days are not there yet. {reason}", {"Retry-After": str(RETRY_AFTER_SECONDS)}
            )
        if view.reading.frame is None:
            reason = f"There are no figures: {view.error}" if view.error else "The answer is not there yet."
            raise HttpProblem(503, f"{reason} Try again in some seconds.", {"Retry-After": str(RETRY_AFTER_SECONDS)})
        self.set_freshness_headers(view)
        return view

    def set_freshness_headers(self, view: ReportView) -> None:
        """Sets `Last-Modified` to the time of the figures, and `Age` to the seconds since then."""
        taken_at, age = view.reading.taken_at, view.reading.age_at(self.services.clock())
        if taken_at is not None and age is not None:
            self.set_header("Last-Modified", taken_at)
            self.set_header("Age", str(int(age.total_seconds())))


@contextmanager
def http_errors() -> Iterator[None]:
    """Turns a parameter that cannot be understood into 400, and too many reports as `overload_problem` does."""
    try:
        yield
    except ParameterError as error:
        raise parameter_problem(error) from error
    except Overloaded as error:
        raise overload_problem(error) from error


def refuse_unknown_params(names: Iterable[str], accepted: Collection[str]) -> None:
    """Raises HttpProblem 400 for a parameter that the page does not have: it may be a misspelt one."""
    with http_errors():
        check_param_names(names, accepted)


def parameter_problem(error: ParameterError) -> HttpProblem:
    """Returns 400 with the sentence of the error, and the parameter that is wrong."""
    words = str(error)
    faults = {error.parameter: words} if error.parameter else {}
    return HttpProblem(400, f"{words[0].upper()}{words[1:]}.", faults=faults)


def safe_param_name(name: str) -> str:
    """Returns a parameter's name, `?` for one that must not be repeated in a message."""
    return name if re.fullmatch(r"[A-Za-z0-9_.\[\]-]{1,40}", name) else "?"


def overload_problem(error: Overloaded) -> HttpProblem:
    """Returns 503 while too many reports are in use, and 429 when one viewer uses too many."""
    return HttpProblem(status_for_error(error, 503), str(error), {"Retry-After": str(BUSY_RETRY_AFTER_SECONDS)})
