"""/reports: every report, its freshness, and the quotas of the sources."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from handlers.base.handler import BaseHandler
from handlers.reports.handler import refuse_unknown_params
from handlers.reports.presenter import build_report_view
from handlers.reports.report_groups import group_reports

MAX_SEARCH_CHARS = 200
QUERY_KINDS = {"core": "", "realtime": ", about right now"}
QUOTA_NAMES = {
    "tokensPerDay": "tokens left today",
    "tokensPerHour": "tokens left this hour",
    "tokensPerProjectPerHour": "tokens left this hour for our project",
}
"""Plain words for Google's own names of quotas."""


class ReportListPage(BaseHandler):
    """The list of reports in groups; `q` searches their terms, questions and sources."""

    def get(self) -> None:
        refuse_unknown_params(self.request.query_arguments, ("q",))
        now, latest = self.services.clock(), self.services.store.latest
        sources, q = self.services.sources, self.get_query_argument("q", "")[:MAX_SEARCH_CHARS].strip()
        views = [build_report_view(each, latest(each.name), now, sources) for each in self.services.reports.values()]
        health = {sources.source_title(name): source.health() for name, source in sources.configured.items()}
        groups = group_reports(views, q)
        self.render_page("reports.html", here="/reports", groups=groups, q=q, quotas=list(quota_lines(health)))


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
