"""The WHERE clause of a query: site, time range, page and referrer."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Protocol

from utilities.model.errors import ParameterError
from utilities.model.time_ranges import TimeRange

DAY_MARGIN = timedelta(days=1)


class QueriedSite(Protocol):
    """The fields of a site that queries need."""

    @property
    def name(self) -> str: ...

    @property
    def zone(self) -> str: ...


class QueriedSites(Protocol):
    """The sites; with `any_host` and none configured, every host with hits is one."""

    any_host: bool
    configured: bool
    zone: str

    def __iter__(self) -> Iterator[QueriedSite]: ...

    def get(self, name: str) -> QueriedSite | None: ...


def resolve_site(sites: QueriedSites, name: str) -> tuple[str, str]:
    """Returns the site's name and time zone; '' is the first site, or all sites where none is configured.

    Raises ParameterError for an unknown site.
    """
    if site := sites.get(name) or (next(iter(sites), None) if sites.configured and not name else None):
        return site.name, site.zone
    if not sites.configured:
        return name, sites.zone
    raise ParameterError(f"`site` must be one of {', '.join(site.name for site in sites)}")


def where_clause(
    site: str, time_range: TimeRange, page: str = "", referrer: str = ""
) -> tuple[str, str, dict[str, Any]]:
    """Returns the condition on site and time, the condition on page and referrer, and their values.

    Both engines skip rows by site and day. A row's day is in its site's time zone, so the condition on the day has a
    margin of one day for sites in several zones, and the condition on the moment is exact.
    """
    covers = time_range.date_range
    values: dict[str, Any] = {
        "first": time_range.start,
        "last": time_range.end,
        "first_day": covers.first - DAY_MARGIN,
        "last_day": covers.last + DAY_MARGIN,
    }
    where = "day BETWEEN $first_day AND $last_day AND moment >= $first AND moment < $last"
    only = ""
    if site:
        where, values["site"] = f"site = $site AND {where}", site
    if page:
        only, values["page"] = " AND path = $page", page
    if referrer:
        key = "referrer" if "/" in referrer else "referrer_host"
        only, values["referrer"] = f"{only} AND {key} = $referrer", referrer
    return where, only, values
