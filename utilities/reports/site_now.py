"""Visitors of the last five minutes by the page they were seen on last."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-now",
    title="What are visitors reading now?",
    sources=("pageviews",),
    ask=PageViewAsk("now", first="now-5m", limit=1000),
    refresh_every=timedelta(seconds=10),  # people leave without saying so; those who come are told of by the pulse
    stale_after=timedelta(minutes=5),
    live=True,
)
