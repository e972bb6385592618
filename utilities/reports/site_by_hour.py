"""Views, visitors and visits in each hour on the site's own clock."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-by-hour",
    title="How much are we read each hour?",
    sources=("pageviews",),
    ask=PageViewAsk("by-hour"),
    refresh_every=timedelta(minutes=1),
)
