"""The first pages of visits."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-landing-pages",
    title="Where do visits begin?",
    sources=("pageviews",),
    ask=PageViewAsk("landing-pages"),
    refresh_every=timedelta(minutes=1),
)
