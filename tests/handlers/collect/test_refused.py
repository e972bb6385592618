"""Everything that is not counted is counted as dropped, with its reason; a hit that is sent again counts once."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from tornado.httpclient import HTTPResponse

from tests.handlers.collect.conftest import AGENT, SITES, CollectorServer, OpenCollector
from tests.handlers.collect.test_limits import FailingStore
from utilities.config.settings import Settings
from utilities.model.clock import utc_now
from utilities.model.errors import StoreDown
from utilities.pageviews import DropReason
from utilities.pageviews.classify.dropped_counter import MAX_UNDECIDED_HITS, UNDECIDED_SECONDS, DroppedCounter
from utilities.pageviews.collection import flush_all_dropped, open_collection

Fetch = Callable[..., Awaitable[HTTPResponse]]
PAGE = "https://example.co.uk/a"


async def send(fetch: Fetch, server: CollectorServer, **fields: Any) -> int:
    query = urlencode(fields)
    return (await fetch(f"{server.address}/a.gif?{query}", headers={"User-Agent": AGENT})).code


async def dropped(server: CollectorServer) -> dict[tuple[str, str], int]:
    """Returns what the store has: hits by site and reason."""
    await flush_all_dropped(server.own.classifier.dropped, server.own.views)
    return {
        (site, why): hits for site, why, hits in await server.own.views.query("SELECT site, why, hits FROM dropped", {})
    }


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
    async with open_collection(settings(boards_dir=server.sites.parent), utc_now) as later:
        later.collector.recent.restore([])
        server.own.collector.views, server.own.collector.recent = later.views, later.collector.recent
        assert await send(fetch, server, url=PAGE, i="b") == 200
        assert await later.views.query("SELECT count(*) FROM page_views", {}) == [(4,)]


async def test_try_that_comes_while_the_first_is_being_stored_is_told_to_come_again(
    open_collector: OpenCollector, fetch: Fetch
):
    server = await open_collector(SITES)
    recent = server.own.collector.recent
    from utilities.pageviews.collect.recent_hits import hit_key

    with recent.count_once(hit_key("blog", "a")):
        assert await send(fetch, server, url=PAGE, i="a") == 503
    assert await send(fetch, server, url=PAGE, i="a") == 200
    assert await server.views() == []  # the first try is done


def test_undecided_hits_are_bounded_and_end():
    counter, day = DroppedCounter(), utc_now().date()
    for number in range(MAX_UNDECIDED_HITS + 5):
        counter.add_undecided(str(number), "blog", day, DropReason.LIMIT, 100.0)
    assert counter.totals_since_start() == {DropReason.LIMIT: 5}
    counter.forget_undecided("7")
    counter.settle_undecided(100.0 + UNDECIDED_SECONDS)
    assert counter.totals_since_start() == {DropReason.LIMIT: MAX_UNDECIDED_HITS + 4}
    assert not counter.undecided
