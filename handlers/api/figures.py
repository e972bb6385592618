"""Readings for programs: waited for until there are figures, one page of rows at a time."""

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Any, TypeVar

from handlers.api.base import ReadableResource
from handlers.api.models import ColumnResponse, DateRangeResponse, FiguresResponse, PagingParams, RangeParams
from handlers.api.problems import ApiProblem
from handlers.base.errors import HttpProblem
from handlers.reports.exports import missing_rows_notes
from handlers.reports.handler import RETRY_AFTER_SECONDS, overload_problem
from handlers.reports.report_query import ReportQuery
from utilities.model.errors import Overloaded, ParameterError
from utilities.model.frames import Reading, ReadingState
from utilities.model.period_words import compared_days

FiguresModel = TypeVar("FiguresModel", bound=FiguresResponse)


def report_params(params: RangeParams) -> dict[str, str]:
    """Returns the parameters of the report that the request has, by their names in the request."""
    fields = set(RangeParams.model_fields) - set(PagingParams.model_fields) - {"compare"}
    return params.model_dump(by_alias=True, include=fields, exclude_unset=True)


class FiguresResource(ReadableResource):
    """Base of the resources about reports and their rows."""

    etag: str | None = None  # of figures: weak, because it does not depend on when they were taken

    def find_query(self, name: str) -> ReportQuery:
        """Returns the query of a report without parameters. Raises HttpProblem 404."""
        report = self.services.reports.get(name)
        if report is None:
            raise HttpProblem(404, "There is no report of this name.")
        return ReportQuery(self.services, report)

    async def read_figures(
        self, model: type[FiguresModel], query: ReportQuery, params: PagingParams, **fields: str
    ) -> FiguresModel:
        """Returns one page of the rows, with the state and the notes of the reading; `fields` are the model's own.

        Raises ApiProblem 422 and HttpProblem 503.
        """
        try:
            reading = await query.wait_for_reading(query.is_current)
        except ParameterError as error:
            raise ApiProblem(422, {error.parameter or "query": str(error)}) from error
        except Overloaded as error:
            raise overload_problem(error) from error
        view = query.describe(reading)
        reading, frame, before = view.reading, view.frame, compared_days(view.frame)
        version = await self.run_in_worker(partial(reading_version, reading, self.request.query_arguments))
        rows, following = self.paginate(frame.rows, params, version)
        if view.state is ReadingState.WAITING:
            self.set_header("Retry-After", str(RETRY_AFTER_SECONDS))
        answer = model(
            state=view.state,
            taken_at=reading.measured_at,
            complete=reading.complete,
            covers=DateRangeResponse.model_validate(frame.date_range) if frame.date_range else None,
            before=DateRangeResponse.model_validate(before) if before else None,
            columns=[ColumnResponse.model_validate(column) for column in frame.columns],
            rows=list(rows),
            total=len(frame.rows),
            total_rows=frame.total_rows if frame.is_cut else None,
            totals=dict(frame.totals) if frame.is_cut else None,
            notes=[*view.notes, *missing_rows_notes(query, frame), *([view.error] if view.error else [])],
            next=following,
            **fields,
        )
        lasting = answer.model_dump_json(exclude={"taken_at"})
        self.etag = f'W/"{hashlib.sha256(lasting.encode()).hexdigest()[:32]}"'
        return answer

    def compute_etag(self) -> str | None:
        return self.etag or super().compute_etag()


def reading_version(reading: Reading, query: Mapping[str, list[bytes]]) -> tuple[str, bool, Any]:
    """Returns what must be the same for every page: the rows, and the parameters apart from the paging.

    A cursor lasts over refreshes that bring the same rows. Its time grows with the frame: run it in a worker.
    """
    params = sorted((name, values) for name, values in query.items() if name not in PagingParams.model_fields)
    rows = (reading.frame.columns, reading.frame.rows) if reading.frame else ()
    return hashlib.sha256(repr(rows).encode()).hexdigest(), reading.complete, params
