"""The reports of Google Analytics that are one query."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.ga4 import Ga4Ask

REALTIME = {"refresh_every": timedelta(seconds=60), "stale_after": timedelta(minutes=15)}
"""A realtime query costs about forty quota tokens."""

REPORTS = (
    Report(
        "total-users",
        "How many people read us?",
        ("ga4",),
        Ga4Ask(metrics=("totalUsers",), compare=True),
    ),
    Report(
        "users-by-day",
        "How many people read us each day?",
        ("ga4",),
        Ga4Ask(dimensions=("date",), metrics=("totalUsers",), order="date", limit=366),
        headings={"date": "Day"},
    ),
    Report(
        "active-now",
        "How many people are on the site right now?",
        ("ga4",),
        Ga4Ask(metrics=("activeUsers",), realtime=True),
        **REALTIME,
    ),
    Report(  # of titles: realtime GA4 has no paths
        "pages-now",
        "What are people reading right now?",
        ("ga4",),
        Ga4Ask(dimensions=("unifiedScreenName",), metrics=("activeUsers",), order="-activeUsers", realtime=True),
        headings={"unifiedScreenName": "Title"},
        **REALTIME,
    ),
    Report(
        "people-sources",
        "How did people find us?",
        ("ga4",),
        Ga4Ask(
            dimensions=("sessionSource", "sessionMedium"),
            metrics=("sessions", "screenPageViews", "averageSessionDuration"),
            order="-sessions",
        ),
        headings={"sessionSource": "Source", "sessionMedium": "Medium", "averageSessionDuration": "Avg. duration"},
        ranks={"averageSessionDuration": 1, "screenPageViews": 2},
    ),
    Report(
        "top-countries",
        "Where do our readers live?",
        ("ga4",),
        Ga4Ask(dimensions=("country",), metrics=("sessions",), order="-sessions", limit=5),
        view="map",
    ),
    Report(  # GA4 has no browser versions
        "browsers-and-systems",
        "What do our readers read us with?",
        ("ga4",),
        Ga4Ask(
            dimensions=("browser", "operatingSystem", "operatingSystemVersion"), metrics=("sessions",), order="-sessions"
        ),
        headings={"operatingSystem": "System", "operatingSystemVersion": "Version"},
        ranks={"operatingSystemVersion": 1},
    ),
)
