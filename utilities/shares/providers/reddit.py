"""Reddit, by an approved OAuth app; without one it has been closed since May 2026."""

from base64 import b64encode
from datetime import timedelta

from pydantic import BaseModel

from utilities.http.throttle import Rate
from utilities.shares.providers import Api, Count, Pass, Provider


class Token(BaseModel):
    access_token: str
    expires_in: Count


class Post(BaseModel):
    score: int
    num_comments: Count


class Child(BaseModel):
    data: Post


class Children(BaseModel):
    children: list[Child]


class Listing(BaseModel):
    data: Children


async def count(api: Api, url: str) -> int:
    listing = await api.ask(Listing, "/api/info", {"url": url, "raw_json": "1"})
    posts = [child.data for child in listing.data.children]
    return sum(max(post.score, 0) + post.num_comments for post in posts)


async def sign(api: Api) -> Pass:
    """The app's own token: `client_credentials`, the id and the secret as basic authorisation."""
    pair = f"{api.keys['REDDIT_CLIENT_ID']}:{api.keys['REDDIT_CLIENT_SECRET']}"
    headers = {"Authorization": "Basic " + b64encode(pair.encode()).decode()}
    url = api.keys["REDDIT_TOKEN_URL"] or "https://www.reddit.com/api/v1/access_token"
    token = await api.post(Token, url, {"grant_type": "client_credentials"}, headers)
    return Pass(max(token.expires_in - 60.0, 1.0), headers={"Authorization": f"Bearer {token.access_token}"})


PROVIDER = Provider(
    name="reddit",
    heading="Red",
    counts="points and comments on Reddit",
    api="https://oauth.reddit.com",
    count=count,
    keys=("REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET"),
    extras=("REDDIT_TOKEN_URL",),
    pace=timedelta(minutes=15),
    rates=(Rate(90, 60),),  # 100 in a minute
    sign=sign,
)
