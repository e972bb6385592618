"""People in the range, and in the one before."""

from utilities.reports import Report
from utilities.sources.ga4 import Ga4Ask

REPORT = Report(
    name="total-users",
    title="How many people read us?",
    sources=("ga4",),
    ask=Ga4Ask(metrics=("totalUsers",), compare=True),
)
