"""Visitors by kind of device."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-devices",
    title="Which devices do visitors use?",
    sources=("pageviews",),
    ask=PageViewAsk("devices"),
    view="pie",
    refresh_every=timedelta(minutes=1),
)
