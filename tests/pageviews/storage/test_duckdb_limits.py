"""How much of the machine DuckDB may use."""

import os
import shutil
from pathlib import Path

from utilities.model.clock import utc_now
from utilities.pageviews.storage.duckdb_engine import open_duckdb_store

SETTINGS = """SELECT current_setting('threads'), parse_formatted_bytes(current_setting('memory_limit')),
    parse_formatted_bytes(current_setting('max_temp_directory_size'))"""


async def test_queries_use_at_most_half_of_the_memory_and_a_quarter_of_the_free_disk(tmp_path: Path):
    views = await open_duckdb_store(tmp_path / "pageviews.duckdb", utc_now)
    [(threads, memory, disk)] = await views.query(SETTINGS, {})
    await views.close()
    assert threads >= 4
    assert 0 < memory < os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * 0.51
    assert 0 < disk < shutil.disk_usage(tmp_path).free * 0.3
