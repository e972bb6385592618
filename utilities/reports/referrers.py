"""Pages elsewhere that link to us: neither Google, nor direct, nor our own."""

from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import urlsplit

from utilities.model.frames import Frame
from utilities.reports import Report
from utilities.sources import Sources
from utilities.sources.ga4 import Ga4Filter, Ga4Query, ga4_columns

REFERRERS_QUERY = Ga4Query(dimensions=("pageReferrer",), metrics=("totalUsers", "bounceRate"), order="-totalUsers")


async def build_referrers(sources: Sources) -> AsyncIterator[Frame]:
    unwanted = [
        Ga4Filter("pageReferrer", "google", match="contains", negate=True),
        Ga4Filter("pageReferrer", "", negate=True),
    ]
    host = urlsplit(sources.website).hostname
    if host:
        # GA4's referrer is that of each page view, so walking from one of our own pages to the next counts as one
        unwanted.append(Ga4Filter("pageReferrer", f"://{host}", match="contains", negate=True))
    yield await sources.fetch_frame("ga4", replace(REFERRERS_QUERY, filters=tuple(unwanted)))


REPORT = Report(
    name="referrers",
    title="Who is linking to us?",
    sources=("ga4",),
    query=REFERRERS_QUERY,
    build=build_referrers,
    columns=tuple(ga4_columns(REFERRERS_QUERY)),
    headings={"pageReferrer": "Referrer"},
    ranks={"bounceRate": 1},
)
