"""Which page-view store there is: ClickHouse where CLICKHOUSE_URL says so, otherwise a file in DATA_DIR."""

from utilities.clock import Clock
from utilities.pageviews.keeping import Keeping
from utilities.settings import Settings

FILE = "pageviews.duckdb"


async def open_page_views(settings: Settings, clock: Clock) -> Keeping:
    """The store, made or brought up to date; SettingsError when it cannot be opened, or when another process has it."""
    # Each engine is a large library, and no process needs both.
    if url := settings.clickhouse_url.get_secret_value():
        from utilities.pageviews.click import open_click

        return await open_click(url, clock)
    from utilities.pageviews.duck import open_duck

    return await open_duck(settings.data_dir / FILE, clock)
