"""X, by the counts of recent posts; a paid tier."""

from datetime import timedelta

from pydantic import BaseModel

from utilities.http.throttle import Rate
from utilities.shares.providers import Api, Count, Provider


class Meta(BaseModel):
    total_tweet_count: Count


class Counts(BaseModel):
    meta: Meta


async def count(api: Api, url: str) -> int:
    """Seven days is all that this endpoint knows (docs.x.com)."""
    query = 'url:"' + url.replace('"', "%22") + '"'
    headers = {"Authorization": f"Bearer {api.keys['X_BEARER_TOKEN']}"}
    params = {"query": query, "granularity": "day"}
    return (await api.ask(Counts, "/2/tweets/counts/recent", params, headers)).meta.total_tweet_count


PROVIDER = Provider(
    name="x",
    heading="X",
    counts="posts on X in the last seven days",
    api="https://api.x.com",
    count=count,
    keys=("X_BEARER_TOKEN",),
    pace=timedelta(hours=1),
    rates=(Rate(290, 900),),  # 300 in a quarter of an hour
)
