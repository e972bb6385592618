"""The last page views, as they happen."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-live",
    title="What was read last?",
    sources=("pageviews",),
    ask=PageViewAsk("live", first="now-1d", limit=20),
    refresh_every=timedelta(seconds=10),  # people leave without saying so; those who come are told of by the pulse
    stale_after=timedelta(minutes=5),
    live=True,
)
