"""Visitors by the page elsewhere that sent them."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-referrers-by-page",
    title="Which pages elsewhere link to us?",
    sources=("pageviews",),
    ask=PageViewAsk("referrers-by-page"),
    refresh_every=timedelta(minutes=1),
)
