"""Hacker News through Algolia: a full-text search that also finds other pages."""

from typing import Any

from yarl import URL

from demo.clock import VirtualClock
from demo.faults import Faults, FaultyHandler
from demo.networks.popularity import number_from_names, share_count

NAME = "hacker-news"


class HackerNewsHandler(FaultyHandler):
    clock: VirtualClock

    def get(self) -> None:
        url = URL(self.get_query_argument("query", "http://nobody.invalid/"))
        points = share_count(NAME, str(url), 400, self.clock(), silent=0.3)
        hits = [
            make_story(str(url / "comments"), 377),
            make_story(f"https://mirror.invalid/?of={url}", 2811),
            make_story(None, 12),
        ]
        if points:
            hits.insert(1, make_story(str(url.with_scheme("http")), points))
        self.write_json({"hits": hits, "nbHits": len(hits), "page": 0, "nbPages": 1, "hitsPerPage": 100, "params": ""})


def make_story(url: str | None, points: int) -> dict[str, Any]:
    number = str(int(number_from_names(NAME, str(url)) * 40_000_000))
    comments = int(points * 0.6)
    return {"objectID": number, "title": "Show HN", "url": url, "points": points, "num_comments": comments}


def make_routes(faults: Faults, clock: VirtualClock) -> list[Any]:
    return [(r"/hn/api/v1/search", HackerNewsHandler, {"faults": faults, "clock": clock})]


def make_settings(address: str) -> dict[str, str]:
    return {"HACKER_NEWS_API_URL": f"{address}/hn"}
