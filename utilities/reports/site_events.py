"""Events by name."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-events",
    title="What do visitors do?",
    empty_hint="An event is counted when a page says foyer('event', 'sign-up').",
    sources=("pageviews",),
    ask=PageViewAsk("events"),
    refresh_every=timedelta(minutes=1),
)
