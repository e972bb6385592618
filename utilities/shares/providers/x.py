"""X, through its counts of recent posts, which need a paid plan."""

from datetime import timedelta

from pydantic import BaseModel

from utilities.http.throttle import CallRate
from utilities.shares.providers import Count, Provider, ProviderApi


class TweetCountMeta(BaseModel):
    total_tweet_count: Count


class TweetCounts(BaseModel):
    meta: TweetCountMeta


async def count_posts(api: ProviderApi, url: str) -> int:
    """Returns the posts of the last seven days with a page; the endpoint has no others (docs.x.com)."""
    query = 'url:"' + url.replace('"', "%22") + '"'
    headers = {"Authorization": f"Bearer {api.keys['X_BEARER_TOKEN']}"}
    params = {"query": query, "granularity": "day"}
    return (await api.request_json(TweetCounts, "/2/tweets/counts/recent", params, headers)).meta.total_tweet_count


PROVIDER = Provider(
    name="x",
    heading="X",
    description="posts on X in the last seven days",
    default_address="https://api.x.com",
    fetch_count=count_posts,
    keys=("X_BEARER_TOKEN",),
    refresh_every=timedelta(hours=1),
    rates=(CallRate(290, 900),),  # the limit is 300 in 15 minutes
)
