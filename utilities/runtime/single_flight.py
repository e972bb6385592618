"""Runs one call at a time for each key, and gives its result to everybody who asks for it meanwhile."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")


class SingleFlight(Generic[Key, Result]):
    """The running calls by key. Belongs to one event loop.

    The call is a task of its own: it goes on when a caller is cancelled, and all callers get its result or its error.
    """

    def __init__(self) -> None:
        self._tasks: dict[Key, asyncio.Task[Result]] = {}

    def __len__(self) -> int:
        return len(self._tasks)

    def __contains__(self, key: Key) -> bool:
        return key in self._tasks

    async def run(self, key: Key, call: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """Returns what `call` returns, or what the call that is already running for this key returns."""
        return await asyncio.shield(self.start_call(key, call))

    def start_call(self, key: Key, call: Callable[[], Coroutine[Any, Any, Result]]) -> asyncio.Task[Result]:
        """Returns the running task of this key, or starts one. Await it only through `asyncio.shield` or `wait`."""
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(call(), name=f"single flight: {key}")
            task.add_done_callback(lambda done: self._remove_task(key, done))
        return task

    def get_running(self, key: Key) -> "asyncio.Task[Result] | None":
        """Returns the running task of this key."""
        return self._tasks.get(key)

    async def wait_idle(self, timeout: float | None = None) -> None:
        """Returns when the calls that run now have ended, or after `timeout` seconds."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=timeout)

    async def close(self) -> None:
        """Cancels all running calls and waits for their end."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _remove_task(self, key: Key, task: "asyncio.Task[Result]") -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]
        if not task.cancelled():
            task.exception()  # marks it as retrieved when no caller is left
