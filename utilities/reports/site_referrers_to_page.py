"""Pages elsewhere, each with the pages of ours it sent visitors to; `?referrer=` asks for one, or for a domain."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-referrers-to-page",
    title="Where do links elsewhere lead?",
    sources=("pageviews",),
    ask=PageViewAsk("referrers-to-page", limit=100),
    refresh_every=timedelta(minutes=1),
)
