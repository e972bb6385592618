"""The demo's visitors: their properties, their hits, and how a real Foyer counts them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.__main__ import PLACES
from demo.clock import VirtualClock
from demo.launch import launch_internet, request_access_log, send_visitors, stop_internet
from demo.visitors.browsers import NETWORKS, NOWHERE
from demo.visitors.driver import Driver, make_request
from demo.visitors.history import write_log
from demo.visitors.reading import ACTIONS, Readers
from demo.world.days import World
from handlers.serving.server import run_server
from tests.waiting import wait_until
from utilities.config.environment import read_settings
from utilities.config.settings import Settings
from utilities.pageviews import DropReason
from utilities.pageviews.classify.geoip import CountryDatabase
from utilities.pageviews.collect.beacon import BEACON_FIELDS, FIELD_ALIASES
from utilities.pageviews.log_import.command import import_logs
from utilities.pageviews.log_import.line_kinds import LineKind
from utilities.services import Services

pytestmark = pytest.mark.slow

NOON = datetime(2026, 11, 18, 20, tzinfo=UTC)  # a Wednesday in Los Angeles


@pytest.fixture
def world() -> World:
    return World(VirtualClock(NOON))


@pytest.fixture
def conf(tmp_path: Path) -> Settings:
    """Foyer as `run.py demo` sets it: no sites, and this machine may say whose address it passes on."""
    variables = {"DATA_DIR": str(tmp_path / "var"), "PORT": "0", "TRUSTED_PROXIES": "127.0.0.1"}
    return read_settings(variables, env_file=None)


@pytest.fixture
async def foyer(conf: Settings) -> AsyncIterator[tuple[Services, str]]:
    async with run_server(conf) as (services, port):
        yield services, f"http://127.0.0.1:{port}"


def test_demo_knows_the_countries_of_its_visitors():
    with CountryDatabase(PLACES) as places:
        countries = {code: places.country_code(f"{network}.1.1") for code, network in NETWORKS.items()}
        assert countries == {code: code for code in NETWORKS}
        assert places.country_code(f"{NOWHERE}.100.1") == ""


def test_hits_follow_the_hours_of_a_day(world: World):
    def count(hour: int) -> int:
        midnight = datetime(2026, 11, 18, 8, tzinfo=UTC)  # in Los Angeles
        return len(
            list(Readers(world).hits_between(midnight + timedelta(hours=hour), midnight + timedelta(hours=hour + 1)))
        )

    assert count(3) < 0.7 * count(10)


def test_about_half_of_the_visitors_block_google(world: World):
    hits = list(Readers(world).hits_between(NOON - timedelta(hours=12), NOON))
    people = sum(not read.name and bool(read.browser.language) for read in hits)
    [(day, until)] = world.days_between(NOON.date(), NOON.date())
    assert 1.8 < people / sum(day.columns["views"][:until]) < 2.2


def test_hits_have_every_kind_that_a_beacon_receives(world: World):
    hits = list(Readers(world).hits_between(NOON - timedelta(hours=20), NOON))
    assert {read.name for read in hits} >= {name for name, _, share in ACTIONS.values() if share >= 0.25}
    assert any("utm_campaign" in read.url for read in hits)
    assert any(read.gif for read in hits)
    assert any("Sec-GPC" in read.headers for read in hits)
    assert any("Sec-Purpose" in read.headers for read in hits)
    assert any("Googlebot" in read.browser.agent for read in hits)
    assert any("semalt" in read.referrer for read in hits)
    assert len({read.browser.address for read in hits}) > 1000


def test_a_visitor_has_one_browser_and_address(world: World):
    once, again = ([*Readers(world).hits_between(NOON - timedelta(hours=1), NOON)] for _ in range(2))
    assert once == again


async def test_foyer_counts_people_and_drops_the_rest(world: World, foyer: tuple[Services, str]):
    services, address = foyer
    reads = list(Readers(world).hits_between(NOON - timedelta(minutes=40), NOON))
    driver = Driver(world, world.clock, address)
    for read in reads:
        await driver.send_hit(read)
    driver.client.close()
    assert (driver.sent, driver.refused) == (len(reads), 0)
    collector = services.collector
    assert collector is not None
    people = [read for read in reads if read.browser.language and not read.headers]
    [(views, events)] = await collector.views.query(
        "SELECT count(*) FILTER (WHERE name = ''), count(*) FILTER (WHERE name <> '') FROM page_views", {}
    )
    assert (views, events) == (sum(not read.name for read in people), sum(bool(read.name) for read in people))
    dropped = collector.counter.dropped.totals_since_start()
    assert dropped[DropReason.BOT] > 0
    assert sum(dropped.values()) == len(reads) - len(people)


async def test_driver_sends_what_happens_from_now_on(foyer: tuple[Services, str]):
    _, address = foyer
    clock = VirtualClock(NOON)
    driver = Driver(World(clock), clock, address)
    running = asyncio.create_task(driver.run())

    def has_sent() -> int:
        clock.shift(timedelta(seconds=1))
        return driver.sent

    await wait_until(has_sent)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert driver.refused == 0


async def test_driver_continues_while_foyer_is_down(world: World):
    driver = Driver(world, world.clock, "http://127.0.0.1:9")
    read = next(Readers(world).hits_between(NOON - timedelta(hours=1), NOON))
    await driver.send_hit(read)
    driver.client.close()
    assert (driver.sent, driver.refused) == (0, 1)


def test_driver_sends_the_fields_of_a_beacon(world: World):
    for read in Readers(world).hits_between(NOON - timedelta(hours=1), NOON):
        sent = make_request("http://127.0.0.1:1", read)
        form = (sent.body or b"").decode() or sent.url.partition("?")[2]
        assert {each.partition("=")[0] for each in form.split("&")} <= FIELD_ALIASES.keys() | BEACON_FIELDS


async def test_the_past_is_a_log_that_can_be_imported(world: World, foyer: tuple[Services, str], tmp_path: Path):
    services, _ = foyer
    collector = services.collector
    assert collector is not None
    lines = write_log(tmp_path / "past.log.gz", world, NOON - timedelta(hours=2), NOON)
    [summary] = [
        each
        async for each in import_logs(
            [tmp_path / "past.log.gz"],
            settings=services.settings,
            sites=collector.sites,
            keep=collector.views,
            clock=services.clock,
            quiet=True,
        )
    ]
    assert summary.lines == lines
    assert summary.kinds[LineKind.PAGE] > 0.9 * lines
    assert summary.kinds[LineKind.UNREADABLE] == summary.kinds[LineKind.FOREIGN] == 0
    [(titles, screens)] = await collector.views.query("SELECT min(title), max(screen) FROM page_views", {})
    assert screens > 300
    assert titles is not None


async def test_child_sends_visitors_and_writes_the_past(foyer: tuple[Services, str], tmp_path: Path):
    services, address = foyer
    process, environment = await launch_internet(tmp_path / "demo")
    assert environment["TRUSTED_PROXIES"]
    send_visitors(process, address)
    now = services.clock()
    log = await request_access_log(process, now - timedelta(hours=1), now)
    assert log is not None
    assert log.stat().st_size > 0
    await stop_internet(process)
    assert process.returncode == 0
