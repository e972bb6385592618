"""Foyer with a clock that jumps: `POST /__bench/jump/<seconds>` moves its time on, for the calendar and all timers."""

import asyncio
import importlib
import time
from datetime import UTC, datetime, timedelta

from tornado.web import RequestHandler

from utilities.runtime import worker_pool
from utilities.runtime.worker_pool import WorkerPool

machine_monotonic = time.monotonic
seconds_ahead = 0.0
QUIET_LOOKS = 3
BEGIN_DAYS_AGO = 40  # so that days of the run are in the past of the processes beside it, such as imports


def jumped_monotonic() -> float:
    return machine_monotonic() + seconds_ahead


def jumped_now() -> datetime:
    return datetime.now(UTC) + timedelta(days=-BEGIN_DAYS_AGO, seconds=seconds_ahead)


pools: list[WorkerPool] = []


class NotedPool(WorkerPool):
    def __init__(self, *words: object, **options: object) -> None:
        super().__init__(*words, **options)
        pools.append(self)


class Jump(RequestHandler):
    """Jumps when no call is under way, which would take too long all at once; what is due by then happens next."""

    async def post(self, seconds: str) -> None:
        global seconds_ahead
        quiet = 0
        while quiet < QUIET_LOOKS:
            await asyncio.sleep(0.02)
            quiet = 0 if any(pool.pending_count for pool in pools) else quiet + 1
        seconds_ahead += float(seconds)


if __name__ == "__main__":
    time.monotonic = jumped_monotonic
    worker_pool.WorkerPool = NotedPool
    # Imported now: the modules of Foyer take these two when they are imported.
    foyer = importlib.import_module("bench.foyer")
    asyncio.run(foyer.main(jumped_now, [(r"/__bench/jump/([0-9.]+)", Jump)]))
