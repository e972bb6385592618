"""/flow: the pages on which visits start and end, at a desk."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from markupsafe import Markup

from handlers.base.errors import status_of
from handlers.base.handler import BaseHandler
from utilities.flow.model import Bands, Flow
from utilities.flow.query import CHANNELS, DEVICES, GOOGLE, MOST, OURS, PERIODS, Wanted, wanted
from utilities.flow.service import Flows, Ways
from utilities.model.errors import NotDrawn, Overloaded, ParameterError, SourceError
from utilities.model.formats import format_date_text
from utilities.pageviews.classify.countries import country, names
from utilities.pageviews.sql.flow import Depth
from utilities.rendering.charts.labels import OTHER_NAME
from utilities.rendering.charts.renderer import ChartRenderer
from utilities.rendering.charts.sankey import (
    SIDE_TITLES,
    SankeyChart,
    SankeyLink,
    SankeyNode,
    format_share,
    sankey,
)
from utilities.rendering.charts.sankey_links import add_sankey_links
from utilities.rendering.layout import Box

GOOGLE_SIDE_TITLES = ("Entered at", "Saw")
"""Column titles for GA4, which has no exit pages."""

FRAGMENTS = ("flow", "day", "node")
"""Elements of the page that htmx fetches alone."""


@dataclass(frozen=True)
class FlowView:
    """A flow as the page shows it, on one day or over the range."""

    flow: Flow
    bands: Bands
    total: int  # of the range
    wide: Markup | None
    narrow: Markup | None
    ways: Ways | None

    def slider_position(self, day: date | None) -> int:
        """Returns the position of the slider, 0 for all days."""
        return self.flow.days.index(day) + 1 if day else 0

    @property
    def daily_totals(self) -> list[int]:
        """The total of each day."""
        return [self.flow.of(day).total for day in self.flow.days]


class FlowPage(BaseHandler):
    """The page, or the fragment of it that htmx fetches; the address has its state."""

    async def get(self) -> None:
        query, view, fault = Wanted(), None, ""
        try:
            query = wanted({name: self.get_query_arguments(name) for name in self.request.query_arguments})
            if query.asked:
                flow = await self.flows.flow(query)
                query = replace(query, day=self.find_day(flow, query))
                view = await self.build_view(flow, query)
        except (ParameterError, SourceError) as error:
            fault = f"{str(error)[:1].upper()}{str(error)[1:].rstrip('.')}."
            self.set_status(400 if isinstance(error, ParameterError) else status_of(error, 503))
        if not fault and not self.fragment and self.is_from_plain_form:
            self.redirect(query.href())
        else:
            self.render_flow(query, view, fault)

    @property
    def is_from_plain_form(self) -> bool:
        """Whether a form without a script made the address, with empty fields or the position of the slider."""
        return any(not all(values) for values in self.request.query_arguments.values()) or bool(
            self.get_query_argument("nth", "")
        )

    @property
    def flows(self) -> Flows:
        if self.services.flows is None:
            raise SourceError("Page views are not stored here")
        return self.services.flows

    def find_day(self, flow: Flow, query: Wanted) -> date | None:
        """Returns the day to show: the slider's, if its range is the one of the flow; else the one in the address."""
        position = self.get_query_argument("nth", "")
        if position and self.get_query_argument("span", "") == range_key(flow) and re.fullmatch("[0-9]{1,3}", position):
            return flow.days[int(position) - 1] if 0 < int(position) <= len(flow.days) else None
        return query.day if query.day in flow.days else None

    async def build_view(self, flow: Flow, query: Wanted) -> FlowView:
        """Returns the flow of the day or range, with its charts. Raises SourceError."""
        bands = flow.of(query.day)
        ways = None
        if query.node and query.source != GOOGLE:
            ways = await self.flows.ways(query)
        sides = GOOGLE_SIDE_TITLES if query.source == GOOGLE else SIDE_TITLES
        svgs: list[Markup | None] = [None, None]
        if self.services.gallery is not None and self.fragment != "node":
            svgs = await asyncio.gather(
                *(draw_sankey(bands, query, box, sides, self.services.gallery) for box in chart_boxes(query, bands))
            )
        return FlowView(flow, bands, flow.of(None).total, svgs[0], svgs[1], ways)

    @property
    def fragment(self) -> str:
        """The element that htmx fetches; '' for the page."""
        headers = self.request.headers
        target = headers.get("HX-Target", "") if "HX-History-Restore-Request" not in headers else ""
        return target if headers.get("HX-Request") == "true" and target in FRAGMENTS else ""

    def render_flow(self, query: Wanted, view: FlowView | None, fault: str) -> None:
        """Renders the page or the fragment; `fault` replaces the flow."""
        self.set_header("Vary", "HX-Request, HX-Target")
        if self.fragment and not fault:
            self.set_header("HX-Replace-Url" if self.fragment == "day" else "HX-Push-Url", query.href())
        self.page(
            f"flow/{self.fragment}.html" if self.fragment else "flow.html",
            here="/flow",
            query=query,
            view=view,
            fault=fault,
            range_key=range_key(view.flow) if view else "",
            has_google=self.services.flows is not None and self.services.flows.has_google,
            sites=[(name, name) for name in self.services.flows.site_names()] if self.services.flows else [],
            options=FORM_OPTIONS,
            sides=GOOGLE_SIDE_TITLES if query.source == GOOGLE else SIDE_TITLES,
            country=country,
            day_of=lambda day: format_date_text(day.isoformat()),
            share=format_share,
            OTHER=OTHER_NAME,
            unit=visit_unit(query),
            compared=compared_places(query),
        )


FORM_OPTIONS = {
    "sources": ((OURS, "Our own"), (GOOGLE, "Google's: entered at A, saw B")),
    "periods": (*PERIODS.items(), ("", "Own dates:")),
    "depths": ((Depth.SEGMENT.value, "First part: /blog"), (Depth.PATH.value, "Whole address")),
    "most": tuple((str(number), f"Largest {number}") for number in MOST),
    "channels": (("", "Any"), *((each, each) for each in CHANNELS)),
    "devices": (("", "Any"), *((each, each.capitalize()) for each in DEVICES)),
    "countries": sorted(names().items(), key=lambda each: each[1]),
}
"""The choices of the form: values and labels."""


def range_key(flow: Flow) -> str:
    """Returns the first and last day, for the form to send back with the position of the slider."""
    return f"{flow.days[0]}_{flow.days[-1]}" if flow.days else ""


def chart_boxes(query: Wanted, bands: Bands) -> tuple[Box, Box]:
    """Returns the sizes of the charts for wide and narrow windows, as high as the pages need."""
    lines = min(query.most + 1, max(len(bands.side(0)), len(bands.side(1)), 1))
    return Box(1072, max(300, 34 * lines + 60), 14, 14), Box(358, max(260, 30 * lines + 60), 13, 13)


async def draw_sankey(
    bands: Bands, query: Wanted, box: Box, sides: tuple[str, str], gallery: ChartRenderer
) -> Markup | None:
    """Returns the chart with its links; None when there is nothing to draw or drawing fails."""
    links = [SankeyLink(*band) for band in bands]
    groups = (compared_places(query), "the rest") if query.compares else None
    chart = sankey(links, box, query.most, sides=sides, group_names=groups, format_value=lambda value: f"{value:,.0f}")
    if chart is None:
        return None
    try:
        svg = await gallery.draw(chart.spec)
    except (NotDrawn, Overloaded):
        return None
    svg = add_sankey_links(svg, chart, lambda name: page_address(query, name), sankey_labels(chart, query))
    return Markup(svg)  # noqa: S704 (escaped)


def page_address(query: Wanted, name: str) -> str:
    """Returns the address with the details of a page, '' where there are none."""
    return "" if name == OTHER_NAME or query.source == GOOGLE else query.href(node=name)


def compared_places(query: Wanted) -> str:
    """Returns the names of the countries and regions that are compared with the rest."""
    places = [*(country(code) for code in query.countries), *query.regions]
    return ", ".join(places) if len(places) < 4 else f"{len(places)} {'places' if query.regions else 'countries'}"


def sankey_labels(chart: SankeyChart, query: Wanted) -> Callable[[SankeyLink | SankeyNode], str]:
    """Returns a function that returns the label of a link or node."""
    total = sum(link.value for link in chart.links)
    unit = visit_unit(query)
    sides = ("Entered at {}", "Saw {}") if query.source == GOOGLE else ("Came in at {}", "Left from {}")
    groups = (compared_places(query), "the rest") if query.compares else ("", "")

    def label_of(item: SankeyLink | SankeyNode) -> str:
        visits = f"{item.value:,.0f} {unit}, {format_share(item.value, total)}"
        if isinstance(item, SankeyNode):
            return f"{sides[item.side].format(item.name)}: {visits}"
        group = groups[not item.highlighted]
        return f"{item.landing} → {item.exit}{f', {group}' if group else ''}: {visits}"

    return label_of


def visit_unit(query: Wanted) -> str:
    """Returns what is counted."""
    return "sessions" if query.source == GOOGLE else "visits"
