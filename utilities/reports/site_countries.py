"""Visitors by country."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-countries",
    title="Where do our visitors live?",
    sources=("pageviews",),
    ask=PageViewAsk("countries"),
    view="map",
    refresh_every=timedelta(minutes=1),
)
