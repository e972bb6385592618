"""How many visitors there were in the last five minutes."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-visitors-now",
    title="Who is here now?",
    sources=("pageviews",),
    ask=PageViewAsk("present", first="now-5m"),
    refresh_every=timedelta(seconds=10),  # people leave without saying so; those who come are told of by the pulse
    stale_after=timedelta(minutes=5),
    live=True,
)
