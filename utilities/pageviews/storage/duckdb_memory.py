"""Frees memory that DuckDB and the C library keep without a use for it."""

import ctypes
import logging

import duckdb

log = logging.getLogger(__name__)

STATEMENTS_PER_RELEASE = 1000  # each leaves 1 to 2 kB
MIN_STATEMENTS_PER_NIGHT = 50  # with fewer there is nothing to release
UNREACHABLE_LIMIT = "1KB"


def release_duckdb_memory(cursor: duckdb.DuckDBPyConnection) -> None:
    """Makes DuckDB forget the blocks that are gone; takes some milliseconds.

    DuckDB notes every block in a queue, and looks through the queue for blocks that are gone only when it needs memory.
    Until then they take up to 50 MB. A limit that it cannot reach makes it look through all of them, and is refused.
    Rows that are only in the write-ahead log are moved into the file first, because DuckDB would write them to its
    temporary folder.
    """
    try:
        cursor.execute("CHECKPOINT")
        [(limit,)] = cursor.execute("SELECT current_setting('memory_limit')").fetchall()
        cursor.execute(f"SET memory_limit = '{UNREACHABLE_LIMIT}'")
        cursor.execute(f"SET memory_limit = '{limit}'")  # it was reached: there is no block in memory
    except duckdb.OutOfMemoryException:
        pass  # as intended
    except duckdb.Error as error:  # such as a transaction under way, or a full disk
        log.debug("memory is released later: %s", type(error).__name__)


def trim_heap() -> None:
    """Returns free memory between allocations to the system, where the C library can do that (glibc).

    Other threads may wait for memory meanwhile, 0.2 s at worst.
    """
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
