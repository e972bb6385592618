"""Views, visitors and visits by four hours of the day, the busiest first."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-four-hours",
    title="At which time of day are we read most?",
    sources=("pageviews",),
    ask=PageViewAsk("four-hours"),
    refresh_every=timedelta(minutes=1),
)
