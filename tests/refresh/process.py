"""One process of several: `python -m tests.refresh.process REDIS_URL FOLDER SECONDS PACE HANG`.

Appends a line with its process id to FOLDER/asked for each question upstream, and prints `ready` when it runs.
With HANG it asks for ever, as a process that is stopped in the middle.
"""

import asyncio
import os
import sys
from pathlib import Path

from tests.refresh.pretending import Oracle, report, running
from utilities.config.settings import Settings
from utilities.model.clock import utc_now
from utilities.model.frames import Frame
from utilities.store import open_store


class Written(Oracle):
    """Writes down who asked."""

    def __init__(self, file: Path, seconds: float) -> None:
        super().__init__(seconds=seconds)
        self.file = file

    async def answer(self, ask: object) -> Frame:
        with self.file.open("a") as file:
            file.write(f"{os.getpid()}\n")
        return await super().answer(ask)


async def main(redis_url: str, folder: str, seconds: str, pace: str, hang: str) -> None:
    store = await open_store(Settings(redis_url=redis_url, data_dir=Path(folder)), utc_now)
    oracle = Written(Path(folder) / "asked", 3600 if hang == "hang" else 0.05)
    async with running(store, oracle, report(pace=float(pace)), deadline=1.0):
        print("ready", flush=True)  # noqa: T201 (what the test waits for)
        await asyncio.sleep(float(seconds))
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
