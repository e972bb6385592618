"""Pages of ours, each with who sent visitors to it; `?page=` asks for one."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-referrers-for-page",
    title="Who links to a page of ours?",
    sources=("pageviews",),
    ask=PageViewAsk("referrers-for-page", limit=100),
    refresh_every=timedelta(minutes=1),
)
