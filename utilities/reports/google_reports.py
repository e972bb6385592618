"""The reports of Google Analytics that are one query."""

from datetime import timedelta
from typing import Any

from utilities.reports import Report
from utilities.sources.ga4 import Ga4Query

COUNTED_METRICS = ("totalUsers", "sessions", "screenPageViews")
OVERVIEW_METRICS = (*COUNTED_METRICS, "screenPageViewsPerSession", "bounceRate", "averageSessionDuration")


def _google_report(name: str, title: str, query: Ga4Query, **more: Any) -> Report:
    if query.realtime:  # such a query costs about forty quota tokens
        more |= {"refresh_every": timedelta(seconds=60), "stale_after": timedelta(minutes=15)}
    return Report(name, title, ("ga4",), query, **more)


REPORTS = (
    _google_report(
        "total-users",
        "How many people read us?",
        Ga4Query(metrics=("totalUsers",), compare=True),
    ),
    _google_report(
        "users-by-day",
        "How many people read us each day?",
        Ga4Query(dimensions=("date",), metrics=("totalUsers",), order="date", limit=366),
        headings={"date": "Day"},
    ),
    _google_report(  # the six figures of the overview
        "google-totals",
        "How much are we read, by Google?",
        Ga4Query(
            metrics=OVERVIEW_METRICS,
            compare=True,
        ),
    ),
    _google_report(
        "google-by-day",
        "How much are we read each day, by Google?",
        Ga4Query(dimensions=("date",), metrics=COUNTED_METRICS, order="date", limit=366),
        headings={"date": "Day"},
    ),
    _google_report(
        "google-by-hour",
        "How much are we read each hour, by Google?",
        Ga4Query(
            dimensions=("dateHour",),
            metrics=COUNTED_METRICS,
            order="dateHour",
            days=1,
            limit=25,
        ),
    ),
    _google_report(
        "google-pages",
        "Which pages are read, by Google?",
        Ga4Query(dimensions=("pagePath",), metrics=("screenPageViews", "totalUsers"), order="-screenPageViews"),
    ),
    _google_report(
        "google-channels",
        "Which channels bring visitors, by Google?",
        Ga4Query(dimensions=("sessionDefaultChannelGroup",), metrics=("totalUsers", "sessions"), order="-totalUsers"),
        view="pie",
    ),
    _google_report(
        "google-countries",
        "Where do our visitors live, by Google?",
        Ga4Query(dimensions=("country",), metrics=("totalUsers", "sessions"), order="-totalUsers"),
        view="map",
    ),
    _google_report(
        "google-devices",
        "Which devices do visitors use, by Google?",
        Ga4Query(dimensions=("deviceCategory",), metrics=("totalUsers", "sessions"), order="-totalUsers"),
        view="pie",
    ),
    _google_report(
        "active-now",
        "How many people are on the site right now?",
        Ga4Query(metrics=("activeUsers",), realtime=True),
    ),
    _google_report(  # of titles: realtime GA4 has no paths
        "pages-now",
        "What are people reading right now?",
        Ga4Query(dimensions=("unifiedScreenName",), metrics=("activeUsers",), order="-activeUsers", realtime=True),
        headings={"unifiedScreenName": "Title"},
    ),
    _google_report(
        "people-sources",
        "How did people find us?",
        Ga4Query(
            dimensions=("sessionSource", "sessionMedium"),
            metrics=("sessions", "screenPageViews", "averageSessionDuration"),
            order="-sessions",
        ),
        headings={"sessionSource": "Source", "sessionMedium": "Medium"},
        ranks={"averageSessionDuration": 1, "screenPageViews": 2},
    ),
    _google_report(
        "top-countries",
        "Where do our readers live?",
        Ga4Query(dimensions=("country",), metrics=("sessions",), order="-sessions", limit=5),
        view="map",
    ),
    _google_report(  # GA4 has no browser versions
        "browsers-and-systems",
        "What do our readers read us with?",
        Ga4Query(
            dimensions=("browser", "operatingSystem", "operatingSystemVersion"),
            metrics=("sessions",),
            order="-sessions",
        ),
        headings={"operatingSystem": "System", "operatingSystemVersion": "Version"},
        ranks={"operatingSystemVersion": 1},
    ),
)
