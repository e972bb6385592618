"""Visits by campaign."""

from datetime import timedelta

from utilities.reports import Report
from utilities.sources.pageviews import PageViewAsk

REPORT = Report(
    name="site-campaigns",
    title="Which campaigns bring visitors?",
    empty_hint="A campaign is counted when a link to the site says ?utm_campaign=spring.",
    sources=("pageviews",),
    ask=PageViewAsk("campaigns"),
    refresh_every=timedelta(minutes=1),
)
