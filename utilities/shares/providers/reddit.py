"""Reddit, with an approved OAuth app, which it has required since May 2026."""

from base64 import b64encode
from datetime import timedelta

from pydantic import BaseModel

from utilities.http.throttle import CallRate
from utilities.shares.providers import AccessToken, Count, Provider, ProviderApi


class RedditToken(BaseModel):
    access_token: str
    expires_in: Count


class RedditPost(BaseModel):
    score: int
    num_comments: Count


class ListingChild(BaseModel):
    data: RedditPost


class ListingData(BaseModel):
    children: list[ListingChild]


class Listing(BaseModel):
    data: ListingData


async def count_reddit(api: ProviderApi, url: str) -> int:
    """Returns points and comments of the posts about a page."""
    listing = await api.request_json(Listing, "/api/info", {"url": url, "raw_json": "1"})
    posts = [child.data for child in listing.data.children]
    return sum(max(post.score, 0) + post.num_comments for post in posts)


async def fetch_reddit_token(api: ProviderApi) -> AccessToken:
    """Fetches the app's own token: grant `client_credentials`, id and secret as basic authorization."""
    pair = f"{api.keys['REDDIT_CLIENT_ID']}:{api.keys['REDDIT_CLIENT_SECRET']}"
    headers = {"Authorization": "Basic " + b64encode(pair.encode()).decode()}
    url = api.keys["REDDIT_TOKEN_URL"] or "https://www.reddit.com/api/v1/access_token"
    token = await api.post_form(RedditToken, url, {"grant_type": "client_credentials"}, headers)
    return AccessToken(max(token.expires_in - 60.0, 1.0), headers={"Authorization": f"Bearer {token.access_token}"})


PROVIDER = Provider(
    name="reddit",
    heading="Red",
    description="points and comments on Reddit",
    default_address="https://oauth.reddit.com",
    fetch_count=count_reddit,
    keys=("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET"),
    optional_keys=("REDDIT_TOKEN_URL",),
    refresh_every=timedelta(minutes=15),
    rates=(CallRate(90, 60),),  # 100 in a minute
    fetch_token=fetch_reddit_token,
)
