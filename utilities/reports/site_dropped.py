"""Hits that were not counted, by day and reason."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-dropped",
    title="What was not counted, and why?",
    sources=("pageviews",),
    ask=PageViewAsk("dropped"),
    refresh_every=timedelta(minutes=1),
)
