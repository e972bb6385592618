"""Stores opened as run.py opens them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from typing import Any

import pytest
from redis.asyncio import Redis

from tests.refresh.process import open_patient_store
from utilities.model.clock import utc_now
from utilities.store import Store, data_scope, open_store
from utilities.store.redis_open import open_redis_store


@pytest.fixture
async def open_one(settings) -> AsyncIterator[Callable[..., Awaitable[Store]]]:
    """`await open_one(redis_url=…)`: another store, as another process would have it; closed at the end.

    With `patient=True` it waits long for Redis, so that a busy machine is not mistaken for a Redis that is down.
    """
    async with AsyncExitStack() as opened:

        async def one(*, patient: bool = False, **values: Any) -> Store:
            store = await (open_patient_store if patient else open_store)(settings(**values), utc_now)
            opened.push_async_callback(store.close)
            return store

        yield one


@pytest.fixture
async def open_ephemeral(settings) -> AsyncIterator[Callable[[str], Awaitable[Store]]]:
    """`await open_ephemeral(url)`: a store of readings with parameters, none yet; waits long for Redis."""
    async with AsyncExitStack() as opened:

        async def one(url: str) -> Store:
            store = await open_redis_store(url, data_scope(settings()), utc_now, only=set(), call_seconds=20.0)
            opened.push_async_callback(store.close)
            return store

        yield one


@pytest.fixture(params=["memory", "redis"])
async def store(request, open_one) -> Store:
    """Each side of the table in the design."""
    if request.param == "memory":
        return await open_one()
    return await open_one(redis_url=request.getfixturevalue("redis_server").url, patient=True)


@pytest.fixture
async def raw(redis_server) -> AsyncIterator[Redis]:
    """A client of Redis' own, to look and to do harm."""
    async with aclosing(Redis.from_url(redis_server.url)) as client:
        yield client


@pytest.fixture
def key(settings) -> Callable[[str, str], str]:
    return lambda kind, report: f"foyer:{data_scope(settings())}:{kind}:{report}"
