"""Visits by GA4's channel groups."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-channels",
    title="Which channels bring visitors?",
    sources=("pageviews",),
    ask=PageViewAsk("channels"),
    view="pie",
    refresh_every=timedelta(minutes=1),
)
