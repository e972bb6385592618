"""How much of this machine DuckDB may take for its questions."""

import shutil
from pathlib import Path

import duckdb

MEMORY_LIMIT = "50%"  # what does not fit goes to `<file>.tmp`
FREE_DISK_DIVISOR = 4  # a quarter: the journal, which must not wait, is on the same disk
BYTES_PER_MIB = 1 << 20

# DuckDB cuts what it groups into as many parts as it has threads. With fewer than four the parts of ten million rows do
# not fit into a processor's cache, and counting visits takes twice the processor time.
MIN_THREADS_SQL = "SET threads = greatest(4, current_setting('threads'))"


def limit_duckdb_resources(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Called on a thread that stands back: the threads that this starts stand back, too."""
    connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    room = shutil.disk_usage(folder).free // FREE_DISK_DIVISOR // BYTES_PER_MIB
    connection.execute(f"SET max_temp_directory_size = '{room}MiB'")
    connection.execute(MIN_THREADS_SQL)
