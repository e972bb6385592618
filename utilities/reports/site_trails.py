"""The pages of the longest visits in their order."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-trails",
    title="Which way do long visits take?",
    sources=("pageviews",),
    ask=PageViewAsk("trails"),
    refresh_every=timedelta(minutes=1),
)
