"""Opens the worker pool for queries to an engine."""

import os
import sys
import threading

from utilities.runtime.worker_pool import WorkerPool

QUERY_THREADS = 2
MAX_PENDING_QUERIES = 200  # an engine that hangs must not collect the queries of every wall
QUERY_TIMEOUT_SECONDS = 30.0  # for one query, including its time in the queue
QUERY_NICENESS = 13  # collecting page views comes before queries


def open_query_pool(threads: int = QUERY_THREADS) -> WorkerPool:
    """Opens a pool whose threads have a low priority."""
    return WorkerPool(
        "The page-view store",
        threads=threads,
        max_pending=MAX_PENDING_QUERIES,
        timeout=QUERY_TIMEOUT_SECONDS,
        initializer=lower_thread_priority,
    )


def lower_thread_priority() -> None:
    """Raises the niceness of this thread and of every thread it starts: on Linux niceness belongs to a thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), QUERY_NICENESS)
