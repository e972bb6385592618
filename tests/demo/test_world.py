"""The demo company: the same every time, alive, handsome by default and ugly on demand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.clock import VirtualClock
from demo.internet import Internet
from demo.world import World
from tests.demo.client import Client, columns, named, week

NOON = datetime(2026, 11, 18, 20, 0, tzinfo=UTC)
UGLY = {"(not set)", "(other)", "(data not available)", "", "smart tv", "Côte d'Ivoire"}


def test_two_worlds_are_alike():
    one, other = World(VirtualClock(NOON)), World(VirtualClock(NOON))
    assert [day.columns for day, _ in one.days_between(one.today(), one.today())] == [
        day.columns for day, _ in other.days_between(other.today(), other.today())
    ]


@pytest.mark.slow
def test_all_days_have_page_views():
    world = World(VirtualClock(NOON), seed=8)
    span = world.days_between(world.first, world.today())
    assert 100_000 < sum(rows for _, rows in span) < 400_000


def test_today_ends_now():
    world = World(VirtualClock(NOON))
    ((day, rows),) = world.days_between(world.today(), world.today())
    assert 0.3 < rows / len(day.columns["second"]) < 0.7
    assert day.columns["second"][rows - 1] <= 12 * 3600 < day.columns["second"][rows]


async def test_realtime_looks_back_over_midnight(tmp_path: Path):
    async with Internet(tmp_path, clock=VirtualClock(NOON + timedelta(hours=12, minutes=1))) as internet:
        client = Client(internet.environment)
        body = await client.realtime(dimensions=named("minutesAgo"), metrics=named("screenPageViews"))
        assert len({*columns(body)["minutesAgo"]}) > 20
        client.pool.shutdown()


def test_nothing_happened_before_the_site_was_there():
    world = World(VirtualClock(NOON))
    assert world.days_between(world.first - timedelta(days=9), world.first - timedelta(days=1)) == []


def test_weekends_are_quieter():
    world = World(VirtualClock(NOON))
    wednesday = world.today()
    assert world.sessions_on(wednesday - timedelta(days=3)) < 0.7 * world.sessions_on(wednesday)


async def leaders(client: Client, *dimensions: str) -> list[str]:
    """The first ten values of each dimension."""
    found = []
    for name in dimensions:
        body = await client.report(dimensions=named(name), metrics=named("sessions"), **week(), limit=10)
        found += columns(body)[name]
    return found


DIMENSIONS = ("pageTitle", "country", "browser", "sessionSource", "deviceCategory")


async def test_the_ugly_is_there_but_does_not_lead(client: Client):
    lead = await leaders(client, "pageTitle", "country", "sessionSource")
    assert not UGLY & {*lead}
    assert not [value for value in lead if "<" in value or len(value) > 100]
    body = await client.report(dimensions=named("sessionSource", "pageTitle", "country"), **week())
    every = {value for column in columns(body).values() for value in column}
    assert {"(not set)", "(data not available)", "", "Côte d'Ivoire"} <= every


@pytest.mark.slow
async def test_the_ugly_leads_on_demand(tmp_path: Path):
    async with Internet(tmp_path, nasty=True, clock=VirtualClock(NOON)) as internet:
        client = Client(internet.environment)
        lead = await leaders(client, *DIMENSIONS)
        assert {*lead} >= UGLY
        assert [value for value in lead if "<script>" in value]
        assert [value for value in lead if len(value) >= 300]
        body = await client.report(dimensions=named("pagePath"), metrics=named("sessions"), **week())
        assert body["metadata"]["dataLossFromOtherRow"] is True
        client.pool.shutdown()


async def test_an_empty_property_answers_without_rows(tmp_path: Path):
    async with Internet(tmp_path, empty=True, clock=VirtualClock(NOON)) as internet:
        client = Client(internet.environment)
        assert "rows" not in await client.report(dimensions=named("pagePath"), metrics=named("sessions"), **week())
        assert await client.realtime(metrics=named("activeUsers")) == {
            "metricHeaders": [{"name": "activeUsers", "type": "TYPE_INTEGER"}],
            "kind": "analyticsData#runRealtimeReport",
        }
        assert "rows" not in await client.searches(startDate="2026-11-01", endDate="2026-11-15", dimensions=["query"])
        client.pool.shutdown()
