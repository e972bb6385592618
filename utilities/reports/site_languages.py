"""Visitors by their browser's language."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-languages",
    title="Which languages do visitors read?",
    sources=("pageviews",),
    ask=PageViewAsk("languages"),
    refresh_every=timedelta(minutes=1),
)
