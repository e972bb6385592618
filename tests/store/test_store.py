"""What both stores promise."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

from tests.store.faults import wait_for_lease
from utilities.model.clock import utc_now
from utilities.model.errors import ErrorKind
from utilities.model.frames import Column, DateRange, Frame, LastError, Note, Reading, ValueKind
from utilities.store import data_scope, unfenced_lease

FRAME = Frame(
    (
        Column("pagePath", "Page", ValueKind.TEXT),
        Column("rate", "Rate", ValueKind.FRACTION, 2),
        Column("f", "F", ValueKind.SHARE),
    ),
    (("/größe <script>", 0.25, None), ("/", 1.0, 12)),
    (Note("Facebook is unavailable", "f"),),
    DateRange(date(2026, 11, 13), date(2026, 11, 19), "Europe/Berlin"),
)


def reading(report: str = "top-pages", frame: Frame = FRAME, **more) -> Reading:
    return Reading(report, frame, utc_now(), **more)


async def test_nothing_is_known_at_first(store):
    assert store.latest("top-pages") is None
    assert await store.read("top-pages") is None


async def test_a_reading_comes_back_as_it_was_written(store):
    trouble = LastError("gone", ErrorKind.UNAVAILABLE, utc_now(), 2, utc_now() + timedelta(seconds=9))
    written = reading(last_error=trouble, complete=False)
    lease = await store.acquire_lease("top-pages", 5)
    assert await store.write(written, lease)
    assert store.latest("top-pages") == written
    assert await store.read("top-pages") == written


async def test_a_lease_is_held_by_one(store):
    leases = await asyncio.gather(*(store.acquire_lease("top-pages", 5) for _ in range(20)))
    assert len([lease for lease in leases if lease]) == 1
    assert await store.acquire_lease("other", 5) is not None


async def test_a_lease_given_back_is_free(store):
    first = await store.acquire_lease("top-pages", 5)
    await store.release_lease(first)
    second = await store.acquire_lease("top-pages", 5)
    assert second.fence > first.fence


async def test_a_lease_ends_by_itself(store):
    await store.acquire_lease("top-pages", 0.1)
    assert await wait_for_lease(store)


async def test_a_lease_that_has_ended_is_not_given_back_for_its_new_holder(store):
    first = await store.acquire_lease("top-pages", 0.1)
    await wait_for_lease(store)
    await store.release_lease(first)
    assert await store.acquire_lease("top-pages", 5) is None


async def test_a_stalled_holder_writes_too_late(store):
    stalled = await store.acquire_lease("top-pages", 0.1)
    swift = await wait_for_lease(store)
    newer = reading()
    assert await store.write(newer, swift)
    assert not await store.write(reading(), stalled)
    assert store.latest("top-pages") == newer == await store.read("top-pages")


async def test_a_late_write_is_taken_while_nobody_else_has_written(store):
    stalled = await store.acquire_lease("top-pages", 0.1)
    await wait_for_lease(store)
    assert await store.write(reading(), stalled)


async def test_announcements_come_after_the_memory_has_the_reading(store):
    names = store.listen()
    lease = await store.acquire_lease("top-pages", 5)
    written = reading()
    await store.write(written, lease)
    assert await asyncio.wait_for(anext(names), 30) == "top-pages"
    assert store.latest("top-pages") == written


async def test_a_slow_listener_hears_each_name_once(store):
    names = store.listen()
    lease = await store.acquire_lease("top-pages", 5)
    for number in range(5):
        await store.write(replace(reading(), complete=bool(number % 2)), lease)
    await store.write(reading("other"), await store.acquire_lease("other", 5))
    assert [await asyncio.wait_for(anext(names), 30) for _ in range(2)] == ["top-pages", "other"]
    assert not names.names


async def test_many_listeners_each_hear_everything(store):
    listeners = [store.listen() for _ in range(50)]
    await store.write(reading(), await store.acquire_lease("top-pages", 5))
    heard = await asyncio.wait_for(asyncio.gather(*(anext(names) for names in listeners)), 30)
    assert heard == ["top-pages"] * 50


async def test_a_restart_shows_the_last_readings_at_once(store, open_one, request):
    written = reading()
    await store.write(written, await store.acquire_lease("top-pages", 5))
    url = request.getfixturevalue("redis_server").url if store.health()["kind"] == "redis" else ""
    await store.close()
    again = await open_one(redis_url=url)
    assert again.latest("top-pages") == written


async def test_another_property_never_shows_the_old_figures(store, open_one, request):
    await store.write(reading(), await store.acquire_lease("top-pages", 5))
    url = request.getfixturevalue("redis_server").url if store.health()["kind"] == "redis" else ""
    await store.close()
    other = await open_one(redis_url=url, look_back_days=30)
    assert other.latest("top-pages") is None
    assert await other.read("top-pages") is None


def test_the_scope_changes_with_what_is_asked_about(settings):
    about = [
        {},
        {"ga4_property_id": "123456"},
        {"website": "https://example.com"},
        {"look_back_days": 8},
        {"search_console_site": "sc-domain:example.com"},
        {"demo": True},
    ]
    assert len({data_scope(settings(**values)) for values in about}) == len(about)
    assert data_scope(settings()) == data_scope(settings(port=1, log_level="DEBUG"))


async def test_health_says_which_store_it_is_and_that_it_answers(store):
    health = store.health()
    assert health["kind"] in ("memory", "redis")
    assert (health["answers"], health["writes"], health["bad_values"]) == (True, True, 0)


async def test_a_reading_taken_alone_is_known_at_once(store):
    written = reading()
    assert await store.write(written, unfenced_lease("top-pages"))
    assert store.latest("top-pages") == written == await store.read("top-pages")
