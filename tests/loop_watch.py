"""Measures the event loop's own processor time: no single callback may use more than 50 ms of it."""

import asyncio
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

MAX_CALLBACK_SECONDS = 0.05


@dataclass
class CallbackTimes:
    """The slowest callbacks of an event loop, by the clock of its thread: a busy machine does not change it."""

    slow: list[tuple[float, str]] = field(default_factory=list)
    longest: float = 0.0

    def record(self, seconds: float, handle: asyncio.Handle) -> None:
        self.longest = max(self.longest, seconds)
        if seconds > MAX_CALLBACK_SECONDS:
            self.slow.append((seconds, describe_callback(handle)))


def describe_callback(handle: asyncio.Handle) -> str:
    callback = handle._callback  # type: ignore[attr-defined]
    owner = getattr(callback, "__self__", None)
    return repr(owner if isinstance(owner, asyncio.Task) else callback)[:300]


@contextmanager
def watch_callbacks(times: CallbackTimes) -> Iterator[None]:
    """Measures every callback of the event loops of this process.

    What earlier tests have left is kept from the garbage collector meanwhile: a server has no such heap.
    """
    original = asyncio.Handle._run  # type: ignore[attr-defined]

    def run(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        try:
            original(handle)
        finally:
            times.record(time.thread_time() - began, handle)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.Handle, "_run", run)
        gc.collect()
        gc.freeze()
        try:
            yield
        finally:
            gc.unfreeze()
