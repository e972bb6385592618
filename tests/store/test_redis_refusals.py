"""Redis that answers with a refusal: its reason in words, the walls go on from memory, and it heals by itself."""

import pytest

from tests.store.faults import put
from tests.store.test_store import reading
from tests.waiting import wait_until
from utilities.store import Lease

pytestmark = pytest.mark.slow
MAKE_USER = "ACL", "SETUSER", "foyer", "on", ">sesame", "~*", "&*", "+@all"


async def make_redis_refuse(redis_server, raw, fault: str) -> None:
    match fault:
        case "full":
            await raw.config_set("maxmemory", "1")
        case "replica":
            await raw.execute_command("REPLICAOF", "127.0.0.1", "1")
        case "replica without data":
            await raw.config_set("replica-serve-stale-data", "no")
            await raw.execute_command("REPLICAOF", "127.0.0.1", "1")
        case "password":
            await raw.execute_command("ACL", "DELUSER", "foyer")  # which closes its connections
        case "rights":
            await raw.execute_command("ACL", "SETUSER", "foyer", "-getrange", "-set", "-subscribe", "-scard")
        case "disk":
            (redis_server.folder / "dump.rdb").mkdir()  # so that the file cannot be renamed to it
            await raw.config_set("save", "1 1")
            await raw.execute_command("BGSAVE")

            async def has_failed():
                return (await raw.info("persistence"))["rdb_last_bgsave_status"] == "err"

            await wait_until(has_failed)


async def heal_redis(raw) -> None:
    await raw.execute_command("REPLICAOF", "NO", "ONE")
    await raw.execute_command(*MAKE_USER)
    for name, value in {"maxmemory": "0", "save": ""}.items():
        await raw.config_set(name, value)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("full", "its memory is full"),
        ("replica", "it is a replica, which"),
        ("replica without data", "lost its primary"),
        ("disk", "cannot write to its own disk"),
        ("password", "refuses the user or the password"),
        ("rights", "may not do this"),
    ],
)
async def test_a_redis_that_refuses_has_its_reason_in_words_degrades_and_heals(
    redis_server, open_one, open_ephemeral, raw, caplog, fault, reason
):
    caplog.set_level("INFO")
    await raw.execute_command(*MAKE_USER)
    url = redis_server.url.replace("//", "//foyer:sesame@")
    store = await open_one(redis_url=url, patient=True)
    await open_ephemeral(url)  # which nobody uses just now
    await put(store, reading())
    await make_redis_refuse(redis_server, raw, fault)
    newest = reading()

    async def is_degraded():
        await store.write(newest, Lease("top-pages", "token", 10**6))
        return not (store.health()["answers"] and store.health()["writes"])

    await wait_until(is_degraded)
    assert store.latest("top-pages") == newest
    await heal_redis(raw)
    await wait_until(lambda: store.health()["answers"] and store.health()["writes"])
    assert await store.read("top-pages") == newest
    lines = [record.getMessage() for record in caplog.records if "Redis" in record.getMessage()]
    assert [line.partition(" (")[0] for line in lines] == ["Redis cannot be used", "Redis works again"]
    assert reason in lines[0]
    assert str(redis_server.port) not in "".join(lines)
