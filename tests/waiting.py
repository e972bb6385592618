"""Waiting for a fact instead of sleeping for a fixed time."""

import asyncio
import inspect
from collections.abc import Callable


async def wait_until(is_true: Callable[[], object], within: float = 30.0) -> None:
    """Returns when `is_true` does, or what it awaits; fails after `within` seconds, far more than is ever needed."""
    async with asyncio.timeout(within):
        while not (await result if inspect.isawaitable(result := is_true()) else result):  # noqa: ASYNC110 (polls)
            await asyncio.sleep(0.005)
