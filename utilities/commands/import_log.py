"""The command `import-log`: page views from access logs."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from utilities.config.settings import Settings
from utilities.logs import log_to_stderr
from utilities.model.clock import utc_now
from utilities.model.errors import StoreDown
from utilities.pageviews.collection import open_sites
from utilities.pageviews.log_import.command import import_logs
from utilities.pageviews.log_import.import_turn import take_import_turn
from utilities.pageviews.storage.interface import PageViewStore
from utilities.pageviews.storage.open import connect_or_open_store


async def run_import_log(settings: Settings, files: Sequence[Path], site: str) -> int:
    """Imports the files and prints a summary of each; returns the exit code, 1 when a file has an unknown format."""
    gc.freeze()  # the imported modules stay: checking them again takes a twentieth of an import
    log_to_stderr("WARNING", "text", settings.redactor())
    sites, exit_code = open_sites(settings), 0
    try:
        # The store is opened afterwards: it may belong to the import before.
        async with take_import_turn(settings.data_dir, files) as turn, open_store(settings) as views:
            summaries = import_logs(
                files, settings=settings, sites=sites, keep=views, clock=utc_now, site=site, turn=turn
            )
            async for summary in summaries:
                print(*summary.text_lines(), sep="\n", flush=True)
                exit_code = exit_code or int(summary.is_unknown_format)
    except asyncio.CancelledError:
        print("Interrupted. Repeat the command to import the rest; nothing counts twice.", file=sys.stderr)
        raise
    except StoreDown as error:
        raise StoreDown(f"{error} Repeat the command to import the rest; nothing counts twice.") from None
    finally:
        gc.unfreeze()  # an error refers to frozen objects, and DuckDB reports each of its own that is left at the end
    return exit_code


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[PageViewStore]:
    """Opens the store, through the server if one runs."""
    views = await connect_or_open_store(settings, utc_now, small=True)
    try:
        yield views
    finally:
        await views.close()
