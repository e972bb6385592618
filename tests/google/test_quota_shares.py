"""Of Google's quota each viewer has a share, and a share is reserved for the walls."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from demo.faults import Fault
from tests.google.fake_google import RUN, FakeGoogle, ManualClock, report
from tests.waiting import wait_until
from utilities.model.errors import OverQuota
from utilities.model.frames import Frame
from utilities.model.viewers import QUERY_VIEWER
from utilities.sources.ga4 import Ga4Query, Ga4Source

ASK = Ga4Query(metrics=("sessions",))
LIMITS = {"tokensPerDay": 200_000, "tokensPerHour": 40_000, "tokensPerProjectPerHour": 14_000}


@contextmanager
def querying_for(viewer: str) -> Iterator[None]:
    token = QUERY_VIEWER.set(viewer)
    yield
    QUERY_VIEWER.reset(token)


class Meter:
    """Google's own quota: each report costs `cost` tokens of every bucket."""

    def __init__(self, google: FakeGoogle, cost: int) -> None:
        self.cost = cost
        self.left = dict(LIMITS)
        google.reply = self.answer

    def answer(self, body: Any) -> Any:
        self.left = {name: left - self.cost for name, left in self.left.items()}
        quota = {name: {"consumed": self.cost, "remaining": left} for name, left in self.left.items()}
        return report([], [("sessions", "TYPE_INTEGER")], [["7"]], propertyQuota=quota)


async def query_often(ga4: Ga4Source, viewer: str, times: int) -> list[str]:
    """Returns the messages of those queries that were refused."""
    refused = []
    with querying_for(viewer):
        for _ in range(times):
            try:
                await ga4.fetch_frame(ASK)
            except OverQuota as error:
                refused.append(str(error))
    return refused


async def test_one_token_uses_its_share_and_no_more(google: FakeGoogle, ga4: Ga4Source) -> None:
    meter = Meter(google, cost=100)
    refused = await query_often(ga4, "token 1", 150)
    assert len(refused) == 115, "a quarter of 14,000 is 35 queries"
    assert "your share of the Google Analytics quota (core, tokensPerProjectPerHour) is used up" in refused[0]
    assert "refilled within" in refused[0]
    assert await query_often(ga4, "person 1", 10) == [], "others have theirs"
    assert meter.left["tokensPerProjectPerHour"] == 14_000 - 4_500


@pytest.mark.slow
async def test_walls_go_on_when_all_viewers_have_used_what_is_theirs(google: FakeGoogle, ga4: Ga4Source) -> None:
    meter = Meter(google, cost=100)
    refused = [message for number in range(9) for message in await query_often(ga4, f"person {number}", 40)]
    assert "reserved for the boards" in refused[-1]
    assert meter.left["tokensPerProjectPerHour"] == 0.4 * 14_000
    for _ in range(50):
        assert (await ga4.fetch_frame(ASK)).rows == ((7,),)


async def test_shares_are_back_when_the_hour_is(google: FakeGoogle, ga4: Ga4Source, clock: ManualClock) -> None:
    meter = Meter(google, cost=1000)
    assert len(await query_often(ga4, "token 1", 6)) == 2
    meter.left = dict(LIMITS)
    clock.advance(3600)
    assert len(await query_often(ga4, "token 1", 4)) == 0


async def test_walls_find_a_free_thread_while_viewers_wait_for_a_slow_google(
    google: FakeGoogle, ga4: Ga4Source
) -> None:
    google.faults.inject(RUN, Fault("hang", seconds=20))

    async def query_as_viewer() -> Frame:
        with querying_for("token 1"):
            return await ga4.fetch_frame(ASK)

    waiting = [asyncio.create_task(query_as_viewer()) for _ in range(20)]
    await wait_until(lambda: google.faults.count_requests(RUN) == 3)
    google.faults.clear()
    async with asyncio.timeout(10):
        assert (await ga4.fetch_frame(ASK)).rows == ((7,),)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


@pytest.mark.parametrize("share", [0.24, 0.26])
def test_share_is_a_quarter_of_each_bucket(ga4: Ga4Source, share: float) -> None:
    quota = ga4.client.quota
    quota.update_buckets("core", {"tokensPerDay": 150_000})
    quota.add_usage("person 1", "core", {"tokensPerDay": int(200_000 * share)})
    if share > 0.25:
        with pytest.raises(OverQuota):
            quota.raise_if_share_is_used("core", "person 1")
    else:
        quota.raise_if_share_is_used("core", "person 1")
    quota.raise_if_share_is_used("realtime", "person 1")
