"""The chart of the flow page: bands from landing pages to exit pages, with links to the neighbours of each page."""

from collections.abc import Callable

from markupsafe import Markup

from utilities.flow.model import FlowTotals
from utilities.flow.query import GOOGLE, FlowQuery
from utilities.model.errors import NotDrawn, Overloaded
from utilities.model.frames import REST_NAME
from utilities.pageviews.classify.countries import country_name
from utilities.rendering.charts.renderer import ChartRenderer
from utilities.rendering.charts.sankey import SIDE_TITLES, SankeyChart, SankeyLink, SankeyNode, format_share, sankey
from utilities.rendering.charts.sankey_links import add_sankey_links
from utilities.rendering.layout import Box
from utilities.runtime.worker_pool import WorkerPool

GOOGLE_SIDE_TITLES = ("Entered at", "Saw")
"""Column titles for Google Analytics, which has no exit pages."""


def side_titles(query: FlowQuery) -> tuple[str, str]:
    """Returns the titles of both sides."""
    return GOOGLE_SIDE_TITLES if query.source == GOOGLE else SIDE_TITLES


def chart_boxes(query: FlowQuery, totals: FlowTotals) -> tuple[Box, Box]:
    """Returns the boxes for a desk and for a phone, as high as the pages need."""
    rows = max(len(totals.totals_by_page(0)), len(totals.totals_by_page(1)), 1)
    rows = min(query.limit + 1, rows)
    return Box(1072, max(300, 34 * rows + 60), 14, 14), Box(358, max(260, 30 * rows + 60), 13, 13)


async def draw_flow_chart(
    totals: FlowTotals, query: FlowQuery, box: Box, renderer: ChartRenderer, workers: WorkerPool
) -> Markup | None:
    """Returns the chart with its links; None when there is nothing to draw or the renderer fails."""
    try:
        chart = await workers.run(lambda _: prepare_flow_chart(totals, query, box))
        if chart is None:
            return None
        svg = await renderer.draw(chart.spec)
    except (NotDrawn, Overloaded):
        return None
    return await workers.run(lambda _: link_flow_chart(svg, chart, query))


def prepare_flow_chart(totals: FlowTotals, query: FlowQuery, box: Box) -> SankeyChart | None:
    """Returns the chart to draw, None when there is nothing to draw."""
    links = [SankeyLink(landing, exit_, compared, visits) for landing, exit_, compared, visits in totals]
    group_names = (compared_places(query), "the rest") if query.has_comparison else None
    return sankey(
        links,
        box,
        query.limit,
        sides=side_titles(query),
        group_names=group_names,
        format_value=lambda value: f"{value:,.0f}",
    )


def link_flow_chart(svg: str, chart: SankeyChart, query: FlowQuery) -> Markup:
    """Returns the chart with links from its pages to their neighbours."""
    return Markup(  # noqa: S704 (escaped)
        add_sankey_links(svg, chart, lambda name: node_address(query, name), describe_parts(chart, query))
    )


def node_address(query: FlowQuery, name: str) -> str:
    """Returns the address of the page's neighbours; '' where there are none."""
    return "" if name == REST_NAME or query.source == GOOGLE else query.href(node=name)


def compared_places(query: FlowQuery) -> str:
    """Returns the names of the compared countries and regions, or their number when there are more than three."""
    places = [*(country_name(code) for code in query.countries), *query.regions]
    return ", ".join(places) if len(places) < 4 else f"{len(places)} {'places' if query.regions else 'countries'}"


def describe_parts(chart: SankeyChart, query: FlowQuery) -> Callable[[SankeyLink | SankeyNode], str]:
    """Returns a function that gives the tooltip of a link or a node."""
    total = sum(link.value for link in chart.links)
    sides = ("Entered at {}", "Saw {}") if query.source == GOOGLE else ("Came in at {}", "Left from {}")
    groups = (compared_places(query), "the rest") if query.has_comparison else ("", "")

    def describe_part(part: SankeyLink | SankeyNode) -> str:
        visits = f"{part.value:,.0f} {count_unit(query)}, {format_share(part.value, total)}"
        if isinstance(part, SankeyNode):
            return f"{sides[part.side].format(part.name)}: {visits}"
        group = groups[not part.highlighted]
        return f"{part.landing} → {part.exit}{f', {group}' if group else ''}: {visits}"

    return describe_part


def count_unit(query: FlowQuery) -> str:
    """Returns what is counted; of Google, a session counts once for each page that it saw."""
    return "pages in sessions" if query.source == GOOGLE else "visits"
