"""What the tests of faults have in common."""

import asyncio
from contextlib import suppress

import pytest

from tests.waiting import wait_until
from utilities.model.errors import StoreDown

SOON = 20.0  # seconds; far more than a busy machine needs, and far less than the minute of redis-py


async def wait_for_lease(store, report="top-pages", seconds=5):
    """Returns the lease as soon as it is free, also where a busy machine makes Redis too slow at first."""
    leases = []

    async def has_lease():
        with suppress(StoreDown):
            leases.append(await store.acquire_lease(report, seconds))
        return any(leases)

    await wait_until(has_lease)
    return leases[-1]


async def put(store, written):
    lease = await wait_for_lease(store, written.report)
    assert await store.write(written, lease)
    await store.release_lease(lease)
    return written


async def fails_soon(call, error=StoreDown) -> None:
    """Awaits the call, which must raise `error` and not hang."""
    async with asyncio.timeout(SOON):
        with pytest.raises(error):
            await call
