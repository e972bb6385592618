"""The scope line of a board at a desk: what its tiles have in common, and the choices that hold for all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from handlers.reports.desk_state import DeskState
from handlers.reports.presenter import ReportView
from handlers.reports.report_query import ReportQuery
from handlers.reports.report_scope import join_source_labels, site_label
from handlers.reports.row_links import SCOPE_NAMES
from handlers.reports.scope import (
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

OWN_DAYS = "The days of each tile"


def common_filters(queries: Iterable[ReportQuery]) -> list[str]:
    """Returns the filters that every report with a range has, in the order of the first."""
    names = [[each for each in query.filter_names if each not in SCOPE_NAMES] for query in queries if query.has_range]
    return [name for name in names[0] if all(name in others for others in names[1:])] if names else []


def build_board_scope(tiles: Sequence[tuple[ReportQuery, ReportView]], state: DeskState) -> Scope | None:
    """Returns the scope line of a board's tiles, None for a board without tiles."""
    if not tiles:
        return None
    ranged = [tile for tile in tiles if tile[0].has_range] or list(tiles)
    sited = next((tile for tile in ranged if "site" in tile[0].filter_names), None)
    query, view = sited or ranged[0]
    filters = [name for name in state.params if name not in SCOPE_NAMES]
    days, before = common_days(ranged), common_previous_days(ranged)
    items: tuple[MenuItem, ...] = ()
    if query.has_range:
        today = scope_date(query, view)
        items = comparison_items(
            days, before, today, state.compare, lambda choice: state.link(compare=choice), "As on walls"
        )
    comparison = ScopeComparison(before, items)
    view = view if days else replace(view, reading=replace(view.reading, frame=None))
    scope = build_scope(query, view, state, board_subject(tiles), comparison, filters)
    offered = [name for name in common_filters(query for query, _ in tiles) if name not in filters]
    return replace(
        scope,
        days=scope.days if days or not scope.ranges or not state.has_default_range else OWN_DAYS,
        compared=scope.compared or ("the time before" if state.compare else ""),
        offered_filters=tuple((name, heading) for name, heading in scope.offered_filters if name in offered),
    )


def board_subject(tiles: Sequence[tuple[ReportQuery, ReportView]]) -> ScopeSubject:
    """Returns the sites and the sources of all tiles together."""
    sites = dict.fromkeys(filter(None, (site_label(query) for query, _ in tiles)))
    sources = {name: title for _, view in tiles for name, title in zip(view.report.sources, view.sources, strict=True)}
    return ScopeSubject(" and ".join(sites), *join_source_labels(sources), ())


def common_days(tiles: Sequence[tuple[ReportQuery, ReportView]]) -> DateRange | None:
    """Returns the days of the figures, None where tiles have different days or none yet."""
    days = [view.frame.date_range for _, view in tiles if view.frame.date_range]
    return days[0] if days and len({(each.first, each.last, each.window_minutes) for each in days}) == 1 else None


def common_previous_days(tiles: Sequence[tuple[ReportQuery, ReportView]]) -> DateRange | None:
    """Returns the days that figures are compared with, None where tiles have different ones or none."""
    days = [before for _, view in tiles if (before := compared_days(view.frame))]
    return days[0] if days and len({(each.first, each.last) for each in days}) == 1 else None
