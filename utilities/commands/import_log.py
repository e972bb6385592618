"""The command `import-log`: page views from access logs."""

import asyncio
import gc
import sys
from collections.abc import Sequence
from pathlib import Path

from utilities.config.settings import Settings
from utilities.logs import log_to_stderr
from utilities.model.clock import utc_now
from utilities.pageviews.collection import open_sites
from utilities.pageviews.log_import.command import import_logs
from utilities.pageviews.storage.open import connect_or_open_store


async def run_import_log(settings: Settings, files: Sequence[Path], site: str) -> int:
    """Imports the files and prints a summary of each; returns the exit code."""
    gc.freeze()  # the imported modules stay: checking them again takes a twentieth of an import
    log_to_stderr("WARNING", "text", settings.redactor())
    sites, views = open_sites(settings), await connect_or_open_store(settings, utc_now, small=True)
    summaries = import_logs(files, settings=settings, sites=sites, keep=views, clock=utc_now, site=site)
    try:
        async for summary in summaries:
            print(*summary.text_lines(), sep="\n", flush=True)
    except asyncio.CancelledError:
        print("Interrupted. What was read is stored; run the same command again to continue.", file=sys.stderr)
        raise
    finally:
        await views.close()
    return 0
