"""Waiting for a fact instead of sleeping for a fixed time."""

import asyncio
from collections.abc import Callable


async def wait_until(is_true: Callable[[], object], within: float = 30.0) -> None:
    """Returns when `is_true` does; fails after `within` seconds, which is far more than a busy machine needs."""
    async with asyncio.timeout(within):
        while not is_true():  # noqa: ASYNC110 (what it waits for has no event)
            await asyncio.sleep(0.005)
