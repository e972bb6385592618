"""Visitors by operating system and version."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-systems",
    title="Which systems do visitors use?",
    sources=("pageviews",),
    ask=PageViewAsk("systems"),
    refresh_every=timedelta(minutes=1),
)
