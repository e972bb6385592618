"""The scope line of a report's page."""

from collections.abc import Iterator, Mapping

from handlers.reports.desk_state import DeskState, compare_params, query_string
from handlers.reports.presenter import ReportView
from handlers.reports.report_groups import find_twins
from handlers.reports.report_query import ReportQuery
from handlers.reports.row_links import SCOPE_NAMES
from handlers.reports.scope import (
    ALL_SITES,
    MenuItem,
    Scope,
    ScopeComparison,
    ScopeSubject,
    build_scope,
    comparison_items,
    scope_date,
)
from utilities.model.frames import DateRange
from utilities.model.period_words import compared_days

SOURCE_LABELS = {
    "pageviews": ("Own count", "own"),
    "ga4": ("Google", "google"),
    "search-console": ("Search Console", "search"),
}
"""The name of a source in the scope line, and its shape."""


def build_report_scope(query: ReportQuery, view: ReportView, state: DeskState) -> Scope:
    """Returns the scope line of a report with these parameters."""
    before = compared_days(view.frame)
    comparison = ScopeComparison(before, report_comparison_items(query, view, state, before))
    filters = [name for name in query.params if name not in SCOPE_NAMES]
    subject = ScopeSubject(site_label(query), *source_label(view), tuple(source_items(query, state)))
    return build_scope(query, view, state, subject, comparison, filters)


def site_label(query: ReportQuery) -> str:
    """Returns the site of the figures; the website of the settings where the source has no sites."""
    website = query.services.settings.website.split("//")[-1].rstrip("/")
    if "site" not in query.filter_names:
        return website
    names = [site.name for site in query.services.collector.sites]
    return query.site_name or (names[0] if len(names) == 1 else "") or (ALL_SITES if names else website or ALL_SITES)


def source_label(view: ReportView) -> tuple[str, str]:
    """Returns the name and the shape of a report's source; of several sources their titles."""
    return join_source_labels(dict(zip(view.report.sources, view.sources, strict=True)))


def join_source_labels(sources: Mapping[str, str]) -> tuple[str, str]:
    """Returns the name and the shape of sources together; `sources` are titles by name."""
    names = list(sources)
    if len(names) == 1 and names[0] in SOURCE_LABELS:
        return SOURCE_LABELS[names[0]]
    text = " and ".join(SOURCE_LABELS[name][0] if name in SOURCE_LABELS else title for name, title in sources.items())
    return text[:1].upper() + text[1:], "several" if len(names) > 1 else "dataset"


def source_items(query: ReportQuery, state: DeskState) -> Iterator[MenuItem]:
    """Yields the reports of the same term by other sources, with the parameters that they accept."""
    services = query.services
    names = find_twins(query.report.name, services.reports)
    seen: set[tuple[str, ...]] = {query.report.sources}
    others = []
    for name in names:
        report = services.reports[name]
        if report.sources not in seen and all(services.sources.has_source(each) for each in report.sources):
            seen.add(report.sources)
            others.append(ReportQuery(services, report))
    if not others:
        return
    for each in (query, *others):
        fields = {name: value for name, value in state.params.items() if name in each.filter_names}
        compares = compare_params(state.compare if each.can_compare else False)
        label = source_label(each.describe(None))[0]
        href = f"/reports/{each.report.name}{query_string(fields | compares)}"
        yield MenuItem(f"source-{each.report.name}", label, href, each is query)


def report_comparison_items(
    query: ReportQuery, view: ReportView, state: DeskState, before: DateRange | None
) -> tuple[MenuItem, ...]:
    """Returns the choices of a comparison; nothing where there is no choice."""
    if not (query.has_range and query.can_compare):
        return ()
    days = view.frame.date_range
    own = query.own_comparison
    return comparison_items(
        days,
        before,
        scope_date(query, view),
        query.compare or own,
        lambda choice: state.link(compare=False if choice == own else choice),
        "" if own else "Nothing",
    )
