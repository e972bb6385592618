"""Networks that Foyer does not query: LinkedIn, which answered 0 for everything, and VK, with its function call."""

from typing import Any

from demo.clock import VirtualClock
from demo.faults import Faults, FaultyHandler
from demo.networks.popularity import share_count


class LinkedInHandler(FaultyHandler):
    def get(self) -> None:
        self.set_header("Content-Type", "text/javascript")
        self.write('IN.Tags.Share.handleCount({"count":0,"fCnt":"0","fCntPlusOne":"1","url":"https://example.com/"});')


class VkHandler(FaultyHandler):
    clock: VirtualClock

    def get(self) -> None:
        self.set_header("Content-Type", "text/html; charset=windows-1251")
        self.write(f"VK.Share.count(1, {share_count('vk', self.get_query_argument('url', ''), 200, self.clock())});")


def make_routes(faults: Faults, clock: VirtualClock) -> list[Any]:
    parts = {"faults": faults, "clock": clock}
    return [(r"/linkedin/countserv/count/share", LinkedInHandler, parts), (r"/vk/share\.php", VkHandler, parts)]
