"""Whatever somebody puts into Redis, it is nothing or a good reading."""

import pytest

from tests.store.faults import put
from tests.store.test_disk_cache import BAD
from tests.store.test_store import reading
from tests.waiting import wait_until

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
async def test_a_poisoned_reading_is_a_miss_and_counted(redis_server, open_one, raw, key, bad):
    await raw.sadd(key("x", "x").removesuffix("x:x") + "reports", "top-pages")
    await raw.set(key("reading", "top-pages"), bad)
    store = await open_one(redis_url=redis_server.url, patient=True)
    assert store.latest("top-pages") is None
    assert await store.read("top-pages") is None
    assert store.health()["bad_values"] >= (2 if bad else 0)
    written = await put(store, reading())
    assert await store.read("top-pages") == written


@pytest.mark.parametrize("kind", ["reading", "lease", "fence"])
@pytest.mark.parametrize("harm", ["lpush", "hset", "set"])
async def test_a_key_of_another_kind_stops_nothing(redis_server, open_one, raw, key, kind, harm):
    arguments = {"lpush": ("x",), "hset": ("a", "b"), "set": ("<script>",)}[harm]
    await getattr(raw, harm)(key(kind, "top-pages"), *arguments)
    store = await open_one(redis_url=redis_server.url, patient=True)
    if kind == "lease":
        assert await store.acquire_lease("top-pages", 5) is None  # once; then the lease that never ends is taken away
    written = await put(store, reading())
    assert await store.read("top-pages") == written
    assert store.health()["bad_values"] >= 1


async def test_poison_is_replaced_by_what_a_process_knows(redis_server, open_one, raw, key):
    store = await open_one(redis_url=redis_server.url, patient=True)
    written = await put(store, reading())
    await raw.set(key("reading", "top-pages"), "<script>")
    assert await store.read("top-pages") == written
    other = await open_one(redis_url=redis_server.url, patient=True)
    await wait_until(lambda: other.latest("top-pages") == written)


@pytest.mark.parametrize("data", ["", "../../etc/passwd", "a b", "<script>", "x" * 1000, b"\xff\xfe", "nonsense"])
async def test_announcements_of_nonsense_are_ignored(redis_server, open_one, raw, key, data):
    store = await open_one(redis_url=redis_server.url, patient=True)
    await raw.publish(key("x", "x").removesuffix("x:x") + "announcements", data)
    written = await put(store, reading())
    assert await store.read("top-pages") == written


async def test_a_list_of_reports_that_is_none_is_thrown_away(redis_server, open_one, raw, key):
    reports = key("x", "x").removesuffix("x:x") + "reports"
    await raw.set(reports, "text")
    store = await open_one(redis_url=redis_server.url, patient=True)
    await put(store, reading())
    assert await raw.smembers(reports) == {b"top-pages"}
