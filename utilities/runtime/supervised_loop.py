"""Tasks that run until they are stopped, whatever their work raises. Holds the product's only broad `except`."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)

RESTART_SECONDS = 1.0
RECOVERY_SECONDS = 10.0  # without a failure; then the work is taken to work again
Work = Callable[[], Coroutine[Any, Any, None]]
Sleep = Callable[[float], Awaitable[None]]


async def catch_error(work: Awaitable[object]) -> Exception | None:
    """Awaits `work` and returns what it raised; None when it ended well. A cancellation of this task passes through."""
    try:
        await work
    except asyncio.CancelledError as error:  # of something that `work` waited for, unless it is meant for this task
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        return RuntimeError(f"something that it waited for was cancelled: {error}")
    except Exception as error:  # noqa: BLE001 (no failure may end a supervised loop)
        return error
    return None


def catch_call_error(call: Callable[[], object]) -> Exception | None:
    """Calls `call` and returns what it raised; None when it ended well."""

    async def run_call() -> None:
        call()

    try:
        catch_error(run_call()).send(None)
    except StopIteration as end:  # the coroutine waits for nothing, so it ends at once
        error: Exception | None = end.value
    return error


class SupervisedLoop:
    """One task that runs `work` until it returns, and starts it again after `restart_seconds` when it raises.

    `name` stands in log lines. Needs a running event loop.
    """

    def __init__(
        self, name: str, work: Work, *, restart_seconds: float = RESTART_SECONDS, sleep: Sleep = asyncio.sleep
    ) -> None:
        self.name = name
        self._work = work
        self._restart_seconds = restart_seconds
        self._sleep = sleep
        self._failure = ""  # the last one, while it lasts
        self._recovery: asyncio.TimerHandle | None = None
        self._task = asyncio.create_task(self._run_until_done(), name=name)

    @classmethod
    def every(
        cls, interval: float, name: str, step: Callable[[], Awaitable[None] | None], *, sleep: Sleep = asyncio.sleep
    ) -> "SupervisedLoop":
        """Starts a loop that waits `interval` seconds, runs `step`, and starts over."""

        async def repeat_step() -> None:
            while True:
                await sleep(interval)
                if (pending := step()) is not None:
                    await pending
                loop._log_recovery()

        loop = cls(name, repeat_step, restart_seconds=0.0, sleep=sleep)
        return loop

    @property
    def is_running(self) -> bool:
        """Whether the work has neither returned nor been stopped."""
        return not self._task.done()

    def add_done_callback(self, callback: Callable[[], None]) -> None:
        """Calls `callback` when the work has returned or been stopped."""
        self._task.add_done_callback(lambda _: callback())

    def cancel(self) -> None:
        """Asks the loop to stop, without waiting for its end."""
        self._task.cancel()

    async def stop(self, timeout: float = 5.0) -> bool:
        """Cancels the work and waits for its end; returns False, with a warning, if it lasts over `timeout` seconds."""
        return await stop_loops([self], timeout)

    async def _run_until_done(self) -> None:
        try:
            while (error := await catch_error(self._work())) is not None:
                self._log_failure(error)
                await self._sleep(self._restart_seconds)
                self._recovery = asyncio.get_running_loop().call_later(RECOVERY_SECONDS, self._log_recovery)
        finally:
            self._cancel_recovery()

    def _log_failure(self, error: Exception) -> None:
        """Logs a failure once for as long as it comes again and again."""
        self._cancel_recovery()
        failure = f"{type(error).__name__}: {error}"
        if failure != self._failure:
            self._failure = failure
            log.error("%s failed and is restarted until it works", self.name, exc_info=error)

    def _log_recovery(self) -> None:
        if self._failure:
            self._failure = ""
            log.info("%s works again", self.name)

    def _cancel_recovery(self) -> None:
        if self._recovery is not None:
            self._recovery.cancel()
            self._recovery = None


async def stop_loops(loops: list[SupervisedLoop], timeout: float = 5.0) -> bool:
    """Cancels all loops and waits for their end; returns False, with a warning, if one lasts over `timeout` seconds."""
    tries = 10
    pending = {loop._task for loop in loops}
    for _ in range(tries):
        for task in pending:  # repeated: asyncio.wait_for can swallow a cancellation (Python issue 86296)
            task.cancel()
        if pending:
            _, pending = await asyncio.wait(pending, timeout=timeout / tries)
    for task in pending:
        log.warning("%s does not stop", task.get_name())
    return not pending
