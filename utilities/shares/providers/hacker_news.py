"""Hacker News, by Algolia's search."""

from datetime import timedelta

from pydantic import BaseModel

from utilities.http.canonical_url import same_page
from utilities.shares.providers import Api, Count, Provider


class Story(BaseModel):
    url: str | None = None
    points: Count | None = None
    num_comments: Count | None = None


class Found(BaseModel):
    hits: list[Story]


async def count(api: Api, url: str) -> int:
    """The search is full text, so most of what it finds is about other pages: those are left out here."""
    params = {"query": url, "restrictSearchableAttributes": "url", "tags": "story", "hitsPerPage": "100"}
    found = await api.ask(Found, "/api/v1/search", params)
    stories = [story for story in found.hits if story.url and same_page(story.url, url)]
    return sum((story.points or 0) + (story.num_comments or 0) for story in stories)


PROVIDER = Provider(
    name="hacker-news",
    heading="HN",
    counts="points and comments on Hacker News",
    api="https://hn.algolia.com",
    count=count,
    pace=timedelta(minutes=15),  # 10,000 questions in an hour for each address
)
