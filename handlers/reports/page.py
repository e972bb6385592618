"""/reports/<report>: one report at a desk, as a chart and as a table."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

from handlers.base.errors import HttpProblem
from handlers.base.public_origin import public_origin
from handlers.reports.chart import DrawableViews, PicturePair, draw_charts, drawable_views, prepare_pictures
from handlers.reports.desk_state import DeskState
from handlers.reports.export_links import boards_with_report, export_links, image_query_string, shared_addresses
from handlers.reports.handler import COMPARE_CHOICES, RETRY_AFTER_SECONDS, ReportHandler, refuse_unknown_params
from handlers.reports.presenter import ReportView
from handlers.reports.report_groups import report_term
from handlers.reports.report_query import MAX_REPORT_ROWS, ReportQuery
from handlers.reports.report_scope import build_report_scope
from handlers.reports.row_links import PAGE_STATE_NAMES, SCOPE_NAMES, column_filters, row_links
from handlers.reports.table import Table, filter_sort_page
from handlers.reports.yaml_snippet import board_report_yaml, tile_yaml
from utilities.model.errors import ParameterError
from utilities.model.frames import Column, Frame, ReadingState
from utilities.rendering.report_image import ImageOptions, series_options
from utilities.rendering.views import TABLE, FrameShape, View, shape_of
from utilities.sources import ROWS_PARAM

# Seconds until a page loads itself again:
PENDING_RELOAD = 2
MIN_RELOAD, MAX_RELOAD = 5, 60
PARAMETERIZED_RELOAD = 25
EXTENDED_ROW_LIMIT = 1000  # offered where a report has more rows than its own limit
HOUR_VIEWS = ("bar", "area", "line")  # that draw the hours of a single day, the default first
MAX_WORD_CHARS = 200  # of the search words and of `sort`


class DeskHandler(ReportHandler):
    """Base of the pages with a range picker."""

    @property
    def drawable_views(self) -> DrawableViews:
        views: DrawableViews = self.settings["drawable_views"]
        return views

    def get_param(self, name: str) -> str:
        """Returns a parameter of the report. Its `page` is a path; a number is the page of the table."""
        if name == "page":
            return next((value for value in self.get_query_arguments("page") if value.startswith("/")), "")
        return super().get_param(name)

    def check_params(self, accepted: Iterable[str]) -> None:
        """Raises HttpProblem 400 for a parameter that is not accepted, and for a wrong `compare`."""
        refuse_unknown_params(self.request.query_arguments, [*dict.fromkeys((*accepted, "compare"))])
        self.get_choice("compare", COMPARE_CHOICES)

    def view_or_fault(
        self, query: ReportQuery, read_view: Callable[[ReportQuery], ReportView]
    ) -> tuple[ReportView, str]:
        """Returns the report; without figures, and what is wrong, where the range is: the form stays to correct it.

        Raises HttpProblem 400 for any other parameter, and 503 while too many reports are in use.
        """
        try:
            return read_view(query), ""
        except HttpProblem as problem:
            if not (isinstance(problem.__cause__, ParameterError) and {"from", "to"} & query.params.keys()):
                raise
            rest = {name: value for name, value in query.params.items() if name not in ("from", "to")}
            self.latest_view(replace(query, params=rest))  # refuses the others
            self.set_status(400)
            return query.describe(None), problem.sentence

    def parse_added_filter(self, query: ReportQuery, accepted: Sequence[str] = ()) -> dict[str, str]:
        """Returns the filter that the form "Add a filter" names; empty without one. 400 for an unknown one.

        `accepted` are the filters of the page, where these are not all that the report has.
        """
        name, value = self.get_query_argument("filter", ""), self.get_query_argument("value", "").strip()
        names = list(accepted) or [each for each in query.filter_names if each not in SCOPE_NAMES]
        if name and name not in names:
            raise HttpProblem(400, f"`filter` must be one of {', '.join(names)}.")
        if name == "page" and value and not value.startswith("/"):
            value = f"/{value}"
        return {name: value} if name and value else {}

    def parse_table_page(self) -> int:
        """Returns the page of the table; `part` is its former name. 400 for what is not a number."""
        values = [*self.get_query_arguments("part"), *self.get_query_arguments("page")]
        text = next((value for value in reversed(values) if not value.startswith("/")), "1")
        if not re.fullmatch("[0-9]{1,6}", text) or not int(text):
            raise HttpProblem(400, "`page` must be an integer from 1.")
        return int(text)

    def parse_view_name(self) -> str:
        """Returns the view of the request, '' without one; 400 when there is no such view."""
        name = self.get_query_argument("view", "")
        if name and name not in self.services.views:
            raise HttpProblem(400, f"`view` must be one of {', '.join(sorted(self.services.views))}.")
        return name

    def seconds_to_reload(self, view: ReportView) -> int:
        """Returns the seconds until it is worth loading the page again."""
        if view.is_pending:
            return PENDING_RELOAD
        if view.state is ReadingState.AGEING:  # this request has just marked it as in use
            return MIN_RELOAD
        if view.query_string:
            return PARAMETERIZED_RELOAD
        return int(max(MIN_RELOAD, min(MAX_RELOAD, view.report.refresh_every.total_seconds())))


@dataclass(frozen=True)
class PreparedReport:
    """What a page shows of a frame."""

    offered: tuple[str, ...]  # views that can draw it
    view: str
    pictures: PicturePair | None  # None for the table
    table: Table
    columns: tuple[Column, ...]  # that the view can draw, one at a time
    drawn: str  # the key of the column that it draws
    options: Mapping[str, Any]  # of the view, for the column that the address names


class ReportPage(DeskHandler):
    """The report with all of its rows; the page waits for its chart, and never for figures."""

    async def get(self, name: str) -> None:
        query = self.parse_report_query(name)
        self.check_params((*query.filter_names, *PAGE_STATE_NAMES))
        state = DeskState(
            params=query.params,
            compare=query.compare,
            view=self.parse_view_name(),
            series=self.get_query_argument("series", "")[:MAX_WORD_CHARS],
            sort=self.get_query_argument("sort", "")[:MAX_WORD_CHARS],
            q=self.get_query_argument("q", "")[:MAX_WORD_CHARS].strip(),
            page=self.parse_table_page(),
        )
        if added := self.parse_added_filter(query):
            self.redirect(f"/reports/{name}{state.link(params={**state.params, **added})}")
        else:
            await self.show_report(query, state)

    async def show_report(self, query: ReportQuery, state: DeskState) -> None:
        report_view, range_fault = self.view_or_fault(query, partial(self.view_of_all_rows, state))
        prepared, report = await self.prepare_report(report_view, state), query.report
        linked = column_filters(report_view.frame.columns, query.filter_names)
        scope, term = build_report_scope(query, report_view, state), report_term(report.name, report.title)
        image_query = image_query_string(state, prepared.view)
        await self.render_large_page(
            "report.html",
            here="/reports",
            report_view=report_view,
            term=term,
            range_fault=range_fault,
            scope=scope,
            row_links=row_links(prepared.table.rows, linked, query.params, state.link),
            state=state,
            table=prepared.table,
            chart=await draw_charts(prepared.pictures, self.services.gallery) if prepared.pictures else None,
            view=prepared.view,
            views=self.services.views,
            offered=[*prepared.offered, TABLE] if prepared.offered else [],
            drawable_columns=prepared.columns,
            drawn=prepared.drawn,
            more_rows=self.more_rows_link(query, report_view, state),
            exports=export_links(report.name, state, image_query),
            shared=shared_addresses(public_origin(self), report.name, term, state, image_query),
            boards=boards_with_report(self.services.boards, report.name),
            snippet="" if range_fault else self.board_snippet(query, prepared, report_view),
            reload=self.seconds_to_reload(report_view),
            noscript_reload=RETRY_AFTER_SECONDS,
            now=self.services.clock(),
        )

    def view_of_all_rows(self, state: DeskState, query: ReportQuery) -> ReportView:
        """Returns the view of the report; with search words or a sort order that of all its rows, where it was cut."""
        view = self.latest_view(query)
        if (state.q or state.sort) and query.is_cut(view.frame):
            return self.latest_view(replace(query, params={**query.params, ROWS_PARAM: str(MAX_REPORT_ROWS)}))
        return view

    def more_rows_link(self, query: ReportQuery, view: ReportView, state: DeskState) -> str:
        """Returns the address of the same page with more rows, '' where there are no more."""
        if len(view.frame.rows) >= EXTENDED_ROW_LIMIT or not query.is_cut(view.frame):
            return ""
        return state.link(params={**query.params, ROWS_PARAM: str(EXTENDED_ROW_LIMIT)})

    async def prepare_report(self, report_view: ReportView, state: DeskState) -> PreparedReport:
        """Returns what the page shows of the frame, prepared in a worker thread."""
        name, frame = report_view.report.name + report_view.query_string, report_view.frame
        offered = self.drawable_views.find(name, frame)
        prepared = await self.run_in_worker(partial(prepare_report, report_view, state, self.services.views, offered))
        if offered is None:
            self.drawable_views.add(name, frame, prepared.offered)
        hours = self.hours_of_single_day(report_view)
        if hours is None or prepared.view not in HOUR_VIEWS:
            return prepared
        view = state.view if state.view in HOUR_VIEWS else HOUR_VIEWS[0]
        draw = partial(prepare_pictures, hours.report.title, self.services.views[view], hours.frame)
        options = {"series": (prepared.drawn,)} if hours.frame.has_column(prepared.drawn) else {}
        pictures = await self.run_in_worker(partial(draw, options))
        return replace(prepared, view=view, pictures=pictures) if pictures else prepared

    def hours_of_single_day(self, report_view: ReportView) -> ReportView | None:
        """Returns the hours of a report that has a single day, where there is such a report; None without figures."""
        frame, name = report_view.frame, report_view.report.name.removesuffix("by-day") + "by-hour"
        if len(frame.rows) != 1 or shape_of(frame) is not FrameShape.DAYS or name not in self.services.reports:
            return None
        hours, days = self.latest_view(self.parse_report_query(name)), frame.date_range
        covered = hours.frame.date_range
        is_same_day = days and covered and (covered.first, covered.last) == (days.first, days.last)
        return hours if is_same_day and hours.frame.rows else None

    def board_snippet(self, query: ReportQuery, prepared: PreparedReport, report_view: ReportView) -> str:
        """Returns the YAML of a tile; '' where a board file cannot express the query."""
        report, view = query.report, self.services.views["number" if report_view.summary else prepared.view]
        options = {} if report_view.summary else prepared.options
        if query.is_parameterized:
            adjusted = query.adjusted_report()
            return board_report_yaml(adjusted, view, options) if report.build is None else ""
        is_from_board = any(report.name in board.reports for board in self.services.boards)
        write = board_report_yaml if is_from_board else tile_yaml
        return write(report, view, options)


def prepare_report(
    report_view: ReportView, state: DeskState, views: Mapping[str, View], offered: tuple[str, ...] | None
) -> PreparedReport:
    """Returns what a page shows of a frame; `offered` are the views that can draw it, None for a new frame."""
    report, frame = report_view.report, report_view.frame
    if offered is None:
        offered = tuple(drawable_views(report, frame, views))
    view = state.view if state.view in (*offered, TABLE) else next(iter(offered), TABLE)
    columns = selectable_columns(views[view], frame)
    key = state.series if state.series in [each.key for each in columns] else ""
    options = series_options(views[view], frame, ImageOptions(series=(key,) if key else ()))
    pictures = None if view == TABLE else prepare_pictures(report.title, views[view], frame, options)
    drawn = key or next((each.key for each in columns), "")
    table = filter_sort_page(frame, state.q, state.sort, state.page, drawn)
    return PreparedReport(offered, view, pictures, table, columns if pictures else (), drawn, options)


def selectable_columns(view: View, frame: Frame) -> tuple[Column, ...]:
    """Returns the columns of which a view draws one; none for a view that draws all, or a frame with one column."""
    has_choice = {"series", "key"} & {field.name for field in fields(view.options)}
    columns = tuple(frame.numeric_columns)
    return columns if view.is_chart and has_choice and len(columns) > 1 else ()
