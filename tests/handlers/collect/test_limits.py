"""Too many hits, no room for them, too many paths: what is answered, and that it is never a lie."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from tornado.httpclient import HTTPResponse

from tests.handlers.collect.conftest import AGENT, SITES, Collecting, Open
from utilities.model.errors import FoyerError, Overloaded, StoreDown, TooFast
from utilities.pageviews import PageView
from utilities.pageviews.collect.rate_limit import MOST_CLIENTS, Pace
from utilities.pageviews.sites.site_file import Limits

Fetch = Callable[..., Awaitable[HTTPResponse]]


class Steady:
    """A clock that is moved by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def taken(pace: Pace, address: str, most: int, site: str = "blog") -> int:
    """How many of so many hits are taken in."""
    got = 0
    for _ in range(most):
        try:
            pace.count(address, site)
            got += 1
        except TooFast:
            pass
    return got


def test_client_has_a_minutes_worth_at_once_and_then_one_after_the_other():
    steady = Steady()
    pace = Pace(Limits(address=60, site=1000, all=1000), steady)
    assert taken(pace, "203.0.113.9", 100) == 60
    assert taken(pace, "203.0.113.10", 10) == 10
    with pytest.raises(TooFast) as refused:
        pace.count("203.0.113.9", "blog")
    assert 0 < refused.value.retry_after <= 1
    steady.now += 5
    assert taken(pace, "203.0.113.9", 100) == 5
    steady.now += 3600
    assert taken(pace, "203.0.113.9", 100) == 60


def test_ipv6_customer_is_one_client_with_all_addresses():
    pace = Pace(Limits(address=10), Steady())
    assert sum(taken(pace, f"2001:db8:1:1::{n}", 1) for n in range(30)) == 10
    assert taken(pace, "2001:db8:1:2::1", 1) == 1


def test_site_and_all_together_have_limits_of_their_own():
    pace = Pace(Limits(address=10, site=15, all=20), Steady())
    assert [taken(pace, f"203.0.113.{n}", 10) for n in range(3)] == [10, 5, 0]
    assert taken(pace, "203.0.113.9", 10, "shop") == 5


def test_flood_from_everywhere_takes_no_more_memory():
    pace = Pace(Limits(all=10**9, site=10**9), Steady())
    for number in range(MOST_CLIENTS + 1000):
        pace.count(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", "blog")
    assert len(pace.clients.full_at) == MOST_CLIENTS


async def test_flood_is_told_when_to_come_back_and_one_who_lies_about_the_address_is_still_one(
    collect: Open, fetch: Fetch
):
    one = await collect(SITES + "limits: {address: 5}\n")
    codes = []
    for number in range(8):
        headers = {"User-Agent": AGENT, "X-Forwarded-For": f"203.0.113.{number}", "X-Real-Ip": f"203.0.113.{number}"}
        answer = await fetch(f"{one.address}/a.gif?url=https://example.co.uk/", headers=headers)
        codes.append(answer.code)
    assert codes == [200] * 5 + [429] * 3
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert len(await one.views()) == 5


class Full:
    """A store that has no room, or no disk."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def add_views(self, views: Sequence[PageView]) -> None:
        raise self.error

    async def query(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        return []

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("error", [Overloaded, StoreDown])  # an error that is raised holds all that it came through
async def test_what_is_not_kept_is_never_called_good(collect: Open, fetch: Fetch, error: type[FoyerError]):
    one = await collect(SITES)
    one.own.collector.views = Full(error("not kept"))
    answers = [
        await fetch(f"{one.address}/a.gif?url=https://example.co.uk/", headers={"User-Agent": AGENT}),
        await fetch(f"{one.address}/a", method="POST", body="url=https://example.co.uk/", user_agent=AGENT),
    ]
    for answer in answers:
        assert (answer.code, answer.headers["Retry-After"], answer.body) == (503, "1", b"")


async def test_paths_beyond_the_days_are_other_and_those_known_stay(collect: Open, fetch: Fetch):
    one = await collect(SITES + "    distinct_paths: 3\n")
    for path in ("a", "b", "c", "d", "e", "a"):
        url = f"https://shop.example.com/{path}&t=Title"
        assert (await fetch(f"{one.address}/a.gif?url={url}", headers={"User-Agent": AGENT})).code == 200
    seen = [(view.path, view.title) for view in await one.views()]
    assert seen == [(f"/{path}", "Title") for path in "abc"] + [("(other)", "")] * 2 + [("/a", "Title")]


async def test_yesterdays_paths_are_not_turned_away(collect: Open, fetch: Fetch):
    one: Collecting = await collect(SITES + "    distinct_paths: 2\n")
    days = (datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 2, 12, tzinfo=UTC))
    for day, paths in zip(days, ("ab", "xyab"), strict=True):
        one.own.collector.clock = lambda day=day: day
        for path in paths:
            url = f"{one.address}/a.gif?url=https://shop.example.com/{path}"
            await fetch(url, headers={"User-Agent": AGENT})
    assert sorted(view.path for view in await one.views()) == sorted(["/a", "/b", "/x", "/y", "/a", "/b"])
