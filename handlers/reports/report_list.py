"""/reports: every report, its freshness, and the quotas of the sources."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from handlers.base.handler import BaseHandler
from handlers.reports.desk_state import DeskState, query_string
from handlers.reports.export_links import boards_with_report
from handlers.reports.handler import http_errors, refuse_unknown_params
from handlers.reports.presenter import build_report_view
from handlers.reports.report_groups import group_reports
from handlers.reports.report_query import ReportQuery
from handlers.reports.report_scope import source_label
from handlers.reports.scope import site_items
from utilities.pageviews.sql.filters import resolve_site
from utilities.reports import Report

MAX_SEARCH_CHARS = 200
QUERY_KINDS = {"core": "", "realtime": ", about right now"}
QUOTA_NAMES = {
    "tokensPerDay": "tokens left today",
    "tokensPerHour": "tokens left this hour",
    "tokensPerProjectPerHour": "tokens left this hour for our project",
}
"""Plain words for Google's own names of quotas."""


class ReportListPage(BaseHandler):
    """The list of reports in groups; `q` searches their terms, questions and sources, and `site` goes along."""

    def get(self) -> None:
        refuse_unknown_params(self.request.query_arguments, ("q", "site"))
        services, now = self.services, self.services.clock()
        sources, q = services.sources, self.get_query_argument("q", "")[:MAX_SEARCH_CHARS].strip()
        site = self.find_site(self.get_query_argument("site", ""))
        views = [
            build_report_view(each, services.store.latest(each.name), now, sources)
            for each in services.reports.values()
        ]
        health = {sources.source_title(name): source.health() for name, source in sources.configured.items()}
        self.render_page(
            "reports.html",
            here="/reports",
            groups=group_reports(views, q),
            q=q,
            quotas=list(quota_lines(health)),
            site=site,
            sites=list(site_items(services.collector.sites, site, DeskState(self.site_params, q=q))),
            source_label=source_label,
            report_href=self.report_href,
            boards={view.report.name: boards_with_report(services.boards, view.report.name) for view in views},
        )

    @property
    def site_params(self) -> dict[str, str]:
        """The site of the request, as a parameter; empty without one."""
        name = self.get_query_argument("site", "")
        return {"site": name} if name else {}

    def find_site(self, name: str) -> str:
        """Returns the name of the site; of the first without one, '' for all together. Raises HttpProblem 400."""
        with http_errors():
            return resolve_site(self.services.collector.sites, name)[0]

    def report_href(self, report: Report) -> str:
        """Returns the address of a report, with the site where it has sites."""
        names = ReportQuery(self.services, report).filter_names
        return f"/reports/{report.name}{query_string(self.site_params) if 'site' in names else ''}"


def quota_lines(health: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yields for each source and kind of query the quota that runs out first.

    A line is `Google Analytics: 199,998 of 200,000 tokens left today`.
    """
    for source, facts in health.items():
        for kind, buckets in facts.get("quota", {}).items():
            left = {name: each["remaining"] / max(each["limit"], 1) for name, each in buckets.items()}
            if left:
                name = min(left, key=left.__getitem__)
                words = QUOTA_NAMES.get(name) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower() + " left"
                suffix = QUERY_KINDS.get(kind, f", {kind}")
                yield f"{source}{suffix}: {buckets[name]['remaining']:,} of {buckets[name]['limit']:,} {words}"
