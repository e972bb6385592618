"""Which page-view store there is: ClickHouse where CLICKHOUSE_URL says so, otherwise a file in DATA_DIR."""

from utilities.config.settings import Settings
from utilities.model.clock import Clock
from utilities.model.errors import SettingsError
from utilities.pageviews.storage.interface import Keeping, Owned
from utilities.pageviews.storage.local_socket import Door, knock

FILE = "pageviews.duckdb"
SOCKET = "pageviews.socket"


async def open_page_views(settings: Settings, clock: Clock, *, small: bool = False) -> Owned:
    """The store for a process that serves, made or brought up to date.

    A DuckDB file belongs to one process; it lets the commands of this machine in by a door beside the file. `small`
    is for what asks nothing and should not grow. Raises SettingsError when the store cannot be opened, or when another
    process has it.
    """
    # Each engine is a large library, and no process needs both.
    if url := settings.clickhouse_url.get_secret_value():
        from utilities.pageviews.storage.clickhouse_engine import open_click

        return await open_click(url, clock)
    from utilities.pageviews.storage.duckdb_engine import open_duckdb_store

    views = await open_duckdb_store(settings.data_dir / FILE, clock, small=small)
    door = Door(views)
    views.call_before_close(door.close)
    try:
        await door.open(settings.data_dir / SOCKET)
    except OSError as error:
        await views.close()
        raise SettingsError(f"{settings.data_dir / SOCKET} cannot be made: {error.strerror}.") from error
    return views


async def reach_page_views(settings: Settings, clock: Clock, *, small: bool = False) -> Keeping:
    """The store for a command: its own, or the one of the server that runs beside it. Raises SettingsError."""
    if not settings.clickhouse_url.get_secret_value():
        neighbour = await knock(settings.data_dir / SOCKET)
        if neighbour is not None:
            return neighbour
    return await open_page_views(settings, clock, small=small)
