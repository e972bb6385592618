"""What the tests of faults have in common."""

import asyncio
import time
from contextlib import asynccontextmanager

import pytest

from utilities.model.errors import StoreDown

LAG = 0.5  # seconds; a machine busy with other things takes a part of it


async def put(store, written):
    lease = await store.acquire_lease(written.report, 5)
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
