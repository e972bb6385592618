"""The report list: reports in groups, with the usual term of web analytics as the name of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from handlers.reports.presenter import ReportView

GROUPS: Mapping[str, Mapping[str, str]] = {
    "Now": {
        "site-visitors-now": "Visitors now",
        "active-now": "Visitors now",
        "site-now": "Pages now",
        "pages-now": "Pages now",
        "site-live": "Latest page views",
    },
    "Audience": {
        "site-totals": "Visitors, visits, page views, bounce rate",
        "google-totals": "Visitors, visits, page views, bounce rate",
        "total-users": "Visitors",
        "visits": "Visits",
        "site-by-day": "By day",
        "google-by-day": "By day",
        "users-by-day": "Visitors by day",
        "visits-by-day": "Visits by day",
        "site-by-hour": "By hour",
        "google-by-hour": "By hour",
        "site-four-hours": "Time of day",
        "site-weekday-hours": "Hour of the week",
        "site-countries": "Countries",
        "google-countries": "Countries",
        "top-countries": "Countries by visits",
        "site-languages": "Languages",
        "today-reconciled": "Own count and Google",
    },
    "Sources": {
        "site-channels": "Channels",
        "google-channels": "Channels",
        "site-sources": "Sources",
        "people-sources": "Sources",
        "site-referrers": "Referrers",
        "referrers": "Referrers",
        "site-referrers-by-page": "Referring pages",
        "site-referrers-for-page": "Referrers of a page",
        "site-referrers-to-page": "Pages that links lead to",
        "site-campaigns": "Campaigns",
    },
    "Content": {
        "site-pages": "Pages",
        "google-pages": "Pages",
        "top-pages": "Top pages with shares",
        "site-titled-pages": "Pages with titles",
        "site-titles": "Page titles",
        "site-landing-pages": "Landing pages",
        "site-exit-pages": "Exit pages",
        "site-flow": "Flow",
        "site-trails": "Paths",
    },
    "Technology": {
        "site-devices": "Devices",
        "google-devices": "Devices",
        "site-browsers": "Browsers",
        "site-systems": "Operating systems",
        "browsers-and-systems": "Browsers and operating systems",
        "site-screens": "Screen sizes",
        "site-agents": "User agents and bots",
        "site-dropped": "Not counted",
    },
    "Events": {"site-events": "Events"},
    "Search": {"top-keywords": "Search queries"},
}
OTHER_GROUP = "Other reports"  # defined by board files
GROUP_OF_REPORT = {name: group for group, terms in GROUPS.items() for name in terms}
TERM_OF_REPORT = {name: term for terms in GROUPS.values() for name, term in terms.items()}
ORDER = {name: place for place, name in enumerate(TERM_OF_REPORT)}


@dataclass(frozen=True)
class ListedReport:
    """A row of the list: the reports of one term, one for each source."""

    term: str  # `Landing pages`; the title of a report that has no term
    question: str  # the title of the first report, '' where it is the term
    views: tuple[ReportView, ...]

    @property
    def search_text(self) -> str:
        """All words of the row, in lower case."""
        reports = [each.report for each in self.views]
        words = [*(each.name for each in reports), *(each.title for each in reports), group_of(reports[0].name)]
        return " ".join((self.term, *words, *(source for each in self.views for source in each.sources))).casefold()


def group_of(name: str) -> str:
    """Returns the heading that a report is listed under."""
    return GROUP_OF_REPORT.get(name, OTHER_GROUP)


def report_term(name: str, title: str) -> str:
    """Returns the usual term for a report, its title where there is none."""
    return TERM_OF_REPORT.get(name, title)


def find_twins(name: str, reports: Iterable[str]) -> list[str]:
    """Returns the other reports with the same term in the same group, in the order of the list."""
    term, group = TERM_OF_REPORT.get(name), group_of(name)
    return (
        []
        if term is None
        else [each for each in GROUPS[group] if each in reports and each != name and GROUPS[group][each] == term]
    )


def list_reports(views: Iterable[ReportView]) -> list[ListedReport]:
    """Returns the rows in the order of the list; reports of one term in one group share a row, our own count first."""
    rows: dict[tuple[str, str], list[ReportView]] = {}
    for view in sorted(views, key=lambda view: ORDER.get(view.report.name, len(ORDER))):
        name = view.report.name
        term = report_term(name, view.report.title)
        rows.setdefault((group_of(name), term if name in TERM_OF_REPORT else name), []).append(view)
    return [list_row(tuple(each)) for each in rows.values()]


def list_row(views: tuple[ReportView, ...]) -> ListedReport:
    """Returns the row of the reports of one term."""
    first = views[0].report
    term = report_term(first.name, first.title)
    return ListedReport(term, "" if term == first.title else first.title, views)


def group_reports(views: Iterable[ReportView], q: str = "") -> dict[str, list[ListedReport]]:
    """Returns the rows with every word of `q`, by group, in the order of `GROUPS`; empty groups are left out."""
    words = q.casefold().split()
    groups: dict[str, list[ListedReport]] = {group: [] for group in (*GROUPS, OTHER_GROUP)}
    for row in list_reports(views):
        if all(word in row.search_text for word in words):
            groups[group_of(row.views[0].report.name)].append(row)
    groups[OTHER_GROUP].sort(key=lambda row: row.term.casefold())
    return {group: listed for group, listed in groups.items() if listed}
