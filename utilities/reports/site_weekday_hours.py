"""Views by weekday and hour."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-weekday-hours",
    title="At which hour of the week are we read?",
    sources=("pageviews",),
    ask=PageViewAsk("weekday-hours"),
    view="heatmap",
    refresh_every=timedelta(minutes=1),
)
