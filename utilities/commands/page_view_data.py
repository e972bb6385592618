"""The commands `forget` and `export`, on the stored page views; they work while the server runs."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date
from pathlib import Path

from utilities.config.settings import Settings
from utilities.logs import log_to_stderr
from utilities.model.clock import utc_now
from utilities.model.errors import SettingsError
from utilities.pageviews.collection import open_sites
from utilities.pageviews.storage.interface import DeleteRequest, ExportFormat, PageViewStore
from utilities.pageviews.storage.open import connect_or_open_store
from utilities.pageviews.storage.retention import STORED_SITES_SQL
from utilities.pageviews.url_paths import normalize_path
from utilities.runtime.atomic_file import write_draft


async def run_forget(settings: Settings, site: str, visitor: int | None, path: str, before: date | None) -> int:
    """Deletes the page views that match everything and prints their number; returns the exit code."""
    requests = [DeleteRequest(site, visitor, spelling, before) for spelling in path_spellings(path)]
    try:
        async with _open_page_views(settings) as views:
            await _check_site(settings, views, site)
            deleted = sum([await views.delete_rows(request) for request in requests])
            print(f"{deleted:,} page views deleted.")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def path_spellings(path: str) -> list[str]:
    """Returns a path as it was typed and as page views have it: `/caf%C3%A9` and `/café`."""
    page, mark, query = path.partition("?")
    return list(dict.fromkeys((path, f"{normalize_path(page)}{mark}{query}")))


async def run_export(
    settings: Settings, csv: Path | None, parquet: Path | None, site: str, raw_csv: Path | None = None
) -> int:
    """Writes the page views to the one file that is named and prints their number; returns the exit code.

    A file that exists is replaced when the export is complete. Raises SettingsError when it cannot be written.
    """
    file = csv or raw_csv or parquet or Path()
    file_format = ExportFormat.PARQUET if file is parquet else ExportFormat.CSV
    if file.is_dir():
        raise SettingsError(f"{file} is a folder: name a file.")
    if not file.parent.is_dir():
        raise SettingsError(f"{file} cannot be written: there is no folder {file.parent}.")
    async with _open_page_views(settings) as views:
        await _check_site(settings, views, site)
        try:
            with _output_file(file) as output:
                rows = await views.export_rows(output, file_format, site, raw=file is raw_csv)
        except OSError as error:
            raise SettingsError(f"{file} cannot be written: {error.strerror}.") from error
    print(f"{rows:,} page views are in {file}.")
    return 0


@contextmanager
def _output_file(file: Path) -> Iterator[Path]:
    """Yields what to write to: a draft that becomes the file, or a device or pipe itself. Raises OSError."""
    if file.exists() and not file.is_file():
        yield file
        return
    with write_draft(file) as draft:
        draft.touch()
        yield draft


async def _check_site(settings: Settings, views: PageViewStore, site: str) -> None:
    """Raises SettingsError when a site is neither configured nor has page views."""
    sites = open_sites(settings)
    stored = [name for (name,) in await views.query(STORED_SITES_SQL, {})]
    if site and sites.get(site) is None and site not in stored:
        raise SettingsError(sites.unknown_name_text(site, stored))


@asynccontextmanager
async def _open_page_views(settings: Settings) -> AsyncIterator[PageViewStore]:
    """Opens the store, through the server if one runs."""
    log_to_stderr("WARNING", "text", settings.redactor())
    views = await connect_or_open_store(settings, utc_now)
    try:
        yield views
    finally:
        await views.close()
