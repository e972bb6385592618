"""The overview of one site: six figures over one chart, then pages, sources, countries and devices."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from handlers.base.public_origin import public_origin
from handlers.boards.wall import wall_query
from handlers.overview.figures import (
    OverviewTable,
    explain_missing_changes,
    figure_definitions,
    overview_figures,
    overview_rows,
)
from handlers.overview.hours import complete_day
from handlers.overview.params import SOURCE_PARAM, OverviewParams
from handlers.overview.scope import build_actions, build_overview_scope
from handlers.overview.sources import GOOGLE, OVERVIEW_SOURCES, OWN, OverviewColumn, OverviewSource
from handlers.reports.chart import ChartPair, draw_charts, prepare_pictures
from handlers.reports.desk_state import DeskState, query_string
from handlers.reports.handler import RETRY_AFTER_SECONDS
from handlers.reports.page import MAX_RELOAD
from handlers.reports.presenter import ReportView
from handlers.reports.report_scope import site_label
from handlers.reports.row_links import is_filter_value, row_filter
from handlers.reports.scope import Scope
from utilities.model.frames import Frame, ReadingState
from utilities.model.period_words import compared_days, format_days
from utilities.pageviews.classify.user_agents import device_type
from utilities.rendering.layout import Box
from utilities.rendering.views import View
from utilities.sources.pageviews import SCRIPT_ELEMENT

CHART_BOXES = Box(1160, 250, 14, 16), Box(358, 240, 14, 16)
WALL_ADDRESS = "/wall"


class OverviewPage(OverviewParams):
    """The front page for people. A television that opens it gets its wall."""

    async def get(self) -> None:
        if self.is_television() or OWN.totals not in self.services.reports:
            self.redirect(WALL_ADDRESS + wall_query(self.request.query))
        else:
            await self.show_overview()

    def is_television(self) -> bool:
        """Whether the browser is a television's, or the address has `?kiosk`."""
        query = self.request.query.split("&")
        return "kiosk" in query or device_type(self.request.headers.get("User-Agent", "")) == "tv"

    async def show_overview(self) -> None:
        """Writes the page of the source in the address; without one it is our own count.

        While no page view was ever counted, it is Google, unless Google has failed.
        """
        self.check_overview_params()
        if added := self.parse_added_filter(self.parse_report_query(OWN.totals)):
            state = DeskState(self.address_params(OWN), compare=False)
            self.redirect(f"/{state.link(params={**state.params, **added})}")
            return
        name = self.get_query_argument(SOURCE_PARAM, "")
        source, google_error = OVERVIEW_SOURCES[name or OWN.name], ""
        totals, range_fault = self.read_totals(source)
        if not name and totals.frame.setup_hint and self.can_show_google():
            google, range_fault = self.read_totals(GOOGLE)
            if google.state is ReadingState.FAILED and not range_fault:
                google_error = google.error
            else:
                source, totals = GOOGLE, google
        if range_fault:
            await self.show_range_fault(source, totals, range_fault)
        else:
            await self.show_figures(source, totals, google_error)

    def read_totals(self, source: OverviewSource) -> tuple[ReportView, str]:
        """Returns the six figures, or what is wrong with the range."""
        return self.view_or_fault(self.parse_report_query(source.totals), self.latest_view)

    def build_scope(self, source: OverviewSource, totals: ReportView, state: DeskState) -> Scope:
        """Returns the scope line of this request."""
        query, filters = self.parse_report_query(source.totals), self.filters_in_force(source, state)
        return build_overview_scope(
            self.site_title(source), source, self.source_links(state), query, totals, state, filters
        )

    async def show_range_fault(self, source: OverviewSource, totals: ReportView, range_fault: str) -> None:
        """Writes the page without figures, with the form to correct the days."""
        state = DeskState(self.address_params(source), compare=False)
        await self.render_large_page(
            "overview.html",
            here="/",
            site=self.site_title(source),
            scope=self.build_scope(source, totals, state),
            state=state,
            range_fault=range_fault,
            covers=None,
            days="",
            is_pending=False,
            actions=None,
            visitors_now=self.count_visitors_now(source),
            reload=MAX_RELOAD,
            now=self.services.clock(),
        )

    async def show_figures(self, source: OverviewSource, totals: ReportView, google_error: str) -> None:
        """Writes the page with the figures of one source."""
        state = DeskState(self.address_params(source), compare=False)
        day = self.single_day()
        by_time = self.read_view(source.by_hour if day else source.by_day)
        charted = complete_day(by_time.frame, self.read_day_before(source, day)) if day else by_time.frame
        tables = tuple(self.build_table(source, column, state) for column in source.columns)
        drawn, chart_view = self.drawn_key(source, by_time.frame), self.services.views["bar" if day else "line"]
        days, before = totals.frame.date_range, compared_days(totals.frame)
        today = self.services.clock().date()
        views = [totals, by_time, *(table.view for table in tables)]
        await self.render_large_page(
            "overview.html",
            here="/",
            site=self.site_title(source),
            scope=self.build_scope(source, totals, state),
            actions=build_actions(totals, self.parse_report_query(by_time.report.name), chart_view, drawn, tables),
            shared_address=f"{public_origin(self)}/{query_string(state.fields)}",
            state=state,
            totals=totals,
            range_fault="",
            covers=totals.frame.date_range,
            by_time=by_time,
            tables=tables,
            script_element=SCRIPT_ELEMENT.format(self.services.settings.address),
            figures=overview_figures(source, totals.frame, by_time.frame, drawn, compares=self.compares),
            legend=figure_definitions(source),
            chart=await self.draw_chart(by_time.report.title, chart_view, charted, drawn),
            time_unit="hour" if day else "day",
            is_running=bool(day and days and not days.has_ended and not days.until),
            is_empty=has_no_visits(source, totals.frame),
            days=format_days(days, today) if days else "",
            previous_days=format_days(before, today) if before and self.compares else "",
            uncompared=explain_missing_changes(totals.frame) if self.compares else "",
            visitors_now=self.count_visitors_now(source),
            google_error=google_error,
            reload=min(map(self.seconds_to_reload, views)),
            is_pending=any(view.is_pending for view in views),
            noscript_reload=RETRY_AFTER_SECONDS,
            now=self.services.clock(),
        )

    def read_view(self, report: str) -> ReportView:
        """Returns a report with the parameters of this request, as it is in memory."""
        return self.latest_view(self.parse_report_query(report))

    def site_title(self, source: OverviewSource) -> str:
        """Returns the site of the figures; Google's have none where the settings name no website."""
        return site_label(self.parse_report_query(source.totals)) or "Google Analytics"

    def drawn_key(self, source: OverviewSource, frame: Frame) -> str:
        """Returns the column that the chart draws."""
        wanted = self.get_query_argument("figure", "")
        drawn = source.figure_key(wanted)
        return drawn if frame.has_column(drawn) else source.figures[0][1]

    def read_day_before(self, source: OverviewSource, day: date) -> Frame | None:
        """Returns the hours of the day before; None without a comparison, and of Google, which adds them itself."""
        if source is GOOGLE or not self.compares:
            return None
        query, before = self.parse_report_query(source.by_hour), str(day - timedelta(days=1))
        return self.latest_view(replace(query, params={**query.params, "from": before, "to": before})).frame

    async def draw_chart(self, title: str, view: View, frame: Frame, key: str) -> ChartPair | None:
        """Returns the chart of one figure, None without any figures."""
        if not frame.rows or not frame.has_column(key):
            return None
        draw = partial(prepare_pictures, title, view, frame, {"series": (key,)}, CHART_BOXES)
        pictures = await self.run_in_worker(draw)
        return await draw_charts(pictures, self.services.gallery) if pictures else None

    def build_table(self, source: OverviewSource, column: OverviewColumn, state: DeskState) -> OverviewTable:
        """Returns the rows of a column's tab, each as a link that filters the page by its name."""
        tab = column.find_tab(self.get_query_argument(column.name, ""))
        query = self.parse_report_query(tab.report)
        view = self.latest_view(query)
        _, param = row_filter(view.frame.columns, self.filter_names(source))

        def row_link(name: str) -> str:
            is_linked = param and is_filter_value(param, name)
            return state.link(params={**state.params, param: name}) if is_linked else ""

        name_heading, value_heading, rows = overview_rows(view.frame, tab.figure, row_link)
        return OverviewTable(column, tab, view, name_heading, value_heading, rows)

    def count_visitors_now(self, source: OverviewSource) -> int | None:
        """Returns how many visitors are on the site, None while nobody knows it."""
        query = self.find_query(source.now)
        if any(map(self.get_param, self.filter_names(source) - {*query.filter_names})):
            return None  # it would be those of all visitors
        if "from" in query.filter_names:  # it would be those of the range
            query = query.with_params(lambda name: "" if name in ("from", "to", "compare") else self.get_param(name))
        frame = self.latest_view(query).frame
        key = next((column.key for column in frame.numeric_columns), "")
        value = frame.rows[0][frame.column_index(key)] if frame.rows and key else None
        return int(value) if isinstance(value, int | float) else None


def has_no_visits(source: OverviewSource, totals: Frame) -> bool:
    """Whether there are figures, and all that are counted are 0."""
    keys = [key for _, key in source.figures[:3]]
    return bool(totals.rows) and all(totals.has_column(key) and not totals.column_values(key)[0] for key in keys)
