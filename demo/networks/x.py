"""X: recent counts for a paid token, and 429 with the reset in seconds since 1970."""

from datetime import timedelta
from typing import Any

from demo.clock import VirtualClock
from demo.faults import Faults, FaultyHandler
from demo.networks.popularity import share_count
from demo.networks.window import Window

NAME = "x"
TOKEN = "pretended-bearer"  # noqa: S105


class XCountsHandler(FaultyHandler):
    clock: VirtualClock
    window: Window

    def get(self) -> None:
        if self.request.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.write_json({"title": "Unauthorized", "type": "about:blank", "status": 401}, status=401)
            return
        room = self.window.take_call()
        self.set_header("x-rate-limit-limit", str(self.window.calls))
        self.set_header("x-rate-limit-remaining", str(self.window.calls_left()))
        self.set_header("x-rate-limit-reset", str(self.window.ends))
        if not room:
            self.write_json({"title": "Too Many Requests", "type": "about:blank", "status": 429}, status=429)
            return
        url = self.get_query_argument("query", "").removeprefix('url:"').removesuffix('"')
        total, now = share_count(NAME, url, 700, self.clock(), silent=0.2), self.clock()
        day = {"end": f"{now:%Y-%m-%dT%H:%M:%S}.000Z", "start": f"{now - timedelta(days=1):%Y-%m-%dT%H:%M:%S}.000Z"}
        self.write_json({"data": [{**day, "tweet_count": total}], "meta": {"total_tweet_count": total}})


def make_routes(faults: Faults, clock: VirtualClock) -> list[Any]:
    window = Window(clock, calls=300, seconds=900)
    return [(r"/x/2/tweets/counts/recent", XCountsHandler, {"faults": faults, "clock": clock, "window": window})]


def make_settings(address: str) -> dict[str, str]:
    return {"X_API_URL": f"{address}/x", "X_BEARER_TOKEN": TOKEN}
