"""Everything that is not counted is counted as dropped, with its reason; a hit that is sent again counts once."""

import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from tornado.httpclient import HTTPResponse

from tests.handlers.collect.conftest import AGENT, SITES, CollectorServer, OpenCollector
from tests.handlers.collect.test_limits import FailingStore
from tests.noon import FRIDAY_NOON, start_noon_clock
from utilities.checkup import CheckStatus, check_part, check_proxy, check_running_server
from utilities.config.settings import Settings
from utilities.model.errors import StoreDown
from utilities.pageviews import DropReason
from utilities.pageviews.classify.dropped_counter import MAX_UNDECIDED_HITS, UNDECIDED_SECONDS, DroppedCounter
from utilities.pageviews.collect.recent_hits import hit_key
from utilities.pageviews.collection import flush_dropped, open_collection
from utilities.sources.pageviews import PageViewQuery, PageViewSource

Fetch = Callable[..., Awaitable[HTTPResponse]]
PAGE = "https://example.co.uk/a"


async def send(fetch: Fetch, server: CollectorServer, **fields: Any) -> int:
    query = urlencode(fields)
    return (await fetch(f"{server.address}/a.gif?{query}", headers={"User-Agent": AGENT})).code


async def dropped(server: CollectorServer) -> dict[tuple[str, str], int]:
    """Returns what the store has: hits by site and reason."""
    await flush_dropped(server.own.classifier.dropped, server.own.views, float("inf"))
    rows = await server.own.views.query("SELECT site, why, sum(hits) FROM dropped GROUP BY ALL", {})
    return {(site, why): hits for site, why, hits in rows}


async def test_each_refused_hit_is_dropped_with_its_reason(open_collector: OpenCollector, fetch: Fetch):
    server = await open_collector(SITES + "limits: {address: 3}\n")
    for fields, status in (
        ({"url": "https://evil.example/", "site": "shop"}, 403),
        ({"url": "https://evil.example/"}, 403),
        ({"url": PAGE, "site": "nothing"}, 404),
        ({"url": "https://shop.example.com/", "site": "nothing"}, 404),
        ({"url": "ftp://example.co.uk/"}, 400),
        ({"t": "no page"}, 404),
        ({"url": PAGE}, 200),
        ({"url": "https://example.co.uk/admin/"}, 200),
        ({"url": PAGE}, 200),
        ({"url": PAGE}, 429),
        ({"url": PAGE}, 429),
    ):
        assert await send(fetch, server, **fields) == status
    body = await fetch(f"{server.address}/a", method="POST", body="x" * 70_000, headers={"User-Agent": AGENT})
    assert body.code == 413
    assert await dropped(server) == {
        ("shop", "foreign"): 1,
        ("blog", "foreign"): 1,
        ("blog", "unknown"): 1,
        ("shop", "unknown"): 1,
        ("blog", "invalid"): 3,
        ("blog", "excluded"): 1,
        ("blog", "limit"): 2,
    }
    assert len(await server.views()) == 2


async def test_hit_that_the_store_does_not_take_is_dropped_unless_it_is_stored_later(
    open_collector: OpenCollector, fetch: Fetch
):
    server = await open_collector(SITES)
    views = server.own.collector.views
    server.own.collector.views = FailingStore(StoreDown("full"))
    for hit_id in ("a", "a", "b"):
        assert await send(fetch, server, url=PAGE, i=hit_id) == 503
    assert await send(fetch, server, url=PAGE) == 503  # from a client without retries: lost
    server.own.collector.views = views
    assert await send(fetch, server, url=PAGE, i="a") == 200
    assert await dropped(server) == {("blog", "unstored"): 2}
    assert len(await server.views()) == 1


async def test_hit_that_is_sent_again_counts_once_also_after_a_restart(
    open_collector: OpenCollector, fetch: Fetch, settings: Callable[..., Settings]
):
    server = await open_collector(SITES)
    for hit_id in ("a", "a", "b", "a", ""):
        assert await send(fetch, server, url=PAGE, i=hit_id) == 200
    assert await send(fetch, server, url="https://shop.example.com/", i="a") == 200  # of another site
    assert len(await server.views()) == 4
    await server.own.views.close()
    async with open_collection(settings(boards_dir=server.sites.parent), start_noon_clock()) as later:
        later.collector.recent.restore([])
        server.own.collector.views, server.own.collector.recent = later.views, later.collector.recent
        assert await send(fetch, server, url=PAGE, i="b") == 200
        assert await later.views.query("SELECT count(*) FROM page_views", {}) == [(4,)]


async def test_try_that_comes_while_the_first_is_being_stored_is_told_to_come_again(
    open_collector: OpenCollector, fetch: Fetch
):
    server = await open_collector(SITES)
    recent = server.own.collector.recent
    with recent.count_once(hit_key("blog", "a")):
        assert await send(fetch, server, url=PAGE, i="a") == 503
    assert await send(fetch, server, url=PAGE, i="a") == 200
    assert await server.views() == []  # the first try is done


def test_undecided_hits_are_bounded_and_end():
    counter, day = DroppedCounter(), FRIDAY_NOON.date()
    for number in range(MAX_UNDECIDED_HITS + 5):
        counter.add_undecided(str(number), "blog", day, DropReason.LIMIT, 100.0)
    assert counter.totals_since_start() == {DropReason.LIMIT: 5}
    counter.forget_undecided("7")
    counter.settle_undecided(100.0 + UNDECIDED_SECONDS)
    assert counter.totals_since_start() == {DropReason.LIMIT: MAX_UNDECIDED_HITS + 4}
    assert not counter.undecided


async def test_untrusted_proxy_is_stated_by_healthz_reports_and_check(
    open_collector: OpenCollector, fetch: Fetch, settings: Callable[..., Settings]
):
    server = await open_collector(SITES)
    own = server.own
    source = PageViewSource(own.views, own.sites, start_noon_clock(), 7, warnings=own.collector.warnings)
    assert not (await source.fetch_frame(PageViewQuery("present"))).notes
    for number in range(5):
        headers = {"User-Agent": AGENT, "X-Forwarded-For": f"198.51.100.{number}"}
        assert (await fetch(f"{server.address}/a.gif?url={PAGE}", headers=headers)).code == 200
    health = json.loads((await fetch(f"{server.address}/healthz")).body)
    assert health["status"] == "degraded"
    [warning] = health["warnings"]
    assert "TRUSTED_PROXIES" in warning
    assert [note.text for note in (await source.fetch_frame(PageViewQuery("present"))).notes] == [warning]
    port = urlsplit(server.address).port
    finding = await check_part("running server", partial(check_running_server, settings(port=port)))
    assert (finding.status, finding.text) == (CheckStatus.WRONG, warning)


async def test_check_knows_that_https_needs_a_proxy(settings: Callable[..., Settings]):
    signed_in = {"google_client_id": "x", "google_client_secret": "y", "allowed_domains": "example.com"}
    for values, status in (
        ({}, CheckStatus.ABSENT),
        ({"public_url": "https://foyer.example.com", **signed_in}, CheckStatus.WRONG),
        ({"public_url": "https://foyer.example.com", "trusted_proxies": ("10.0.0.1",), **signed_in}, CheckStatus.OK),
    ):
        assert (await check_part("proxy", partial(check_proxy, settings(**values)))).status is status
