"""Tells whether an installation counts page views of its own, before anything is opened."""

from pathlib import Path

from utilities.config.settings import Settings
from utilities.model.errors import BoardError
from utilities.pageviews.sites.registry import SITES_FILE_NAME
from utilities.pageviews.sites.site_file import read_site_file
from utilities.pageviews.storage.open import DUCKDB_FILE


def has_own_figures(settings: Settings) -> bool:
    """Whether sites.yaml has sites, or faults to be mended, or DATA_DIR has page views; creates nothing."""
    try:
        sites = read_site_file(settings.boards_dir / SITES_FILE_NAME).sites
    except BoardError:
        return True
    return bool(sites) or has_stored_page_views(settings)


def has_stored_page_views(settings: Settings) -> bool:
    """Whether the DuckDB file has rows, or cannot be looked into: another process has it, or it needs repair."""
    file = settings.data_dir / DUCKDB_FILE
    if not file.exists():
        return False
    if any(begins_with_row(journal) for journal in file.parent.glob(f"{file.stem}.journal*")):
        return True
    import duckdb  # a large library, needed only while nothing else is configured

    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            return bool(connection.execute("SELECT 1 FROM page_views LIMIT 1").fetchall())
    except duckdb.CatalogException:  # the file is new
        return False
    except duckdb.Error:
        return True


def begins_with_row(journal: Path) -> bool:
    """Whether a journal has page views that are not in the table yet; unused space holds empty lines."""
    try:
        with journal.open("rb") as file:
            return bool(file.read(1).strip())
    except OSError:
        return False
