"""A clock that jumps, for the calendar and all timers of a process: `POST /__bench/jump/<seconds>` moves it on."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

from tornado.web import RequestHandler

from utilities.runtime import worker_pool
from utilities.runtime.worker_pool import WorkerPool

machine_monotonic = time.monotonic
QUIET_LOOKS = 3
pools: list[WorkerPool] = []


class NotedPool(WorkerPool):
    """A worker pool that a jump waits for. Its threads have the usual priority: the clock does not stand still."""

    def __init__(self, *words: object, **options: object) -> None:
        super().__init__(*words, **(options | {"initializer": None}))
        pools.append(self)


class JumpingClock:
    """The time: that of the machine, moved by `begin` and by all jumps."""

    def __init__(self, begin: datetime) -> None:
        self.begin, self.began_at, self.seconds_ahead = begin, machine_monotonic(), 0.0

    def monotonic(self) -> float:
        return machine_monotonic() + self.seconds_ahead

    def now(self) -> datetime:
        return self.begin + timedelta(seconds=self.monotonic() - self.began_at)

    def install(self) -> None:
        """Takes the place of the machine's clock. Foyer's modules, which take it from here, are imported later."""
        time.monotonic = self.monotonic
        worker_pool.WorkerPool = NotedPool


class Jump(RequestHandler):
    """Jumps when no call is under way, which would take too long all at once; what is due by then happens next.

    Answers with the time after the jump.
    """

    def initialize(self, clock: JumpingClock) -> None:
        self.clock = clock

    async def post(self, seconds: str) -> None:
        quiet = 0
        while quiet < QUIET_LOOKS:
            await asyncio.sleep(0.02)
            quiet = 0 if any(pool.pending_count for pool in pools) else quiet + 1
        self.clock.seconds_ahead += float(seconds)
        self.finish(self.clock.now().astimezone(UTC).isoformat())


def jump_route(clock: JumpingClock) -> tuple[str, type[RequestHandler], dict[str, object]]:
    return r"/__bench/jump/([0-9.]+)", Jump, {"clock": clock}
