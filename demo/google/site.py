"""The simulated Google: its routes, its property and its service account."""

from collections import defaultdict
from pathlib import Path
from typing import Any

from demo.clock import VirtualClock
from demo.faults import Faults
from demo.google.analytics import MESSAGES, MetadataHandler, ReportHandler
from demo.google.key import make_key_file
from demo.google.quota import Quota
from demo.google.search_console import SearchConsoleHandler
from demo.google.token import GoogleTokenHandler, Tokens
from demo.world.days import World
from demo.world.pages import WEBSITE

PROPERTY = "395236978"


class Google:
    """The simulated Google; tests can use its `quotas` (`core`, `realtime`) and `tokens`."""

    def __init__(self, folder: Path, address: str, *, world: World, clock: VirtualClock, faults: Faults) -> None:
        account, self.key = make_key_file(folder, address)
        self.address = address
        self.world = world
        self.faults = faults
        self.tokens = Tokens(account, clock)
        self.quotas: defaultdict[str, Quota] = defaultdict(lambda: Quota(clock))

    def make_routes(self) -> list[tuple[Any, ...]]:
        shared = {"faults": self.faults, "tokens": self.tokens}
        analytics = shared | {"world": self.world, "quotas": self.quotas, "property_id": PROPERTY}
        verbs = "|".join(MESSAGES)
        return [
            (r"/token", GoogleTokenHandler, shared),
            (rf"/v1beta/properties/([^/:]+):({verbs})", ReportHandler, analytics),
            (r"/v1beta/properties/([^/:]+)/metadata", MetadataHandler, analytics),
            (
                r"/webmasters/v3/sites/([^/]+)/searchAnalytics/query",
                SearchConsoleHandler,
                shared | {"world": self.world, "site": WEBSITE + "/"},
            ),
        ]

    def make_settings(self) -> dict[str, str]:
        return {
            "GOOGLE_APPLICATION_CREDENTIALS": str(self.key),
            "GA4_PROPERTY_ID": PROPERTY,
            "GA4_API_ENDPOINT": self.address,
            "SEARCH_CONSOLE_SITE": WEBSITE + "/",
            "SEARCH_CONSOLE_API_ENDPOINT": self.address,
            "WEBSITE": WEBSITE,
        }
