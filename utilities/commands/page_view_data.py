"""The commands `forget` and `export`, on the stored page views; they work while the server runs."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

from utilities.config.settings import Settings
from utilities.logs import log_to_stderr
from utilities.model.clock import utc_now
from utilities.pageviews.storage.interface import DeleteRequest, ExportFormat, PageViewStore
from utilities.pageviews.storage.open import connect_or_open_store


async def run_forget(settings: Settings, site: str, visitor: int | None, path: str, before: date | None) -> int:
    """Deletes the page views that match everything and prints their number; returns the exit code."""
    request = DeleteRequest(site, visitor, path, before)
    try:
        async with _open_page_views(settings) as views:
            print(f"{await views.delete_rows(request):,} page views deleted.")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


async def run_export(settings: Settings, csv: Path | None, parquet: Path | None, site: str) -> int:
    """Writes the page views to one of the files and prints their number; returns the exit code."""
    file, file_format = (csv, ExportFormat.CSV) if csv else (parquet or Path(), ExportFormat.PARQUET)
    try:
        async with _open_page_views(settings) as views:
            print(f"{await views.export_rows(file, file_format, site):,} page views are in {file}.")
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


@asynccontextmanager
async def _open_page_views(settings: Settings) -> AsyncIterator[PageViewStore]:
    """Opens the store, through the server if one runs."""
    log_to_stderr("WARNING", "text", settings.redactor())
    views = await connect_or_open_store(settings, utc_now)
    try:
        yield views
    finally:
        await views.close()
