"""The scope line of the overview, and what its menus Export, Share and "Put on a board" offer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from handlers.overview.figures import OverviewTable
from handlers.overview.sources import GOOGLE, OverviewSource
from handlers.reports.desk_state import DeskState
from handlers.reports.export_links import ExportLink
from handlers.reports.presenter import ReportView
from handlers.reports.report_query import ReportQuery
from handlers.reports.scope import (
    MenuItem,
    Scope,
    ScopeComparison,
    ScopeSubject,
    build_scope,
    label_previous_period,
    scope_date,
)
from handlers.reports.yaml_snippet import board_report_yaml, tile_yaml
from utilities.model.frames import DateRange
from utilities.model.period_words import compared_days, format_days
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
    days, before = view.frame.date_range, None if state.params.get("compare") == "false" else compared_days(view.frame)
    comparison = ScopeComparison(before, tuple(comparison_choices(state, days, before, scope_date(query, view))))
    items = tuple(MenuItem(f"source-{each.name}", each.title, href, each is source) for each, href in sources)
    shape = "google" if source is GOOGLE else "own"
    subject = ScopeSubject(site, source.title, shape, items if len(items) > 1 else ())
    return build_scope(query, view, state, subject, comparison, filters)


def comparison_choices(
    state: DeskState, days: DateRange | None, before: DateRange | None, today: date
) -> Iterator[MenuItem]:
    """Yields the previous period, which is the default, and no comparison."""
    is_off, detail = state.params.get("compare") == "false", format_days(before, today) if before else ""
    yield MenuItem("compare", label_previous_period(days), state.without("compare"), not is_off, detail)
    yield MenuItem("compare-nothing", "Nothing", state.link(params={**state.params, "compare": "false"}), is_off)


def build_actions(
    totals: ReportView, chart: ReportQuery, view: View, drawn: str, tables: Iterable[OverviewTable]
) -> OverviewActions:
    """Returns the actions; `chart` is the report that the chart draws, and `drawn` its column."""
    name, by = chart.report.name, "By hour" if view.name == "bar" else "By day"
    write, options = board_report_yaml if chart.is_parameterized else tile_yaml, {"series": (drawn,)}
    image = urlencode(
        {**chart.params, **({"compare": "true"} if chart.compare else {}), "view": view.name, "series": drawn}
    )
    reports = [("Figures", totals.report.name, totals.query_string), (by, name, chart.query_string)]
    reports += [(table.tab.label, table.view.report.name, table.view.query_string) for table in tables]
    files = [ExportLink(label, "CSV", f"/reports/{report}.csv{query}") for label, report, query in reports]
    files += [ExportLink("Chart", kind.upper(), f"/reports/{name}.{kind}?{image}") for kind in ("png", "svg")]
    return OverviewActions(
        write(chart.adjusted_report() if chart.is_parameterized else chart.report, view, options),
        tuple(files),
        f"/links?{urlencode({'report': name, 'query': image})}",
    )
