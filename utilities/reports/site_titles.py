"""Titles of pages by visitors."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-titles",
    title="Which titles are read?",
    sources=("pageviews",),
    ask=PageViewAsk("titles"),
    refresh_every=timedelta(minutes=1),
)
