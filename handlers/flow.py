"""/flow: the pages on which visits start and end, at a desk."""

import asyncio
import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial

from markupsafe import Markup

from handlers.base.errors import status_for_error
from handlers.base.handler import BaseHandler
from handlers.reports.handler import RETRY_AFTER_SECONDS
from handlers.reports.presenter import ReportView
from handlers.reports.report_query import ReportQuery
from utilities.flow.chart import chart_boxes, compared_places, count_unit, draw_flow_chart, side_titles
from utilities.flow.model import Flow, FlowTotals, PageNeighbours
from utilities.flow.query import (
    FLOW_CHANNELS,
    FLOW_DEVICES,
    FLOW_PERIODS,
    GOOGLE,
    OURS,
    PAGES_PER_SIDE,
    FlowQuery,
    parse_flow_query,
)
from utilities.flow.reports import flow_report, neighbours_report
from utilities.model.errors import Overloaded, ParameterError, SourceError
from utilities.model.formats import format_date_text
from utilities.model.frames import REST_NAME, Frame, Reading
from utilities.pageviews.classify.countries import country_name, country_names
from utilities.pageviews.sql.filters import QueriedSites
from utilities.pageviews.sql.flow import PageDepth
from utilities.rendering.charts.sankey import format_share
from utilities.reports import Report
from utilities.runtime.idle_cache import IdleCache
from utilities.sources.pageviews import PageViewSource

PAGE_PARTS = ("flow", "day", "node")
"""Elements of the page that a script fetches alone."""

MAX_CACHED_FLOW_ROWS = 200_000
IDLE_FLOW_SECONDS = 3600.0


@dataclass(frozen=True)
class ReadFlow:
    """A flow and the frame that it was read from."""

    frame: Frame
    flow: Flow


class FlowCache(IdleCache[str, ReadFlow]):
    """The flows that were shown last, by the name of their reading, bounded by their rows."""

    def __init__(self) -> None:
        super().__init__(
            MAX_CACHED_FLOW_ROWS,
            IDLE_FLOW_SECONDS,
            lambda cached: min(len(cached.frame.rows), MAX_CACHED_FLOW_ROWS),
        )


@dataclass(frozen=True)
class FlowView:
    """A flow as the page shows it, on one day or over the range."""

    report_view: ReportView
    flow: Flow
    day: date | None = None
    charts: tuple[Markup | None, Markup | None] = (None, None)  # for a desk and for a phone
    neighbours: PageNeighbours | None = None
    neighbours_view: ReportView | None = None

    @property
    def is_pending(self) -> bool:
        """Whether there are no figures yet."""
        return self.report_view.reading.frame is None

    @cached_property
    def range_total(self) -> int:
        return sum(self.flow.visits_by_day)

    @cached_property
    def totals(self) -> FlowTotals:
        return self.flow.totals(self.day)

    @property
    def slider_position(self) -> int:
        """Where the slider stands: 0 for the range."""
        return self.flow.days.index(self.day) + 1 if self.day else 0

    @property
    def range_key(self) -> str:
        """The days of the range, so that a slider position of another range is recognized."""
        return f"{self.flow.days[0]}_{self.flow.days[-1]}" if self.flow.days else ""


class FlowPage(BaseHandler):
    """The page, or the part of it that a script fetches; the address holds the state."""

    async def get(self) -> None:
        query, view, error = FlowQuery(), None, ""
        try:
            query = parse_flow_query({name: self.get_query_arguments(name) for name in self.request.query_arguments})
            if query.is_complete:
                query, view = await self.build_view(query)
        except (ParameterError, SourceError, Overloaded) as problem:
            error = f"{str(problem)[:1].upper()}{str(problem)[1:].rstrip('.')}."
            self.set_status(400 if isinstance(problem, ParameterError) else status_for_error(problem, 503))
        if not error and not self.page_part and self.is_address_redundant:
            self.redirect(query.href())
        else:
            await self.show(query, view, error)

    @property
    def is_address_redundant(self) -> bool:
        """Whether a form without a script has made the address longer than necessary."""
        has_empty = any(not all(values) for values in self.request.query_arguments.values())
        return has_empty or any(self.get_query_argument(name, "") for name in ("nth", "most"))

    @property
    def sites(self) -> QueriedSites | None:
        """The sites of the page-view store; None in a process without one."""
        source = self.services.sources.configured.get("pageviews")
        return source.sites if isinstance(source, PageViewSource) else None

    async def build_view(self, query: FlowQuery) -> tuple[FlowQuery, FlowView]:
        """Returns the query with the selected day, and its view; raises ParameterError, SourceError, Overloaded."""
        if self.sites is None:
            raise SourceError("This process has no page views")
        report_view = await self.wait_for_view(flow_report(query, self.sites, self.services.clock()))
        view = FlowView(report_view, await self.read_flow(report_view.reading))
        if view.is_pending:
            if report_view.error:
                raise SourceError(report_view.error)
            return query, view
        query = query.with_day(self.selected_day(view, query))
        view = FlowView(report_view, view.flow, query.day)
        charts = await self.draw_charts(query, view)
        if not query.node or query.source == GOOGLE:
            return query, FlowView(report_view, view.flow, query.day, charts)
        around = await self.wait_for_view(neighbours_report(query))
        neighbours = PageNeighbours.from_frame(around.frame, query.node)
        return query, FlowView(report_view, view.flow, query.day, charts, neighbours, around)

    async def read_flow(self, reading: Reading) -> Flow:
        """Returns the flow of a reading; reads each frame once, in a worker thread."""
        flows: FlowCache = self.settings["flows"]
        frame, cached = reading.frame or Frame((), ()), flows.get(reading.report)
        if cached is None or cached.frame is not frame:
            cached = flows[reading.report] = ReadFlow(frame, await self.run_in_worker(partial(Flow, frame)))
        return cached.flow

    async def wait_for_view(self, report: Report) -> ReportView:
        """Returns the report with its current reading, or with what there is after some seconds."""
        report_query = ReportQuery(self.services, report)
        return report_query.describe(await report_query.wait_for_reading(report_query.is_current))

    def selected_day(self, view: FlowView, query: FlowQuery) -> date | None:
        """Returns the day of the slider, if it belongs to this range; otherwise that of the address."""
        days, position = view.flow.days, self.get_query_argument("nth", "")
        if self.get_query_argument("span", "") == view.range_key and re.fullmatch("[0-9]{1,3}", position):
            return days[int(position) - 1] if 0 < int(position) <= len(days) else None
        return query.day if query.day in days else None

    async def draw_charts(self, query: FlowQuery, view: FlowView) -> tuple[Markup | None, Markup | None]:
        """Returns the charts for a desk and for a phone."""
        if self.page_part == "node":
            return None, None
        renderer, workers = self.services.gallery, self.services.workers
        totals = await self.run_in_worker(lambda: view.totals)
        wide, narrow = await asyncio.gather(
            *(draw_flow_chart(totals, query, box, renderer, workers) for box in chart_boxes(query, totals))
        )
        return wide, narrow

    @property
    def page_part(self) -> str:
        """The part that a script fetches; '' for the page."""
        headers = self.request.headers
        target = headers.get("HX-Target", "") if "HX-History-Restore-Request" not in headers else ""
        return target if headers.get("HX-Request") == "true" and target in PAGE_PARTS else ""

    async def show(self, query: FlowQuery, view: FlowView | None, error: str) -> None:
        """Writes the page or its part."""
        part = self.page_part
        self.set_header("Vary", "HX-Request, HX-Target")
        if part and not error:
            replaces = part == "day" or self.request.headers.get("HX-Trigger") == "pending"
            self.set_header("HX-Replace-Url" if replaces else "HX-Push-Url", query.href())
        site_names = [site.name for site in self.sites or ()]
        await self.render_large_page(
            f"flow/{part}.html" if part else "flow.html",
            here="/flow",
            query=query,
            view=view,
            error=error,
            has_google=self.services.sources.has_source("ga4"),
            sites=[(name, name) for name in site_names] if len(site_names) > 1 else [],
            options=FORM_OPTIONS,
            sides=side_titles(query),
            country=country_name,
            day_of=lambda day: format_date_text(day.isoformat()),
            share=format_share,
            OTHER=REST_NAME,
            unit=count_unit(query),
            compared=compared_places(query),
            noscript_reload=RETRY_AFTER_SECONDS,
        )


FORM_OPTIONS = {
    "sources": ((OURS, "Our own"), (GOOGLE, "Google's: entered at A, saw B")),
    "periods": (*FLOW_PERIODS.items(), ("", "Own dates:")),
    "depths": ((PageDepth.SEGMENT.value, "First part: /blog"), (PageDepth.PATH.value, "Full address")),
    "limits": tuple((str(number), f"Largest {number}") for number in PAGES_PER_SIDE),
    "channels": (("", "Any"), *((each, each) for each in FLOW_CHANNELS)),
    "devices": (("", "Any"), *((each, each.capitalize()) for each in FLOW_DEVICES)),
    "text_filters": (
        ("referrer", "Linked from (site or page)"),
        ("traffic_source", "Source"),
        ("medium", "Medium"),
        ("campaign", "Campaign"),
        ("only_country", "Country"),
        ("browser", "Browser"),
        ("system", "System"),
    ),
    "countries": sorted(country_names().items(), key=lambda each: each[1]),
}
"""The options of the form: values and labels."""
