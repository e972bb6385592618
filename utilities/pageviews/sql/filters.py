"""The WHERE clause of a query: site, time range, and the filters of visits."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Protocol

from utilities.model.errors import ParameterError
from utilities.model.time_ranges import TimeRange
from utilities.pageviews.classify.countries import country_names

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
    raise ParameterError("site", f"must be one of {', '.join(site.name for site in sites)}")


VISIT_FILTERS = (
    "page",
    "referrer",
    "source",
    "medium",
    "channel",
    "campaign",
    "country",
    "device",
    "browser",
    "system",
)
"""The filters of visits, by their parameters; most are the column's name as well."""

MAY_BE_UNKNOWN = ("country", "device", "browser", "system")
"""The filters of columns that are empty where nothing is known; a campaign `unknown` is one that is called so."""

UNKNOWN_NAME = "unknown"
"""The name in reports of an empty text, which the store has for unknown values."""


def where_clause(
    site: str, time_range: TimeRange, filters: Mapping[str, str] | None = None
) -> tuple[str, str, dict[str, Any]]:
    """Returns the condition on site and time, the condition on visits (see VISIT_FILTERS), and their values.

    Both engines skip rows by site and day. A row's day is in its site's time zone, so the condition on the day has a
    margin of one day for sites in several zones, and the condition on the moment is exact.

    A filter selects the visits that contain it: with a page view in the range for which it is true. All rows of these
    visits count, in every report.
    """
    covers = time_range.date_range
    values: dict[str, Any] = {
        "first": time_range.start,
        "last": time_range.end,
        "first_day": covers.first - DAY_MARGIN,
        "last_day": covers.last + DAY_MARGIN,
    }
    where = "day BETWEEN $first_day AND $last_day AND moment >= $first AND moment < $last"
    if site:
        where, values["site"] = f"site = $site AND {where}", site
    only = ""
    for name, text in (filters or {}).items():
        condition, values[f"{name}_filter"] = filter_condition(name, text)
        only += f" AND visit IN (SELECT visit FROM page_views WHERE {where} AND name = '' AND {condition})"
    return where, only, values


def filter_condition(name: str, text: str) -> tuple[str, str]:
    """Returns the condition on a page view of one filter, and its value; a page with `*` at its end is a prefix."""
    column, value = name, "" if text == UNKNOWN_NAME and name in MAY_BE_UNKNOWN else text
    match name:
        case "page" if text.endswith("*"):
            return "startsWith(path, $page_filter)", text.removesuffix("*")
        case "page":
            column, value = "path", text
        case "referrer":
            column, value = "referrer" if "/" in text else "referrer_host", text
        case "country":
            value = country_code(value)
    return f"{column} = ${name}_filter", value


def country_code(text: str) -> str:
    """Returns the code of a country by its code or its name; an unknown one unchanged."""
    codes = (code for code, country in country_names().items() if country.casefold() == text.casefold())
    return text if text in country_names() else next(codes, text)
