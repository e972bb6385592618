"""Datasets in both databases."""

from collections.abc import AsyncIterator, Callable

import pytest

from demo.clock import VirtualClock
from tests.handlers.accounts.conftest import database_url, postgres, postgres_url
from tests.noon import start_noon_clock
from utilities.accounts.database.connection import open_state_database
from utilities.config.settings import Settings
from utilities.datasets.store import DatasetStore

__all__ = ["database_url", "postgres", "postgres_url"]


@pytest.fixture
def noon() -> VirtualClock:
    return start_noon_clock()


@pytest.fixture
async def store(
    settings: Callable[..., Settings], database_url: str, noon: VirtualClock
) -> AsyncIterator[DatasetStore]:
    """The store of one process, with a database of its own."""
    database = await open_state_database(settings(database_url=database_url))
    yield DatasetStore(database, noon)
    await database.close()
