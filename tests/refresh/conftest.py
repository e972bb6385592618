"""A store of one process."""

import pytest

from utilities.model.clock import utc_now
from utilities.store import open_store


@pytest.fixture
async def store(settings):
    store = await open_store(settings(), utc_now)
    yield store
    await store.close()
