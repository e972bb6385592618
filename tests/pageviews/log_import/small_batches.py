"""An import that stores a few hundred page views at a time, so that a test can interrupt it between two batches.

`python -m tests.pageviews.log_import.small_batches FILE`, with Foyer's settings in the environment.
"""

import asyncio
import sys
from pathlib import Path

from utilities.config.environment import read_settings
from utilities.model.clock import utc_now
from utilities.pageviews.collection import open_sites
from utilities.pageviews.log_import.command import import_logs
from utilities.pageviews.storage.open import connect_or_open_store


async def main(path: Path) -> None:
    settings = read_settings()
    sites, keep = open_sites(settings), await connect_or_open_store(settings, utc_now)
    async for _ in import_logs(
        [path], settings=settings, sites=sites, keep=keep, clock=utc_now, site="example.com", batch=300
    ):
        pass
    await keep.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
