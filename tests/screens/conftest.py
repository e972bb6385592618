"""Screens in both databases."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from tests.handlers.accounts.conftest import database_url, postgres, postgres_url
from utilities.accounts.database.connection import StateDatabase, open_state_database
from utilities.config.settings import Settings
from utilities.screens.model import Device, ScreenPlan, ScreenRecord
from utilities.screens.registry import ScreenRegistry
from utilities.screens.requests import PairingRequests

__all__ = ["database_url", "postgres", "postgres_url"]

TELEVISION = Device("10.0.4.21", "Chromium 79, Tizen", "1920x1080")
RECEPTION = ScreenPlan("Reception", "Ground floor", 55.0, 3.0, board="office")


@dataclass
class ScreenClock:
    """A clock that moves only when `advance` is called."""

    now: datetime = datetime(2026, 11, 28, 9, 41, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


@dataclass
class ScreenProcess:
    """The registry and the requests of one process."""

    database: StateDatabase
    clock: ScreenClock
    requests: PairingRequests = field(init=False)
    registry: ScreenRegistry = field(init=False)

    def __post_init__(self) -> None:
        self.requests = PairingRequests(self.database, self.clock, b"key")
        self.registry = ScreenRegistry(self.database, self.clock, self.requests)

    async def pair(self, secret: str, plan: ScreenPlan = RECEPTION) -> ScreenRecord:
        """Pairs the device with this secret."""
        code, _ = await self.requests.show_code(secret, TELEVISION)
        screen = await self.registry.pair_screen(code, "ada", plan, "ada@example.com")
        assert isinstance(screen, ScreenRecord)
        return screen


@pytest.fixture
async def database(settings: Callable[..., Settings], database_url: str) -> AsyncIterator[StateDatabase]:
    opened = await open_state_database(settings(database_url=database_url))
    yield opened
    await opened.close()


@pytest.fixture
async def process(database: StateDatabase) -> AsyncIterator[ScreenProcess]:
    opened = ScreenProcess(database, ScreenClock())
    yield opened
    await opened.registry.close()


@pytest.fixture
async def other_process(database: StateDatabase, process: ScreenProcess) -> AsyncIterator[ScreenProcess]:
    opened = ScreenProcess(database, process.clock)
    yield opened
    await opened.registry.close()
