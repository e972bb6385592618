"""Views, visitors and visits on each day."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-by-day",
    title="How much are we read each day?",
    sources=("pageviews",),
    ask=PageViewAsk("by-day"),
    refresh_every=timedelta(minutes=1),
)
