"""Countries by sessions."""

from utilities.reports import Report
from utilities.sources.ga4 import Ga4Ask

REPORT = Report(
    name="top-countries",
    title="Where do our readers live?",
    sources=("ga4",),
    ask=Ga4Ask(dimensions=("country",), metrics=("sessions",), order="-sessions", limit=5),
    view="map",
)
