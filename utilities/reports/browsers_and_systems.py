"""Browsers and operating systems by sessions; GA4 knows no browser version."""

from utilities.reports import Report
from utilities.sources.ga4 import Ga4Ask

REPORT = Report(
    name="browsers-and-systems",
    title="What do our readers read us with?",
    sources=("ga4",),
    ask=Ga4Ask(
        dimensions=("browser", "operatingSystem", "operatingSystemVersion"), metrics=("sessions",), order="-sessions"
    ),
    headings={"operatingSystem": "System", "operatingSystemVersion": "Version"},
    ranks={"operatingSystemVersion": 1},
)
