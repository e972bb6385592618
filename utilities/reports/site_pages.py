"""Pages by views, with how long people stay and whether they come or go there."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-pages",
    title="Which pages are read?",
    sources=("pageviews",),
    ask=PageViewAsk("pages"),
    refresh_every=timedelta(minutes=1),
)
