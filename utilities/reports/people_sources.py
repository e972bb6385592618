"""Where visits come from."""

from utilities.reports import Report
from utilities.sources.ga4 import Ga4Ask

REPORT = Report(
    name="people-sources",
    title="How did people find us?",
    sources=("ga4",),
    ask=Ga4Ask(
        dimensions=("sessionSource", "sessionMedium"),
        metrics=("sessions", "screenPageViews", "averageSessionDuration"),
        order="-sessions",
    ),
    headings={"sessionSource": "Source", "sessionMedium": "Medium", "averageSessionDuration": "Avg. duration"},
    ranks={"averageSessionDuration": 1, "screenPageViews": 2},
)
