"""Waiting for a fact instead of sleeping for a fixed time."""

import asyncio
import inspect
import time
from collections.abc import Callable


async def wait_until(is_true: Callable[[], object], within: float = 30.0) -> None:
    """Returns when `is_true` does, or what it awaits; fails after `within` seconds, far more than is ever needed.

    It pauses twice as long as a look takes: looks at pages would otherwise slow down what they wait for.
    """
    async with asyncio.timeout(within):
        begun = time.monotonic()
        while not (await result if inspect.isawaitable(result := is_true()) else result):
            await asyncio.sleep(max(0.005, 2 * (time.monotonic() - begun)))
            begun = time.monotonic()
