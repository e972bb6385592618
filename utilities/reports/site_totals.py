"""Views, visitors and visits, how long they last and how many leave at once, beside the time before."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-totals",
    title="How much are we read?",
    sources=("pageviews",),
    ask=PageViewAsk("totals", compare=True),
    refresh_every=timedelta(minutes=1),
)
