"""The parameters of the overview: its source, site, days, filters, drawn figure and tabs."""

from datetime import date
from zoneinfo import ZoneInfo

from handlers.base.errors import HttpProblem
from handlers.overview.sources import GOOGLE, OVERVIEW_SOURCES, OWN, OverviewSource
from handlers.reports.desk_state import DeskState
from handlers.reports.handler import http_errors
from handlers.reports.page import DeskHandler
from utilities.model.time_ranges import parse_range
from utilities.pageviews.sql.filters import resolve_site

SCOPE_PARAMS = ("site", "from", "to")
SOURCE_PARAM = "count"  # `source` filters by the source of visits


class OverviewParams(DeskHandler):
    """Base of the overview: reads and checks the parameters of its address."""

    @property
    def compares(self) -> bool:
        """Whether figures are compared with the previous period: unless the address has `compare=false`."""
        return self.get_query_argument("compare", "") != "false"

    def get_param(self, name: str) -> str:
        """Returns a parameter of the reports; every table has its usual number of rows."""
        if name == "compare":
            return self.get_query_argument("compare", "") or "true"
        return "" if name == "rows" else self.get_query_argument(name, "")

    def check_overview_params(self) -> None:
        """Raises HttpProblem 400 for a parameter that the page does not have, or a value that it does not know."""
        filters = self.filter_names(OWN)
        tabs = {column.name: column.tabs for column in OWN.columns}
        self.check_params((SOURCE_PARAM, *SCOPE_PARAMS, "figure", *tabs, *sorted(filters), "kiosk", "filter", "value"))
        self.get_choice(SOURCE_PARAM, ("", *OVERVIEW_SOURCES))
        self.get_choice("figure", ("", *(key for each in OVERVIEW_SOURCES.values() for _, key in each.figures)))
        for name in tabs:
            self.get_choice(name, ("", *(tab.name for tab in tabs[name])))
        if (page := self.get_param("page")) and not page.startswith("/"):
            raise HttpProblem(400, "`page` must be a path that begins with `/`.")
        foreign = sorted(each for each in ("site", *filters - self.filter_names(GOOGLE)) if self.get_param(each))
        if foreign and self.get_query_argument(SOURCE_PARAM, "") == GOOGLE.name:
            raise HttpProblem(400, f"`{foreign[0]}` filters our own count only: remove `{SOURCE_PARAM}=google`.")

    def can_show_google(self) -> bool:
        """Whether Google's figures answer the request too: it knows no other site, and not every filter."""
        own_params = ("site", *self.filter_names(OWN) - self.filter_names(GOOGLE))
        return GOOGLE in self.offered_sources() and not any(map(self.get_param, own_params))

    def offered_sources(self) -> list[OverviewSource]:
        """Returns the sources that are configured."""
        services = self.services
        return [
            each
            for each in OVERVIEW_SOURCES.values()
            if services.sources.has_source(each.source) and each.totals in services.reports
        ]

    def source_links(self, state: DeskState) -> list[tuple[OverviewSource, str]]:
        """Returns the sources that are configured, each with the address of this page by it.

        Filters that a source does not have are left out.
        """
        links = []
        for each in self.offered_sources():
            names = {"from", "to", "figure", "compare", *self.filter_names(each)}
            fields = {name: value for name, value in state.params.items() if name in names}
            links.append((each, state.link(params={**fields, SOURCE_PARAM: each.name})))
        return links

    def filters_in_force(self, source: OverviewSource, state: DeskState) -> list[str]:
        """Returns the names of the filters of the address."""
        return [name for name in state.params if name in self.filter_names(source)]

    def filter_names(self, source: OverviewSource) -> set[str]:
        """Returns the parameters that filter by a property of a page view or visit."""
        if source.totals not in self.services.reports:
            return set()
        names = set(self.find_query(source.totals).filter_names)
        return names - {*SCOPE_PARAMS, "compare"}

    def address_params(self, source: OverviewSource) -> dict[str, str]:
        """Returns the parameters of the address that this page understands."""
        tabs = [column.name for column in source.columns]
        names = [*SCOPE_PARAMS, *sorted(self.filter_names(source)), "figure", *tabs]
        params = {name: value for name in names if (value := self.get_param(name))}
        if self.get_query_argument(SOURCE_PARAM, ""):
            params[SOURCE_PARAM] = source.name
        return params | {name: value for name, value in (("compare", self.get_param("compare")),) if value != "true"}

    def single_day(self) -> date | None:
        """Returns the day of a range of one day, which is drawn by hour; None for more. 400 for a wrong range."""
        first = self.get_param("from") or f"now-{self.services.settings.look_back_days - 1}d/d"
        with http_errors():
            _, zone = resolve_site(self.services.collector.sites, self.get_param("site"))
            days = parse_range(first, self.get_param("to") or "now", ZoneInfo(zone), self.services.clock()).date_range
        return days.first if days.first == days.last else None
