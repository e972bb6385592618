"""People on each day of the range."""

from utilities.reports import Report
from utilities.sources.ga4 import Ga4Ask

REPORT = Report(
    name="users-by-day",
    title="How many people read us each day?",
    sources=("ga4",),
    ask=Ga4Ask(dimensions=("date",), metrics=("totalUsers",), order="date", limit=366),
    headings={"date": "Day"},
)
