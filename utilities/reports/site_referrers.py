"""Visitors by the domain that sent them."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-referrers",
    title="Which sites link to us?",
    sources=("pageviews",),
    ask=PageViewAsk("referrers"),
    refresh_every=timedelta(minutes=1),
)
