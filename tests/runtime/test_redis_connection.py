"""Every failure of Redis is one error, costs little time, and is logged once."""

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
    return RedisConnection(url, purpose="tests", fallback="they go on", max_connections=2, clock=clock)


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
    lines = [record.getMessage() for record in caplog.records if record.name.endswith("redis_connection")]
    assert len(lines) == 2
    assert lines[0].startswith("tests: Redis does not answer")
    assert lines[0].endswith("they go on")
    assert lines[1] == "tests: Redis answers again"


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
