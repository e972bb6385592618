"""SharedCount: the counts of other networks, null for those it does not have."""

from typing import Any

from demo.clock import VirtualClock
from demo.faults import Faults, FaultyHandler
from demo.networks.popularity import share_count

NAME = "sharedcount"
KEY = "pretended-apikey"


class SharedCountHandler(FaultyHandler):
    clock: VirtualClock

    def get(self) -> None:
        if self.get_query_argument("apikey", "") != KEY:
            self.write_json({"Error": "Invalid API key", "Type": "invalid_api_key", "HTTP_Code": 401}, status=401)
            return
        url, now = self.get_query_argument("url", ""), self.clock()
        likes, pins = (
            share_count("facebook", url, 9000, now, silent=0.1),
            share_count("pinterest", url, 900, now, silent=0.2),
        )
        facebook = {"reaction_count": likes, "comment_count": 0, "share_count": 0, "total_count": likes}
        self.write_json({"StumbleUpon": None, "Facebook": facebook, "Pinterest": pins, "GooglePlusOne": None})


def make_routes(faults: Faults, clock: VirtualClock) -> list[Any]:
    return [(r"/sharedcount/v1\.1/?", SharedCountHandler, {"faults": faults, "clock": clock})]


def make_settings(address: str) -> dict[str, str]:
    return {"SHAREDCOUNT_API_URL": f"{address}/sharedcount", "SHAREDCOUNT_API_KEY": KEY}
