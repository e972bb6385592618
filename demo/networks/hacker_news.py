"""Hacker News through Algolia: a full-text search that also finds other pages."""

from typing import Any

from yarl import URL

from demo.clock import VirtualClock
from demo.faults import Faults, FaultyHandler
from demo.networks.popularity import drawn, shares

NAME = "hacker-news"


class SearchHandler(FaultyHandler):
    clock: VirtualClock

    def get(self) -> None:
        url = URL(self.get_query_argument("query", "http://nobody.invalid/"))
        points = shares(NAME, str(url), 400, self.clock(), silent=0.3)
        hits = [story(str(url / "comments"), 377), story(f"https://mirror.invalid/?of={url}", 2811), story(None, 12)]
        if points:
            hits.insert(1, story(str(url.with_scheme("http")), points))
        self.json({"hits": hits, "nbHits": len(hits), "page": 0, "nbPages": 1, "hitsPerPage": 100, "params": ""})


def story(url: str | None, points: int) -> dict[str, Any]:
    number = str(int(drawn(NAME, str(url)) * 40_000_000))
    comments = int(points * 0.6)
    return {"objectID": number, "title": "Show HN", "url": url, "points": points, "num_comments": comments}


def rules(faults: Faults, clock: VirtualClock) -> list[Any]:
    return [(r"/hn/api/v1/search", SearchHandler, {"faults": faults, "clock": clock})]


def environment(address: str) -> dict[str, str]:
    return {"HACKER_NEWS_API_URL": f"{address}/hn"}
