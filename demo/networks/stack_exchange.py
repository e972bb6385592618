"""Stack Exchange: always gzip, sometimes `backoff`, and 400 for clients that ignore it."""

import gzip
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from demo.clock import VirtualClock
from demo.faults import Faults, FaultyHandler
from demo.networks.popularity import share_count
from demo.networks.window import Window

NAME = "stack-exchange"
KEY = "pretended-key(("
EVERY = 40  # one answer in so many asks for quiet
QUIET = 10  # seconds
FILTERS = {"total": {".total"}, "default": {".items", ".has_more", ".backoff", ".quota_max", ".quota_remaining"}}


@dataclass
class Memory:
    """What the server stores about its callers, who share one address."""

    anonymous: Window
    keyed: Window
    searches: int = 0
    quiet: tuple[datetime, datetime] | None = None


class WrapperHandler(FaultyHandler):
    clock: VirtualClock
    memory: Memory

    def write_wrapper(self, wrapper: dict[str, Any], *, status: int = 200) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header("Content-Encoding", "gzip")
        self.write(gzip.compress(json.dumps(wrapper).encode()))

    def write_refusal(self, number: int, name: str, message: str) -> None:
        self.write_wrapper({"error_id": number, "error_message": message, "error_name": name}, status=400)

    def take_quota(self) -> Window | None:
        """Returns the caller's quota for the day; None when it is used up."""
        key = self.get_query_argument("key", "")
        window = self.memory.keyed if key == KEY else self.memory.anonymous
        if key and key != KEY:
            self.write_refusal(400, "bad_parameter", "`key` doesn't match a known application")
        elif not window.take_call():
            seconds = window.ends - int(self.clock().timestamp())
            message = f"too many requests from this IP, more requests available in {seconds} seconds"
            self.write_refusal(502, "throttle_violation", message)
        else:
            return window
        return None


class FiltersHandler(WrapperHandler):
    def get(self) -> None:
        if self.take_quota() is None:
            return
        fields = {part for part in self.get_query_argument("include", "").split(";") if part}
        name = "!" + ";".join(sorted(fields))
        made = {"filter": name, "filter_type": "safe", "included_fields": sorted(fields)}
        self.write_wrapper({"items": [made], "has_more": False})


class StackExchangeSearchHandler(WrapperHandler):
    def get(self) -> None:
        window, now, quiet = self.take_quota(), self.clock(), self.memory.quiet
        if window is None:
            return
        name = self.get_query_argument("filter", "default")
        fields = set(name[1:].split(";")) if name.startswith("!") else FILTERS.get(name)
        if fields is None or self.get_query_argument("site", "") != "stackoverflow":
            self.write_refusal(400, "bad_parameter", "filter or site")
            return
        if quiet and quiet[0] <= now < quiet[1]:
            seconds = int((quiet[1] - now).total_seconds()) + 1
            message = f"too many requests from this IP, more requests available in {seconds} seconds"
            self.write_refusal(502, "throttle_violation", message)
            return
        total = share_count(NAME, self.get_query_argument("url", ""), 60, now, silent=0.4)
        wrapper: dict[str, Any] = {".items": [], ".has_more": False, ".total": total}
        wrapper |= {".quota_max": window.calls, ".quota_remaining": window.calls_left()}
        self.memory.searches += 1
        if self.memory.searches % EVERY == 0:
            # Questions that were on their way already are let off.
            self.memory.quiet = now + timedelta(seconds=1), now + timedelta(seconds=QUIET)
            wrapper[".backoff"] = QUIET
        self.write_wrapper({name[1:]: value for name, value in wrapper.items() if name in fields})


def make_routes(faults: Faults, clock: VirtualClock) -> list[Any]:
    memory = Memory(Window(clock, 300, 86_400), Window(clock, 10_000, 86_400))
    parts = {"faults": faults, "clock": clock, "memory": memory}
    return [
        (r"/stackexchange/2\.3/filters/create", FiltersHandler, parts),
        (r"/stackexchange/2\.3/search/advanced", StackExchangeSearchHandler, parts),
    ]


def make_settings(address: str) -> dict[str, str]:
    return {"STACK_EXCHANGE_API_URL": f"{address}/stackexchange/2.3", "STACK_EXCHANGE_KEY": KEY}
