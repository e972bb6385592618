"""Pinterest: always JSONP."""

import json
from typing import Any

from demo.clock import VirtualClock
from demo.faults import Faults, FaultyHandler
from demo.networks.popularity import share_count

NAME = "pinterest"


class CountHandler(FaultyHandler):
    clock: VirtualClock

    def get(self) -> None:
        url = self.get_query_argument("url", "")
        body = {"url": url, "count": share_count(NAME, url, 900, self.clock(), silent=0.2)}
        self.set_header("Content-Type", "application/javascript")
        self.write(f"{self.get_query_argument('callback', 'receiveCount')}({json.dumps(body)})")


def make_routes(faults: Faults, clock: VirtualClock) -> list[Any]:
    return [(r"/pinterest/v1/urls/count\.json", CountHandler, {"faults": faults, "clock": clock})]


def make_settings(address: str) -> dict[str, str]:
    return {"PINTEREST_API_URL": f"{address}/pinterest"}
