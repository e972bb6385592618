"""Limits for the memory and disk space that DuckDB uses for queries."""

import shutil
from pathlib import Path

import duckdb

MEMORY_LIMIT = "50%"  # of this machine; the rest goes to `<file>.tmp`
FREE_DISK_DIVISOR = 4  # a quarter: the journal is on the same disk and must never wait for space
BYTES_PER_MIB = 1 << 20

# DuckDB partitions a GROUP BY by its number of threads. With fewer than four, the partitions of ten million rows do not
# fit into a processor's cache, and counting visits takes twice the processor time.
MIN_THREADS_SQL = "SET threads = greatest(4, current_setting('threads'))"


def limit_duckdb_resources(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Sets the limits. Call it on a low-priority thread: the threads that this starts inherit the priority."""
    connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    disk_mib = shutil.disk_usage(folder).free // FREE_DISK_DIVISOR // BYTES_PER_MIB
    connection.execute(f"SET max_temp_directory_size = '{disk_mib}MiB'")
    connection.execute(MIN_THREADS_SQL)
