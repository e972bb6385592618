"""Which rows a question is about: whose site, which time, which page."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Protocol

from utilities.model.errors import ParameterError
from utilities.model.time_ranges import TimeRange

DAY = timedelta(days=1)


class Site(Protocol):
    """What a question needs to know of a site."""

    @property
    def name(self) -> str: ...

    @property
    def zone(self) -> str: ...


class Sites(Protocol):
    """The sites there are; `any_host` and none configured: every host that is counted is one."""

    any_host: bool
    configured: bool
    zone: str

    def __iter__(self) -> Iterator[Site]: ...

    def get(self, name: str) -> Site | None: ...


def chosen(sites: Sites, name: str) -> tuple[str, str]:
    """The site's name and time zone; '' asks for the first, or for all together where none is configured.

    Raises ParameterError for a site that is not there.
    """
    if site := sites.get(name) or (next(iter(sites), None) if sites.configured and not name else None):
        return site.name, site.zone
    if not sites.configured:
        return name, sites.zone
    raise ParameterError(f"`site` must be one of {', '.join(site.name for site in sites)}")


def condition(site: str, span: TimeRange, page: str = "", referrer: str = "") -> tuple[str, str, dict[str, Any]]:
    """The condition on site and time, that on page and referrer, and their values.

    Both engines skip by site and day; a day is that of the row's own clock, so all sites together, in several zones,
    need one more on either side, and the moment says the rest.
    """
    covers = span.date_range
    values: dict[str, Any] = {
        "first": span.start,
        "last": span.end,
        "first_day": covers.first - DAY,
        "last_day": covers.last + DAY,
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
