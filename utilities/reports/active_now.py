"""People on the site in the last half hour."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.ga4 import Ga4Ask

REPORT = Report(
    name="active-now",
    title="How many people are on the site right now?",
    sources=("ga4",),
    ask=Ga4Ask(metrics=("activeUsers",), realtime=True),
    refresh_every=timedelta(seconds=60),  # a realtime question costs about forty tokens
    stale_after=timedelta(minutes=15),
)
