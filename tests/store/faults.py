"""What the tests of faults have in common."""

import asyncio
import time
from contextlib import asynccontextmanager, suppress

import pytest

from utilities.model.errors import StoreDown

LAG = 5.0  # seconds; far more than a busy machine needs, and far less than the minute of redis-py


async def wait_for_lease(store, report="top-pages", seconds=5):
    """Returns the lease as soon as it is free, also where a busy machine makes Redis too slow at first."""
    async with asyncio.timeout(30):
        while True:
            with suppress(StoreDown):
                if lease := await store.acquire_lease(report, seconds):
                    return lease
            await asyncio.sleep(0.01)


async def put(store, written):
    lease = await wait_for_lease(store, written.report)
    assert await store.write(written, lease)
    await store.release_lease(lease)
    return written


@asynccontextmanager
async def lag():
    """The longest time, in seconds, that the event loop was kept busy inside; a wait for Redis may take a minute."""
    longest = [0.0]

    async def tick():
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            longest[0] = max(longest[0], time.monotonic() - before - 0.01)

    ticking = asyncio.create_task(tick())
    yield longest
    ticking.cancel()


async def seconds(call, error=StoreDown) -> float:
    began = time.monotonic()
    with pytest.raises(error):
        await call
    return time.monotonic() - began
