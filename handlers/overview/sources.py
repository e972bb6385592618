"""The two sources of an overview, and the reports that it shows of each."""

from dataclasses import dataclass

from utilities.reports.google_reports import OVERVIEW_METRICS


@dataclass(frozen=True)
class OverviewTab:
    """One report of a column: its name in addresses, and its link."""

    name: str
    label: str
    report: str
    figure: str = "visitors"  # the key of the figure of a row


@dataclass(frozen=True)
class OverviewColumn:
    """One of the four columns; the first tab is the default."""

    name: str
    title: str
    tabs: tuple[OverviewTab, ...]

    def find_tab(self, name: str) -> OverviewTab:
        """Returns the tab `name`, or the default."""
        return next((tab for tab in self.tabs if tab.name == name), self.tabs[0])


@dataclass(frozen=True)
class OverviewSource:
    """The reports of one source, and the columns of its six figures."""

    name: str  # in addresses
    title: str
    source: str  # in utilities/sources
    totals: str
    by_day: str
    by_hour: str
    now: str
    figures: tuple[tuple[str, str], ...]  # heading and column key
    columns: tuple[OverviewColumn, ...]

    def figure_key(self, name: str) -> str:
        """Returns the key here of a figure that any source names so; that of the first figure for ''."""
        for source in OVERVIEW_SOURCES.values():
            for (_, key), (_, own_key) in zip(source.figures, self.figures, strict=True):
                if key == name:
                    return own_key
        return self.figures[0][1]


HEADINGS = ("Visitors", "Visits", "Page views", "Views per visit", "Bounce rate", "Visit duration")

OWN = OverviewSource(
    "own",
    "Own count",
    "pageviews",
    totals="site-totals",
    by_day="site-by-day",
    by_hour="site-by-hour",
    now="site-visitors-now",
    figures=tuple(
        zip(HEADINGS, ("visitors", "visits", "views", "viewsPerVisit", "bounceRate", "visitLength"), strict=True)
    ),
    columns=(
        OverviewColumn(
            "content",
            "Content",
            (
                OverviewTab("pages", "Top pages", "site-pages", figure="views"),
                OverviewTab("landing", "Landing", "site-landing-pages"),
                OverviewTab("exit", "Exit", "site-exit-pages", figure="exits"),
            ),
        ),
        OverviewColumn(
            "sources",
            "Sources",
            (
                OverviewTab("channels", "Channels", "site-channels"),
                OverviewTab("sources", "Sources", "site-sources"),
                OverviewTab("campaigns", "Campaigns", "site-campaigns"),
            ),
        ),
        OverviewColumn(
            "audience",
            "Audience",
            (
                OverviewTab("countries", "Countries", "site-countries"),
                OverviewTab("languages", "Languages", "site-languages"),
            ),
        ),
        OverviewColumn(
            "technology",
            "Technology",
            (
                OverviewTab("devices", "Devices", "site-devices"),
                OverviewTab("browsers", "Browsers", "site-browsers"),
                OverviewTab("systems", "Systems", "site-systems"),
            ),
        ),
    ),
)

GOOGLE = OverviewSource(
    "google",
    "Google",
    "ga4",
    totals="google-totals",
    by_day="google-by-day",
    by_hour="google-by-hour",
    now="active-now",
    figures=tuple(zip(HEADINGS, OVERVIEW_METRICS, strict=True)),
    columns=(
        OverviewColumn("content", "Content", (OverviewTab("pages", "Top pages", "google-pages", figure="totalUsers"),)),
        OverviewColumn(
            "sources", "Sources", (OverviewTab("channels", "Channels", "google-channels", figure="totalUsers"),)
        ),
        OverviewColumn(
            "audience", "Audience", (OverviewTab("countries", "Countries", "google-countries", figure="totalUsers"),)
        ),
        OverviewColumn(
            "technology", "Technology", (OverviewTab("devices", "Devices", "google-devices", figure="totalUsers"),)
        ),
    ),
)

OVERVIEW_SOURCES = {each.name: each for each in (OWN, GOOGLE)}
