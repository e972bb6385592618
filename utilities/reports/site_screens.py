"""Visitors by width of screen."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-screens",
    title="How wide are visitors' screens?",
    sources=("pageviews",),
    ask=PageViewAsk("screens"),
    refresh_every=timedelta(minutes=1),
)
