"""Lobsters: a plain array, and a rate limit (Rack::Attack) with its reset in seconds since 1970."""

from typing import Any

from demo.clock import VirtualClock
from demo.faults import Faults, FaultyHandler
from demo.networks.popularity import share_count
from demo.networks.window import Window

NAME = "lobsters"


class StoriesHandler(FaultyHandler):
    clock: VirtualClock
    windows: tuple[Window, ...]

    def get(self) -> None:
        full = [window for window in self.windows if not window.take_call(self.request.remote_ip or "")]
        if full:
            self.set_status(429)
            self.set_header("Content-Type", "text/plain")
            self.set_header("RateLimit-Limit", str(full[-1].calls))
            self.set_header("RateLimit-Remaining", "0")
            self.set_header("RateLimit-Reset", str(full[-1].ends))
            self.write("Throttled, sleep(1) between hits; more in config/initializers/rack_attack.rb\n")
            return
        url = self.get_query_argument("url", "")
        score = share_count(NAME, url, 120, self.clock(), silent=0.3)
        story = {"short_id": "a1b2c3", "url": url, "score": score, "comment_count": score // 3, "tags": ["web"]}
        self.write_json([story] if score else [])


def make_routes(faults: Faults, clock: VirtualClock) -> list[Any]:
    windows = tuple(Window(clock, calls, seconds) for calls, seconds in ((4, 1), (30, 60), (100, 600), (400, 3600)))
    return [
        (r"/lobsters/stories/url/all\.json", StoriesHandler, {"faults": faults, "clock": clock, "windows": windows})
    ]


def make_settings(address: str) -> dict[str, str]:
    return {"LOBSTERS_API_URL": f"{address}/lobsters"}
