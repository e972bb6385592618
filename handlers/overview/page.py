"""The overview of one site: six figures over one chart, then pages, sources, countries and devices."""

from functools import partial
from zoneinfo import ZoneInfo

from handlers.base.errors import HttpProblem
from handlers.overview.figures import OverviewTable, overview_figures, overview_rows
from handlers.overview.sources import GOOGLE, OVERVIEW_SOURCES, OWN, OverviewColumn, OverviewSource
from handlers.reports.chart import ChartPair, draw_charts, prepare_pictures
from handlers.reports.compared_days import compared_days, format_days
from handlers.reports.desk_state import PERIODS, DeskState
from handlers.reports.handler import RETRY_AFTER_SECONDS, http_errors
from handlers.reports.page import DeskHandler
from handlers.reports.presenter import ReportView
from handlers.reports.row_links import is_filter_value, row_filter
from utilities.model.frames import Frame, ReadingState
from utilities.model.time_ranges import parse_range
from utilities.pageviews.classify.user_agents import device_type
from utilities.pageviews.sql.filters import resolve_site
from utilities.rendering.layout import Box

CHART_BOXES = Box(1160, 250, 14, 16), Box(358, 240, 14, 16)
WALL_ADDRESS = "/wall"
SCOPE_PARAMS = ("site", "from", "to")
SOURCE_PARAM = "count"  # `source` filters by the source of visits


class OverviewPage(DeskHandler):
    """The front page for people. A television that opens it gets its wall."""

    async def get(self) -> None:
        if self.is_television() or OWN.totals not in self.services.reports:
            self.redirect(WALL_ADDRESS)
        else:
            await self.show_overview()

    def is_television(self) -> bool:
        """Whether the browser is a television's, or the address has `?kiosk`."""
        query = self.request.query.split("&")
        return "kiosk" in query or device_type(self.request.headers.get("User-Agent", "")) == "tv"

    async def show_overview(self) -> None:
        source, totals, google_error = self.choose_source()
        state = DeskState(self.address_params(source), compare=False)
        by_time = self.read_view(source.by_hour if self.covers_one_day() else source.by_day)
        tables = tuple(self.build_table(source, column, state) for column in source.columns)
        drawn = self.drawn_key(source, by_time.frame)
        days, before = totals.frame.date_range, compared_days(totals.frame)
        today = self.services.clock().date()
        views = [totals, by_time, *(table.view for table in tables)]
        await self.render_large_page(
            "overview.html",
            here="/",
            site=self.site_title(source),
            state=state,
            source=source,
            sources=self.offered_sources(),
            totals=totals,
            by_time=by_time,
            tables=tables,
            figures=overview_figures(source, totals.frame, by_time.frame, drawn),
            chart=await self.draw_chart(by_time, drawn),
            time_unit="hour" if by_time.report.name == source.by_hour else "day",
            days=format_days(days, today) if days else "",
            previous_days=format_days(before, today) if before and self.compares else "",
            periods=PERIODS,
            filters=[name for name in state.params if name in self.filter_names(source)],
            visitors_now=self.count_visitors_now(source),
            google_error=google_error,
            reload=min(map(self.seconds_to_reload, views)),
            is_pending=any(view.is_pending for view in views),
            noscript_reload=RETRY_AFTER_SECONDS,
            now=self.services.clock(),
        )

    @property
    def compares(self) -> bool:
        """Whether figures are compared with the previous period: unless the address has `compare=false`."""
        return self.get_query_argument("compare", "") != "false"

    def get_param(self, name: str) -> str:
        """Returns a parameter of the reports; every table has its usual number of rows."""
        if name == "compare":
            return "true" if self.compares else ""
        return "" if name == "rows" else super().get_param(name)

    def read_view(self, report: str) -> ReportView:
        """Returns a report with the parameters of this request, as it is in memory."""
        return self.latest_view(self.parse_report_query(report))

    def choose_source(self) -> tuple[OverviewSource, ReportView, str]:
        """Returns the source of the request, its totals, and why Google has none where it would be the source.

        Without one in the address it is our own count, or Google while no page view was ever counted.
        """
        name = self.get_query_argument(SOURCE_PARAM, "")
        if name and name not in OVERVIEW_SOURCES:
            raise HttpProblem(400, f"`{SOURCE_PARAM}` must be one of {', '.join(OVERVIEW_SOURCES)}.")
        if name == GOOGLE.name:
            return GOOGLE, self.read_view(GOOGLE.totals), ""
        own = self.read_view(OWN.totals)
        if name or not own.frame.setup_hint or GOOGLE not in self.offered_sources():
            return OWN, own, ""
        google = self.read_view(GOOGLE.totals)
        if google.state is ReadingState.FAILED:
            return OWN, own, google.error
        return GOOGLE, google, ""

    def offered_sources(self) -> list[OverviewSource]:
        """Returns the sources that are configured."""
        services = self.services
        return [
            each
            for each in OVERVIEW_SOURCES.values()
            if services.sources.has_source(each.source) and each.totals in services.reports
        ]

    def filter_names(self, source: OverviewSource) -> set[str]:
        """Returns the parameters that filter by a property of a page view or visit."""
        names = set(self.find_query(source.totals).filter_names)
        return names - {*SCOPE_PARAMS, "compare"}

    def address_params(self, source: OverviewSource) -> dict[str, str]:
        """Returns the parameters of the address that this page understands."""
        tabs = [column.name for column in source.columns]
        names = [*SCOPE_PARAMS, *sorted(self.filter_names(source)), "figure", *tabs]
        params = {name: value for name in names if (value := self.get_param(name))}
        if self.get_query_argument(SOURCE_PARAM, ""):
            params[SOURCE_PARAM] = source.name
        return params | ({} if self.compares else {"compare": "false"})

    def covers_one_day(self) -> bool:
        """Whether the range of the request is one day, which is drawn by hour. 400 for a wrong range or site."""
        first, last = self.get_param("from"), self.get_param("to")
        if not first and not last:
            return self.services.settings.look_back_days == 1
        with http_errors():
            _, zone = resolve_site(self.services.collector.sites, self.get_param("site"))
            days = parse_range(first or last, last or "now", ZoneInfo(zone), self.services.clock()).date_range
        return days.first == days.last

    def site_title(self, source: OverviewSource) -> str:
        """Returns the name of the site that the figures are about."""
        website = self.services.settings.website.split("//")[-1]
        if source is GOOGLE:
            return website or "Google Analytics"
        sites = self.services.collector.sites
        with http_errors():
            name = resolve_site(sites, self.get_param("site"))[0]
        names = [site.name for site in sites]
        return name or (names[0] if len(names) == 1 else "") or website or "All sites"

    def drawn_key(self, source: OverviewSource, frame: Frame) -> str:
        """Returns the column that the chart draws."""
        keys = [key for _, key in source.figures]
        wanted = self.get_query_argument("figure", "")
        return wanted if wanted in keys and frame.has_column(wanted) else keys[0]

    async def draw_chart(self, view: ReportView, key: str) -> ChartPair | None:
        """Returns the chart of one figure, None without any figures."""
        if not view.frame.rows or not view.frame.has_column(key):
            return None
        draw = partial(
            prepare_pictures,
            view.report.title,
            self.services.views["line"],
            view.frame,
            {"series": (key,)},
            CHART_BOXES,
        )
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
        if "from" in query.filter_names:  # it would be those of the range
            query = query.with_params(lambda name: "" if name in ("from", "to", "compare") else self.get_param(name))
        frame = self.latest_view(query).frame
        key = next((column.key for column in frame.numeric_columns), "")
        value = frame.rows[0][frame.column_index(key)] if frame.rows and key else None
        return int(value) if isinstance(value, int | float) else None
