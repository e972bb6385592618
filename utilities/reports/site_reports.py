"""The reports of our own page views, one line each; docs/site-reports.md describes their rows and figures."""

from datetime import timedelta
from typing import Any

from utilities.reports import Report
from utilities.sources.pageviews import PageViewQuery

NO_CAMPAIGNS = "A campaign is counted when a link to the site says ?utm_campaign=spring."
NO_EVENTS = "An event is counted when a page says foyer('event', 'sign-up')."


def _site_report(name: str, title: str, query: PageViewQuery, **more: Any) -> Report:
    return Report(name, title, ("pageviews",), query, **({"refresh_every": timedelta(minutes=1)} | more))


def _live_report(name: str, title: str, query: PageViewQuery) -> Report:
    """Returns a report of the last minutes: page views refresh it at once, and the interval shows who has left."""
    times = {"refresh_every": timedelta(seconds=10), "stale_after": timedelta(minutes=5)}
    return _site_report(name, title, query, live=True, **times)


REPORTS = (
    _site_report("site-totals", "How much are we read?", PageViewQuery("totals", compare=True)),
    _site_report("site-by-day", "How much are we read each day?", PageViewQuery("by-day")),
    _site_report("site-by-hour", "How much are we read each hour?", PageViewQuery("by-hour")),
    _site_report("site-four-hours", "At which time of day are we read most?", PageViewQuery("four-hours")),
    _site_report(
        "site-weekday-hours", "At which hour of the week are we read?", PageViewQuery("weekday-hours"), view="heatmap"
    ),
    _site_report("site-pages", "Which pages are read?", PageViewQuery("pages")),
    _site_report("site-titled-pages", "What do visitors read?", PageViewQuery("titled-pages")),
    _site_report("site-titles", "Which titles are read?", PageViewQuery("titles")),
    _site_report("site-landing-pages", "Where do visits begin?", PageViewQuery("landing-pages")),
    _site_report("site-exit-pages", "Where do visits end?", PageViewQuery("exit-pages")),
    _site_report("site-flow", "From where to where do visits go?", PageViewQuery("flow", limit=1000), view="sankey"),
    _site_report("site-trails", "Which way do long visits take?", PageViewQuery("trails")),
    _site_report("site-events", "What do visitors do?", PageViewQuery("events"), empty_hint=NO_EVENTS),
    _site_report("site-sources", "How did visitors find us?", PageViewQuery("sources")),
    _site_report("site-channels", "Which channels bring visitors?", PageViewQuery("channels"), view="pie"),
    _site_report(
        "site-campaigns", "Which campaigns bring visitors?", PageViewQuery("campaigns"), empty_hint=NO_CAMPAIGNS
    ),
    _site_report("site-referrers", "Which sites link to us?", PageViewQuery("referrers")),
    _site_report("site-referrers-by-page", "Which pages elsewhere link to us?", PageViewQuery("referrers-by-page")),
    _site_report(
        "site-referrers-for-page", "Who links to a page of ours?", PageViewQuery("referrers-for-page", limit=100)
    ),
    _site_report(
        "site-referrers-to-page", "Where do links elsewhere lead?", PageViewQuery("referrers-to-page", limit=100)
    ),
    _site_report("site-countries", "Where do our visitors live?", PageViewQuery("countries"), view="map"),
    _site_report("site-languages", "Which languages do visitors read?", PageViewQuery("languages")),
    _site_report("site-browsers", "Which browsers do visitors use?", PageViewQuery("browsers")),
    _site_report("site-systems", "Which systems do visitors use?", PageViewQuery("systems")),
    _site_report("site-devices", "Which devices do visitors use?", PageViewQuery("devices"), view="pie"),
    _site_report("site-screens", "How wide are visitors' screens?", PageViewQuery("screens")),
    _site_report("site-agents", "Which user agents come by?", PageViewQuery("agents", limit=100)),
    _site_report("site-dropped", "What was not counted, and why?", PageViewQuery("dropped")),
    _live_report("site-visitors-now", "Who is here now?", PageViewQuery("present", first="now-5m")),
    _live_report("site-now", "What are visitors reading now?", PageViewQuery("now", first="now-5m", limit=1000)),
    _live_report("site-live", "What was read last?", PageViewQuery("live", first="now-1d", limit=20)),
)
