"""The table of networks: together, never emptied by one of them, honest about what is missing and what is old."""

import asyncio
from datetime import timedelta

import pytest

from demo.faults import Fault
from tests.shares.conftest import HOME, PREFIXES, reasons
from tests.waiting import wait_until
from utilities.model.errors import SourceMisconfigured, Unavailable
from utilities.model.frames import ValueKind
from utilities.shares.count_cache import MAX_CACHED_PAGES, CachedCount, ShareCountCache
from utilities.sources.social import SOURCE, ShareQuery


def running_calls(network_server, network):
    """Returns the highest number of calls that one path of a network had at the same time."""
    host = "/" + PREFIXES[network].split("/")[1]
    return max((most for path, most in network_server.faults.most_running.items() if path.startswith(host)), default=0)


def is_running(network_server, network):
    host = "/" + PREFIXES[network].split("/")[1]
    return any(running for path, running in network_server.faults.running.items() if path.startswith(host))


@pytest.mark.slow
async def test_all_networks_are_queried_at_the_same_time(network_server, social, ask):
    network_server.faults.inject("/", Fault("latency", seconds=1.0))
    source = social(timeout=30.0)
    asking = asyncio.create_task(ask(source))
    await wait_until(lambda: all(is_running(network_server, network) for network in PREFIXES))
    frame = await asking
    assert not frame.notes
    assert len(frame.columns) == 1 + len(PREFIXES)


async def test_networks_without_a_pace_of_their_own_take_one_round_trip(network_server, social, ask):
    network_server.faults.inject("/", Fault("latency", seconds=1.0))
    names = [name for name in PREFIXES if name not in ("lobsters", "reddit", "stack-exchange")]
    await ask(social(*names, timeout=30.0))
    assert {name: running_calls(network_server, name) for name in names} == dict.fromkeys(names, 10)


@pytest.mark.slow
async def test_dead_network_neither_delays_nor_empties_the_others(network_server, social, ask):
    network_server.inject_fault("pinterest", "hang", seconds=30)
    source = social("hacker-news", "pinterest", "facebook", timeout=3.0)
    await asyncio.wait_for(ask(source), 10)
    frame = await ask(source, known=True)
    assert None not in frame.column_values("hacker-news") + frame.column_values("facebook")
    assert frame.column_values("pinterest") == (None,) * 10
    assert set(reasons(frame, "pinterest")) == {"unavailable: no answer within 3 s"}


async def test_known_answers_without_any_call(network_server, social, ask):
    source = social("hacker-news", "pinterest")
    frame = await ask(source, known=True)
    assert sum(network_server.faults.calls.values()) == 0
    assert frame.column_values("pinterest") == (None,) * 10
    assert reasons(frame, "pinterest") == ["waiting"]
    await ask(source)
    calls = sum(network_server.faults.calls.values())
    assert None not in (await ask(source, known=True)).column_values("pinterest")
    assert sum(network_server.faults.calls.values()) == calls


async def test_same_page_is_not_asked_about_again_within_the_pace(network_server, social, ask):
    source = social("hacker-news")
    await ask(source)
    await ask(source)
    assert network_server.calls("hacker-news") == 10
    network_server.clock.shift(timedelta(minutes=16))
    await ask(source)
    assert network_server.calls("hacker-news") == 20


async def test_two_asks_at_one_moment_share_their_calls(network_server, social, ask):
    network_server.inject_fault("pinterest", "latency", seconds=0.1)
    source = social("pinterest")
    await asyncio.gather(ask(source), ask(source), ask(source, HOME))
    assert network_server.calls("pinterest") == 10


async def test_one_page_written_in_many_ways_is_asked_about_once(network_server, social, ask):
    ways = ("https://www.example.com/a", "HTTPS://WWW.Example.com:443/a?utm_source=tv#top", "https://www.example.com/a")
    frame = await ask(social("pinterest"), *ways)
    assert frame.column_values("url") == ways
    assert len(set(frame.column_values("pinterest"))) == 1
    assert network_server.calls("pinterest") == 1


async def test_what_is_not_a_web_address_is_a_row_without_counts(network_server, social, ask):
    frame = await ask(social("pinterest"), "(not set)", HOME, "javascript:alert(1)")
    assert frame.column_values("url") == ("(not set)", HOME, "javascript:alert(1)")
    assert frame.column_values("pinterest")[0] is None
    assert reasons(frame, "pinterest") == ["not a web address"]
    assert network_server.calls("pinterest") == 1


async def test_number_of_calls_at_a_time_is_kept_to(network_server, social, ask):
    network_server.inject_fault("pinterest", "latency", seconds=0.05)
    await ask(social("pinterest", concurrency=3))
    assert network_server.faults.most_running["/pinterest/v1/urls/count.json"] == 3


async def test_provider_without_its_key_is_unavailable_and_says_what_to_set(social, ask):
    source = social("facebook", "pinterest", variables={"FACEBOOK_APP_TOKEN": ""})
    frame = await ask(source, HOME)
    assert frame.column_values("facebook") == (None,)
    assert reasons(frame, "facebook") == ["unavailable: set FACEBOOK_APP_TOKEN"]
    assert frame.column_values("pinterest") != (None,)
    with pytest.raises(SourceMisconfigured, match="facebook: set FACEBOOK_APP_TOKEN\npinterest: works"):
        await source.check()


async def test_provider_with_its_key_needs_not_be_named(configured, network_server):
    configured = configured("pinterest", "x").model_copy(update={"share_providers": ("pinterest",)})
    source = await SOURCE.open(configured, network_server.clock)
    assert source is not None
    frame = await source.fetch_frame(ShareQuery((HOME,), known=True))
    assert [column.key for column in frame.columns] == ["url", "pinterest", "x"]
    await source.close()


async def test_nothing_is_opened_when_no_network_is_wanted(settings, network_server):
    assert await SOURCE.open(settings(), network_server.clock) is None


async def test_columns_are_in_the_order_of_the_setting(social, ask):
    frame = await ask(social("x", "facebook", "lobsters"), HOME, known=True)
    assert [column.key for column in frame.columns] == ["url", "x", "facebook", "lobsters"]
    assert {column.kind for column in frame.columns[1:]} == {ValueKind.SHARE}
    assert [column.heading for column in frame.columns] == ["Page", "X", "FB", "Lob"]
    assert [column.drop_priority for column in frame.columns[1:]] == [0, 1, 2]


async def test_check_says_of_each_network_that_it_is_well(social):
    results = await social().check()
    assert results.count("works (") == len(PREFIXES)


async def test_check_says_which_network_is_not(network_server, social):
    network_server.inject_fault("lobsters", "status", status=500)
    with pytest.raises(Unavailable, match=r"lobsters: answered 500\npinterest: works "):
        await social("pinterest", "lobsters").check()


async def test_health_and_notes_hold_no_secret(network_server, social, ask):
    source = social()
    network_server.faults.inject("/", Fault("status", status=403))
    frame = await ask(source, HOME)
    results = repr(frame) + repr(source.health()) + repr([tracker.api for tracker in source.trackers.values()])
    secrets = [value for name, value in network_server.environment.items() if not name.endswith(("_URL", "PROVIDERS"))]
    assert not [secret for secret in secrets if secret in results]


@pytest.mark.slow
async def test_more_pages_than_may_wait_are_left_for_the_next_ask(social, ask):
    source = social("pinterest", concurrency=50)
    many = [f"https://www.example.com/{number}" for number in range(300)]
    assert (await ask(source, *many)).column_values("pinterest").count(None) == 100
    assert None not in (await ask(source, *many)).column_values("pinterest")


def test_memory_is_bounded():
    counts = ShareCountCache()
    for number in range(MAX_CACHED_PAGES + 200):
        counts.set_count(f"https://www.example.com/{number}", CachedCount(count=number))
    assert len(counts.pages) == MAX_CACHED_PAGES
    assert "https://www.example.com/199" not in counts.pages


async def test_remembered_pages_are_counted_on_healthz(social, ask):
    source = social("pinterest", concurrency=100)
    await ask(source, *(f"https://www.example.com/{number}" for number in range(20)))
    assert source.health()["pinterest"]["remembered"] == 20


async def test_asking_goes_on_when_whoever_asked_has_left(network_server, social, ask):
    network_server.inject_fault("pinterest", "latency", seconds=0.2)
    source = social("pinterest")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ask(source, HOME), 0.05)
    await wait_until(lambda: not source.health()["pinterest"]["running"])
    assert (await ask(source, HOME, known=True)).column_values("pinterest") != (None,)


async def test_closing_ends_the_calls_on_their_way(network_server, social, ask):
    network_server.inject_fault("pinterest", "hang", seconds=30)
    source = social("pinterest", timeout=20.0)
    asking = asyncio.create_task(ask(source))
    await wait_until(lambda: is_running(network_server, "pinterest"))
    await asyncio.wait_for(source.close(), 10)
    await asking


async def test_count_that_nobody_has_heard_for_two_weeks_is_not_shown(network_server, social, ask):
    source = social("pinterest")
    await ask(source, HOME)
    network_server.inject_fault("pinterest", "status", status=500)
    network_server.clock.shift(timedelta(days=13))
    assert (await ask(source, HOME)).column_values("pinterest") != (None,)
    network_server.clock.shift(timedelta(days=2))
    frame = await ask(source, HOME)
    assert frame.column_values("pinterest") == (None,)
    assert reasons(frame, "pinterest") == ["unavailable: answered 500"]


async def test_pages_are_asked_about_although_the_clock_was_set_back(network_server, social, ask):
    source = social("pinterest")
    await ask(source, HOME)
    network_server.clock.shift(timedelta(days=-3))
    await ask(source, HOME)
    assert network_server.calls("pinterest") == 2
