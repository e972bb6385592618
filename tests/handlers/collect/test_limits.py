"""Rate limits, a full store and the limit on paths: the response never says that a lost hit is stored."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from tornado.httpclient import HTTPResponse

from tests.handlers.collect.conftest import AGENT, SITES, CollectorServer, OpenCollector
from utilities.model.errors import FoyerError, Overloaded, StoreDown, TooFast
from utilities.pageviews import PageView
from utilities.pageviews.collect.rate_limit import MAX_CLIENT_BUCKETS, HitRateLimiter
from utilities.pageviews.sites.site_file import RateLimits

Fetch = Callable[..., Awaitable[HTTPResponse]]


class ManualClock:
    """A monotonic clock that the test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def count_accepted(limiter: HitRateLimiter, address: str, hits: int, site: str = "blog") -> int:
    """Returns how many of `hits` hits are accepted."""
    accepted = 0
    for _ in range(hits):
        try:
            limiter.take_tokens(address, site)
            accepted += 1
        except TooFast:
            pass
    return accepted


def test_client_may_use_the_limit_of_a_minute_at_once_and_then_at_its_rate():
    clock = ManualClock()
    limiter = HitRateLimiter(RateLimits(address=60, site=1000, all=1000), clock)
    assert count_accepted(limiter, "203.0.113.9", 100) == 60
    assert count_accepted(limiter, "203.0.113.10", 10) == 10
    with pytest.raises(TooFast) as refused:
        limiter.take_tokens("203.0.113.9", "blog")
    assert 0 < refused.value.retry_after <= 1
    clock.now += 5
    assert count_accepted(limiter, "203.0.113.9", 100) == 5
    clock.now += 3600
    assert count_accepted(limiter, "203.0.113.9", 100) == 60


def test_all_ipv6_addresses_of_a_network_are_one_client():
    limiter = HitRateLimiter(RateLimits(address=10), ManualClock())
    assert sum(count_accepted(limiter, f"2001:db8:1:1::{n}", 1) for n in range(30)) == 10
    assert count_accepted(limiter, "2001:db8:1:2::1", 1) == 1


def test_site_and_all_hits_have_separate_limits():
    limiter = HitRateLimiter(RateLimits(address=10, site=15, all=20), ManualClock())
    assert [count_accepted(limiter, f"203.0.113.{n}", 10) for n in range(3)] == [10, 5, 0]
    assert count_accepted(limiter, "203.0.113.9", 10, "shop") == 5


def test_memory_is_bounded_for_any_number_of_clients():
    limiter = HitRateLimiter(RateLimits(all=10**9, site=10**9), ManualClock())
    for number in range(MAX_CLIENT_BUCKETS + 1000):
        limiter.take_tokens(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", "blog")
    assert len(limiter.clients.full_at) == MAX_CLIENT_BUCKETS


async def test_flood_gets_retry_after_and_false_addresses_do_not_help(open_collector: OpenCollector, fetch: Fetch):
    server = await open_collector(SITES + "limits: {address: 5}\n")
    codes = []
    for number in range(8):
        headers = {
            "User-Agent": AGENT,
            "X-Forwarded-For": f"203.0.113.{number}",
            "X-Real-Ip": f"203.0.113.{number}",
        }
        answer = await fetch(f"{server.address}/a.gif?url=https://example.co.uk/", headers=headers)
        codes.append(answer.code)
    assert codes == [200] * 5 + [429] * 3
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert len(await server.views()) == 5


class FailingStore:
    """A store that raises this error for every row."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def add_views(self, views: Sequence[PageView]) -> None:
        raise self.error

    async def query(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        return []

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("error", [Overloaded, StoreDown])  # the class: a raised instance keeps its traceback
async def test_hit_that_is_not_stored_gets_an_error(
    open_collector: OpenCollector, fetch: Fetch, error: type[FoyerError]
):
    server = await open_collector(SITES)
    server.own.collector.views = FailingStore(error("not stored"))
    answers = [
        await fetch(f"{server.address}/a.gif?url=https://example.co.uk/", headers={"User-Agent": AGENT}),
        await fetch(f"{server.address}/a", method="POST", body="url=https://example.co.uk/", user_agent=AGENT),
    ]
    for answer in answers:
        assert (answer.code, answer.headers["Retry-After"], answer.body) == (503, "1", b"")


async def test_paths_beyond_the_limit_are_stored_as_other(open_collector: OpenCollector, fetch: Fetch):
    server = await open_collector(SITES + "    distinct_paths: 3\n")
    for path in ("a", "b", "c", "d", "e", "a"):
        url = f"https://shop.example.com/{path}&t=Title"
        assert (await fetch(f"{server.address}/a.gif?url={url}", headers={"User-Agent": AGENT})).code == 200
    stored = [(view.path, view.title) for view in await server.views()]
    assert stored == [(f"/{path}", "Title") for path in "abc"] + [("(other)", "")] * 2 + [("/a", "Title")]


async def test_paths_of_yesterday_are_accepted(open_collector: OpenCollector, fetch: Fetch):
    server: CollectorServer = await open_collector(SITES + "    distinct_paths: 2\n")
    days = (datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 2, 12, tzinfo=UTC))
    for day, paths in zip(days, ("ab", "xyab"), strict=True):
        server.own.collector.clock = lambda day=day: day
        for path in paths:
            url = f"{server.address}/a.gif?url=https://shop.example.com/{path}"
            await fetch(url, headers={"User-Agent": AGENT})
    assert sorted(view.path for view in await server.views()) == sorted(["/a", "/b", "/x", "/y", "/a", "/b"])
