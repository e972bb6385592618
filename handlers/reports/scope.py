"""The scope line of a desk page: site, source, days, comparison and filters, each as a menu of links."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.reports.desk_state import PERIODS, DeskState
from handlers.reports.presenter import ReportView
from handlers.reports.report_query import ReportQuery
from handlers.reports.row_links import SCOPE_NAMES
from utilities.model.errors import ParameterError
from utilities.model.frames import DateRange
from utilities.model.period_words import count_days, format_days
from utilities.model.time_ranges import COMPARED_STEP_DAYS, Comparison, parse_range
from utilities.pageviews.sites.registry import SiteRegistry
from utilities.pageviews.sql.filters import resolve_site

ALL_SITES = "All sites"


@dataclass(frozen=True)
class MenuItem:
    """One link of a menu; `detail` stands at its right."""

    id: str
    label: str
    href: str
    is_current: bool
    detail: str = ""


@dataclass(frozen=True)
class FilterChip:
    """A filter in force, and the address without it."""

    heading: str
    value: str
    href: str


@dataclass(frozen=True)
class Scope:
    """What the figures of a page are about; a menu without items is plain text."""

    site: str
    sites: tuple[MenuItem, ...]
    source: str
    source_shape: str
    sources: tuple[MenuItem, ...]
    days: str
    ranges: tuple[MenuItem, ...]
    covered: str  # the days of the figures, until when, '' before there are any
    compared: str  # the days, '' without a comparison
    comparisons: tuple[MenuItem, ...]
    filters: tuple[FilterChip, ...]
    unfiltered: str  # the address without any filter
    offered_filters: tuple[tuple[str, str], ...]  # parameter and heading
    earlier: str  # the address of as many days before, '' where there is no range
    later: str


@dataclass(frozen=True)
class ScopeSubject:
    """The site and the source of a page's figures, with a link for each other source of them."""

    site: str
    source: str
    source_shape: str
    sources: tuple[MenuItem, ...]


@dataclass(frozen=True)
class ScopeComparison:
    """The days that the figures of a page are compared with, None for no comparison, and the choices."""

    days: DateRange | None
    items: tuple[MenuItem, ...]


def comparison_items(
    days: DateRange | None,
    previous: DateRange | None,
    today: date,
    comparison: Comparison,
    link: Callable[[Comparison], str],
    nothing: str = "Nothing",
) -> tuple[MenuItem, ...]:
    """Returns the choices of a comparison, each with its days; `previous` are those of the one in force.

    `link` returns the address for a choice; `nothing` is the label of no comparison, '' where there is always one.
    """
    labels: dict[Comparison, str] = {True: label_previous_period(days)}
    is_one_day = days is not None and count_days(days) == 1
    if days and is_one_day:
        labels["week"] = f"The {days.first:%A} before"
    elif comparison == "week":
        labels["week"] = "The same weekdays a week before"
    if days is None or not days.window_minutes:
        labels["year"] = "The same weekday last year" if is_one_day else "The same weekdays last year"

    def describe_days(choice: Comparison) -> str:
        compared = (previous if choice == comparison else None) or (days and preceding_days(days, choice))
        return format_days(compared, today) if compared else ""

    items = [
        MenuItem(
            "compare" if choice is True else f"compare-{choice}",
            label,
            link(choice),
            choice == comparison,
            describe_days(choice),
        )
        for choice, label in labels.items()
    ]
    if nothing:
        items.append(MenuItem("compare-nothing", nothing, link(False), not comparison))
    return tuple(items)


def preceding_days(days: DateRange, comparison: Comparison) -> DateRange:
    """Returns the days that a comparison is with, until midnight."""
    if not isinstance(comparison, str):
        return days.preceding_range()
    step = COMPARED_STEP_DAYS[comparison]
    shift = timedelta(days=-(-count_days(days) // step) * step)
    return DateRange(days.first - shift, days.last - shift, days.zone)


def build_scope(
    query: ReportQuery,
    view: ReportView,
    state: DeskState,
    subject: ScopeSubject,
    comparison: ScopeComparison,
    filters: Sequence[str],
) -> Scope:
    """Returns the scope line of a page whose main figures are those of `query`; `filters` are those in force."""
    now, sites, zone = query.services.clock(), query.services.collector.sites, scope_zone(query, view)
    ranges = tuple(range_items(state, now, zone)) if query.has_range else ()
    days, today = view.frame.date_range, scope_date(query, view)
    earlier, later = shifted_ranges(state, days, today) if query.has_range and days else ("", "")
    return Scope(
        site=subject.site,
        sites=tuple(site_items(sites, query.site_name, state)) if "site" in query.filter_names else (),
        source=subject.source,
        source_shape=subject.source_shape,
        sources=subject.sources,
        days=days_label(ranges, days, today),
        ranges=ranges,
        covered=format_days(days, today) if days else "",
        compared=format_days(comparison.days, today) if comparison.days else "",
        comparisons=comparison.items,
        filters=tuple(FilterChip(filter_heading(name), state.params[name], state.without(name)) for name in filters),
        unfiltered=state.without(*filters),
        offered_filters=tuple(
            (name, filter_heading(name))
            for name in query.filter_names
            if name not in SCOPE_NAMES and name not in filters
        ),
        earlier=earlier,
        later=later,
    )


def filter_heading(name: str) -> str:
    """Returns the name of a filter for people."""
    return name.capitalize()


def scope_zone(query: ReportQuery, view: ReportView) -> ZoneInfo:
    """Returns the time zone of the figures, of their site before there are any, and UTC without a site."""
    if view.frame.date_range:
        return ZoneInfo(view.frame.date_range.zone)
    if "site" not in query.filter_names:
        return ZoneInfo("UTC")
    try:
        return ZoneInfo(resolve_site(query.services.collector.sites, query.params.get("site", ""))[1])
    except ParameterError:
        return ZoneInfo("UTC")


def scope_date(query: ReportQuery, view: ReportView) -> date:
    """Returns today's date in the zone of the figures."""
    return query.services.clock().astimezone(scope_zone(query, view)).date()


def site_items(sites: SiteRegistry, current: str, state: DeskState) -> Iterator[MenuItem]:
    """Yields every site; nothing where there is no choice."""
    names = [site.name for site in sites]
    if len(names) < 2:
        return
    if not sites.configured:
        yield MenuItem("site-all", ALL_SITES, state.without("site"), not current)
    for place, name in enumerate(names, 1):
        yield MenuItem(f"site-{place}", name, state.link(params={**state.params, "site": name}), name == current)


def range_items(state: DeskState, now: datetime, zone: ZoneInfo) -> Iterator[MenuItem]:
    """Yields the offered ranges, each with its days."""
    yield MenuItem("time-own", "As on walls", state.with_range("", ""), state.has_default_range)
    for place, (label, first, last) in enumerate(PERIODS, 1):
        days = parse_range(first, last, zone, now).date_range
        is_current = (state.params.get("from"), state.params.get("to")) == (first, last)
        detail = format_days(replace(days, until=""), now.astimezone(zone).date())
        yield MenuItem(f"time-{place}", label, state.with_range(first, last), is_current, detail)


def days_label(ranges: Iterable[MenuItem], days: DateRange | None, today: date) -> str:
    """Returns the name of the range in force with its days: `Last 7 days, 20–26 Nov`."""
    name = next((item.label for item in ranges if item.is_current and item.detail), "")
    text = format_days(replace(days, until=""), today) if days else ""
    return ", ".join(filter(None, (name, text))) or "Days"


def label_previous_period(days: DateRange | None) -> str:
    """Returns what the menu calls the period before these days: `The 7 days before`."""
    if days is None or days.window_minutes:
        return "The previous period"
    count = count_days(days)
    return "The day before" if count == 1 else f"The {count} days before"


def shifted_ranges(state: DeskState, days: DateRange, today: date) -> tuple[str, str]:
    """Returns the addresses of as many days earlier and later; '' for days that have not come, and around minutes."""
    if days.window_minutes:
        return "", ""
    count = days.last - days.first + timedelta(days=1)
    earlier = state.with_range(str(days.first - count), str(days.last - count))
    is_over = days.last + count > today
    return earlier, "" if is_over else state.with_range(str(days.first + count), str(days.last + count))
