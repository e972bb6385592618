"""Each network, well and unwell: a count is what the network said, and a failure is never 0."""

import pytest

from demo.faults import Fault
from demo.networks import popularity
from tests.shares.conftest import HOME, NOON, PAGES, PREFIXES, reasons
from utilities.config.discovery import discover_units
from utilities.shares import providers as shares
from utilities.shares.providers import Provider

every_network = pytest.mark.parametrize("name", PREFIXES)
UNWELL = {
    "answered 500": {"kind": "status", "status": 500},
    "answered 404": {"kind": "status", "status": 404},
    "answered 302": {"kind": "status", "status": 302, "headers": {"Location": "http://127.0.0.1/"}},
    "answered 202": {"kind": "status", "status": 202, "body": "{}"},
    "answered 429": {"kind": "status", "status": 429, "headers": {"Retry-After": "120"}},
    "answered 503": {"kind": "status", "status": 503, "headers": {"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}},
    "answered with a web page": {"kind": "html"},
    "ended too early": {"kind": "truncate"},
    "empty body": {"kind": "body", "body": " "},
    "without a count": {"kind": "body", "body": '{"total": "12", "count": null, "meta": {}, "id": "x"}'},
    "not ": {"kind": "body", "body": '{"total": 12'},
    "could not be reached": {"kind": "close"},
}


def test_every_provider_has_a_network_to_be_tested_against():
    assert {provider.name for provider in discover_units(shares, "PROVIDER", Provider)} == set(PREFIXES)


@every_network
async def test_good_answer_is_the_count(name, social, ask):
    frame = await ask(social(name))
    assert [column.key for column in frame.columns] == ["url", name]
    assert not frame.notes
    assert all(isinstance(value, int) and value >= 0 for value in frame.column_values(name))
    assert len(set(frame.column_values(name))) > 2


@pytest.mark.parametrize("said", UNWELL)
@every_network
async def test_bad_answer_is_unavailable_with_its_reason_and_never_zero(name, said, network_server, social, ask):
    network_server.inject_fault(name, **UNWELL[said])
    source = social(name, timeout=2.0)
    frame = await ask(source, HOME, PAGES[1])
    if name in ("pinterest", "lobsters") and said == "without a count":
        said = "answered"
    assert frame.column_values(name) == (None, None)
    assert reasons(frame, name)
    assert all(text.startswith("unavailable: ") and said in text for text in reasons(frame, name))


@every_network
async def test_hanging_network_is_missed_at_its_own_deadline(name, network_server, social, ask):
    network_server.inject_fault(name, "hang", seconds=2)
    frame = await ask(social(name, timeout=0.2), HOME)
    assert frame.column_values(name) == (None,)
    assert reasons(frame, name) == ["unavailable: no answer within 0.2 s"]


@every_network
async def test_dripping_network_is_missed_at_its_own_deadline(name, network_server, social, ask):
    network_server.inject_fault(name, "drip", seconds=0.05)
    frame = await ask(social(name, timeout=0.2), HOME)
    assert reasons(frame, name) == ["unavailable: no answer within 0.2 s"]


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("facebook", "FACEBOOK_APP_TOKEN"),
        ("x", "X_BEARER_TOKEN"),
        ("reddit", "REDDIT_CLIENT_SECRET"),
        ("sharedcount", "SHAREDCOUNT_API_KEY"),
        ("stack-exchange", "STACK_EXCHANGE_KEY"),
    ],
)
async def test_wrong_key_is_named_and_not_shown(name, variable, social, ask):
    frame = await ask(social(name, variables={variable: "a-wrong-secret"}), HOME)
    assert frame.column_values(name) == (None,)
    (text,) = reasons(frame, name)
    assert variable in text
    assert "a-wrong-secret" not in text


async def test_facebook_counts_the_object_because_plain_engagement_is_zeros(network_server, social, ask):
    frame = await ask(social("facebook"), HOME)
    assert frame.column_values("facebook") == (
        popularity.share_count("facebook", HOME, 9000, network_server.clock(), silent=0.1),
    )


async def test_facebook_asked_too_often_about_one_page_rests_and_says_so(social, ask):
    for _ in range(10):
        await ask(social("facebook"), HOME)
    frame = await ask(social("facebook"), HOME)
    assert frame.column_values("facebook") == (None,)
    assert reasons(frame, "facebook") == ["unavailable: rate limit reached (code 4)"]


async def test_hacker_news_leaves_out_stories_about_other_pages(network_server, social, ask):
    frame = await ask(social("hacker-news"))
    results = [popularity.share_count("hacker-news", page, 400, network_server.clock(), silent=0.3) for page in PAGES]
    assert frame.column_values("hacker-news") == tuple(points + int(points * 0.6) for points in results)
    assert 0 in results


@pytest.mark.slow
async def test_lobsters_is_never_asked_faster_than_it_wants(network_server, social, ask):
    frame = await ask(social("lobsters"))
    assert network_server.calls("lobsters") == 10
    assert not frame.notes
    assert network_server.faults.most_running["/lobsters/stories/url/all.json"] <= 4


@pytest.mark.slow
async def test_lobsters_is_not_asked_too_fast_either_when_its_first_connections_take_a_while(
    network_server, social, ask
):
    network_server.clock.set_time(NOON.replace(microsecond=750_000))  # it counts in seconds of its own
    network_server.inject_fault("lobsters", "latency", seconds=0.3, count=4)
    frame = await ask(social("lobsters"))
    assert not frame.notes


async def test_stack_exchange_is_left_alone_for_as_long_as_it_asks(network_server, social, ask):
    network_server.inject_fault("stack-exchange", "body", body='{"total": 7, "backoff": 10}', count=1)
    source = social("stack-exchange", timeout=0.3)
    assert (await ask(source, HOME)).column_values("stack-exchange") == (7,)
    frame = await ask(source, PAGES[1])
    assert reasons(frame, "stack-exchange") == ["waiting"]
    assert network_server.calls("stack-exchange") == 1


async def test_reddit_fetches_one_token_for_many_questions(network_server, social, ask):
    await ask(social("reddit"))
    assert network_server.faults.count_requests("/reddit/api/v1/access_token") == 1
    assert network_server.calls("reddit") == 10


async def test_reddit_fetches_another_token_when_the_first_is_no_longer_taken(network_server, social, ask):
    source = social("reddit")
    await ask(source, HOME)
    network_server.inject_fault("reddit", "status", status=401, count=1)
    frame = await ask(source, PAGES[1])
    assert not frame.notes
    assert network_server.faults.count_requests("/reddit/api/v1/access_token") == 2


async def test_reddit_token_that_is_not_there_is_unavailable(network_server, social, ask):
    network_server.faults.inject("/reddit/api/v1", Fault("body", body='{"error": "nope"}'))
    frame = await ask(social("reddit"), HOME)
    assert reasons(frame, "reddit") == ["unavailable: answered without a count"]
