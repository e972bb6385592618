"""Redis frozen, killed, full, a replica, and in the hands of a user with few rights."""

import asyncio
from contextlib import suppress

import pytest

from tests.store.faults import SOON, fails_soon, put
from tests.store.test_store import reading
from tests.waiting import wait_until
from utilities.model.errors import SettingsError, StoreDown
from utilities.model.frames import Reading
from utilities.store import unfenced_lease
from utilities.store.reading_codec import MAX_READING_BYTES, encode_reading
from utilities.store.redis_commands import LEAST_PRIVILEGE
from utilities.store.redis_open import MAX_STORE_CONNECTIONS

pytestmark = pytest.mark.slow


async def test_an_announcement_that_is_lost_is_made_good_by_reading_again(redis_server, open_one, raw, key):
    store = await open_one(redis_url=redis_server.url)
    await put(store, reading())
    silent = reading()
    await raw.set(key("reading", "top-pages"), encode_reading(silent, 9))
    await wait_until(lambda: store.latest("top-pages") == silent)


async def test_a_frozen_redis_costs_no_page_anything_and_others_little(redis_server, open_one):
    store = await open_one(redis_url=redis_server.url)
    written = await put(store, reading())
    redis_server.freeze()
    for _ in range(4):
        await fails_soon(store.read("top-pages"))
        await fails_soon(store.acquire_lease("top-pages", 5))
    assert store.latest("top-pages") == written
    assert store.health()["answers"] is False


async def test_a_redis_that_thaws_is_used_again_within_five_seconds(redis_server, open_one):
    one, other = [await open_one(redis_url=redis_server.url) for _ in range(2)]
    await put(one, reading())
    redis_server.freeze()
    newer = reading()
    assert await one.write(newer, unfenced_lease("top-pages"))
    await wait_until(lambda: not one.health()["answers"] and not other.health()["answers"])
    assert one.latest("top-pages") == newer
    redis_server.thaw()
    await wait_until(lambda: other.latest("top-pages") == newer)
    assert one.health()["answers"] is other.health()["answers"] is True
    assert await one.acquire_lease("top-pages", 5) is not None


async def test_calls_while_redis_is_frozen_do_not_pile_up(redis_server, open_one):
    store = await open_one(redis_url=redis_server.url)
    await put(store, reading())
    redis_server.freeze()
    async with asyncio.timeout(SOON):
        answers = await asyncio.gather(*(store.read("top-pages") for _ in range(200)), return_exceptions=True)
    assert all(isinstance(answer, StoreDown) for answer in answers)


@pytest.mark.slow
async def test_a_rush_and_many_failures_leave_no_connections_behind(redis_server, open_one, raw):
    store = await open_one(redis_url=redis_server.url)
    await put(store, reading())

    async def answers_a_rush():
        rush = await asyncio.gather(*(store.read("top-pages") for _ in range(100)), return_exceptions=True)
        return all(isinstance(each, Reading) for each in rush)

    await wait_until(answers_a_rush)  # a busy machine may be too slow for some of them at first
    await wait_until(lambda: store.health()["answers"])
    for _ in range(3):
        redis_server.freeze()
        for _ in range(5):
            store.connection._breaker.record_success()  # the next calls are tried instead of refused
            with suppress(StoreDown):
                await asyncio.gather(*(store.read("top-pages") for _ in range(30)))
        redis_server.thaw()
        await wait_until(lambda: store.health()["answers"])
    await put(store, reading())
    assert len(await raw.client_list()) <= MAX_STORE_CONNECTIONS + 1


async def test_killed_and_started_again_empty_it_gets_back_what_the_processes_know(redis_server, open_one):
    one, other = [await open_one(redis_url=redis_server.url) for _ in range(2)]
    written = await put(one, reading())
    await wait_until(lambda: other.latest("top-pages") == written)
    redis_server.kill()
    await fails_soon(one.read("top-pages"))
    newest = reading()
    assert await other.write(newest, unfenced_lease("top-pages"))
    redis_server.start()
    await wait_until(lambda: one.latest("top-pages") == newest)
    third = await open_one(redis_url=redis_server.url)
    assert third.latest("top-pages") == newest


async def test_a_lease_from_before_the_loss_does_not_block_those_after(redis_server, open_one):
    store = await open_one(redis_url=redis_server.url)
    for _ in range(5):
        await put(store, reading())
    old = await store.acquire_lease("top-pages", 60)
    redis_server.kill()
    redis_server.start()
    await wait_until(lambda: store.health()["answers"])
    assert await store.write(reading(), old)
    young = await store.acquire_lease("top-pages", 60)
    assert young.fence < old.fence
    newest = reading()
    assert await store.write(newest, young)
    assert await store.read("top-pages") == newest


async def test_it_starts_while_redis_is_down_and_heals(redis_server, open_one):
    first = await open_one(redis_url=redis_server.url)
    written = await put(first, reading())
    redis_server.freeze()
    async with asyncio.timeout(SOON):
        store = await open_one(redis_url=redis_server.url)
    assert store.latest("top-pages") is None
    redis_server.thaw()
    await wait_until(lambda: store.latest("top-pages") == written)


async def test_it_starts_while_nothing_listens(redis_server, open_one):
    redis_server.kill()
    store = await open_one(redis_url=redis_server.url)
    await fails_soon(store.acquire_lease("top-pages", 5))
    assert store.health()["answers"] is False


@pytest.mark.slow
async def test_a_full_redis_degrades_and_recovers(redis_server, open_one, raw, caplog):
    one, other = [await open_one(redis_url=redis_server.url) for _ in range(2)]
    before = await put(one, reading())
    await raw.config_set("maxmemory", "1mb")
    await raw.config_set("maxmemory-policy", "noeviction")
    newest = reading()
    await fails_soon(one.acquire_lease("top-pages", 5))
    assert await one.write(newest, unfenced_lease("top-pages"))
    assert one.latest("top-pages") == newest
    assert await other.read("top-pages") == before
    before_retry = await refused(raw)

    async def was_tried_again():
        return await refused(raw) > before_retry

    await wait_until(was_tried_again)
    assert (one.health()["answers"], one.health()["writes"]) == (True, False)
    await raw.config_set("maxmemory", "0")
    await wait_until(lambda: other.latest("top-pages") == newest)
    await wait_until(lambda: one.health()["writes"])
    assert sum("Redis cannot be used (it refuses" in record.message for record in caplog.records) == 1


async def refused(raw) -> int:
    """How many commands Redis has not done since it started."""
    return int((await raw.info("stats"))["total_error_replies"])


async def test_every_key_ends_some_day(redis_server, open_one, raw):
    store = await open_one(redis_url=redis_server.url)
    lease = await store.acquire_lease("top-pages", 5)
    await store.write(reading(), lease)
    keys = await raw.keys("*")
    assert len(keys) == 4
    assert min([await raw.pttl(each) for each in keys]) > 0
    assert all(each.startswith(b"foyer:") for each in keys)


async def test_a_user_with_the_least_privilege_is_enough(redis_server, open_one, raw):
    await raw.execute_command("ACL", "SETUSER", "foyer", "on", ">few rights", *LEAST_PRIVILEGE.split())
    url = f"redis://foyer:few%20rights@127.0.0.1:{redis_server.port}/0"
    one, other = [await open_one(redis_url=url) for _ in range(2)]
    names = other.listen()
    written = await put(one, reading())
    assert await asyncio.wait_for(anext(names), 30) == "top-pages"
    assert other.latest("top-pages") == written

    async def has_sent_ping():  # on the connection of the announcements
        return any(client["cmd"] == "ping" for client in await raw.client_list())

    await wait_until(has_sent_ping)
    log = await raw.execute_command("ACL", "LOG")
    assert [entry for entry in log if "setinfo" not in str(entry) and "client" not in str(entry)] == []


async def test_a_wrong_password_is_a_store_that_is_down_and_never_in_the_log(redis_server, open_one, raw, caplog):
    await raw.config_set("requirepass", "right")
    store = await open_one(redis_url=f"redis://:wrong-and-secret@127.0.0.1:{redis_server.port}/0")
    await fails_soon(store.read("top-pages"))
    assert "refuses the user or the password" in caplog.text
    assert "wrong-and-secret" not in caplog.text + repr(store.connection.redis)


async def test_two_writers_at_one_moment_leave_one_of_their_readings(redis_server, open_one):
    one, other = [await open_one(redis_url=redis_server.url) for _ in range(2)]
    lease = await one.acquire_lease("top-pages", 5)
    written = [reading() for _ in range(2)]
    await asyncio.gather(one.write(written[0], lease), other.write(written[1], lease))
    assert await one.read("top-pages") == await other.read("top-pages") in written


async def test_a_reading_too_large_for_redis_is_shown_by_its_own_process(redis_server, open_one):
    store = await open_one(redis_url=redis_server.url)
    large = reading(frame=reading().frame.with_column(reading().frame.columns[0], ["x" * MAX_READING_BYTES, ""]))
    assert await store.write(large, await store.acquire_lease("top-pages", 5))
    assert store.latest("top-pages") == large
    assert store.health()["answers"] is True


async def test_nothing_in_the_url_makes_the_timeouts_longer(redis_server, open_one):
    store = await open_one(redis_url=f"{redis_server.url}?socket_timeout=60&socket_connect_timeout=60")
    redis_server.freeze()
    await fails_soon(store.read("top-pages"))


async def test_a_url_nobody_understands_stops_the_start_with_a_sentence(open_one):
    with pytest.raises(SettingsError, match="REDIS_URL"):
        await open_one(redis_url="redis://127.0.0.1/0?socket_timeout=soon")


async def test_a_primary_that_becomes_a_replica_degrades_and_recovers(redis_server, open_one, raw):
    store = await open_one(redis_url=redis_server.url)
    before = await put(store, reading())
    await raw.execute_command("REPLICAOF", "127.0.0.1", "1")
    await fails_soon(store.acquire_lease("top-pages", 5))
    newest = reading()
    assert await store.write(newest, unfenced_lease("top-pages"))
    assert store.latest("top-pages") == newest != before
    await raw.execute_command("REPLICAOF", "NO", "ONE")
    assert await store.acquire_lease("top-pages", 5) is not None


async def test_a_redis_that_refuses_reads_does_not_count_as_answering(redis_server, open_one, raw, caplog):
    caplog.set_level("INFO")
    store = await open_one(redis_url=redis_server.url)
    written = await put(store, reading())
    for refused in ("get", "smembers", "zrange", "hgetall", "mget", "scan", "eval", "evalsha", "ping"):
        await raw.execute_command("ACL", "SETUSER", "default", f"-{refused}")
    await wait_until(lambda: not store.health()["answers"])
    assert store.latest("top-pages") == written
    await raw.execute_command("ACL", "SETUSER", "default", "+@all")
    await wait_until(lambda: store.health()["answers"])
    lines = [record.getMessage() for record in caplog.records if record.name.endswith("redis_outage")]
    assert [line.partition(" (")[0] for line in lines] == ["Redis cannot be used", "Redis works again"]
    assert "default" not in lines[0]
