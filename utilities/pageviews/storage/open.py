"""Opens the page-view store: ClickHouse when CLICKHOUSE_URL is set, otherwise a DuckDB file in DATA_DIR."""

from utilities.config.settings import Settings
from utilities.model.clock import Clock
from utilities.model.errors import SettingsError, StoreDown
from utilities.pageviews.storage.interface import PageViewStore
from utilities.pageviews.storage.local_socket import LocalStoreServer, connect_local_store
from utilities.pageviews.storage.reopening_store import ReopeningPageViewStore
from utilities.runtime.disk_errors import is_temporary_disk_error

DUCKDB_FILE = "pageviews.duckdb"
STORE_SOCKET = "pageviews.socket"


async def open_page_view_store(settings: Settings, clock: Clock, *, small: bool = False) -> PageViewStore:
    """Returns the store for a serving process; creates or migrates it first.

    A DuckDB file belongs to one process, which serves the commands of this machine through a socket in the same
    folder. `small` limits memory, for a process that runs no queries. Raises SettingsError when a person must change
    something, as when another process has the file, and StoreDown when it may work later.
    """
    # Each engine is a large library, and no process needs both.
    if url := settings.clickhouse_url.get_secret_value():
        from utilities.pageviews.storage.clickhouse_engine import open_clickhouse_store

        return await open_clickhouse_store(url, clock, settings.proxies)
    from utilities.pageviews.storage.duckdb_engine import open_duckdb_store

    store = await open_duckdb_store(settings.data_dir / DUCKDB_FILE, clock, small=small)
    server = LocalStoreServer(store)
    store.call_before_close(server.close)
    try:
        await server.listen(settings.data_dir / STORE_SOCKET)
    except OSError as error:
        await store.close()
        kind = StoreDown if is_temporary_disk_error(error) else SettingsError
        raise kind(f"{STORE_SOCKET} cannot be made in DATA_DIR: {error.strerror}.") from error
    return store


async def open_reopening_store(settings: Settings, clock: Clock) -> ReopeningPageViewStore:
    """Returns a store for a server, which starts without it and opens it as soon as it works; raises SettingsError."""
    engine = "clickhouse" if settings.clickhouse_url.get_secret_value() else "duckdb"
    store = ReopeningPageViewStore(engine, lambda: open_page_view_store(settings, clock))
    await store.start()
    return store


async def connect_or_open_store(settings: Settings, clock: Clock, *, small: bool = False) -> PageViewStore:
    """Returns the store for a command: that of the running server, or else its own. Raises SettingsError."""
    if not settings.clickhouse_url.get_secret_value():
        client = await connect_local_store(settings.data_dir / STORE_SOCKET)
        if client is not None:
            return client
    return await open_page_view_store(settings, clock, small=small)
