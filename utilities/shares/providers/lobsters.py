"""Lobsters, whose operators ask to be left in peace, so slowly."""

from datetime import timedelta

from pydantic import BaseModel

from utilities.http.throttle import Rate
from utilities.shares.providers import Api, Count, Provider


class Story(BaseModel):
    score: int
    comment_count: Count


async def count(api: Api, url: str) -> int:
    stories = await api.ask(list[Story], "/stories/url/all.json", {"url": url})
    return sum(max(story.score, 0) + story.comment_count for story in stories)


PROVIDER = Provider(
    name="lobsters",
    heading="Lob",
    counts="points and comments on Lobsters",
    api="https://lobste.rs",
    count=count,
    pace=timedelta(hours=1),
    concurrency=4,
    # Under its rack_attack.rb, for new connections arrive late: 4 in a second, 30 in a minute, 100 in ten minutes,
    # 400 in an hour.
    rates=(Rate(4, 1.5), Rate(28, 60), Rate(95, 600), Rate(380, 3600)),
)
