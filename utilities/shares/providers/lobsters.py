"""Lobsters, queried slowly, because its operators ask for that."""

from datetime import timedelta

from pydantic import BaseModel

from utilities.http.throttle import CallRate
from utilities.shares.providers import Count, Provider, ProviderApi


class LobstersStory(BaseModel):
    score: int
    comment_count: Count


async def count_lobsters(api: ProviderApi, url: str) -> int:
    """Returns points and comments of the stories about a page."""
    stories = await api.request_json(list[LobstersStory], "/stories/url/all.json", {"url": url})
    return sum(max(story.score, 0) + story.comment_count for story in stories)


PROVIDER = Provider(
    name="lobsters",
    heading="Lob",
    description="points and comments on Lobsters",
    default_address="https://lobste.rs",
    fetch_count=count_lobsters,
    refresh_every=timedelta(hours=1),
    concurrency=4,
    # Below the limits in its rack_attack.rb (4 a second, 30 a minute, 100 in ten minutes, 400 an hour), because new
    # connections arrive late.
    rates=(CallRate(4, 1.5), CallRate(28, 60), CallRate(95, 600), CallRate(380, 3600)),
)
