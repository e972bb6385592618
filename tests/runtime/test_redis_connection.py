"""Every failure of Redis is one error, costs little time, and is logged once."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import pytest

from tests.conftest import RedisServer
from utilities.model.errors import SettingsError, StoreDown
from utilities.runtime.redis_connection import RedisConnection


class ManualClock:
    """A monotonic clock that the test advances."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def connect(url: str, clock: ManualClock) -> RedisConnection:
    return RedisConnection(url, max_connections=2, clock=clock)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def connection(redis_server: RedisServer, clock: ManualClock) -> AsyncIterator[RedisConnection]:
    opened = connect(redis_server.url, clock)
    yield opened
    await opened.close()


async def ping(connection: RedisConnection) -> bool:
    """Whether Redis answers; a Redis that is known to be down is not called."""
    try:
        async with connection.use_client() as redis:
            return bool(await redis.ping())
    except StoreDown:
        return False


async def test_redis_that_is_gone_is_called_twice_and_then_again_after_a_rest(
    connection: RedisConnection, redis_server: RedisServer, clock: ManualClock, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    assert await ping(connection)
    redis_server.kill()
    assert [await ping(connection) for _ in range(2)] == [False, False]
    redis_server.start()
    assert not await ping(connection)
    assert not connection.is_answering
    clock.now += 2.0
    assert await ping(connection)
    assert connection.is_answering
    lines = [record.getMessage() for record in caplog.records if record.name.endswith("redis_outage")]
    assert [line.partition(";")[0] for line in lines] == [
        "Redis cannot be used (it does not answer: nothing listens there)",
        "Redis works again",
    ]


async def test_connections_to_one_redis_have_one_line_in_the_log(
    redis_server: RedisServer, clock: ManualClock, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    always = RedisConnection(redis_server.url, max_connections=2, clock=clock, is_probed=True)
    seldom = [connect(redis_server.url, clock) for _ in range(2)]
    redis_server.kill()
    for connection in (*seldom, always) * 2:
        assert not await ping(connection)
    redis_server.start()
    clock.now += 2.0
    assert await ping(always)
    lines = [record.getMessage().partition(" (")[0] for record in caplog.records if "Redis" in record.getMessage()]
    assert lines == ["Redis cannot be used", "Redis works again"]
    for connection in (*seldom, always):
        await connection.close()


async def test_answer_that_comes_too_late_once_is_no_outage(
    connection: RedisConnection, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
):
    assert await ping(connection)
    redis_server.freeze()
    assert not await ping(connection)
    redis_server.thaw()
    assert connection.is_answering
    assert not caplog.records


ANSWERS = {
    b"-LOADING Redis is loading the dataset in memory": "still loading",
    b"-NOAUTH Authentication required.": "refuses the user or the password",
    b"-WRONGPASS invalid username-password pair or user is disabled.": "refuses the user or the password",
    b"-NOPERM User secret has no permissions to run the 'ping' command": "may not do this",
    b"-MOVED 3999 secret.example.com:6381": "is a cluster",
    b"-CLUSTERDOWN Hash slot not served": "is a cluster",
    b"-READONLY You can't write against a read only replica.": "is a replica",
    b"-OOM command not allowed when used memory > 'maxmemory'.": "memory is full",
    b"-MISCONF Redis is configured to save RDB snapshots": "own disk",
    b"-NOREPLICAS Not enough good replicas to write.": "too few replicas",
    b"-BUSY Redis is busy running a script.": "a script keeps it busy",
    b"-DENIED Redis is running in protected mode": "protected mode",
    b"-ERR max number of clients reached": "too many clients",
    b"-ERR unknown command 'PING', with args beginning with: 'secret'": "use a newer Redis",
    b"-ERR something with a secret": "ResponseError",
    b"HTTP/1.1 400 Bad Request": "is not Redis",
}


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.split()[0].decode())
async def test_answer_of_another_kind_has_a_reason_in_words_without_a_value(answer: bytes, clock: ManualClock):
    replying: set[asyncio.Task[object] | None] = set()

    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        replying.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                if line.startswith(b"*"):
                    writer.write(answer + b"\r\n")
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(reply, "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    connection = connect(f"redis://127.0.0.1:{port}/0", clock)
    with pytest.raises(StoreDown, match=ANSWERS[answer]) as raised:
        async with connection.use_client() as redis:
            await redis.ping()
    assert "secret" not in str(raised.value)
    assert str(port) not in str(raised.value)
    await connection.close()
    server.close()
    await asyncio.wait([task for task in replying if task])


async def test_refusal_of_redis_is_an_error_but_an_answer(connection: RedisConnection):
    with pytest.raises(StoreDown, match="Redis refuses"):
        async with connection.use_client() as redis:
            await redis.execute_command("NO_SUCH_COMMAND")
    assert connection.is_answering
    assert await ping(connection)


async def test_url_that_is_wrong_names_its_setting_and_not_its_value(clock: ManualClock):
    with pytest.raises(SettingsError, match="REDIS_URL") as error:
        connect("http://secret@example.com", clock)
    assert "secret" not in str(error.value)
