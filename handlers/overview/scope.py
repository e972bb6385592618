"""The scope line of the overview, and what its menus Export, Share and "Put on a board" offer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from handlers.overview.figures import OverviewTable
from handlers.overview.sources import GOOGLE, OverviewSource
from handlers.reports.desk_state import DeskState, compare_params, parse_comparison
from handlers.reports.export_links import ExportLink
from handlers.reports.presenter import ReportView
from handlers.reports.report_query import ReportQuery
from handlers.reports.scope import (
    MenuItem,
    Scope,
    ScopeComparison,
    ScopeSubject,
    build_scope,
    comparison_items,
    scope_date,
)
from handlers.reports.yaml_snippet import board_report_yaml, tile_yaml
from utilities.model.period_words import compared_days
from utilities.model.time_ranges import Comparison
from utilities.rendering.views import View


@dataclass(frozen=True)
class OverviewActions:
    """What can be done with the figures of an overview."""

    snippet: str  # the chart as a tile of a board file
    files: tuple[ExportLink, ...]
    share_link: str  # the address of the form for a link to the chart


def build_overview_scope(
    site: str,
    source: OverviewSource,
    sources: Iterable[tuple[OverviewSource, str]],
    query: ReportQuery,
    view: ReportView,
    state: DeskState,
    filters: Sequence[str],
) -> Scope:
    """Returns the scope line; `query` and `view` are those of the six figures, `filters` those in force."""
    in_force = parse_comparison(state.params.get("compare", "true"))
    days, before = view.frame.date_range, compared_days(view.frame) if in_force else None

    def link(choice: Comparison) -> str:
        """Returns the address for a comparison, which is left out where it is the usual one."""
        rest = {name: value for name, value in state.params.items() if name != "compare"}
        return state.link(params=rest if choice is True else rest | (compare_params(choice) or {"compare": "false"}))

    choices = comparison_items(days, before, scope_date(query, view), in_force, link)
    comparison = ScopeComparison(before, choices)
    items = tuple(MenuItem(f"source-{each.name}", each.title, href, each is source) for each, href in sources)
    shape = "google" if source is GOOGLE else "own"
    subject = ScopeSubject(site, source.title, shape, items if len(items) > 1 else ())
    return build_scope(query, view, state, subject, comparison, filters)


def build_actions(
    totals: ReportView, chart: ReportQuery, view: View, drawn: str, tables: Iterable[OverviewTable]
) -> OverviewActions:
    """Returns the actions; `chart` is the report that the chart draws, and `drawn` its column."""
    name, by = chart.report.name, "By hour" if view.name == "bar" else "By day"
    write, options = board_report_yaml if chart.is_parameterized else tile_yaml, {"series": (drawn,)}
    image = urlencode({**chart.params, **compare_params(chart.compare), "view": view.name, "series": drawn})
    reports = [("Figures", totals.report.name, totals.query_string), (by, name, chart.query_string)]
    reports += [(table.tab.label, table.view.report.name, table.view.query_string) for table in tables]
    files = [ExportLink(label, "CSV", f"/reports/{report}.csv{query}") for label, report, query in reports]
    files += [ExportLink("Chart", kind.upper(), f"/reports/{name}.{kind}?{image}") for kind in ("png", "svg")]
    return OverviewActions(
        write(chart.adjusted_report() if chart.is_parameterized else chart.report, view, options),
        tuple(files),
        f"/links?{urlencode({'report': name, 'query': image})}",
    )
