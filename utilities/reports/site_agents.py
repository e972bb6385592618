"""Visitors by raw user agent."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-agents",
    title="Which user agents come by?",
    sources=("pageviews",),
    ask=PageViewAsk("agents", limit=100),
    refresh_every=timedelta(minutes=1),
)
