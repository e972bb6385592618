"""Tasks that run for ever, and are started again when they fall over."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)

Work = Callable[[], Coroutine[Any, Any, None]]


class Loops:
    """Owns its tasks; `stop` ends them all."""

    def __init__(self, rest: float = 1.0) -> None:
        self._rest = rest  # seconds before one that fell over is started again
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def each(self, seconds: float, name: str, do: Callable[[], None]) -> None:
        """Does it now and then."""

        async def work() -> None:
            while True:
                await asyncio.sleep(seconds)
                do()

        self.keep(name, work)

    def keep(self, name: str, work: Work, *, after: float = 0.0) -> None:
        """Runs it until it ends; when it raises, logs the traceback, rests and runs it again."""

        async def run() -> None:
            await asyncio.sleep(after)
            await work()

        def ended(task: asyncio.Task[None]) -> None:
            if not task.cancelled() and (error := task.exception()) is not None:
                log.error("%s fell over and is started again", name, exc_info=error)
                self.keep(name, work, after=self._rest)

        task = self._tasks[name] = asyncio.create_task(run(), name=name)
        task.add_done_callback(ended)

    async def stop(self) -> None:
        tasks = list(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
