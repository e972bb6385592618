"""A process that adds numbered page views as fast as it can, and says each number once it is acknowledged.

`python -m tests.pageviews.storage.writer FILE FIRST` begins with the numbers AGAIN below FIRST: a crash may have left
those without an answer.
"""

import asyncio
import contextlib
import os
import sys
from itertools import count
from pathlib import Path

from tests.pageviews.storage.views import numbered
from utilities.model.clock import utc_now
from utilities.model.errors import BadAnswer
from utilities.pageviews.storage.duckdb_engine import open_duckdb_store

BESIDE = 32  # who add at the same time
AGAIN = 200
ADDS_PER_CHECKPOINT = 150


async def main(file: Path, first: int) -> None:
    views = await open_duckdb_store(file, utc_now)
    is_due = asyncio.Event()
    numbers = count(max(0, first - AGAIN))

    async def one() -> None:
        while True:
            number = next(numbers)
            await views.add_views([numbered(number)])
            os.write(1, b"%d\n" % number)
            if number % ADDS_PER_CHECKPOINT == 0:
                is_due.set()

    async def checkpoints() -> None:
        """So that some are killed in the middle of one."""
        while True:
            await is_due.wait()
            is_due.clear()
            with contextlib.suppress(BadAnswer):  # not while rows are being moved
                await views.query("CHECKPOINT", {})

    await asyncio.gather(checkpoints(), *(one() for _ in range(BESIDE)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
