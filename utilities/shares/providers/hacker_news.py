"""Hacker News, through Algolia's search."""

from datetime import timedelta

from pydantic import BaseModel

from utilities.http.canonical_url import is_same_page
from utilities.shares.providers import Count, Provider, ProviderApi


class HackerNewsStory(BaseModel):
    url: str | None = None
    points: Count | None = None
    num_comments: Count | None = None


class SearchResult(BaseModel):
    hits: list[HackerNewsStory]


async def count_hacker_news(api: ProviderApi, url: str) -> int:
    """Returns points and comments of the stories about a page; the full-text search also finds other pages' stories."""
    params = {"query": url, "restrictSearchableAttributes": "url", "tags": "story", "hitsPerPage": "100"}
    result = await api.request_json(SearchResult, "/api/v1/search", params)
    stories = [story for story in result.hits if story.url and is_same_page(story.url, url)]
    return sum((story.points or 0) + (story.num_comments or 0) for story in stories)


PROVIDER = Provider(
    name="hacker-news",
    heading="HN",
    description="points and comments on Hacker News",
    default_address="https://hn.algolia.com",
    fetch_count=count_hacker_news,
    refresh_every=timedelta(minutes=15),  # the limit is 10,000 queries an hour for each IP address
)
