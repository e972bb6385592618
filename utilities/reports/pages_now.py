"""Titles being read in the last half hour; realtime GA4 knows no paths."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.ga4 import Ga4Ask

REPORT = Report(
    name="pages-now",
    title="What are people reading right now?",
    sources=("ga4",),
    ask=Ga4Ask(dimensions=("unifiedScreenName",), metrics=("activeUsers",), order="-activeUsers", realtime=True),
    headings={"unifiedScreenName": "Title"},
    refresh_every=timedelta(seconds=60),
    stale_after=timedelta(minutes=15),
)
