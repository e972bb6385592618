"""Visits by landing and exit page, country and day; what the flow page draws."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-flow",
    title="From where to where do visits go?",
    sources=("pageviews",),
    ask=PageViewAsk("flow", limit=1000),
    view="table",
    refresh_every=timedelta(minutes=1),
)
