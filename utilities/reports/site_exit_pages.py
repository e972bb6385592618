"""The last pages of visits."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-exit-pages",
    title="Where do visits end?",
    sources=("pageviews",),
    ask=PageViewAsk("exit-pages"),
    refresh_every=timedelta(minutes=1),
)
