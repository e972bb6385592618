"""Visits by source and medium."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-sources",
    title="How did visitors find us?",
    sources=("pageviews",),
    ask=PageViewAsk("sources"),
    refresh_every=timedelta(minutes=1),
)
