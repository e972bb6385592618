"""One process of several: `python -m tests.refresh.process REDIS_URL FOLDER HANG`.

Refreshes one report each minute of a clock that only its standard input moves: a line is the number of seconds, and is
answered with `moved`. What is due begins at the line after it, and is answered with `settled` when nothing is due any
more: no process may query before the clocks of all have moved. Appends its process id to FOLDER/queries for each query.
With HANG a query never ends, as in a process that is stalled.
"""

import asyncio
import os
import sys
from pathlib import Path

from tests.refresh.fake_source import FakeClock, FakeSource, make_report, running_refresher, settle
from utilities.config.settings import Settings
from utilities.model.clock import Clock, utc_now
from utilities.store import data_scope
from utilities.store.redis_open import open_redis_store
from utilities.store.redis_store import RedisStore


async def open_patient_store(settings: Settings, clock: Clock) -> RedisStore:
    """Opens a store that waits 20 s for Redis, not 0.25: for tests of anything but a Redis that is down."""
    url = settings.redis_url.get_secret_value()
    store = await open_redis_store(url, data_scope(settings), clock, call_seconds=20.0)
    await store.loaded.wait()
    return store


def write_answer(word: str) -> None:
    """Writes a line to standard output."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def main(redis_url: str, folder: str, hang: str) -> None:
    store = await open_patient_store(Settings(redis_url=redis_url, data_dir=Path(folder)), utc_now)
    queries = Path(folder) / "queries"

    def record_query() -> None:
        with queries.open("a") as file:
            file.write(f"{os.getpid()}\n")

    source, clock = FakeSource(on_query=record_query, gate=asyncio.Event() if hang else None), FakeClock()
    async with running_refresher(store, source, make_report(), clock=clock, timeout=3.0 if hang else 20.0) as refresher:
        while line := await asyncio.to_thread(sys.stdin.readline):
            clock.advance(float(line))
            write_answer("moved")
            await asyncio.to_thread(sys.stdin.readline)
            clock.advance(0.0, refresher)
            await settle(refresher)
            write_answer("settled")
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
