"""Visitors by browser and version."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-browsers",
    title="Which browsers do visitors use?",
    sources=("pageviews",),
    ask=PageViewAsk("browsers"),
    refresh_every=timedelta(minutes=1),
)
