"""Limits for the memory and disk space that DuckDB uses for queries."""

import shutil
from pathlib import Path

import duckdb

from utilities.runtime.machine_limits import MachineLimits, read_machine_limits

MEMORY_DIVISOR = 2  # half of what the machine or the container has; the rest of a query goes to `<file>.tmp`
OWN_MEMORY_MIB = 320  # for Foyer itself and the processes that draw, when half would not leave it
MIN_MEMORY_MIB = 96  # with less, importing and counting fail
FREE_DISK_DIVISOR = 4  # a quarter: the journal is on the same disk and must never wait for space
BYTES_PER_MIB = 1 << 20

# DuckDB partitions a GROUP BY by its number of threads. With fewer than four, the partitions of ten million rows do not
# fit into a processor's cache, and counting visits takes twice the processor time.
MIN_THREADS = 4


def limit_duckdb_resources(
    connection: duckdb.DuckDBPyConnection, folder: Path, machine: MachineLimits | None = None
) -> None:
    """Sets the limits. Call it on a low-priority thread: the threads that this starts inherit the priority."""
    machine = machine or read_machine_limits()
    connection.execute(f"SET memory_limit = '{duckdb_memory_mib(machine.memory_bytes)}MiB'")
    disk_mib = shutil.disk_usage(folder).free // FREE_DISK_DIVISOR // BYTES_PER_MIB
    connection.execute(f"SET max_temp_directory_size = '{disk_mib}MiB'")
    connection.execute(f"SET threads = {max(MIN_THREADS, machine.cpus)}")


def duckdb_memory_mib(memory_bytes: int) -> int:
    """Returns DuckDB's share of this memory, in MiB."""
    memory_mib = memory_bytes // BYTES_PER_MIB
    return max(MIN_MEMORY_MIB, min(memory_mib // MEMORY_DIVISOR, memory_mib - OWN_MEMORY_MIB))
